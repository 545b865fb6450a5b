// Races as links and back, by the page's own module: on each line a list of texts in, as JSON, and
// what became of them out.
import { createInterface } from "node:readline";
import { linkOf, textOf } from "../../kickcue/page/js/standalone/code_text.js";

for await (const line of createInterface({ input: process.stdin })) {
  const texts = JSON.parse(line);
  const links = texts.map((text) => linkOf("https://example.org/app/#x", text));
  process.stdout.write(`${JSON.stringify({ links, back: links.map(textOf), plain: texts.map(textOf) })}\n`);
}
