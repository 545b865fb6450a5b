// What a watch does with arm, disarm and cue: felt once, never late. The table of states stands in
// kickcue/core/watch/state_machine.py; held equal to it by tests/page/test_watch_alike.py.

import { MinimumDelayFilter } from "./clock_offset.js";

const MOST_CUES = 64;
const MOST_RUNS = 8;
const ARMED = "armed";
const DISARMED = "disarmed";
const OVER = "over";

const keyOf = (runId, cueId) => JSON.stringify([runId, cueId]);

// Feed it what comes and do what it returns: {play: touch, lateMs, fromTimer} and
// {ack: {runId, cueId, felt, why, latencyMs}}. A stamp is {runId, sent, received}, both in ms.
export class WatchStateMachine {
  #delays = new MinimumDelayFilter();
  #entries = new Map();
  #runs = new Map();
  lead = 0; // ms from here to the skin: timers fire that much earlier
  worn = true; // where nobody would feel it nothing fires, and nothing is over by that

  // `over`: the answers given before the page was loaded anew, so that nothing is felt twice.
  constructor(over = []) {
    for (const answer of over) {
      this.#entries.set(keyOf(answer.runId, answer.cueId), {
        runId: answer.runId, state: OVER, sent: 0, due: 0, saidNow: false, touch: null, answer,
      });
    }
  }

  // The answers of all cues that are over, for the next page.
  get over() {
    return [...this.#entries.values()].map((entry) => entry.answer).filter(Boolean);
  }

  hear({ runId, sent, received }) {
    const before = this.#delays.resets;
    const late = this.#delays.lateness(runId, sent, received);
    if (this.#delays.resets !== before) this.#forgetOrders(runId);
    return late;
  }

  sure(runId) {
    return this.#delays.sure(runId);
  }

  arm(stamp, touch, dueIn) {
    this.hear(stamp);
    this.#takeOver(stamp.runId);
    const entry = this.#entry(stamp, touch.id);
    if (entry.state !== OVER && stamp.sent >= entry.sent) {
      Object.assign(entry, { state: ARMED, sent: stamp.sent, touch, saidNow: false });
      entry.due = stamp.sent + dueIn;
    }
    return this.tick(stamp.received);
  }

  disarm(stamp, cueId) {
    this.hear(stamp);
    const entry = this.#entry(stamp, cueId);
    if (entry.state !== OVER && stamp.sent >= entry.sent) {
      entry.state = DISARMED;
      entry.sent = stamp.sent;
    }
    return this.tick(stamp.received);
  }

  cue(stamp, touch) {
    const late = this.#delays.lateness(stamp.runId, stamp.sent, stamp.received, true);
    this.#takeOver(stamp.runId);
    const entry = this.#entry(stamp, touch.id);
    if (entry.answer !== null) return [{ ack: entry.answer }, ...this.tick(stamp.received)];
    if (!this.#delays.sure(stamp.runId)) {
      Object.assign(entry, { state: ARMED, sent: stamp.sent, touch, saidNow: true });
      entry.due = stamp.sent;
      return this.tick(stamp.received);
    }
    return [...settle(entry, touch, late, false), ...this.tick(stamp.received)];
  }

  // Fire the armed cues whose time has come.
  tick(now) {
    const actions = [];
    if (!this.worn) return actions;
    for (const entry of this.#entries.values()) {
      const due = this.#due(entry);
      if (due === null || due - this.lead > now) continue;
      const late = Math.max(now - due, 0);
      if (late > entry.touch.ttlMs && !entry.saidNow) entry.state = DISARMED;
      else actions.push(...settle(entry, entry.touch, late, true));
    }
    return actions;
  }

  // When the next armed cue fires; null while none can.
  get nextDue() {
    const times = [...this.#entries.values()].map((e) => this.#due(e)).filter((t) => t !== null);
    return times.length ? Math.min(...times) - this.lead : null;
  }

  // The cues that wait for their time, each with when it is due.
  get allArmed() {
    const there = [...this.#entries.values()].filter((entry) => this.#due(entry) !== null);
    return there.map((entry) => ({ touch: entry.touch, due: this.#due(entry) }));
  }

  #due(entry) {
    if (entry.state !== ARMED) return null;
    const known = entry.saidNow ? this.#delays.sure(entry.runId) : this.#delays.settled(entry.runId);
    return known ? this.#delays.received(entry.runId, entry.due) : null;
  }

  #entry(stamp, cueId) {
    const key = keyOf(stamp.runId, cueId);
    if (!this.#entries.has(key)) {
      this.#entries.set(key, {
        runId: stamp.runId, state: DISARMED, sent: stamp.sent, due: 0, saidNow: false,
        touch: null, answer: null, cueId,
      });
      if (this.#entries.size > MOST_CUES) this.#entries.delete(this.#entries.keys().next().value);
    }
    return this.#entries.get(key);
  }

  // What a run had ordered by a clock that is no more.
  #forgetOrders(runId) {
    for (const entry of this.#entries.values()) {
      if (entry.runId === runId && entry.state !== OVER) {
        Object.assign(entry, { state: DISARMED, sent: -1, touch: null });
      }
    }
  }

  // A run never heard before: its sender has been started anew, and older timers are over.
  #takeOver(runId) {
    if (this.#runs.has(runId)) return;
    this.#runs.set(runId, true);
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(this.#runs.keys().next().value);
    for (const entry of this.#entries.values()) {
      if (entry.state === ARMED) entry.state = DISARMED;
    }
  }
}

function settle(entry, touch, late, fromTimer) {
  const felt = late <= touch.ttlMs;
  entry.state = OVER;
  entry.touch = null;
  entry.answer = {
    runId: entry.runId, cueId: touch.id, felt, why: felt ? null : "late", latencyMs: late,
  };
  const ack = { ack: entry.answer };
  return felt ? [{ play: touch, lateMs: late, fromTimer }, ack] : [ack];
}
