// Lenses: the picture shaded by one number of every vertex, with marks on what needs attention.

const lensData = data.lenses;
const LENSES = lensData.lenses.map((table) => {
  const at = (i) => (table.at ? table.at[i] : i);
  const sizes = new Map(table.numbers.map((size, i) => [at(i), size]).filter(([, size]) => size != null));
  return { ...table, sizes, marked: new Map(table.marks), sent: new Map(table.edges), sentMarks: new Map(table.edgeMarks), groups: new Map() };
});
if (data.where) {
  LENSES.push({ name: "line", title: "Source line", shows: "Where every operation was recorded.", sizes: new Map(), marked: new Map() });
}

let lens = null;

// A number with its unit.
const SCALES = { B: [[1e9, "G"], [1e6, "M"], [1e3, "k"]], s: [[1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"]] };

function quantity(size, unit) {
  if (unit === "%") return size && size < 0.01 ? "< 1 %" : `${Math.round(100 * size)} %`;
  const [scale, prefix] = SCALES[unit]?.find(([least]) => size >= least) || [1, ""];
  return `${number(+(size / scale).toPrecision(3))} ${prefix}${unit}`.trim();
}

const heavier = (a, b) => (b === undefined || lensData.marks[a]?.[2] >= lensData.marks[b][2] ? a : b);

// The number and the mark of a closed group: the sum or the largest, the weightiest and how often.
function grouped(view, cluster) {
  if (view.groups.has(cluster)) return view.groups.get(cluster);
  const inside = cluster.instances.length ? cluster.instances.map((id) => ~id) : cluster.members;
  const parts = inside.map((member) =>
    member < 0 ? grouped(view, clusters[~member]) : [view.sizes.get(member), view.marked.get(member), 1]);
  const known = parts.map(([size]) => size).filter((size) => size != null);
  const size = view.group === "sum" ? known.reduce((a, b) => a + b, 0) : known.reduce((a, b) => Math.max(a, b), 0);
  const sign = parts.map((part) => part[1]).reduce(heavier, undefined);
  const times = parts.reduce((sum, part) => sum + (part[1] === sign ? part[2] : 0), 0);
  const found = [known.length ? size : null, sign, times];
  view.groups.set(cluster, found);
  return found;
}

function readingOf(id, node) {
  if (node) return [lens.sizes.get(node.id), lens.marked.get(node.id)];
  const cluster = typeof clusters === "undefined" ? null : drawn.get(id)?.cluster;
  return cluster && lens.group ? grouped(lens, cluster) : [];
}

const levelOf = (size) => lens.levels.filter((least) => size >= least * (lens.total ?? 1)).length;
const signOf = (sign) => (sign === undefined ? "" : lensData.marks[sign].slice(0, 2).join(" "));

// A short text on the picture, under what it tells of.
function tag(element, box, down, text, isMark, move) {
  const made = make(element, "text", {
    class: `lens small${isMark ? " marked" : ""}`, x: box.x + box.width / 2, y: box.y + box.height + down,
  }, text);
  if (move) made.setAttribute("transform", move);
}

function clearLens() {
  for (const old of svg.querySelectorAll(".lens")) old.remove();
  for (const old of svg.querySelectorAll("[data-level]")) old.removeAttribute("data-level");
}

function lookThrough() {
  clearLens();
  if (!lens || exercise.blanks) return;
  const tags = [];
  for (const [id, node] of shown.nodes) {
    const element = find(id);
    if (!element.matches(".vertex")) continue;
    const [size, sign, times] = readingOf(id, node);
    const where = lens.name === "line" && node && data.where[node.id];
    // The largest number in a group need not be that of what is marked in it.
    const amount = times && sign !== undefined ? `× ${times}` : size == null ? "" : quantity(size, lens.unit);
    const text = where || `${signOf(sign)} ${amount}`.trim();
    if (!text) continue;
    if (size != null) element.dataset.level = levelOf(size);
    tags.push([element, element.getBBox(), 13, text, sign !== undefined]);
  }
  if (lens.edges) tags.push(...edgeTags());
  for (const parts of tags) tag(...parts);
}

// Lines are shaded by the gradients that are sent along them.
function* edgeTags() {
  for (const [id, line] of shown.lines) {
    const edge = edges[line.edges[0]], element = find(id);
    const size = lens.sent.has(edge.id) ? lens.sent.get(edge.id) : lens.sizes.get(edge.source.id);
    const sign = line.edges.map((inner) => lens.sentMarks.get(inner)).reduce(heavier, undefined);
    const text = element.querySelector(".gradient");
    if (size != null) element.dataset.level = levelOf(size);
    if (sign !== undefined && text) yield [element, text.getBBox(), 9, signOf(sign), true, text.getAttribute("transform")];
  }
}

// ── the panel: what the lens shows, its legend, and what is marked ──
function tellLens() {
  find("lens")?.remove();
  find("lenses").value = lens?.name || "";
  if (!lens) return;
  const box = make(panel, "section", { id: "lens", "aria-label": "Lens" });
  panel.insertBefore(box, find("detail"));
  make(box, "h2", {}, lens.title);
  make(box, "p", {}, lens.shows);
  if (lens.levels) legend(box);
  if (lens.name === "nan") {
    lensData.first.forEach((origin, i) => {
      if (origin) button(box, `First ${["value", "gradient"][i]}: ${origin[1]}`, () => jump(origin[0]));
    });
  }
  const counts = new Map();
  for (const [, sign] of marksNow()) counts.set(sign, (counts.get(sign) || 0) + 1);
  for (const [sign, count] of counts) button(box, `${signOf(sign)} × ${count}`, () => nextMarked(sign), "To the next one");
}

function legend(box) {
  const list = make(box, "ul", { class: "legend" });
  const bounds = lens.levels.map((least) => quantity(least * (lens.total ?? 1), lens.unit));
  bounds.forEach((least, i) => make(list, "li", { "data-level": i }, i ? `${bounds[i - 1]} – ${least}` : `< ${least}`));
  make(list, "li", { "data-level": 4 }, `≥ ${bounds[3]}`);
}

// "v7" or "e7": also where it is hidden in something closed.
const jump = (id) => (id[0] === "v" ? pickNode(nodes[id.slice(1)]) : pickEdge(edges[id.slice(1)]));

// All that is marked; within definitions what can be seen.
const marksNow = () => [...(lens?.marked || [])].filter(([id]) =>
  picture.owner(nodes[id]) === null || shown.nodes.has(`v${id}`));

let lastMarked = -1;

function nextMarked(sign) {
  const first = lens?.name === "nan" && sign === undefined && lastMarked < 0 && lensData.first.find(Boolean);
  if (first) {
    lastMarked = 0;
    return jump(first[0]);
  }
  const all = marksNow().filter(([, other]) => sign === undefined || other === sign).map(([id]) => id);
  if (!all.length) return say("Nothing is marked.");
  lastMarked = all.find((id) => id > lastMarked) ?? all[0];
  jump(`v${lastMarked}`);
}

function setLens(name) {
  lens = LENSES.find((other) => other.name === name) || null;
  lastMarked = -1;
  tellLens();
  emit("draw");
  say(lens ? `${lens.title}. ${lens.shows} ${lens.marked.size} marked.` : "No lens.");
}

const nextLens = (way) => {
  const names = ["", ...LENSES.map(({ name }) => name)];
  setLens(names[(names.indexOf(lens?.name || "") + way + names.length) % names.length]);
};

// ── what the panel tells of a vertex ──
function histogram(box, title, [low, high, mean, deviation, bars]) {
  const text = `${title}: from ${number(low)} to ${number(high)}, μ ${number(mean)}, σ ${number(deviation)}`;
  const figure = make(box, "figure");
  const plot = figure.appendChild(document.createElementNS(svg.namespaceURI, "svg"));
  for (const [name, value] of Object.entries({ viewBox: "0 0 160 40", role: "img", "aria-label": text })) plot.setAttribute(name, value);
  [...bars].forEach((digit, i) => {
    const height = parseInt(digit, 36);
    make(plot, "rect", { x: 10 * i + 0.5, y: 38 - height, width: 9, height });
  });
  if (low < 0 && high > 0) make(plot, "path", { d: `M${(160 * low) / (low - high)} 0V40` });
  make(figure, "figcaption", {}, text);
}

const histograms = Object.fromEntries(["value", "gradient"].map((part) =>
  [part, new Map(lensData[part].map(([id, ...rest]) => [id, rest]))]));

on("tell", ({ node, edge, list }) => {
  for (const view of edge ? [] : LENSES) {
    const size = view.sizes.get(node.id);
    if (size != null && !["values", "grad"].includes(view.name)) {
      row(list, view.title.toLowerCase(), `${signOf(view.marked.get(node.id))} ${quantity(size, view.unit)}`.trim());
    }
  }
  for (const part of ["gradient", "value"]) {
    const found = histograms[part].get(node.id);
    if (!found) continue;
    const box = make(list.parentNode, "div", { class: part });
    list.after(box);
    histogram(box, part, found);
  }
});

on("draw", lookThrough);
KEYS.push(["l L", "next and previous lens", { l: () => nextLens(1), L: () => nextLens(-1) }]);
KEYS.push(["m", "next of what the lens marks", { m: () => nextMarked() }]);
moreStates.lens = { get: () => lens?.name, set: setLens };
tools.push((bar) => {
  const choice = make(bar, "select", { id: "lenses", "aria-label": "Lens" });
  make(choice, "option", { value: "" }, "No lens");
  for (const { name, title } of LENSES) make(choice, "option", { value: name }, title);
  choice.onchange = () => setLens(choice.value);
});
