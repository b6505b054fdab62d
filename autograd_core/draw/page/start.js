// The state in the address, and the beginning.

// What the address remembers: how each part is read, and how it is brought back.
const states = {
  view: { get: () => current === "values" ? "" : current, set: setView },
  open: { get: () => picture.opened?.(), set: (text) => picture.restore?.(text) },
  mode: { get: () => exercise.blanks && "exercise", set: (text) => text === "exercise" && startExercise() },
  step: { get: () => at, set: (text) => step(parseInt(text, 10) || 0) },
  pick: { get: () => picked, set: (text) => select(text) },
  ...moreStates,
};

let written = "";

function write() {
  const state = new URLSearchParams();
  for (const part in states) {
    const text = states[part].get();
    if (text != null && text !== "") state.set(part, text);
  }
  written = `#${decodeURIComponent(state)}`;
  try {
    history.replaceState(null, "", written);
  } catch {
    // A frame without an address of its own, as in a notebook, keeps no state.
  }
}

function read() {
  if (location.hash === written) return;
  const state = new URLSearchParams(location.hash.slice(1));
  for (const part in states) if (state.has(part)) states[part].set(state.get(part));
}

for (const name of ["width", "height"]) svg.removeAttribute(name);
svg.setAttribute("role", "group");
document.documentElement.classList.add("live");
for (const element of picture.begin ? [] : svg.querySelectorAll(".vertex,.edge")) {
  const id = +element.id.slice(1);
  if (element.matches(".vertex")) shown.nodes.set(element.id, nodes[id]);
  else shown.lines.set(element.id, { edges: [id], from: `v${edges[id].source.id}`, to: `v${edges[id].target.id}` });
}
const bar = make(document.querySelector("header"), "div", { role: "toolbar", "aria-label": "Tools", id: "bar" });
for (const tool of tools) tool(bar);
picture.begin?.();
emit("draw");
fit(0.55);
tellWhole();
read();
for (const event of ["step", "select", "draw"]) on(event, write);
addEventListener("resize", () => (view.isOwn ? look() : fit(0.55)));
addEventListener("hashchange", read);
window.autograd = Object.freeze({ nodes, edges, shown, picture, select, step, make });
