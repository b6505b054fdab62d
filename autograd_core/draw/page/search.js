// Search: words in names, and op: shape: flag: name: scope:.

const search = { text: "", found: [], place: -1 };

const has = (part) => (...texts) => texts.some((text) => String(text ?? "").toLowerCase().includes(part));

const FIELDS = {
  op: (text) => ({ primitive, label }) => has(text)(primitive, label),
  name: (text) => ({ name }) => has(text)(name),
  flag: (text) => ({ value, gradient, out }) => has(text)(value, gradient, ...out.map((edge) => edge.gradient)),
  scope: (text) => (node) => has(text)(picture.place(node)),
  // "(32,*)" against a type such as "32×64 float32".
  shape(text) {
    const sizes = text.match(/\d+|\*/g) || [];
    const pattern = RegExp(`^${sizes.join("×").replaceAll("*", "\\d+")} `);
    return ({ value }) => pattern.test(sizes.length ? typeOf(value) : isArray(value) ? "x" : " ");
  },
};

function testOf(word) {
  const [, field, rest] = word.match(/^(\w+):(.*)/) || [];
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field](rest);
  return (node) => ["name", "op", "scope"].some((name) => FIELDS[name](word)(node));
}

function lookFor(text) {
  const tests = (text.toLowerCase().match(/\w+:\([^)]*\)?|\S+/g) || []).map(testOf);
  search.found = tests.length ? nodes.filter((node) => tests.every((test) => test(node))) : [];
  search.place = -1;
  emit("draw");
  count(tests.length ? `${search.found.length} found` : "");
}

function next(way) {
  const { found } = search;
  if (!found.length) return;
  search.place = (search.place + way + found.length) % found.length;
  pickNode(found[search.place]);
  count(`${search.place + 1} of ${found.length}`);
}

const count = (text) => say((find("count").textContent = text));

on("draw", () => {
  for (const old of svg.querySelectorAll(".found")) old.classList.remove("found");
  for (const node of search.found.slice(0, 5000)) find(picture.holder(node))?.classList.add("found");
});

function searchBox(bar) {
  const field = make(bar, "input", {
    id: "find", type: "search", placeholder: "Search  /", "aria-label": "Search", title: "op:relu shape:(32,*) flag:nan name:W",
  });
  make(bar, "span", { id: "count" });
  field.oninput = () => lookFor(field.value);
  field.onkeydown = (event) => {
    if (event.key === "Enter") next(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") field.blur();
  };
}
