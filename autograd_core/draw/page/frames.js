// The steps of a simplification, one at a time in the place of the graph; 0 is the graph itself.

const figures = [...document.querySelectorAll("figure")];
let seen = 0;
let frameSlider;

function showFrame(n) {
  seen = Math.max(0, Math.min(figures.length, n || 0));
  stage.hidden = seen > 0;
  figures.forEach((figure, i) => (figure.hidden = i !== seen - 1));
  frameSlider.value = seen;
  if (seen) say(figures[seen - 1].querySelector("figcaption").textContent);
  else look();
  emit("step", at);
}

moreStates.frame = { get: () => seen || "", set: (text) => showFrame(parseInt(text, 10)) };
KEYS.push(["] [", "next and previous step of the simplification", {
  "]": () => showFrame(seen + 1), "[": () => showFrame(seen - 1),
}]);
tools.push((bar) => {
  const label = make(bar, "label", {}, "Simplify ");
  frameSlider = make(label, "input", { type: "range", max: figures.length, value: 0 });
  frameSlider.oninput = () => showFrame(+frameSlider.value);
  for (const figure of figures) figure.hidden = true;
});
