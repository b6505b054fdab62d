// Unpacks the script of the page, which the policy of the page names by its hash, and the data of a
// large one, which follow a zero. Four bytes are written as five digits to the base of 85; "v" stands
// for "<", which would end the element.
const [told, { text }] = document.scripts;
const bytes = [];
for (let i = 1; i < text.length; i += 5) {
  let n = 0;
  for (const digit of text.slice(i, i + 5)) n = n * 85 + (digit === "v" ? 27 : digit.charCodeAt() - 33);
  bytes.push(n >>> 24, n >>> 16, n >>> 8, n);
}
bytes.length -= text[0];
const packed = new Blob([Uint8Array.from(bytes)]);
new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).text().then((all) => {
  const [script, data] = all.split("\0");
  if (data) told.text = data;
  document.body.append(Object.assign(document.createElement("script"), { text: script }));
});
