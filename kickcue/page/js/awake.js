// Keeps the screen on while it is held, as far as the browser lets a page do that.

export class Awake {
  #lock = null;
  #held = false;
  #changed;

  // `changed` is called whenever `on` may have changed.
  constructor(changed = () => {}) {
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => {
      if (this.#held && document.visibilityState === "visible") this.hold(); // it was let go of
    });
  }

  get on() {
    return this.#lock !== null && !this.#lock.released;
  }

  async hold() {
    this.#held = true;
    try {
      const lock = (await navigator.wakeLock?.request("screen")) ?? null;
      this.#lock?.release();
      this.#lock = lock;
      lock?.addEventListener("release", () => this.#changed());
    } catch {
      this.#lock = null; // the battery is low, or the page is not secure
    }
    if (!this.#held) this.release();
    this.#changed();
  }

  release() {
    this.#held = false;
    this.#lock?.release();
    this.#lock = null;
  }
}
