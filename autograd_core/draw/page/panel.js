// Selecting a vertex, an edge or a cluster, and what the panel tells of it.

let picked = null;

function pick(id) {
  find(picked)?.classList.remove("picked");
  picked = find(id)?.closest("svg") ? id : null;
  find(picked)?.classList.add("picked");
  emit("select", picked);
}

function select(id) {
  pick(id);
  if (picked) reveal(find(picked));
}

// Select a vertex or an edge, wherever it is hidden.
function pickNode(node) {
  picture.show(node);
  select(picture.holder(node));
}

function pickEdge(edge) {
  picture.show(edge.source);
  picture.show(edge.target);
  select(lineOf(edge));
}

// The line with the numbers of an edge.
const lineOf = (edge) =>
  [...svg.querySelectorAll(".edge")].find(({ id }) => shown.lines.get(id).edges.includes(edge.id))?.id;

function detail(heading) {
  const box = find("detail");
  box.replaceChildren();
  if (heading) make(box, "h2", {}, heading);
  return box;
}

const row = (list, name, text, kind = "") => {
  if (!text) return;
  make(list, "dt", {}, name);
  make(list, "dd", { class: kind }, text);
};

// A button that tells a value and a gradient, and selects what they belong to.
function entry(list, text, value, gradient, act) {
  const made = button(make(list, "li"), "", act);
  made.removeAttribute("aria-label");
  make(made, "span", {}, text);
  make(made, "span", { class: "value" }, shape(value));
  make(made, "span", { class: "gradient" }, told(gradient));
}

const arrow = ({ source, target }) => `${called(source)} → ${called(target)}`;

function tell(node, edge) {
  const box = detail(edge ? arrow(edge) : called(node));
  const list = make(box, "dl");
  if (!edge) row(list, "kind", `${node.primitive || node.kind} ${node.params}`);
  row(list, "value", full(node.value), "value");
  row(list, "gradient", told(edge ? edge.gradient : gradientOf(node)), "gradient");
  if (edge) row(list, "rule", edge.rule);
  if (edge && isNumber(edge.gradient)) row(list, "numbers", product(edge), "gradient");
  row(list, "sum", meeting(node), "gradient");
  if (node.kind === "operation") row(list, "computed", formula(node), "value");
  row(list, "line", data.where?.[node.id]);
  row(list, "inside", picture.place(node));
  emit("tell", { node, edge, list });
  if (edge) return;
  const wires = make(box, "ul");
  for (const wire of [...node.into, ...node.out].slice(0, 40)) {
    entry(wires, arrow(wire), wire.source.value, wire.gradient, () => pickEdge(wire));
  }
}

on("select", (id) => {
  if (exercise.blanks) return;
  const line = shown.lines.get(id), node = shown.nodes.get(id);
  if (line) tell(edges[line.edges[0]].source, edges[line.edges[0]]);
  else if (node) tell(node);
});

on("click", (target) => pick(target.closest(".vertex,.edge,.piece,.frame")?.id));
