// The toolbar, the keys, and the way through the picture without a pointer.

const KEYS = [
  ["→ ←", "next step, previous step", { ArrowRight: () => move(1), ArrowLeft: () => move(-1) }],
  ["space", "play, pause", { " ": play }],
  ["f b", "forward pass, backward pass", { f: () => step(0), b: () => step(turning + 1) }],
  ["Home End", "first step, last step", { Home: () => step(0), End: () => step(steps.length) }],
  ["Esc", "leave", { Escape: leave }],
  ["Tab", "the picture: arrows walk along edges, Enter opens", {}],
  ["/", "search: op:relu shape:(32,*) flag:nan name:W", { "/": () => find("find").select() }],
  ["n N", "next found, previous found", { n: () => next(1), N: () => next(-1) }],
  ["e", "exercise", { e: () => startExercise() }],
  ["v", "next view", { v: () => setView(Object.keys(VIEWS)[Object.keys(VIEWS).indexOf(current) + 1]) }],
  ["t", "table", { t: openTable }],
  ["+ − 0", "larger, smaller, all", { "+": () => zoom(1.25), "-": () => zoom(0.8), 0: () => fit() }],
  ["s", "save the picture", { s: exportSvg }],
  ["?", "these keys", { "?": help }],
];

function leave() {
  if (timer) pause();
  if (exercise.blanks) endExercise();
  else if (at !== null) step(null);
  pick(null);
  document.activeElement.blur();
}

function help() {
  const list = make(sheet("Keys"), "dl");
  for (const [keys, text] of KEYS) {
    const term = make(list, "dt");
    for (const key of keys.split(" ")) make(term, "kbd", {}, key);
    make(list, "dd", {}, text);
  }
}

addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input:not([type=range]),select,dialog")) return;
  if (target.closest("button") && " Enter".includes(key)) return;
  const own = target.closest(".vertex,.frame");
  const act = (own && walk(own.id, key)) || KEYS.find(([, , keys]) => keys[key])?.[2][key];
  if (!act) return;
  event.preventDefault();
  act();
});

// In the picture the arrows go to what an operation reads, to what reads it, and to its siblings.
function walk(id, key) {
  const lines = [...shown.lines.values()];
  const reader = lines.find(({ from }) => from === id)?.to;
  const beside = lines.filter(({ to }) => to === reader).map(({ from }) => from);
  const there = {
    ArrowLeft: lines.find(({ to }) => to === id)?.from,
    ArrowRight: reader,
    ArrowUp: beside[beside.indexOf(id) - 1],
    ArrowDown: beside[beside.indexOf(id) + 1],
  };
  if (key in there) return () => focus(there[key]);
  return " Enter".includes(key) && (() => {
    picture.toggle?.(id);
    focus(id, pick);
  });
}

// The one element of the picture that the Tab key stops at.
let stop = "";

function focus(id, then = select) {
  if (!find(id)) return;
  stop = id;
  name();
  find(id).focus({ preventScroll: true });
  then(id);
}

// Names and roles for all that can be reached. While numbers are hidden, the names keep silent.
function name() {
  const all = [...svg.querySelectorAll(".vertex,.frame")];
  if (!find(stop)?.closest("svg")) stop = all[0]?.id;
  for (const element of all) {
    const node = shown.nodes.get(element.id), isOpen = picture.isOpen?.(element.id);
    const numbers = at === null && !exercise.blanks && node ? `: ${brief(node.value)}, gradient ${told(gradientOf(node))}` : "";
    element.setAttribute("tabindex", element.id === stop ? 0 : -1);
    element.setAttribute("role", isOpen === undefined ? "img" : "button");
    element.setAttribute("aria-label", (node ? called(node) : picture.title(element.id)) + numbers);
    if (isOpen !== undefined) element.setAttribute("aria-expanded", isOpen);
  }
}

on("draw", name);
on("step", name);

// Parts of the toolbar, each a function of the bar.
const tools = [(bar) => {
  if (!steps.length) return;
  button(bar, "←", () => move(-1), "Previous step");
  const playing = button(bar, "Play", play);
  button(bar, "→", () => move(1), "Next step");
  const slider = make(bar, "input", { type: "range", max: steps.length, value: 0, "aria-label": "Step" });
  slider.oninput = () => step(+slider.value);
  const place = make(bar, "span", { id: "at" });
  on("play", (is) => (playing.textContent = is ? "Pause" : "Play"));
  on("step", () => {
    slider.value = at || 0;
    place.textContent = at === null ? "" : `${at} / ${steps.length}`;
  });
}, (bar) => {
  const choice = make(bar, "select", { id: "views", "aria-label": "View" });
  for (const name in VIEWS) make(choice, "option", { value: name }, VIEWS[name]);
  choice.onchange = () => setView(choice.value);
}, (bar) => {
  button(bar, "Exercise", () => startExercise());
  searchBox(bar);
}, (bar) => {
  button(bar, "Table", openTable);
  button(bar, "Save", exportSvg, "Save the picture");
  button(bar, "?", help, "Keys");
}];
