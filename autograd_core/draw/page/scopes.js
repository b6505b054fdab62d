// Opening and closing clusters in place.

// Boxes that are drawn at once, at most.
const MOST = 400;

// By element id: what is drawn, and where.
let drawn = new Map();

// Of every vertex the cluster that it stands in.
const home = new Map();
for (const cluster of clusters) {
  for (const member of cluster.members) if (member >= 0) home.set(nodes[member], cluster);
}

// The clusters around something, from the outermost to the nearest.
function around(cluster) {
  const path = [];
  for (; cluster?.id; cluster = clusters[cluster.parent]) path.unshift(cluster);
  return path;
}

// Whether a cluster is open and, within a series, the one that is shown.
const seriesOf = ({ parent }) => (clusters[parent].instances.length ? clusters[parent] : null);
const isOpen = (cluster) => {
  const series = seriesOf(cluster);
  return series ? content(series) === cluster : opened.has(cluster);
};

// All that is to be drawn, from outside inwards, with its place in the picture.
function collect(into, { cluster, scene, boxes, lines, entries }, x, y, frame, level) {
  const ids = cluster.members.map((member) => (member < 0 ? `s${~member}` : `v${member}`));
  boxes.forEach((box, i) => {
    const inner = clusterOf(cluster.members[i]), home = scene.members[i];
    const at = { cluster: inner, member: cluster.members[i], home, x: x + box.x, y: y + box.y };
    at.move = [at.x - home[0], y + box.line - home[4]];
    into.set(ids[i], { kind: box.inner ? "frame" : "box", ...at, width: box.width, height: box.height });
    if (box.inner) collect(into, box.inner, at.x + box.pad, at.y + box.top, { ...box, id: ids[i] }, y + box.line);
  });
  const first = entries.length, last = first + boxes.length;
  cluster.lines.forEach((line, i) => {
    const [of, gradient] = Array.isArray(line) ? line : [[line], edges[line].gradient];
    const [start, end, , , label] = scene.lines[i];
    const { corners, middle } = lines[i];
    const moved = corners.map((point) => [point[0] + x, point[1] + y]);
    // A piece that crosses the frame begins and ends on it.
    if (start < first) moved.unshift([x - frame.pad, level + frame.arrive[start]]);
    if (end >= last) moved.push([x - frame.pad + frame.width, level + frame.depart[end - last]]);
    const target = boxes[end - first], crosses = start < first || end >= last;
    into.set((crosses ? `s${cluster.id}-` : "") + `e${of[0]}`, {
      kind: "line", edges: of, gradient, label, corners: moved,
      move: label && [middle[0] + x - label[0], middle[1] + y - label[1]],
      from: ids[start - first] || frame.id, to: ids[end - first] || frame.id,
      target: target && !target.inner && (isCircle(target.width, target.height) ? "circle" : "box"),
    });
  });
}

// Draw what is open now. The element `anchor` stays where it is on the screen.
function redraw(anchor) {
  const whole = compose(clusters[0]), items = new Map();
  collect(items, whole, 0, 0);
  Object.assign(bounds, { width: whole.width + 28, height: whole.height + 28 });
  const before = drawn.get(anchor), after = items.get(anchor);
  const shift = before && after ? [after.x - before.x, after.y - before.y] : [0, 0];
  for (const id of drawn.keys()) if (!items.has(id)) find(id).remove();
  shown.lines.clear();
  shown.nodes.clear();
  for (const [id, item] of items) {
    let element = find(id);
    const isNew = !element || element.matches(".frame") !== (item.kind === "frame");
    if (isNew) {
      element?.remove();
      element = create(id, item);
    }
    if (item.kind === "line") shown.lines.set(id, item);
    else shown.nodes.set(id, item.member < 0 ? null : nodes[item.member]);
    put(element, item);
    if (drawn.size && !calm.matches) animate(element, item, isNew ? null : drawn.get(id), shift);
  }
  drawn = items;
  view.isOwn ||= Boolean(anchor);
  view.x += shift[0];
  view.y += shift[1];
  look();
  rearrange();
  emit("draw");
}

function create(id, { kind, edges: of, gradient, label, cluster, member, home }) {
  if (kind === "line") return svg.insertBefore(newLine(id, edges[of[0]], gradient, label), lineEnd);
  if (kind === "frame") return svg.insertBefore(newFrame(id, cluster), frameEnd);
  if (member >= 0) return newBox(id, nodes[member], home);
  const note = `(${cluster.count} op${cluster.count === 1 ? "" : "s"})`;
  return newBox(id, { kind: "group", label: cluster.name, note }, home);
}

function newFrame(id, cluster) {
  const group = make(svg, "g", { class: isLone(cluster) ? "frame lone" : "frame", id });
  make(group, "rect", { rx: 8 });
  const bar = make(group, "g", { class: "bar" });
  make(bar, "rect", { height: TITLE });
  make(bar, "text", { class: "title start small", x: 12, y: 17 }, `− ${cluster.name}`);
  if (!cluster.instances.length) return group;
  make(group, "text", { class: "title end small", y: 17 });
  for (const [way, sign] of [[-1, "‹"], [1, "›"]]) {
    const turn = make(group, "g", { class: "turn", "data-way": way });
    make(turn, "rect", { width: 22, height: TITLE, x: -11 });
    make(turn, "text", { y: 17 }, sign);
  }
  return group;
}

const translate = (x, y) => `translate(${round(x)} ${round(y)})`;

function put(element, { kind, corners, target, move, cluster, x, y, width, height }) {
  if (kind === "line") {
    drawLine(element, corners, target);
    for (const text of element.querySelectorAll("text")) text.setAttribute("transform", translate(...move));
    return;
  }
  element.setAttribute("transform", kind === "box" ? translate(...move) : translate(x, y));
  element.classList.toggle("opens", Boolean(cluster));
  if (kind === "box") return;
  const [rect, bar] = element.querySelectorAll("rect");
  rect.setAttribute("width", round(width));
  rect.setAttribute("height", round(height));
  bar.setAttribute("width", round(width));
  const which = element.querySelector(".end");
  if (!which) return;
  which.setAttribute("x", width - 54);
  which.textContent = `${content(cluster).name}, ${1 + (chosen.get(cluster) || 0)} of ${cluster.instances.length}`;
  element.querySelectorAll(".turn").forEach((turn, i) => turn.setAttribute("transform", translate(width - 38 + 22 * i, 0)));
}

// Slide what stood elsewhere, and let what is new appear.
function animate(element, item, before, shift) {
  const timing = { duration: 240, easing: "ease-out" };
  const at = ([x, y]) => ({ transform: `translate(${x}px, ${y}px)` });
  const place = ({ kind, move, x, y }) => (kind === "box" ? move : [x, y]);
  if (before && item.kind !== "line") {
    const [x, y] = place(before);
    element.animate([at([x + shift[0], y + shift[1]]), at(place(item))], timing);
  } else if (String(item.corners) !== String(before?.corners)) {
    element.animate([{ opacity: 0 }, { opacity: 0, offset: 0.5 }, { opacity: 1 }], timing);
  }
}

// Open clusters, all but the last of which are around it. If there is too much to see then, the
// deepest of the others close.
function open(...wanted) {
  const anchor = idOf(wanted[0]);
  for (const cluster of wanted) opened.add(cluster);
  const kept = new Set(wanted.flatMap(around));
  const others = [...opened].filter((cluster) => !kept.has(cluster));
  others.sort((a, b) => around(b).length - around(a).length);
  while (others.length && visible() > MOST) opened.delete(others.shift());
  redraw(anchor);
}

// The boxes that are seen when all that is open is drawn.
function visible(cluster = clusters[0]) {
  return cluster.members.reduce((sum, member) => {
    const inner = clusterOf(member);
    return sum + (opened.has(inner) ? visible(content(inner)) : 1);
  }, 0);
}

function toggle(cluster) {
  if (!opened.delete(cluster)) return open(cluster);
  redraw(idOf(cluster));
}

// Show another one of a series.
function choose(series, place) {
  chosen.set(series, (place + series.instances.length) % series.instances.length);
  redraw(idOf(series));
}

const clusterAt = (id) => drawn.get(id)?.cluster;

on("click", (target) => {
  const cluster = clusterAt(target.closest(".opens")?.id);
  const way = target.closest(".turn")?.dataset.way;
  if (cluster && way) choose(cluster, (chosen.get(cluster) || 0) + Number(way));
  else if (cluster && target.closest(".vertex,.bar")) {
    picture.toggle(idOf(cluster));
    pick(idOf(cluster));
  }
});

on("select", (id) => {
  const cluster = clusterAt(id);
  if (!cluster || exercise.blanks) return;
  const box = shown.nodes.get(id) ? find("detail") : detail(cluster.name);
  if (!shown.nodes.get(id)) make(box, "p", { class: "phase" }, picture.title(id));
  const actions = make(box, "p", { class: "actions" });
  button(actions, opened.has(cluster) ? "Close" : "Open", () => {
    picture.toggle(id);
    pick(id);
  });
  if (!cluster.instances.length) return;
  const picker = make(actions, "select", { "aria-label": "Which one" });
  cluster.instances.forEach((number, i) => make(picker, "option", { value: i }, clusters[number].name));
  picker.value = chosen.get(cluster) || 0;
  picker.onchange = () => choose(cluster, +picker.value);
});

Object.assign(picture, {
  holder(node) {
    const closed = around(home.get(node)).find((cluster) => !isOpen(cluster));
    return closed ? idOf(seriesOf(closed) || closed) : `v${node.id}`;
  },
  // The operation whose definition a vertex stands in; what stands on its border belongs to none.
  owner(node) {
    if (!home.has(node)) return undefined;
    const inside = around(home.get(node)).findLast(({ owner }) => owner >= 0);
    return inside ? nodes[inside.owner] : null;
  },
  place: (node) => around(home.get(node)).filter(({ instances }) => !instances.length).map(({ name }) => name).join(" / "),
  title: (id) => `${clusterAt(id).name}, ${clusterAt(id).count} operations`,
  isOpen: (id) => clusterAt(id) && opened.has(clusterAt(id)),
  toggle(id) {
    const cluster = clusterAt(id);
    if (!cluster) return;
    toggle(cluster);
    say(`${cluster.name} is ${opened.has(cluster) ? "open" : "closed"}.`);
  },
  // Open all that is around a vertex.
  show(node) {
    const path = around(home.get(node)).filter((cluster) => !isOpen(cluster));
    for (const cluster of path) {
      const series = seriesOf(cluster);
      if (series) chosen.set(series, series.instances.indexOf(cluster.id));
    }
    if (path.length) open(...path);
  },
  opened: () => [...opened].map(idOf).join(),
  restore(text) {
    opened.clear();
    for (const id of text.split(",")) {
      const cluster = clusters.find((other) => other.id && idOf(other) === id);
      if (cluster) opened.add(cluster);
    }
    redraw();
    if (!view.isOwn) fit(0.55);
  },
  begin() {
    openFirst();
    redraw();
  },
});

// Of every opened operation the operations of its definition.
const definitions = new Map();
for (const node of nodes) {
  const owner = node.kind === "operation" && picture.owner(node);
  if (owner) definitions.set(owner, definitions.get(owner) || []).get(owner).push(node);
}

// What a pass plays in the place of an operation: its definition, where that can be seen.
function played(node, isBack) {
  const cluster = behind.get(node.id);
  if (!cluster || !around(cluster).every(isOpen)) return [node];
  const own = definitions.get(node) || [];
  const order = isBack ? own.filter(({ into }) => into.some(({ gradient }) => gradient != null)).reverse() : own;
  return order.length ? order.flatMap((inner) => played(inner, isBack)) : [node];
}

// The steps, where definitions were opened or closed: an operation is done with the last of its own.
function rearrange() {
  const count = steps.length, done = at > turning ? () => returned : () => computed;
  let current = steps[at - 1];
  arrange(...passes.map((pass, isBack) => pass.flatMap((node) => played(node, isBack))));
  for (const { owner } of opened) {
    if (owner < 0) continue;
    [computed, returned].forEach((pass, isBack) => pass.set(nodes[owner], pass.get(played(nodes[owner], isBack).at(-1))));
  }
  while (current && !done().get(current)) current = picture.owner(current);
  if (current) at = done().get(current);
  if (count === steps.length) return;
  bar.querySelector("[type=range]").max = steps.length;
  emit("step", at);
}

// Frames lie under lines, lines under boxes.
const [frameEnd, lineEnd] = ["g", ".vertex"].map((place) => svg.insertBefore(make(svg, "g"), svg.querySelector(place)));

VIEWS.layers = "Layers";

// Open level by level what can be read at once, or as deep as the page was asked to.
function openFirst() {
  let level = [clusters[0]];
  for (let depth = 1; level.length && depth <= (data.depth ?? depth); depth++) {
    const inside = level.flatMap(({ members }) => members.filter((member) => member < 0).map(clusterOf));
    level = inside.filter(({ kind, count }) => data.depth != null || (kind === "module" && count > 1));
    for (const cluster of level) opened.add(cluster);
    const { width, height } = compose(clusters[0]);
    const isLarge = 0.6 * width > stage.clientWidth || 0.6 * height > stage.clientHeight;
    if (visible() > MOST || (data.depth == null && isLarge)) {
      for (const cluster of level) opened.delete(cluster);
      return;
    }
    level = level.map(content);
  }
}
