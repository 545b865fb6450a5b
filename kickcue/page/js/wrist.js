// A wrist that cues are given to, whatever stands for it: what comes is decided by watch_state.js,
// given when it is due, and answered once.
//
// Event: "change".

import { nowMs } from "./clock.js";
import { WatchStateMachine } from "./watch_state.js";

const LONGEST_TIMER_MS = 1000; // looked at again: a page that slept must not go by an old plan
const CLOSED = "the page was closed"; // before it was known whether the cue was felt

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

export class Wrist extends EventTarget {
  #key;
  #timer = null;
  #giving = new Set(); // answers that wait for what becomes of the cue

  // `key`: under which what is over is kept, for the next page.
  constructor(link, key) {
    super();
    this.link = link;
    this.#key = key;
    this.machine = new WatchStateMachine(kept(key));
    this.machine.worn = false;
    link.addEventListener("message", ({ detail }) => this.#take(detail));
  }

  // Whether cues are for this wrist. Else it answers none either: another one may be there, and to
  // hear that nothing was felt would end what kickcue does for that one.
  get worn() {
    return this.machine.worn;
  }

  set worn(on) {
    this.machine.worn = on;
    this.#do(this.machine.tick(nowMs()));
    this.#plan();
  }

  // Give a cue now. Returns, or promises, null where it is felt, and else why it is not.
  give(_touch, _lateMs, _fromTimer) {
    return null;
  }

  // Called after whatever may have changed what is armed, and each second while something is.
  planned() {}

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  #take({ name, message, retained, received }) {
    if (retained || message.sent === null) return;
    const stamp = { runId: message.runId, sent: message.sent, received };
    if (name === "arm") this.#do(this.machine.arm(stamp, message, message.dueIn));
    else if (name === "disarm") this.#do(this.machine.disarm(stamp, message.id));
    else if (name !== "cue") this.machine.hear(stamp);
    else if (this.worn) this.#do(this.machine.cue(stamp, message));
    this.#plan();
  }

  #do(actions) {
    let why = null;
    for (const { play, lateMs, fromTimer, ack } of actions) {
      if (play) why = this.give(play, lateMs, fromTimer);
      if (!ack || this.#giving.has(ack)) continue;
      this.#answer(ack, ack.felt ? why : ack.why);
      why = null;
    }
  }

  // The machine's answer becomes what happened: it is the one that is given again.
  async #answer(ack, outcome) {
    this.#giving.add(ack);
    this.#keep();
    const began = nowMs();
    const why = (await outcome) ?? ack.why;
    this.#giving.delete(ack);
    Object.assign(ack, { felt: ack.felt && why === null, why, latencyMs: ack.latencyMs + nowMs() - began });
    this.#keep();
    this.link.publish("ack", {
      id: ack.cueId, cue_run_id: ack.runId, felt: ack.felt, why: ack.why, latency_ms: ack.latencyMs,
    });
  }

  #keep() {
    const over = this.machine.over.map((ack) =>
      (this.#giving.has(ack) ? { ...ack, felt: false, why: CLOSED } : ack));
    localStorage.setItem(this.#key, JSON.stringify(over));
  }

  // Wake up for the next armed cue, link or no link.
  #plan() {
    clearTimeout(this.#timer);
    this.planned();
    const due = this.machine.nextDue;
    if (due === null || !this.worn) return;
    const wait = Math.min(Math.max(due - nowMs(), 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#do(this.machine.tick(nowMs()));
      this.#plan();
    }, wait);
  }
}
