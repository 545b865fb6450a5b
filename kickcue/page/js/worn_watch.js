// The page as the watch: what comes is decided by watch_state.js, played, and answered.
//
// Event: "change".

import { Awake } from "./awake.js";
import { nowMs } from "./clock.js";
import { WatchStateMachine } from "./watch_state.js";

const PRESENCE_MS = 5000;
const LONGEST_TIMER_MS = 1000; // looked at again: a page that slept must not go by an old plan
const OVER_KEY = "kickcue.over";
const UNARMED = "not armed";
const HIDDEN = "the screen is off or another page is in front";

function kept() {
  try {
    return JSON.parse(localStorage.getItem(OVER_KEY)) ?? [];
  } catch {
    return [];
  }
}

export class WornWatch extends EventTarget {
  #machine = new WatchStateMachine(kept());
  #timer = null;
  #awake = new Awake(() => this.#changed());
  armed = false; // by the runner's tap
  felt = []; // what was played here, the latest first

  constructor(link, player) {
    super();
    this.link = link;
    this.player = player;
    this.#machine.worn = false;
    link.addEventListener("message", ({ detail }) => this.#take(detail));
    link.addEventListener("up", () => this.#present());
    document.addEventListener("visibilitychange", () => this.#seen());
    setInterval(() => this.#present(), PRESENCE_MS);
  }

  // Why no cue would be felt now; null while one would.
  get trouble() {
    if (!this.armed) return UNARMED;
    return document.visibilityState === "visible" ? null : HIDDEN;
  }

  // Begin to be the watch; call it in a gesture.
  async arm() {
    this.player.unlock();
    this.armed = this.#machine.worn = true;
    this.#do(this.#machine.tick(nowMs()));
    this.#plan();
    await this.#awake.hold();
    this.#present();
  }

  get awake() {
    return this.#awake.on;
  }

  #take({ name, message, retained, received }) {
    if (retained || message.sent === null) return;
    const stamp = { runId: message.runId, sent: message.sent, received };
    if (name === "arm") this.#do(this.#machine.arm(stamp, message, message.dueIn));
    else if (name === "disarm") this.#do(this.#machine.disarm(stamp, message.id));
    else if (name === "cue") this.#cue(stamp, message);
    else this.#machine.hear(stamp);
    this.#plan();
  }

  // Where it is not the watch it does not answer either: another one may be, and to hear that
  // nothing was felt would end what kickcue does for that one.
  #cue(stamp, message) {
    if (this.armed) this.#do(this.#machine.cue(stamp, message));
  }

  #do(actions) {
    for (const { play, lateMs, fromTimer, ack } of actions) {
      if (play) this.#play(play, lateMs, fromTimer);
      if (ack) this.#answer(ack);
    }
  }

  #play(touch, lateMs, fromTimer) {
    if (this.trouble !== null) return;
    this.player.play(touch);
    this.felt = [{ text: touch.text, lateMs, fromTimer, at: Date.now() }, ...this.felt].slice(0, 8);
    this.#changed();
  }

  #answer(ack) {
    const why = ack.felt && this.trouble !== null ? this.trouble : ack.why;
    this.link.publish("ack", {
      id: ack.cueId,
      cue_run_id: ack.runId,
      felt: ack.felt && this.trouble === null,
      why,
      latency_ms: ack.latencyMs,
    });
    localStorage.setItem(OVER_KEY, JSON.stringify(this.#machine.over));
  }

  // Wake up for the next armed cue, link or no link.
  #plan() {
    clearTimeout(this.#timer);
    const due = this.#machine.nextDue;
    if (due === null || !this.armed) return;
    const wait = Math.min(Math.max(due - nowMs(), 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#do(this.#machine.tick(nowMs()));
      this.#plan();
    }, wait);
  }

  #present() {
    const why = this.trouble;
    this.link.publish("presence", { status: why ? "offline" : "online", kind: "web", why });
  }

  #seen() {
    this.#present();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
