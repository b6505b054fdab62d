// Drawing what is shown, as the picture in the file is drawn.

const TEXT = 13;
const SMALL = 11;
const AIR = 3;
const HEAD = 7;
const RADIUS = 18;

const round = (x) => Math.round(x * 10) / 10;
const high = (texts) => texts.reduce((sum, [, size]) => sum + 1.2 * size, 0);
const rows = (value, kind) => rowsOf(value).map((text) => [text, isArray(value) ? SMALL : TEXT, kind]);

// Lines of text under one another, those of one kind in one element.
function stack(parent, texts, x, y, anchor = "") {
  const made = {};
  for (const [text, size, kind] of texts) {
    made[kind] ||= make(parent, "text", { class: `${kind} ${size === SMALL ? "small" : ""} ${anchor}` });
    make(made[kind], "tspan", { x, y: round(y + 0.96 * size) }, text);
    y += 1.2 * size;
  }
}

function newLine(id, { source }, gradient, label) {
  const group = make(svg, "g", { class: label ? "edge" : "piece", id });
  make(group, "path", { class: "way" });
  make(group, "path", { class: "head" });
  if (!label) return group;
  const texts = rows(source.value, "value");
  if (typeOf(source.value) && !isSmall(source.value)) texts.unshift([typeOf(source.value), SMALL, "value"]);
  if (source.kind === "operation" && source.name) texts.unshift([source.name, TEXT, "name"]);
  stack(group, texts, label[0], label[1] - AIR - high(texts));
  stack(group, rows(gradient, gradient == null ? "gradient none" : "gradient"), label[0], label[1] + AIR);
  return group;
}

function newBox(id, node, [x, y, width, height, line]) {
  const group = make(svg, "g", { class: `vertex ${node.kind}`, id });
  if (node.kind !== "operation" && node.kind !== "group") return newLeaf(group, node, x, width, line);
  if (isCircle(width, height)) make(group, "circle", { class: "shape", cx: x + RADIUS, cy: line, r: RADIUS });
  else make(group, "rect", { class: "shape", x, y, width, height, rx: 8 });
  const texts = [[node.label, TEXT, "sign"]];
  if (node.note) texts.push([node.note, SMALL, "note"]);
  stack(group, texts, x + width / 2, line - high(texts) / 2);
  return group;
}

const isCircle = (width, height) => width === 2 * RADIUS && height === 2 * RADIUS;

// A name beside its line, or a dot for what has none.
function newLeaf(group, node, x, width, line) {
  const isEnd = node.kind === "output", right = x + width;
  const [at, anchor] = isEnd ? [x + 5, "start"] : [right - 5, "end"];
  if (node.name) stack(group, [[node.name, TEXT, "name"]], at, line - 0.6 * TEXT, anchor);
  else if (!isEnd) make(group, "circle", { class: "dot", cx: right - 2.5, cy: line, r: 2.5 });
  if (node.out.length > 1 && node.gradient != null) {
    stack(group, [[`∂ ${told(node.gradient)}`, SMALL, "gradient"]], at, line + 0.6 * TEXT, anchor);
  }
  return group;
}

// A line through its corners and its head, which ends on the border of its target.
function drawLine(group, corners, target) {
  let tip = corners.at(-1), unit = [1, 0];
  const [x, y] = corners.at(-2);
  if (target === "circle" && Math.abs(y - tip[1]) > 0.05) {
    const centre = [tip[0] + RADIUS, tip[1]];
    const length = Math.hypot(centre[0] - x, centre[1] - y);
    unit = [(centre[0] - x) / length, (centre[1] - y) / length];
    tip = [centre[0] - RADIUS * unit[0], centre[1] - RADIUS * unit[1]];
  }
  const neck = target ? [tip[0] - HEAD * unit[0], tip[1] - HEAD * unit[1]] : tip;
  const wing = (sign) => [neck[0] - sign * 0.42 * HEAD * unit[1], neck[1] + sign * 0.42 * HEAD * unit[0]];
  const points = [tip, wing(1), wing(-1)].map((point) => point.map(round).join(" "));
  group.querySelector(".way").setAttribute("d", path([...corners.slice(0, -1), neck], unit));
  group.querySelector(".head").setAttribute("d", target ? `M${points.join("L")}Z` : "");
}

// Level between corners of one height, else a climb that is level at its ends.
function path(corners, unit) {
  let text = `M${corners[0].map(round).join(" ")}`;
  corners.slice(1).forEach(([x, y], i) => {
    const [x0, y0] = corners[i];
    const half = (x - x0) / 2;
    const [dx, dy] = i === corners.length - 2 ? [Math.abs(half) * unit[0], Math.abs(half) * unit[1]] : [half, 0];
    text += Math.abs(y - y0) < 0.05 ? `H${round(x)}` : `C${[x0 + half, y0, x - dx, y - dy, x, y].map(round).join(" ")}`;
  });
  return text;
}
