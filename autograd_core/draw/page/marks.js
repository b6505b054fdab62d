// A comparison: what was removed, added and changed.

const BADGES = { removed: "−", added: "+", changed: "~" };
const KINDS = { r: "removed", a: "added", c: "changed", s: "same" };
const kindOf = (node) => KINDS[data.marks.nodes[node.id]] || "same";
const different = nodes.filter((node) => kindOf(node) !== "same");

on("draw", () => {
  const closed = new Set(different.map((node) => picture.holder(node)));
  for (const [id, node] of shown.nodes) {
    label(find(id), node ? kindOf(node) : closed.has(id) ? "changed" : "same");
  }
  for (const [id, line] of shown.lines) find(id).classList.add(KINDS[data.marks.edges[line.edges[0]]] || "same");
});

// A frame is as plain as ever; of what is closed or whole the badge tells.
function label(element, kind) {
  if (element.matches(".frame")) return;
  element.classList.add(kind);
  if (!BADGES[kind] || element.querySelector(".badge")) return;
  const { x, y, width } = element.getBBox();
  const badge = make(element, "g", { class: "badge", "aria-hidden": true });
  make(badge, "circle", { class: "seal", cx: x + width / 2, cy: y, r: 7 });
  make(badge, "text", { class: "small", x: x + width / 2, y: y + 4 }, BADGES[kind]);
}

on("tell", ({ node, edge, list }) => {
  if (edge) return;
  row(list, "difference", kindOf(node));
  row(list, "change", data.marks.remarks[node.id]);
});

let difference = -1;
function nextDifference() {
  if (!different.length) return say("There is no difference.");
  difference = (difference + 1) % different.length;
  const node = different[difference];
  pickNode(node);
  say(`${difference + 1} of ${different.length}: ${called(node)}, ${kindOf(node)} ${data.marks.remarks[node.id] || ""}`);
}

KEYS.push(["d", "next difference", { d: nextDifference }]);
tools.push((bar) => button(bar, `${different.length} differences`, nextDifference, "Next difference"));
