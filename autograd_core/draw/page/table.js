// The same data as a table, and other sheets over the page.

function sheet(label) {
  const dialog = make(document.body, "dialog", { "aria-label": label });
  const head = make(dialog, "p", { class: "actions" });
  make(head, "strong", {}, label);
  button(head, "Close", () => dialog.close());
  dialog.onclose = () => dialog.remove();
  dialog.showModal();
  return dialog;
}

function openTable() {
  if (exercise.blanks) return say("End the exercise first.");
  const dialog = sheet("Table");
  const table = make(dialog, "table");
  const heads = make(make(table, "thead"), "tr");
  for (const text of ["name", "operation", "reads", "value", "gradient"]) make(heads, "th", { scope: "col" }, text);
  const body = make(table, "tbody");
  const title = (node) => node.name || `n${node.id}`;
  const more = button(dialog, "More", () => {
    const from = body.children.length;
    for (const node of nodes.slice(from, from + 200)) {
      const line = make(body, "tr");
      button(make(line, "th", { scope: "row" }), title(node), () => {
        dialog.close();
        pickNode(node);
      });
      const reads = node.into.map(({ source }) => title(source)).join(", ");
      for (const [text, kind] of [[node.label], [reads], [full(node.value), "value"], [told(gradientOf(node)), "gradient"]]) {
        make(line, "td", { class: kind || "" }, text);
      }
    }
    more.hidden = body.children.length >= nodes.length;
  });
  more.click();
}
