// A watch on the wrist that this page reaches by Bluetooth: kickcue encodes a cue for it, this
// writes it when it is due. What is confirmed is answered, and nothing else.

import { Awake } from "../awake.js";
import { GattLine } from "./gatt_line.js";
import { nowMs } from "../clock.js";
import { Wrist } from "../wrist.js";

const OVER_KEY = "kickcue.over.bluetooth";
const MOVED_MS = 50; // a watch's own timer is set anew when its cue has moved by more
const ANSWER_MS = 1000;
const MOST_LETTERS = 1024;
const RACING = ["body", "last_lap", "last_200", "last_100", "last_50"];
const NO_APP = "kickcue's app on the watch did not answer";
const BY_TIMER = "connection; the watch's own timer was set";
const NO_WATCH = "no connection to the watch";

const keyOf = ({ runId, id }) => `${runId}/${id}`;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class BleWatch extends Wrist {
  #awake = new Awake(); // a dark page is slow
  #line = null;
  #kind = null; // as `catalogue.watches` has it, with its id
  #set = new Map(); // timers that the watch keeps, by the cue's name there: when it is due here
  #links = 0;
  #heard = ""; // of a line of the watch's console
  #asked = new Map(); // by the cue's name on the watch: who waits for its answer
  felt = []; // what was given here, the latest first

  constructor(link) {
    super(link, OVER_KEY);
    link.addEventListener("message", ({ detail: { name, message } }) => {
      if (name === "status") this.#line?.race(RACING.includes(message.phase));
    });
  }

  // Whether the runner wants cues on it.
  get chosen() {
    return this.#line !== null;
  }

  get up() {
    return this.#line?.up ?? false;
  }

  get name() {
    return this.#line?.device.name ?? "";
  }

  get kind() {
    return this.#kind;
  }

  // Be this device, a watch of this kind; throws Error where it is none or does not answer.
  async wear(device, kind) {
    this.letGo();
    this.#kind = kind;
    const line = new GattLine(device, kind, () => this.#linked(), (data) => this.#receive(data));
    await line.open();
    this.#line?.letGo(); // of a watch that was chosen while this one was opened
    this.#line = line;
    this.worn = true;
    this.#awake.hold();
    this.#linked();
  }

  letGo() {
    this.worn = false;
    this.#line?.letGo();
    this.#line = null;
    this.#set.clear();
    this.#awake.release();
    this.changed();
  }

  // Try a cue; returns why it was not taken, or null.
  trial(touch) {
    return this.give({ ...touch, id: `trial-${nowMs()}`, runId: this.link.runId }, 0);
  }

  async give(touch, lateMs) {
    const line = this.#line; // another one, or none, by the time that the cue is encoded
    if (line === null) return NO_WATCH;
    const name = keyOf(touch);
    const deadline = nowMs() + touch.ttlMs - lateMs - this.machine.lead;
    const writes = await this.#encoded({ cue: asked(touch, name) });
    const answer = new Promise((done) => this.#asked.set(name, done));
    const taken = writes !== null && line === this.#line && (await line.play(writes, deadline));
    const why = taken ? await this.#confirmed(answer) : this.#set.has(name) ? BY_TIMER : line.why || NO_WATCH;
    this.#asked.delete(name);
    this.#note(touch, why);
    return why;
  }

  // A watch with kickcue's app says itself whether the cue was felt; any other one cannot.
  #confirmed(answer) {
    return this.#kind.answers ? Promise.race([answer, sleep(ANSWER_MS).then(() => NO_APP)]) : null;
  }

  #note(touch, why) {
    this.felt = [{ text: touch.text, why, at: Date.now() }, ...this.felt].slice(0, 8);
    this.changed();
  }

  // The writes, or null where kickcue does not give them.
  #encoded(what) {
    return this.link.ask("encode", { watch: this.#kind.id, ...what }).catch(() => null);
  }

  planned() {
    if (this.#line === null) return;
    const { lead_ms: lead, idle_penalty_ms: more, idle_after_s: after } = this.#kind.timing;
    const { idle } = this.#line;
    const awake = after !== null && idle !== null && idle < after - 1;
    this.machine.lead = awake ? lead : lead + more;
    if (this.#kind.keeps_timers) this.#mirror();
  }

  // Have the watch's timers be those of this wrist.
  #mirror() {
    if (!this.up) return;
    if (this.#links !== this.#line.links) {
      this.#links = this.#line.links;
      this.#heard = "";
      this.#set.clear(); // it may have been started anew
    }
    const armed = new Map(this.machine.allArmed.map(({ touch, due }) => [keyOf(touch), { touch, due }]));
    for (const [name, { touch, due }] of armed) {
      const there = this.#set.get(name);
      if (there === undefined || Math.abs(there - due) > MOVED_MS) {
        this.#set.set(name, due);
        this.#arm(name, touch, due);
      }
    }
    for (const name of this.#set.keys()) {
      if (armed.has(name) || this.#asked.has(name)) continue;
      this.#set.delete(name);
      if (!this.machine.over.some(({ runId, cueId }) => `${runId}/${cueId}` === name)) this.#disarm(name);
    }
  }

  async #arm(name, touch, due) {
    const left = due - nowMs() - this.machine.lead;
    if (left <= 0) return;
    const writes = await this.#encoded({ cue: asked(touch, name), due_in_ms: left });
    if (!writes || !(await this.#line?.order(writes))) this.#set.delete(name); // to be tried again
  }

  async #disarm(name) {
    const writes = await this.#encoded({ disarm: name });
    if (writes) await this.#line?.order(writes);
  }

  #linked() {
    this.planned();
    this.changed();
  }

  // What kickcue's app prints: lines of JSON among whatever else stands on the console.
  #receive(data) {
    const lines = (this.#heard + String.fromCharCode(...data)).replace(/[\x00-\x08\x0e-\x1f]/g, "").split(/[\r\n]/);
    this.#heard = lines.pop().slice(-MOST_LETTERS);
    for (const line of lines) {
      try {
        const told = JSON.parse(line);
        if (told?.t !== "kick" || typeof told.felt !== "boolean") continue;
        this.#asked.get(told.id)?.(told.felt ? null : String(told.why ?? NO_APP));
      } catch {
        // no line of kickcue's
      }
    }
  }
}

// A cue as kickcue encodes it, under a name that no other run has: the watch may outlive the run.
function asked({ kind = "", text, say = null, pulses, urgency = 0, ttlMs }, name) {
  return { id: name, kind, text, say, pulses, urgency, ttl_ms: ttlMs };
}
