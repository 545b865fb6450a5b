// Where a browser keeps text by name: in its own files (OPFS), in IndexedDB where a worker has none
// of those, or in this tab's memory where it keeps nothing at all.

import { IndexedStore } from "./indexed_store.js";
import { OpfsStore } from "./opfs_store.js";

export async function openStore() {
  for (const open of [OpfsStore.open, IndexedStore.open]) {
    try {
      return await open();
    } catch (error) {
      console.info("kickcue: recordings are kept elsewhere:", error);
    }
  }
  return new MemoryStore();
}

class MemoryStore {
  #texts = new Map();
  #name = null;
  kind = "memory";

  async names() {
    return [...this.#texts.keys()];
  }

  async read(name) {
    return this.#texts.get(name) ?? "";
  }

  async open(name) {
    this.#name = name;
  }

  append(text) {
    this.#texts.set(this.#name, (this.#texts.get(this.#name) ?? "") + text);
  }

  async put(name, text) {
    this.#texts.set(name, text);
  }

  close() {}

  async remove(name) {
    this.#texts.delete(name);
  }
}
