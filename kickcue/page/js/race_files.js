// Recordings on this phone, a line an event: in the browser's own files (OPFS), or in IndexedDB
// where a worker has none. What was appended is kept even if the tab is killed in the next moment.

const FOLDER = "races";
const STORE = "lines";
const encoder = new TextEncoder();

export async function openRaceFiles() {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) throw new Error("no handle");
    return new OpfsRaceFiles(folder);
  } catch {
    return new IndexedRaceFiles(await database());
  }
}

// Up to the last whole line: a killed tab may leave half of one.
const whole = (text) => text.slice(0, text.lastIndexOf("\n") + 1);

class OpfsRaceFiles {
  #folder;
  #handle = null;
  kind = "OPFS";

  constructor(folder) {
    this.#folder = folder;
  }

  async names() {
    const found = [];
    for await (const name of this.#folder.keys()) found.push(name);
    return found.sort();
  }

  async read(name) {
    const file = await this.#folder.getFileHandle(name);
    return whole(await (await file.getFile()).text());
  }

  // Write on at the end of a file, a new one where there is none.
  async open(name) {
    this.close();
    const file = await this.#folder.getFileHandle(name, { create: true });
    const length = encoder.encode(whole(await (await file.getFile()).text())).byteLength;
    this.#handle = await file.createSyncAccessHandle();
    this.#handle.truncate(length);
  }

  append(text) {
    this.#handle.write(encoder.encode(text), { at: this.#handle.getSize() });
    this.#handle.flush();
  }

  // A whole recording beside the one that is being written.
  async put(name, text) {
    const file = await this.#folder.getFileHandle(name, { create: true });
    const handle = await file.createSyncAccessHandle();
    handle.write(encoder.encode(text), { at: 0 });
    handle.close();
  }

  close() {
    this.#handle?.close();
    this.#handle = null;
  }

  async remove(name) {
    await this.#folder.removeEntry(name);
  }
}

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function database() {
  const request = indexedDB.open("kickcue", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { autoIncrement: true }).createIndex("race", "race");
  };
  return done(request);
}

class IndexedRaceFiles {
  #database;
  #name = null;
  kind = "IndexedDB";

  constructor(opened) {
    this.#database = opened;
  }

  #store(mode) {
    const options = mode === "readwrite" ? { durability: "relaxed" } : {};
    return this.#database.transaction(STORE, mode, options).objectStore(STORE);
  }

  async names() {
    const all = await done(this.#store("readonly").getAll());
    return [...new Set(all.map(({ race }) => race))].sort();
  }

  async read(name) {
    const all = await done(this.#store("readonly").index("race").getAll(name));
    return whole(all.map(({ text }) => text).join(""));
  }

  async open(name) {
    this.#name = name;
  }

  append(text) {
    this.#store("readwrite").add({ race: this.#name, text });
  }

  async put(name, text) {
    await done(this.#store("readwrite").add({ race: name, text }));
  }

  close() {
    this.#name = null;
  }

  async remove(name) {
    const store = this.#store("readwrite");
    for (const key of await done(store.index("race").getAllKeys(name))) store.delete(key);
  }
}
