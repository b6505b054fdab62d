// The steps of a simplification, one at a time in the place of the graph; 0 is the graph itself.

const figures = [...document.querySelectorAll("figure")];
const show = make(document.body, "main", { id: "show", tabindex: 0 });
stage.after(show);
show.append(...figures);
show.hidden = true;
for (const { style, width } of show.querySelectorAll("figure > svg")) {
  style.minWidth = `${0.8 * width.baseVal.value}px`;
}
let seen = 0;
let frameSlider, framePlace;

function showFrame(n) {
  seen = Math.max(0, Math.min(figures.length, n || 0));
  stage.hidden = seen > 0;
  show.hidden = !seen;
  figures.forEach((figure, i) => (figure.hidden = i !== seen - 1));
  frameSlider.value = seen;
  framePlace.textContent = seen ? `${seen} / ${figures.length}` : "";
  if (seen) tellFrame(figures[seen - 1]);
  else look();
  write();
}

// What has changed is in sight.
function tellFrame(figure) {
  say(figure.querySelector("figcaption").textContent);
  figure.querySelector(".added,.removed")?.scrollIntoView({ inline: "center", block: "nearest" });
}

// Whoever plays the graph or selects in it wants to see it.
for (const event of ["step", "select"]) on(event, () => seen && showFrame(0));

moreStates.frame = { get: () => seen || "", set: (text) => showFrame(parseInt(text, 10)) };
KEYS.push(["] [", "next and previous step of the simplification", {
  "]": () => showFrame(seen + 1), "[": () => showFrame(seen - 1),
}]);
tools.push((bar) => {
  const label = make(bar, "label", { id: "frames" }, "Simplify ");
  frameSlider = make(label, "input", { type: "range", max: figures.length, value: 0 });
  framePlace = make(label, "span");
  frameSlider.oninput = () => showFrame(+frameSlider.value);
  // Its arrows move it, and do not play the graph.
  frameSlider.onkeydown = (event) => event.key.length > 1 && event.stopPropagation();
});
