// Memory over time: what the operations keep for their rules, step by step of both passes.

function memory() {
  const changes = steps.map(() => 0);
  for (const [id, bytes] of Object.entries(data.saved)) {
    changes[computed.get(nodes[id]) - 1] += bytes;
    changes[returned.get(nodes[id]) - 1] -= bytes;
  }
  let kept = 0;
  const sizes = changes.map((change) => (kept += change));
  const most = sizes.reduce((a, b) => Math.max(a, b)), peak = sizes.indexOf(most);
  const size = (bytes) => `${number(bytes / 1000)} kB`;
  const box = detail("Memory over time");
  make(box, "p", {}, `At most ${size(most)} are kept, after step ${peak + 1} (${called(steps[peak])}). What the rules need stays until the backward pass has used it.`);
  const chart = make(box, "svg", { class: "memory", viewBox: "0 0 300 100", role: "img", "aria-label": `Bytes kept after each of ${steps.length} steps` });
  const wide = 300 / steps.length;
  const top = sizes.map((bytes, i) => `H${round1(i * wide)}V${round1(98 - 94 * bytes / most)}`).join("");
  make(chart, "path", { class: "area", d: `M0 98${top}H300V98Z` });
  make(chart, "path", { class: "turn", d: `M${round1(turning * wide)} 0V98` });
  if (at) make(chart, "path", { class: "now", d: `M${round1((at - 0.5) * wide)} 0V98` });
  chart.onclick = (event) => {
    const area = chart.getBoundingClientRect();
    step(1 + Math.floor((event.clientX - area.left) / area.width * steps.length));
    memory();
  };
}

const round1 = (x) => Math.round(x * 10) / 10;

KEYS.push(["k", "memory kept over time", { k: memory }]);
tools.push((bar) => button(bar, "Memory", memory));
