// What part of the picture is seen: pan and zoom by pointer, wheel and keys.

const view = { x: 0, y: 0, scale: 1, isOwn: false };
const bounds = (({ x, y, width, height }) => ({ x, y, width, height }))(svg.viewBox.baseVal);

// By default all is seen, also when the window changes.
function look() {
  svg.setAttribute("viewBox", [view.x, view.y, stage.clientWidth / view.scale, stage.clientHeight / view.scale].join(" "));
  emit("view");
}

// Show all of the picture, a small one large, or where all would be too small to read, its beginning.
function fit(smallest = 0) {
  const { clientWidth, clientHeight } = stage;
  const whole = Math.min(Math.max(1.8, clientWidth / 600), clientWidth / bounds.width, clientHeight / bounds.height);
  view.scale = whole < smallest ? 0.9 : whole;
  view.x = bounds.x + Math.min(0, (bounds.width - clientWidth / view.scale) / 2);
  view.y = bounds.y + (bounds.height - clientHeight / view.scale) / 2;
  view.isOwn = false;
  look();
}

// Zoom by a factor; the point of the stage at (x, y) stays where it is on the screen.
function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const before = view.scale;
  view.isOwn = true;
  view.scale = Math.min(6, Math.max(0.02, before * factor));
  view.x += x / before - x / view.scale;
  view.y += y / before - y / view.scale;
  look();
}

function pan(dx, dy) {
  view.isOwn = true;
  view.x -= dx / view.scale;
  view.y -= dy / view.scale;
  look();
}

// Bring an element into sight, with some air around it.
function reveal(element) {
  const box = element.getBoundingClientRect(), area = stage.getBoundingClientRect();
  const shift = (low, high, from, to) => {
    if (low >= from && high <= to) return 0;
    const air = Math.min(60, (to - from) / 6);
    if (high - low > to - from - 2 * air) return (from + to - low - high) / 2;
    return low < from ? from + air - low : to - air - high;
  };
  glide(shift(box.left, box.right, area.left, area.right), shift(box.top, box.bottom, area.top, area.bottom));
}

let gliding = 0;
function glide(dx, dy) {
  cancelAnimationFrame(gliding);
  const count = calm.matches ? 1 : 12;
  let left = dx || dy ? count : 0;
  const frame = () => {
    pan(dx / count, dy / count);
    if (--left) gliding = requestAnimationFrame(frame);
  };
  if (left) frame();
}

const fingers = new Map();
let dragged = 0;

// A place of the pointer within the stage.
const placeOf = ({ clientX, clientY }) => {
  const area = stage.getBoundingClientRect();
  return [clientX - area.left, clientY - area.top];
};

stage.onpointerdown = (event) => {
  if (event.target.closest("input")) return;
  cancelAnimationFrame(gliding);
  fingers.set(event.pointerId, placeOf(event));
  dragged *= fingers.size > 1;
};
stage.onpointermove = (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const [x, y] = placeOf(event);
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  const moved = Math.hypot(x - before[0], y - before[1]);
  if (dragged + moved < 4) return;
  dragged += moved;
  fingers.set(event.pointerId, [x, y]);
  stage.setPointerCapture(event.pointerId);
  if (!other) return pan(x - before[0], y - before[1]);
  zoom(Math.hypot(x - other[0], y - other[1]) / Math.hypot(before[0] - other[0], before[1] - other[1]), ...other);
};
stage.onpointerup = stage.onpointercancel = (event) => {
  if (fingers.delete(event.pointerId) && dragged < 4 && event.type === "pointerup") emit("click", event.target);
};
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 200), ...placeOf(event));
  else pan(-event.deltaX, -event.deltaY);
}, { passive: false });
