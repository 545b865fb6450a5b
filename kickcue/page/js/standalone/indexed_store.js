// Recordings in IndexedDB, for a worker without files: what was appended at once is one entry.

const STORE = "lines";

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// A full disk is often found out only when all of a transaction is to be kept.
const committed = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
});

export class IndexedStore {
  #database;
  #name = null;
  kind = "IndexedDB";

  static async open() {
    const request = indexedDB.open("kickcue", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { autoIncrement: true }).createIndex("race", "race");
    };
    return new IndexedStore(await done(request));
  }

  constructor(database) {
    this.#database = database;
  }

  get #reading() {
    return this.#database.transaction(STORE).objectStore(STORE).index("race");
  }

  async #write(change) {
    const transaction = this.#database.transaction(STORE, "readwrite", { durability: "relaxed" });
    const kept = committed(transaction);
    await change(transaction.objectStore(STORE));
    await kept;
  }

  async names() {
    const found = [];
    const asked = this.#reading.openKeyCursor(null, "nextunique");
    for (let at = await done(asked); at; at = await done(asked)) {
      found.push(at.key);
      at.continue();
    }
    return found;
  }

  async read(name) {
    const all = await done(this.#reading.getAll(name));
    return all.map(({ text }) => text).join("");
  }

  async open(name) {
    this.#name = name;
  }

  async append(text) {
    await this.put(this.#name, text);
  }

  async put(race, text) {
    await this.#write((store) => store.add({ race, text }));
  }

  close() {
    this.#name = null;
  }

  async remove(name) {
    await this.#write(async (store) => {
      for (const key of await done(store.index("race").getAllKeys(name))) store.delete(key);
    });
  }
}
