// Exercise: numbers are blanked, and the learner finds them one after the other.

const exercise = { blanks: "", questions: [], place: 0, right: 0 };

// The questions in the order of computation. Arrays are left out.
function questionsOf(blanks) {
  const values = passes[0].filter(({ value, out }) => isNumber(value) && out[0])
    .map((node) => ({ edge: node.out[0], kind: "value", truth: node.value }));
  const gradients = passes[1].flatMap(({ into }) => into).filter(({ gradient }) => isNumber(gradient))
    .map((edge) => ({ edge, kind: "gradient", truth: edge.gradient }));
  return [...(blanks === "gradients" ? [] : values), ...(blanks === "values" ? [] : gradients)];
}

function startExercise(blanks = "gradients") {
  step(null);
  Object.assign(exercise, { blanks, questions: questionsOf(blanks), place: 0, right: 0 });
  ask();
}

function endExercise() {
  exercise.blanks = "";
  find("answer")?.parentElement.remove();
  emit("draw");
  tellWhole();
}

function veil() {
  if (!exercise.blanks) return;
  const hidden = new Set(exercise.questions.slice(exercise.place).map(({ edge, kind }) =>
    kind + (kind === "value" ? edge.source : edge).id));
  for (const [id, line] of shown.lines) {
    const edge = edges[line.edges[0]], element = find(id);
    hide(element.querySelector(".value"), hidden.has(`value${edge.source.id}`));
    hide(element.querySelector(".gradient"), hidden.has(`gradient${edge.id}`));
  }
  for (const text of svg.querySelectorAll(".vertex .gradient")) hide(text, exercise.blanks !== "values");
}

function ask() {
  find("answer")?.parentElement.remove();
  const { questions, place, blanks } = exercise;
  const question = questions[place];
  const box = detail();
  make(box, "p", { class: "phase" }, `Exercise · ${Math.min(place + 1, questions.length)} of ${questions.length}`);
  const heading = make(box, "h2");
  make(box, "p", { id: "verdict" });
  const actions = make(box, "p", { class: "actions" });
  if (question) heading.textContent = askAt(question, actions);
  else {
    heading.textContent = questions.length ? `Done: ${exercise.right} found.` : "Arrays are not asked for.";
    button(actions, "Again", () => startExercise(blanks));
    emit("draw");
    pick(null);
  }
  button(actions, "End", endExercise);
  for (const what of ["gradients", "values", "both"]) {
    if (what !== blanks) button(actions, `Find ${what}`, () => startExercise(what));
  }
  say(heading.textContent);
  emit("step");
}

// Put a field where the number is to stand. Returns the question in words.
function askAt({ edge, kind }, actions) {
  picture.show(edge.source);
  picture.show(edge.target);
  emit("draw");
  if (!lineOf(edge)) return settle(0);
  const line = find(lineOf(edge)), text = line.querySelector(`.${kind}`);
  pick(line.id);
  const { x, y, width, height } = text.getBBox();
  const moved = text.transform.baseVal.consolidate()?.matrix || { e: 0, f: 0 };
  const field = make(line, "foreignObject", {
    x: x + width / 2 - 28 + moved.e, y: moved.f + (kind === "value" ? y + height - 22 : y), width: 56, height: 22,
  });
  const words = kind === "value" ? `What is the value of ${called(edge.source)}?`
    : `What gradient flows back from ${called(edge.target)} to ${called(edge.source)}?`;
  const input = make(stage, "input", { id: "answer", class: kind, autocomplete: "off", "aria-label": words });
  field.append(input);
  input.onkeydown = (event) => {
    if (event.key === "Enter") check(input.value);
    if (event.key === "Escape") endExercise();
  };
  button(actions, "Check", () => check(input.value));
  button(actions, "Show me", () => settle(0));
  if (view.scale < 1) zoom(1 / view.scale);
  reveal(line);
  input.focus({ preventScroll: true });
  return words;
}

// "0.5", "1/3", "-2e3" as numbers.
function parse(text) {
  const parts = text.trim().replace(/[−–]/g, "-").replace(/,/g, ".").split("/");
  const [above, below = 1] = parts.map((part) => (part.trim() && parts.length < 3 ? Number(part) : NaN));
  return above / below;
}

// Right to four significant digits.
const isRight = (answer, truth) => Math.abs(answer - truth) <= Math.max(5.01e-4 * Math.abs(truth), 1e-12);

function check(text) {
  const { edge, kind, truth } = exercise.questions[exercise.place];
  const answer = parse(text);
  if (isRight(answer, truth)) return settle(1);
  const g = gradientOf(edge.target);
  const hint = kind === "value" ? `Compute ${formula(edge.source)}.`
    : `The local rule is ${edge.rule || "g × " + number(truth / g)}, where g is ${told(g)}.`;
  verdict("wrong", Number.isNaN(answer) ? "✗ That is not a number." : `✗ Not ${text.trim()}. ${hint}`);
  find("answer").select();
}

function verdict(kind, text) {
  find("verdict").className = kind;
  find("verdict").textContent = text;
  say(text.replace("✗ ", ""));
}

function settle(found) {
  const { edge, kind, truth } = exercise.questions[exercise.place];
  exercise.place += 1;
  exercise.right += found;
  ask();
  const how = kind === "value" ? `${formula(edge.source)} = ${number(truth)}` : product(edge);
  verdict("right", `${found ? "✓ Right" : "The answer"}: ${how}`);
}

on("draw", veil);
