// The explanation: lines that select what they speak of.

function explain() {
  const list = make(detail("Explanation"), "ul", { class: "lines" });
  for (const [level, text, vertex, of = []] of data.explanation) {
    const item = make(list, "li", { class: `level${level}` });
    if (vertex == null && !of.length) make(item, "span", {}, text);
    else button(item, text, () => {
      if (of.length) pickEdge(edges[of[0]]);
      else pickNode(nodes[vertex]);
      explain();
    });
  }
}

KEYS.push(["x", "explanation", { x: explain }]);
tools.push((bar) => button(bar, "Explain", explain));
