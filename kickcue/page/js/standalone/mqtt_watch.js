// A watch that hears a broker: what kickcue says in this app is sent there too, and the watch's
// answers come back (docs/wire.md). What is lost on the way is sent again, as
// kickcue/edges/mqtt/delivery.py does it. Nothing here holds up the race or another watch.
//
// Event: "change".

import { BrokerLink } from "./broker_link.js";
import { MinimumDelayFilter } from "../clock_offset.js";
import { nowMs } from "../clock.js";
import { PendingCues } from "./pending_cues.js";
import { Rivals } from "./rivals.js";

const BEAT_MS = 100;
const STATUS_EACH_MS = 1000;
const STATE_EACH_MS = 500;
const LATEST_MS = 2000; // an answer that was held up longer is left out
const GONE_MS = 12_000; // a watch that was not heard for so long
const STANDING = ["leg", "race", "laps"];

export class MqttWatch extends EventTarget {
  #core;
  #link = null;
  #broker = null;
  #run = null;
  #version;
  #skew = -Infinity; // the race's clock less the page's, by its fastest message
  #stamp = -1;
  #phase = null;
  #state = null;
  #standing = new Map();
  #pending = new PendingCues();
  #rivals = null;
  #delays = new MinimumDelayFilter();
  #there = new Map(); // by the watch's run: {kind, status, at}
  #fresh = false; // there is a new connection that has not heard what stands
  #sending = false;
  #stated = -Infinity;
  #told = -Infinity;
  felt = []; // what was answered, the latest first

  // `core`: the page's link to kickcue.
  constructor(core, version) {
    super();
    this.#core = core;
    this.#version = version;
    core.addEventListener("message", ({ detail: { name, given } }) => this.#take(name, given));
    setInterval(() => this.#beat(), BEAT_MS);
  }

  get chosen() {
    return this.#broker !== null;
  }

  get up() {
    return this.#link?.up ?? false;
  }

  get why() {
    return this.#link?.why ?? null;
  }

  // Whether another run sends on the same topics, so that this one does not.
  get second() {
    return this.#rivals?.found(this.#now()) ?? false;
  }

  // The kinds of the watches that would feel a cue now.
  get watches() {
    const there = [...this.#there.values()].filter(({ status, at }) => status === "online" && nowMs() - at < GONE_MS);
    return [...new Set(there.map(({ kind }) => kind))];
  }

  // Send to this broker: {url, athlete, user, password}.
  choose(broker) {
    this.letGo();
    this.#broker = broker;
    this.#connect();
    this.#changed();
  }

  letGo() {
    if (this.up) this.#publish("status", this.#status("offline"));
    this.#link?.stop();
    this.#link = this.#broker = null;
    this.#there.clear();
    this.#changed();
  }

  #connect() {
    this.#link?.stop();
    this.#link = null;
    if (this.#broker === null || this.#run === null) return;
    const link = new BrokerLink(this.#broker, this.#run);
    this.#link = link;
    this.#rivals = new Rivals(this.#run);
    this.#sending = false;
    link.addEventListener("up", () => {
      this.#rivals.linkUp(this.#now());
      this.#fresh = true;
      this.#changed();
    });
    link.addEventListener("down", () => this.#changed());
    link.addEventListener("message", ({ detail }) => link === this.#link && this.#hear(detail));
    link.run();
  }

  // A time on the race's clock, which goes on after a reload of the page.
  #now() {
    return nowMs() + (Number.isFinite(this.#skew) ? this.#skew : 0);
  }

  // ---- what kickcue says

  #take(name, { wire: _, run_id: run, sent_ms: sent, ...values }) {
    if (run !== this.#run) this.#begin(run);
    this.#skew = Math.max(this.#skew, sent - nowMs());
    if (name === "status") {
      this.#phase = values.phase;
      this.#publish("status", this.#status("online"));
    } else if (name === "state") {
      this.#state = values;
      this.#sendState();
    } else if (STANDING.includes(name)) {
      this.#standing.set(name, values);
      this.#publish(name, values);
    } else {
      this.#cue(name, sent, values);
    }
  }

  #cue(name, sent, values) {
    const { id, ttl_ms: ttl, due_in_ms: dueIn } = values;
    if (name === "disarm") {
      this.#pending.disarm(id);
      this.#publish("disarm", values);
    } else if (name === "arm") {
      const order = { id, values, due: sent + dueIn, over: sent + dueIn + ttl };
      this.#pending.arm(order, this.#now());
      this.#sendArm(order);
    } else if (name === "cue") {
      const order = { id, values, over: sent + ttl };
      this.#pending.disarm(id);
      if (this.#sendCue(order)) this.#pending.give(order, this.#now());
    }
  }

  // Another race: its clock is another one, and the broker is to hear of its end, too.
  #begin(run) {
    this.#run = run;
    this.#skew = -Infinity;
    this.#stamp = -1;
    this.#phase = this.#state = null;
    this.#stated = this.#told = -Infinity;
    this.#standing.clear();
    this.#pending = new PendingCues();
    this.#connect();
  }

  // ---- what the broker is sent

  #beat() {
    if (!this.up) return;
    const now = this.#now();
    const may = this.#rivals.maySend(now);
    const fresh = may && (this.#fresh || !this.#sending);
    if (may !== this.#sending) this.#changed();
    this.#sending = may;
    if (!may) return;
    this.#fresh = false;
    if (fresh) for (const [name, values] of this.#standing) this.#publish(name, values);
    if (fresh || now - this.#told >= STATUS_EACH_MS) this.#publish("status", this.#status("online"));
    this.#sendState();
    for (const order of this.#pending.armsDue(now, fresh)) this.#sendArm(order);
    for (const order of this.#pending.unfelt(now)) {
      if (this.#sendCue(order)) this.#pending.repeated(order.id, now);
      else this.#pending.giveUp(order.id);
    }
  }

  #status(status) {
    this.#told = this.#now();
    return { status, version: this.#version, phase: this.#phase };
  }

  #sendState() {
    const now = this.#now();
    if (this.#state === null || now - this.#stated < STATE_EACH_MS) return;
    this.#stated = now;
    this.#publish("state", this.#state);
    this.#state = null;
  }

  #sendArm({ values, due }) {
    this.#publish("arm", { ...values, due_in_ms: due - this.#now() });
  }

  // False for a cue that is past its deadline.
  #sendCue({ values, over }) {
    const left = over - this.#now();
    if (left <= 0) return false;
    this.#publish("cue", { ...values, due_in_ms: 0, ttl_ms: left });
    return true;
  }

  #publish(name, values) {
    if (!this.up || !this.#rivals.maySend(this.#now())) return;
    this.#stamp = Math.max(this.#stamp + 1, this.#now());
    this.#link.publish(name, { ...values, sent_ms: this.#stamp });
  }

  // ---- what the broker says

  #hear({ name, message, retained, received }) {
    if (name === "status") {
      this.#rivals.take(message, retained, this.#now());
    } else if (!retained) {
      const late = message.sent === null ? 0 : this.#delays.lateness(message.runId, message.sent, received);
      if (late > LATEST_MS) return;
      if (name === "ack") this.#answer(message);
      else this.#there.set(message.runId, { ...message, at: received });
    }
    this.#changed();
  }

  #answer({ id, cueRunId, felt, why, latencyMs }) {
    if (cueRunId !== this.#run) return;
    if (felt) this.#pending.felt(id);
    else if (!this.#pending.refuse(id, why)) return;
    this.felt = [{ id, felt, why, at: Date.now() }, ...this.felt].slice(0, 8);
    this.#core.publish("ack", { id, cue_run_id: cueRunId, felt, why, latency_ms: latencyMs });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
