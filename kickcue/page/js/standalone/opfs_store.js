// Recordings in the browser's own files (OPFS), a file each.

const FOLDER = "races";
const LET_GO_MS = 100;
const LET_GO_TRIES = 30; // the tab that was killed holds its file for a moment
const encoder = new TextEncoder();
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Up to the last whole line: a killed tab may leave half of one.
const whole = (text) => text.slice(0, text.lastIndexOf("\n") + 1);

export class OpfsStore {
  #folder;
  #handle = null;
  #length = 0; // of what was written whole
  kind = "OPFS";

  static async open() {
    if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) throw new Error("no handle");
    const root = await navigator.storage.getDirectory();
    return new OpfsStore(await root.getDirectoryHandle(FOLDER, { create: true }));
  }

  constructor(folder) {
    this.#folder = folder;
  }

  async names() {
    const found = [];
    for await (const name of this.#folder.keys()) found.push(name);
    return found;
  }

  async read(name) {
    const file = await this.#folder.getFileHandle(name);
    return whole(await (await file.getFile()).text());
  }

  // Write on at the end of a file, a new one where there is none.
  async open(name) {
    this.close();
    const file = await this.#folder.getFileHandle(name, { create: true });
    this.#length = encoder.encode(whole(await (await file.getFile()).text())).byteLength;
    this.#handle = await handleOf(file);
    this.#handle.truncate(this.#length);
  }

  // Written when this returns; nothing of it is left in the file where it throws.
  append(text) {
    writeWhole(this.#handle, text, this.#length);
    this.#length = this.#handle.getSize();
  }

  // A whole recording beside the one that is being written.
  async put(name, text) {
    const handle = await handleOf(await this.#folder.getFileHandle(name, { create: true }));
    try {
      writeWhole(handle, text, 0);
    } finally {
      handle.close();
    }
  }

  close() {
    this.#handle?.close();
    this.#handle = null;
  }

  async remove(name) {
    await this.#folder.removeEntry(name);
  }
}

function writeWhole(handle, text, at) {
  const bytes = encoder.encode(text);
  try {
    if (handle.write(bytes, { at }) < bytes.byteLength) {
      throw new DOMException("not all of it was written", "QuotaExceededError");
    }
    handle.flush();
  } catch (error) {
    handle.truncate(at);
    throw error;
  }
}

async function handleOf(file) {
  for (let turn = 1; ; turn += 1) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (error.name !== "NoModificationAllowedError" || turn === LET_GO_TRIES) throw error;
      await sleep(LET_GO_MS);
    }
  }
}
