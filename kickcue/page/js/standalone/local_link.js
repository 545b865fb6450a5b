// The page's connection to the core in its own worker: what link.js is to a broker, so that every
// part of the page works alike.
//
// Events: "up", "down" (detail: why), "message" (detail: {name, message, retained, received}),
// "keeping" (detail: why nothing is recorded now, or null), "waiting" (for another tab).

import { clock, nowMs } from "../clock.js";
import { checked } from "../messages.js";

const stamp = () => performance.timeOrigin + clock.now();

export class LocalLink extends EventTarget {
  #worker;
  #asked = new Map(); // by id: what waits for an answer
  #count = 0;
  up = false;
  why = "kickcue is starting";
  unreadable = 0;
  runId = "page";

  constructor(worker) {
    super();
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#take(data));
    worker.addEventListener("error", ({ message }) => this.#tell("down", message ?? "kickcue stopped"));
    clock.addEventListener("slept", () => worker.postMessage({ what: "slept", ahead: clock.ahead }));
  }

  // Load kickcue and go on with a race that was broken off, or else set up that of `document`.
  // Returns {resumed, fromSnapshot, catalogue, kept}.
  async run(version, document) {
    const found = await this.ask("start", { version, document }).catch((error) => {
      this.#tell("down", error.message);
      throw error;
    });
    this.#tell("up");
    return found;
  }

  // Ask the worker for something; throws Error with what it says against it.
  ask(what, values = {}) {
    const number = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { resolve, reject });
      this.#worker.postMessage({ ...values, ask: number, what });
    });
  }

  // Hand on what a broker would be sent. True once kickcue has it.
  async publish(name, values, rest = "") {
    if (name === "presence") return true;
    if (name === "sensor") {
      const [, sensor, char] = rest.split("/");
      this.#worker.postMessage({ what: name, at_ms: stamp(), sensor, char, hex: values.hex });
      return true;
    }
    return this.ask(name, { at_ms: stamp(), ...values }).then(() => true, () => false);
  }

  #take({ ask, answer, error, messages, trouble, waiting: forTab }) {
    if (messages) {
      for (const each of messages) this.#message(each);
      return;
    }
    if (trouble !== undefined || forTab) {
      const told = forTab ? "waiting" : "keeping";
      this.dispatchEvent(new CustomEvent(told, { detail: trouble }));
      return;
    }
    const waiting = this.#asked.get(ask);
    this.#asked.delete(ask);
    if (error) waiting?.reject(new Error(error));
    else waiting?.resolve(answer);
  }

  #message({ name, message: given }) {
    const message = checked(name, given);
    if (message === null) {
      this.unreadable += 1;
      return;
    }
    const detail = { name, message, given, retained: false, received: nowMs() };
    this.dispatchEvent(new CustomEvent("message", { detail }));
  }

  #tell(what, why = null) {
    this.up = what === "up";
    this.why = why;
    this.dispatchEvent(new CustomEvent(what, { detail: why }));
  }
}
