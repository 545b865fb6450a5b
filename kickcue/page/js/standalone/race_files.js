// Recordings on this phone, a line an event. What was appended is kept even if the tab is killed in
// the next moment. What cannot be written waits here and is tried again: a race goes on without it.

import { openStore } from "./race_stores.js";

const AGAIN_MS = 5000;

const reason = ({ name }) => (name === "QuotaExceededError" ? "full" : "unwritable");

export class RaceFiles {
  // `tell` hears why nothing is kept now ("full", "unwritable", "unkept"), or null: it is again.
  static async open(tell) {
    return new RaceFiles(await openStore(), tell);
  }

  #store;
  #tell;
  #trouble = null;
  #name = null; // what is written on
  #opened = false;
  #waiting = new Map(); // by name: what could not be written yet
  #writing = null; // a promise, while the store takes its time
  #againAt = -Infinity;

  constructor(store, tell) {
    this.#store = store;
    this.#tell = tell;
    if (this.kind === "memory") tell("unkept");
  }

  get kind() {
    return this.#store.kind;
  }

  names() {
    return this.#alone(async () =>
      [...new Set([...(await this.#store.names()), ...this.#waiting.keys()])].sort());
  }

  read(name) {
    return this.#alone(async () => {
      const waiting = this.#waiting.get(name);
      const kept = this.#store.read(name);
      // Of a recording that was never written there is nothing but what waits.
      return (waiting ? await kept.catch(() => "") : await kept) + (waiting ?? "");
    });
  }

  // Write on at the end of a recording, a new one where there is none. What is appended before this
  // is done goes there, too.
  open(name) {
    const [last, opened] = [this.#name, this.#opened];
    this.#name = name;
    this.#opened = false;
    return this.#alone(async () => {
      const left = this.#waiting.get(last);
      if (left && opened) await this.#attempt(last, left, () => this.#store.append(left));
      await this.#open();
    });
  }

  append(text) {
    this.#waiting.set(this.#name, (this.#waiting.get(this.#name) ?? "") + text);
    this.#next();
  }

  // A whole recording beside the one that is being written.
  put(name, text) {
    return this.#alone(async () => {
      try {
        await this.#store.put(name, text);
      } catch (error) {
        await this.#store.remove(name).catch(() => {});
        throw new Error(`${reason(error)}Now`);
      }
    });
  }

  remove(name) {
    return this.#alone(async () => {
      const waited = this.#waiting.delete(name);
      await this.#store.remove(name).catch((error) => {
        if (!waited) throw error;
      });
      this.#againAt = -Infinity; // there is room
    });
  }

  async #open() {
    try {
      await this.#store.open(this.#name);
      this.#opened = true;
    } catch (error) {
      this.#failed(error);
    }
  }

  // Write what waits, at once where the store can: what is shown next has been kept then.
  #next() {
    const [name, text] = [this.#name, this.#waiting.get(this.#name)];
    if (!text || this.#writing || performance.now() < this.#againAt) return;
    const attempt = () => this.#attempt(name, text, () => this.#store.append(text));
    const done = this.#opened ? attempt() : this.#open().then(() => this.#opened && attempt());
    if (done) this.#doing(done);
  }

  // Returns nothing where the store was done at once; never throws.
  #attempt(name, text, write) {
    const kept = () => {
      const left = this.#waiting.get(name)?.slice(text.length);
      if (left) this.#waiting.set(name, left);
      else this.#waiting.delete(name);
      this.#say(null);
    };
    try {
      const writing = write();
      if (writing) return writing.then(kept, (error) => this.#failed(error));
      kept();
    } catch (error) {
      this.#failed(error);
    }
    return null;
  }

  // One thing at a time: what comes in the meantime is written after it.
  #alone(work) {
    const before = this.#writing;
    const found = (async () => {
      await before;
      return work();
    })();
    this.#doing(found.catch(() => {})); // whoever asked hears of it
    return found;
  }

  #doing(promise) {
    const doing = promise.then(() => {
      if (this.#writing !== doing) return;
      this.#writing = null;
      this.#next();
    });
    this.#writing = doing;
  }

  #failed(error) {
    console.info("kickcue: not recorded now:", error);
    this.#againAt = performance.now() + AGAIN_MS;
    this.#say(reason(error));
  }

  #say(trouble) {
    if (this.kind === "memory" || trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#tell(trouble);
  }
}
