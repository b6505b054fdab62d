// The explanation: lines that select what they speak of.

// The line that was chosen; null while none is.
let chosenLine = null;

const explanationList = () => find("detail").querySelector(".lines");

function explain() {
  const list = make(detail("Explanation"), "ul", { class: "lines" });
  data.explanation.forEach(([level, text, vertex, of], i) => {
    const item = make(list, "li", { class: `level${level}` });
    if (vertex == null && !of) return make(item, "span", {}, text);
    const line = button(item, text, () => {
      chooseLine(i);
      explanationList().children[i].firstChild.focus();
    });
    if (i === chosenLine) line.setAttribute("aria-current", true);
  });
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  write();
}

// Select what a line speaks of: all its edges, as of a path, or a vertex.
function chooseLine(i) {
  const [, , vertex, of] = data.explanation[i] || [];
  if (of) pickEdge(edges[of[0]]);
  else if (vertex != null) pickNode(nodes[vertex]);
  chosenLine = of || vertex != null ? i : null;
  explain();
  markLine();
}

function markLine() {
  for (const old of svg.querySelectorAll(".along")) old.classList.remove("along");
  const of = chosenLine === null ? [] : data.explanation[chosenLine][3] || [];
  for (const edge of of) find(lineOf(edges[edge]))?.classList.add("along");
}

on("draw", markLine);
on("select", () => {
  chosenLine = null;
  markLine();
});
moreStates.explain = {
  get: () => explanationList() && (chosenLine ?? "all"),
  set: (text) => chooseLine(+text),
};
KEYS.push(["x", "explanation", { x: explain }]);
tools.push((bar) => button(bar, "Explain", explain));
