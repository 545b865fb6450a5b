// What is known of the race, and whether it still is: numbers older than 3 s are none any more.
//
// Event: "change".

import { nowMs } from "./clock.js";

const FRESH_MS = 3000;
const TOLD_AFTER_MS = 30;
const STANDING = ["race", "laps", "health", "leg"];

export class RaceStore extends EventTarget {
  #heard = -Infinity;
  #stated = -Infinity;
  #run = null;
  #phase = null; // the last one that was heard of this run
  #telling = null;
  #kept = new Map(); // by run: what the broker had kept, until the run proves that it lives
  #offset = null; // the page's clock minus the sender's, by its fastest message
  status = null;
  state = null;
  race = null;
  laps = null;
  health = null;
  leg = null;
  next = null; // the cue that is armed
  last = null; // the cue that came last

  constructor(link) {
    super();
    link.addEventListener("message", ({ detail }) => this.#take(detail));
    link.addEventListener("down", () => this.#changed());
    link.addEventListener("up", () => this.#changed());
    setInterval(() => this.#changed(), 500);
    this.link = link;
  }

  // Whether kickcue was heard within the last three seconds, and is online.
  get live() {
    return this.link.up && this.status?.status === "online" && nowMs() - this.#heard < FRESH_MS;
  }

  get phase() {
    return this.live ? this.status.phase : null;
  }

  get running() {
    return this.live && this.racing;
  }

  // Whether the race was on, or over, when kickcue was heard last, however long ago: what stands
  // under a thumb does not change because a message is late.
  get racing() {
    return this.#phase !== null && !["waiting", "finished", "aborted"].includes(this.#phase);
  }

  get over() {
    return ["finished", "aborted"].includes(this.#phase);
  }

  get position() {
    return this.live && nowMs() - this.#stated < FRESH_MS ? this.state : null;
  }

  // Seconds since the gun, or to the end where the race is over; null before.
  get raceSeconds() {
    const { gun_ms: gun = null, over_ms: over = null } = this.laps ?? {};
    if (gun === null || this.#offset === null) return null;
    return (((over ?? nowMs() - this.#offset) - gun) / 1000) * this.laps.rate;
  }

  // Whether the end of the race is an estimate: nobody has marked it.
  get estimatedEnd() {
    return this.#phase === "finished" && this.race?.kind === "race" && !this.laps?.over_marked;
  }

  // Seconds until the armed cue; null where none is.
  get nextIn() {
    return this.next && this.#offset !== null ? (this.next.at + this.#offset - nowMs()) / 1000 : null;
  }

  #take({ name, message, retained, received }) {
    if (retained) {
      this.#keep(name, message);
      return;
    }
    if (message.sent === null) {
      if (message.runId === this.#run) this.status = message;
      this.#changed();
      return;
    }
    this.#live(message, received);
    if (name === "arm") this.next = { ...message, at: message.sent + message.dueIn };
    else if (name === "disarm") this.#over(message.id);
    else if (name === "cue") this.#cue(message);
    else this.#show(name, message, received);
    this.#changed();
  }

  #live(message, received) {
    if (message.runId !== this.#run) {
      this.#run = message.runId;
      this.#phase = null;
      this.#offset = this.state = this.race = this.laps = this.health = this.leg = this.next = null;
    }
    this.#heard = received;
    const offset = received - message.sent;
    this.#offset = this.#offset === null ? offset : Math.min(this.#offset, offset);
    for (const [name, kept] of this.#kept) {
      if (kept.runId === this.#run && this[name] === null) this.#show(name, kept, received);
    }
    this.#kept.clear();
  }

  #keep(name, message) {
    if (!STANDING.includes(name)) return;
    if (message.runId === this.#run) this[name] ??= message;
    else this.#kept.set(name, message);
  }

  #show(name, message, received) {
    this[name] = message;
    if (name === "state") this.#stated = received;
    if (name === "status") this.#phase = message.phase ?? this.#phase;
  }

  #cue(message) {
    this.last = message;
    this.#over(message.id);
  }

  #over(id) {
    if (this.next?.id === id) this.next = null;
  }

  // Told once for all that came in a moment: a flood costs no drawing.
  #changed() {
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      this.dispatchEvent(new Event("change"));
    }, TOLD_AFTER_MS);
  }
}
