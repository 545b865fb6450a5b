// The page as the watch: what is due is played here.

import { Awake } from "./awake.js";
import { Wrist } from "./wrist.js";

const PRESENCE_MS = 5000;
const OVER_KEY = "kickcue.over";
const UNARMED = "not armed";
const HIDDEN = "the screen is off or another page is in front";

export class WornWatch extends Wrist {
  #awake = new Awake(() => this.changed());
  armed = false; // by the runner's tap
  felt = []; // what was played here, the latest first

  constructor(link, player) {
    super(link, OVER_KEY);
    this.player = player;
    link.addEventListener("up", () => this.#present());
    document.addEventListener("visibilitychange", () => {
      this.#present();
      this.changed();
    });
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
    this.armed = true;
    this.worn = true;
    await this.#awake.hold();
    this.#present();
  }

  get awake() {
    return this.#awake.on;
  }

  give(touch, lateMs, fromTimer) {
    if (this.trouble !== null) return this.trouble;
    this.player.play(touch);
    this.felt = [{ text: touch.text, lateMs, fromTimer, at: Date.now() }, ...this.felt].slice(0, 8);
    this.changed();
    return null;
  }

  #present() {
    const why = this.trouble;
    this.link.publish("presence", { status: why ? "offline" : "online", kind: "web", why });
  }
}
