// Views of the same picture, and its export.

const VIEWS = { values: "Values", operations: "Operations", backward: "Backward graph" };
let current = "values";

function setView(name) {
  svg.classList.remove(`view-${current}`);
  current = Object.hasOwn(VIEWS, name) ? name : "values";
  svg.classList.add(`view-${current}`);
  find("views").value = current;
  if (current === "layers") picture.restore("");
  emit("draw");
}

// The backward graph shows on every edge the local rule in the place of the value.
on("draw", () => {
  for (const old of svg.querySelectorAll(".rule")) old.remove();
  if (current !== "backward") return;
  for (const [id, line] of shown.lines) {
    const text = find(id).querySelector(".value"), { rule } = edges[line.edges[0]];
    if (!text || !rule) continue;
    const { x, y, width, height } = text.getBBox();
    const made = make(find(id), "text", { class: "rule small", x: x + width / 2, y: y + height - 3 }, rule);
    made.setAttribute("transform", text.getAttribute("transform") || "");
  }
});

// The picture as it is now, as a file of its own.
function exportSvg() {
  const copy = svg.cloneNode(true);
  const { x, y, width, height } = bounds;
  copy.setAttribute("viewBox", [x, y, width, height].join(" "));
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  make(copy, "style", {}, document.querySelector("style").textContent + style);
  const link = make(document.body, "a", { download: "graph.svg", hidden: "" });
  link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
  link.click();
  link.remove();
}
