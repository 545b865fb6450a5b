// A link's writing: in packets, where the watch is not asked for a response, and while it can take
// more. As kickcue/edges/radio/watch_writer.py has it.

import { nowMs } from "../clock.js";

const LEAST_ROOM = 20; // bytes that any link takes in one packet
const XON = 0x11;
const XOFF = 0x13;

export const sleep = (ms) => new Promise((done) => setTimeout(done, Math.max(ms, 0)));
// `promise`, or `instead` at `deadline`.
export const by = (deadline, promise, instead) =>
  Promise.race([promise, sleep(deadline - nowMs()).then(() => instead)]);
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export class GattWriter {
  #device;
  #char;
  #flow; // whether the watch says when to stop
  #room;
  #go = true; // it can take more
  #waiting = [];
  why = ""; // what was wrong with the last write that was not taken

  constructor(device, char, { room, xon_xoff: flow }) {
    this.#device = device;
    this.#char = char;
    this.#flow = flow;
    this.#room = room ?? LEAST_ROOM;
  }

  // Take a notification of the watch.
  hear(data) {
    if (!this.#flow) return;
    for (const byte of data) {
      if (byte === XON || byte === XOFF) this.#go = byte === XON;
    }
    for (const done of this.#waiting.splice(0)) done();
  }

  // What became of a write: "taken", "refused" (certainly not taken), or "unknown".
  async send({ data, response }, deadline) {
    const whole = bytes(data);
    this.why = "";
    for (let at = 0; at < whole.length;) {
      const packet = response ? whole : whole.slice(at, at + this.#room);
      if (!(await this.#free(deadline))) return "refused";
      const fate = await this.#packet(packet, response, deadline);
      if (fate === "too long") continue;
      at += packet.length;
      if (fate === "unknown" && at < whole.length) return "refused"; // a line without its end does nothing
      if (fate !== "taken") return fate;
    }
    return "taken";
  }

  // True once the watch can take more, false where it cannot by the deadline.
  async #free(deadline) {
    while (!this.#go && nowMs() < deadline) {
      await by(deadline, new Promise((done) => this.#waiting.push(done)));
    }
    if (this.#go && nowMs() < deadline) return true;
    this.why = this.#go ? "the cue's time was over" : "the watch accepts no more data";
    if (!this.#go) this.#device.gatt.disconnect(); // only a new link will help
    return false;
  }

  async #packet(packet, response, deadline) {
    const { gatt } = this.#device;
    try {
      const written = response
        ? this.#char.writeValueWithResponse(packet)
        : this.#char.writeValueWithoutResponse(packet);
      if (await by(deadline, written.then(() => true), false)) return "taken";
      written.catch(() => {});
      this.why = "the watch did not answer";
      return "unknown";
    } catch (error) {
      if (!response && packet.length > LEAST_ROOM && gatt.connected) {
        this.#room = LEAST_ROOM; // the link has agreed on less than the watch could
        return "too long";
      }
      this.why = gatt.connected ? error.message : "connection lost";
      return response && error.name === "NetworkError" ? "unknown" : "refused";
    }
  }
}
