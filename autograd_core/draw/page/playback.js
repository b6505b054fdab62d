// Playback: the forward pass, then the backward pass, one operation at a time.

// The operations of both passes, and the step after which each has computed and has sent back.
let turning, steps, computed, returned;

function arrange(forward, backward) {
  turning = forward.length;
  steps = [...forward, ...backward];
  computed = new Map(forward.map((node, i) => [node, i + 1]));
  returned = new Map(backward.map((node, i) => [node, turning + i + 1]));
}

arrange(...passes);

// The step; null when nothing is played and all numbers are shown.
let at = null;
let timer = 0;

// The step at which the value of an edge is known, and the one at which its gradient is: that of
// the result is given.
const forwardStep = ({ source }) => computed.get(source) || 0;
const backwardStep = ({ target }) =>
  target.kind === "output" ? turning + 1 : returned.get(target) ?? steps.length;

const hide = (text, isHidden) => text?.classList.toggle("off", isHidden);

// Hide the numbers that are not known yet, and mark the operation of the step with its operands.
function mark() {
  const plays = at !== null, current = at ? steps[at - 1] : null;
  for (const [id, line] of shown.lines) {
    const element = find(id), of = line.edges.map((edge) => edges[edge]);
    const known = forwardStep(of[0]), sent = Math.max(...of.map(backwardStep));
    for (const [kind, when, first] of [["value", known, 0], ["gradient", sent, turning]]) {
      const text = element.querySelector(`.${kind}`);
      hide(text, plays && when > at);
      text?.classList.toggle("now", when === at && at > first);
    }
    element.classList.toggle("hot", Boolean(current) && of.some(({ target }) => target === current));
  }
  for (const [id, node] of shown.nodes) {
    hide(find(id).querySelector(".gradient"), plays && node?.out.some((edge) => backwardStep(edge) > at));
  }
  svg.querySelector("[aria-current]")?.removeAttribute("aria-current");
  svg.classList.toggle("backward", at > turning);
  if (current) find(picture.holder(current)).setAttribute("aria-current", "step");
}

function step(n) {
  at = n === null ? null : Math.max(0, Math.min(steps.length, n));
  mark();
  if (at) reveal(find(picture.holder(steps[at - 1])));
  tellStep();
  emit("step", at);
}

const move = (way) => step(at === null ? (way > 0 ? 1 : steps.length) : at + way);

function play() {
  if (timer) return pause();
  if (at === steps.length) at = 0;
  timer = setInterval(() => (at === steps.length ? pause() : move(1)), 1400);
  move(1);
  emit("play", true);
}

function pause() {
  timer = clearInterval(timer) || 0;
  emit("play", false);
}

// A number in the middle of a formula.
const inner = (text, place = 1) => (place && text[0] === "-" ? `(${text})` : text);

// How an operation makes its result: 200 + 450, exp(-1).
function formula({ label, into, primitive }) {
  const args = into.map((edge) => brief(edge.source.value));
  if (args.length === 2 && !/\w{4}/.test(label)) return `${args[0]} ${label} ${inner(args[1])}`;
  if (primitive === "reciprocal") return `1 / ${inner(args[0])}`;
  if (/^[\^×²]/.test(label)) return `${inner(args[0])} ${label}`;
  return `${label}(${args.join(", ")})`;
}

// What flows back along an edge: the numbers of its rule, or the incoming gradient times the local
// derivative; of arrays the rule.
function product({ source, target, gradient, rule }) {
  const g = gradientOf(target);
  if (target.kind === "output" || ![g, gradient].every(isNumber)) return rule || told(gradient);
  const names = { g, out: target.value };
  target.into.forEach((edge, i) => (names["xyz"[i]] = edge.source.value));
  const text = rule?.replaceAll("·", "×").replace(/\b(g|out|[xyz])\b(?!\()/g, (name, _, place) =>
    name in names ? inner(brief(names[name]), place) : name);
  const local = g ? `${number(g)} × ${inner(number(gradient / g))}` : "";
  return [...new Set([text || local, number(gradient)])].filter(Boolean).join(" = ");
}

// Where gradients meet: their sum.
function meeting(node) {
  const sent = sentTo(node), total = gradientOf(node);
  if (sent.length < 2) return "";
  return sent.map((g, i) => inner(told(g), i)).join(" + ") + (total == null ? "" : ` = ${told(total)}`);
}

function tellStep() {
  if (at === null) return tellWhole();
  const node = steps[at - 1], isForward = at <= turning;
  const box = detail();
  make(box, "p", { class: "phase" }, `${isForward ? "Forward" : "Backward"} · step ${at} of ${steps.length}`);
  if (!at) {
    make(box, "p", {}, "The inputs are given.");
    return say("Before the first step.");
  }
  make(box, "p", { class: "phase" }, picture.place(node));
  say(`Step ${at}, ${isForward ? tellForward(box, node) : tellBackward(box, node)}`);
}

function tellForward(box, node) {
  const text = `${formula(node)} = ${shape(node.value)}`;
  if (node.name) make(box, "h2", {}, node.name);
  make(box, "p", { class: "big value" }, text);
  if (shape(node.value) !== told(node.value)) make(box, "p", { class: "value" }, told(node.value));
  return `forward: ${node.name || ""} ${text}`;
}

function tellBackward(box, node) {
  make(box, "h2", {}, `${node.label} receives ${told(gradientOf(node))}`);
  const list = make(box, "ul");
  const spoken = node.into.filter((edge) => edge.gradient != null).map((edge) => {
    const { source, rule } = edge, text = product(edge), item = make(list, "li");
    make(item, "p", { class: "big gradient" }, text);
    make(item, "p", {}, `to ${called(source)}` + (rule && rule !== text ? `, rule ${rule}` : ""));
    if (isArray(edge.gradient)) make(item, "p", { class: "gradient" }, `${typeOf(source.value)} ${told(edge.gradient)}`);
    const sum = source.out.every((other) => backwardStep(other) <= at) ? meeting(source) : "";
    if (sum) make(item, "p", { class: "gradient" }, `gradients meet: ${sum}`);
    return `${text} to ${called(source)}` + (sum && `, together ${sum}`);
  });
  return `backward through ${called(node)}: ${spoken.join("; ") || "nothing is sent on"}`;
}

function tellWhole() {
  const box = detail();
  const own = nodes.filter((node) => picture.owner(node) === null);
  for (const { name, value } of own.filter(({ kind }) => kind === "output")) {
    const text = shape(value);
    make(box, "p", { class: "big value" }, name ? name + (text.includes("\n") ? " =\n" : " = ") + text : text);
  }
  make(box, "p", { class: "phase" }, `Operations: ${turning} forward, ${steps.length - turning} backward. `
    + "Press → to compute them one by one, ? for all keys.");
  const list = make(box, "ul"), leaves = own.filter(({ kind }) => kind === "variable");
  for (const node of leaves.slice(0, 8)) {
    const path = [...picture.place(node).split(" / ").slice(-2), called(node)];
    entry(list, path.filter(Boolean).join("."), node.value, gradientOf(node), () => pickNode(node));
  }
  if (leaves.length > 8) button(box, `… and ${leaves.length - 8} more`, openTable);
}

on("draw", mark);
