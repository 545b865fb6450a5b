// A file made on the page.

import { h } from "../dom.js";

const READ_MS = 10_000; // the browser reads it when it likes

// Hand a file to the browser, which asks nobody and keeps it among the downloads.
export function save(name, parts, type) {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), READ_MS);
}
