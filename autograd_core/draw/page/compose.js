// Putting scenes into one another. An opened cluster takes the place of its box; the scene around
// it is stretched by a monotone map of its coordinates, so that nothing changes sides.

// Between a frame and what it holds.
const PAD = 12;
// The height of a frame's title.
const TITLE = 24;
// A line that has to change its height at a box does so within this width.
const BEND = 18;

const clusters = data.clusters.map(
  ([name, kind, parent, owner, scene, count, members, lines, joined, instances = []], id) =>
    ({ id, name, kind, parent, owner, count, members: summed(members),
       lines: Object.assign(summed(lines), joined), instances, scene: data.scenes[scene] }));
const opened = new Set();

// Of every series the place of the instance that it shows.
const chosen = new Map();

// The clusters that the vertices of composites open into.
const behind = new Map(clusters.filter(({ owner }) => owner >= 0).map((cluster) => [cluster.owner, cluster]));

// A member of a cluster is a vertex, or a cluster as the complement of its number.
const clusterOf = (member) => (member < 0 ? clusters[~member] : behind.get(member));
const idOf = ({ owner, id }) => (owner >= 0 ? `v${owner}` : `s${id}`);

// Whether a definition is all that its module does: a frame right within a frame would say nothing.
const isLone = ({ owner, parent }) => owner >= 0 && clusters[parent].kind === "module" && clusters[parent].count === 1;

// The cluster whose scene a cluster shows: for a series the chosen one of its instances.
const content = (cluster) =>
  cluster.instances.length ? clusters[cluster.instances[chosen.get(cluster) || 0]] : cluster;

// The least map that keeps all distances or makes them longer, and every span [from, to, length] at
// least as long as it asks for.
function stretch(spans) {
  const at = [...new Set(spans.flatMap(([from, to]) => [from, to]))].sort((a, b) => a - b);
  const index = new Map(at.map((x, i) => [x, i]));
  const to = [];
  at.forEach((x, i) => {
    to[i] = i ? to[i - 1] + x - at[i - 1] : x;
    for (const [from, end, length] of spans) {
      if (end === x) to[i] = Math.max(to[i], to[index.get(from)] + length);
    }
  });
  return (x) => {
    const i = at.findLastIndex((start) => start <= x);
    if (i < 0) return x;
    if (i === at.length - 1) return to[i] + x - at[i];
    return to[i] + ((x - at[i]) * (to[i + 1] - to[i])) / (at[i + 1] - at[i]);
  };
}

// A cluster with all that is open in it: the boxes and lines of its scene, stretched.
function compose(cluster) {
  const { scene } = cluster;
  const frames = cluster.members.map((member, i) => {
    const inner = clusterOf(member);
    return opened.has(inner) ? frame(inner) : null;
  });
  const across = [], down = [];
  frames.forEach((made, i) => {
    if (!made) return;
    const [x, y, width, height, line] = scene.members[i];
    across.push([x, x + width, made.width]);
    down.push([y, line, made.up], [line, y + height, made.height - made.up]);
  });
  const map = { x: stretch(across), y: stretch(down) };
  const boxes = scene.members.map(([x, y, width, height, line], i) => {
    const made = frames[i];
    const level = map.y(line);
    if (made) return { x: map.x(x), y: level - made.up, line: level, ...made };
    const left = map.x(x + width / 2) - width / 2;
    return { x: left, y: level - (line - y), line: level, width, height };
  });
  const entries = scene.entries.map(map.y), exits = scene.exits.map(map.y);
  const placed = { cluster, scene, boxes, entries, exits };
  placed.width = map.x(scene.width);
  placed.height = map.y(scene.height);
  placed.lines = scene.lines.map((line) => follow(line, map, placed));
  return placed;
}

// The frame around an opened cluster: what its lines are to the line of its box. The first of its
// entries stands where the box was met.
function frame(cluster) {
  const inner = compose(content(cluster)), { scene } = inner;
  const main = scene.enter.indexOf(0);
  const middle = main < 0 ? inner.exits[scene.leave.indexOf(0)] ?? 0 : inner.entries[main];
  const [pad, top, least] = isLone(cluster) ? [0, 0, 0] : [PAD, TITLE, 90 + 7 * cluster.name.length];
  return {
    inner,
    pad,
    top,
    arrive: inner.entries.map((y) => y - middle),
    depart: inner.exits.map((y) => y - middle),
    up: top + middle,
    width: Math.max(inner.width + 2 * pad, least),
    height: top + inner.height + pad,
  };
}

// The corners of a line in a stretched scene, and the middle of its label.
function follow([start, end, leave, enter, label, ...way], map, { scene, boxes, entries, exits, width }) {
  const points = [];
  for (let i = 0; i < way.length; i += 2) points.push([map.x(way[i]), map.y(way[i + 1])]);
  const first = entries.length, last = first + boxes.length;
  const join = (node, [x, y], side) => {
    if (node < first) return [0, entries[node]];
    if (node >= last) return [width, exits[node - last]];
    const box = boxes[node - first];
    const below = box.inner ? (side ? box.depart[leave] : box.arrive[enter]) || 0 : y - scene.members[node - first][4];
    return [box.x + side * box.width, box.line + below];
  };
  const from = join(start, way.slice(0, 2), 1), to = join(end, way.slice(-2), 0);
  const inner = points.slice(1, -1);
  let middle = null;
  if (label) {
    const [x, y, wide] = label;
    middle = [map.x(x), map.y(y)];
    const place = inner.findIndex(([left]) => left > middle[0]);
    const ends = [[middle[0] - wide / 2, middle[1]], [middle[0] + wide / 2, middle[1]]];
    inner.splice(place < 0 ? inner.length : place, 0, ...ends);
  }
  const isLevel = (i) => Math.abs(way[i] - way[i + 2]) < 0.1;
  const corners = [from, ...inner, to];
  if (isLevel(1)) bend(corners, 1, from, points[0][1], 1);
  if (isLevel(way.length - 3)) bend(corners, corners.length - 1, to, points.at(-1)[1], -1);
  return { corners: corners.filter(([x], i) => !i || x > corners[i - 1][0] - 0.01), middle };
}

// Let a line leave its run at a level to meet the end point of a box that stands higher or lower.
function bend(corners, place, [x, y], level, way) {
  if (Math.abs(y - level) < 0.1) return;
  const next = corners[way > 0 ? place : place - 1];
  const room = Math.min(Math.max(BEND, Math.abs(y - level) / 3), Math.abs(next[0] - x));
  corners.splice(place, 0, [x + way * room, level]);
}
