// What every part of the page shares: the graph, its texts, and a few tools.

const find = (id) => document.getElementById(id);
const data = JSON.parse(find("data").textContent);
const stage = find("stage");
const svg = stage.querySelector("svg");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

document.adoptedStyleSheets = [new CSSStyleSheet()];
document.adoptedStyleSheets[0].replaceSync(style);

const nodes = data.nodes.map(([type, name, value, gradient], id) => {
  const [kind, label = "", primitive = "", params = ""] = data.types[type];
  return { id, kind, label, primitive, params, name, value, gradient, into: [], out: [] };
});
// Numbers that are told as steps from one to the next.
const summed = (steps, sum = 0) => steps.map((step) => (sum += step));
let last = 0;
const edges = data.edges.map(([span, step, operand, gradient, rule], id) => {
  const target = nodes[(last += step)], source = nodes[last - span];
  const edge = { id, source, target, operand, gradient, rule: data.rules[rule] };
  source.out.push(edge);
  target.into.push(edge);
  return edge;
});
// The operations in the order of the forward and of the backward pass.
const passes = [data.forward, data.backward].map((steps) => summed(steps).map((id) => nodes[id]));

// Where a vertex is seen: pages with clusters know more about it.
const picture = {
  holder: (node) => `v${node.id}`,
  owner: () => null,
  place: () => "",
  show() {},
};

// What is drawn now, by element id: the vertices, and the lines with the edges in each and the ids
// of the elements at its ends.
const shown = { nodes: new Map(), lines: new Map() };

// Further parts of the address, added by those who need them.
const moreStates = {};

const listeners = {};
const on = (event, act) => (listeners[event] ||= []).push(act);
const emit = (event, detail) => listeners[event]?.forEach((act) => act(detail));

// An element inside a parent. Text goes in as text, never as markup.
function make(parent, tag, attributes = {}, text = null) {
  const space = /^(svg|foreignObject)$/.test(tag) || parent.namespaceURI === svg.namespaceURI ? svg : stage;
  const element = document.createElementNS(space.namespaceURI, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.textContent = text;
  return parent.appendChild(element);
}

function button(parent, text, act, label = text) {
  const made = make(parent, "button", { type: "button", title: label, "aria-label": label }, text);
  made.onclick = act;
  return made;
}

const panel = make(document.body, "aside", { id: "panel", "aria-label": "Details" });
const say = (text) => (find("say").textContent = text);
make(panel, "p", { id: "say", role: "status" });
make(panel, "div", { id: "detail" });

// Numbers as the picture writes them: four significant digits.
function number(x) {
  if (typeof x !== "number") return x ?? "–";
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const [mantissa, exponent] = x.toExponential(3).split("e");
  return exponent < -4 || exponent > 3 ? `${+mantissa}e${+exponent}` : String(+x.toPrecision(4));
}

// A value is a number, or for an array lines: its type, then its rows or its statistics. The type
// of a gradient is that of its value, and left out.
const isNumber = (value) => typeof value === "number";
const isArray = (value) => String(value).includes("\n");
const rowsOf = (value) => number(value).split("\n").slice(isArray(value));
const typeOf = (value) => (isArray(value) ? value.split("\n")[0] : "");
const told = (value) => rowsOf(value).join("\n");
const isSmall = (value) => told(value)[0] === "[";
const brief = (value) => (typeOf(value) && !/^\[.*$/.test(told(value)) ? typeOf(value) : told(value));
const shape = (value) => (isSmall(value) ? told(value) : typeOf(value) || told(value));
const full = (value) => `${typeOf(value)} ${told(value)}`.trim();

const called = (node) => node.name || node.label || node.kind;

// The gradient of a vertex: what its readers send back, summed.
function gradientOf(node) {
  const sent = sentTo(node);
  if (node.gradient != null || sent.length < 2) return node.gradient ?? sent[0];
  return sent.every(isNumber) ? sent.reduce((a, b) => a + b) : null;
}

const sentTo = (node) => node.out.map((edge) => edge.gradient).filter((gradient) => gradient != null);
