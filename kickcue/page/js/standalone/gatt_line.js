// The way into a Bluetooth watch: held, won back when it is lost, one cue at a time. As
// kickcue/edges/radio/watch_handle.py has it.

import { nowMs } from "../clock.js";
import { GattWriter, by, sleep } from "./gatt_writer.js";

const AGAIN_MS = [500, 1000, 2000, 4000, 8000]; // the last one again and again
const ORDER_MS = 2000; // how long a watch may take over what is no cue
const TRIES = 2;
const PAUSE_MS = 100;

const uuid = (given) => (given.length === 4 ? parseInt(given, 16) : given);

export class GattLine {
  #watch;
  #changed;
  #received;
  #writer = null; // while there is a link
  #turn = Promise.resolve();
  #free = 0;
  #racing = false;
  #opening = null;
  #kept = true;
  #waiting = []; // who waits for a link
  links = 0; // how often there was one
  written = null; // when something was written over this one
  why = ""; // what was wrong with the last write that was not taken

  // `watch` as kickcue.standalone.bluetooth_watches tells; `received` takes what it notifies.
  constructor(device, watch, changed, received) {
    this.device = device;
    this.#watch = watch;
    this.#changed = changed;
    this.#received = received;
    device.addEventListener("gattserverdisconnected", () => this.#lost());
  }

  get up() {
    return this.#writer !== null;
  }

  // For how long nothing was written, in seconds; null where nothing was yet.
  get idle() {
    return this.written === null ? null : (nowMs() - this.written) / 1000;
  }

  // Connect; throws Error("wrongWatch") where this is no watch of that kind.
  open() {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  letGo() {
    this.#kept = false;
    this.#writer = null;
    this.device.gatt.disconnect();
  }

  // Begin to play before `deadline`; true once the first write is taken. The others follow by
  // themselves. What was certainly not taken is tried once more; what left and was not confirmed is
  // not, for it may have been felt.
  play(writes, deadline) {
    return this.#begin(writes, deadline, true);
  }

  // Write what is felt by nobody.
  order(writes, deadline = nowMs() + ORDER_MS) {
    return this.#begin(writes, deadline, false);
  }

  race(on) {
    if (on === this.#racing) return;
    this.#racing = on;
    const { race_begins: begins, race_ends: ends } = this.#watch.link;
    if (this.up) this.order(on ? begins : ends);
  }

  async #open() {
    const { link } = this.#watch;
    const server = await this.device.gatt.connect();
    const service = await server.getPrimaryService(uuid(link.service)).catch((error) => this.#wrong(error));
    const char = await service.getCharacteristic(uuid(link.char)).catch((error) => this.#wrong(error));
    const writer = new GattWriter(this.device, char, link);
    for (const name of link.subscribe) {
      const told = await service.getCharacteristic(uuid(name));
      told.addEventListener("characteristicvaluechanged", ({ target: { value } }) => {
        const data = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        writer.hear(data);
        this.#received(data);
      });
      await told.startNotifications();
    }
    for (const write of [...link.on_connect, ...(this.#racing ? link.race_begins : [])]) {
      if ((await writer.send(write, nowMs() + ORDER_MS)) !== "taken") throw new Error("notReached");
      await sleep(write.wait_ms);
    }
    if (!this.device.gatt.connected || !this.#kept) throw new Error("notReached");
    this.#writer = writer;
    this.written = null;
    this.links += 1;
    this.#wake();
    this.#changed();
  }

  #wrong(error) {
    const { connected } = this.device.gatt;
    this.device.gatt.disconnect();
    throw connected && error.name === "NotFoundError" ? new Error("wrongWatch") : error;
  }

  // A watch that was worn comes back: the runner has both hands full.
  async #lost() {
    if (!this.up) return;
    this.#writer = null;
    this.#wake();
    this.#changed();
    for (let turn = 0; this.#kept && !this.up; turn += 1) {
      await sleep(AGAIN_MS[Math.min(turn, AGAIN_MS.length - 1)]);
      if (this.#kept && !this.up) await this.open().catch(() => {});
    }
  }

  #wake() {
    for (const done of this.#waiting.splice(0)) done();
  }

  // The link, as soon as there is one; null where there is none by the deadline.
  async #linked(deadline) {
    while (!this.up && nowMs() < deadline) {
      await by(deadline, new Promise((done) => this.#waiting.push(done)));
    }
    return this.#writer;
  }

  async #begin(writes, deadline, spaced) {
    if (!writes.length) return true;
    this.why = "";
    const before = this.#turn;
    let over;
    this.#turn = new Promise((done) => {
      over = done;
    });
    const mine = await by(deadline, before.then(() => true), false);
    if (!mine) {
      before.then(over); // the turns keep their order
      this.why = "the watch was busy with another cue";
      return false;
    }
    const writer = await this.#first(writes[0], deadline, spaced);
    if (writer === null) over();
    else this.#finish(writer, writes, spaced).finally(over);
    return writer !== null;
  }

  // Write the first one; returns what took it, null where nothing did.
  async #first(write, deadline, spaced) {
    if (spaced) await sleep(Math.min(this.#free, deadline) - nowMs());
    for (let turn = 0; turn < TRIES; turn += 1) {
      const writer = await this.#linked(deadline);
      if (writer === null) {
        this.why ||= "no connection to the watch";
        return null;
      }
      const fate = await writer.send(write, deadline);
      this.why = writer.why;
      if (fate === "taken") {
        this.written = nowMs();
        return writer;
      }
      if (fate === "unknown") return null;
      await sleep(PAUSE_MS);
    }
    return null;
  }

  async #finish(writer, writes, spaced) {
    await sleep(writes[0].wait_ms);
    for (const write of writes.slice(1)) {
      if ((await writer.send(write, nowMs() + ORDER_MS)) !== "taken") break;
      this.written = nowMs();
      await sleep(write.wait_ms);
    }
    if (spaced) this.#free = nowMs() + this.#watch.timing.min_spacing_ms;
  }
}
