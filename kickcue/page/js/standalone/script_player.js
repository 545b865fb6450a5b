// Goes through a session in its time; it can be paused, skipped through and stopped. What is cut
// off by a pause is begun anew: nobody goes on in the middle of a sentence. The rules stand in
// kickcue/cli/visualise/player.py; held equal to it by tests/standalone/test_script_player.py.

export const PAUSE = "pause"; // or go on
export const SKIP = "skip"; // to the next line at once
export const STOP = "stop";

const CLOCK = {
  now: () => performance.now() / 1000,
  sleep: (seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
};

export class ScriptPlayer {
  #session;
  #perform;
  #paused;
  #clock;
  #orders = [];
  #heard = null; // wakes who waits for an order
  #zero = 0; // when the session would have begun had nobody paused or skipped
  #since = null; // when the pause began that is on

  // `session`: {entries, total_s}; `perform(entry, signal)` does an entry until it is over or cut
  // off; `paused` hears of each pause, and of its end.
  constructor(session, perform, paused, clock = CLOCK) {
    this.#session = session;
    this.#perform = perform;
    this.#paused = paused;
    this.#clock = clock;
  }

  order(what) {
    this.#orders.push(what);
    this.#heard?.();
  }

  // Where in the session one is, in seconds.
  get at() {
    return (this.#since ?? this.#clock.now()) - this.#zero;
  }

  // True once it came to its end, false where it was stopped.
  async run() {
    const { entries, total_s: total } = this.#session;
    this.#zero = this.#clock.now();
    for (const [number, entry] of entries.entries()) {
      const next = entries[number + 1]?.at_s ?? total;
      if (!(await this.#until(entry.at_s)) || !(await this.#through(entry, next))) return false;
    }
    return this.#until(total);
  }

  async #until(at) {
    for (;;) {
      const left = Math.max(this.#zero + at - this.#clock.now(), 0);
      let order = await this.#unlessOrdered(() => this.#clock.sleep(left));
      if (order === null) return true;
      if (order === PAUSE) order = await this.#rest((length) => (this.#zero += length));
      if (order === STOP) return false;
      if (order === SKIP) this.#beAt(at);
    }
  }

  async #through(entry, next) {
    for (;;) {
      let order = await this.#unlessOrdered((signal) => this.#perform(entry, signal));
      if (order === null) return true;
      if (order === PAUSE) order = await this.#rest(() => this.#beAt(entry.at_s));
      if (order === STOP) return false;
      if (order === SKIP) {
        this.#beAt(next);
        return true;
      }
    }
  }

  // Wait to be told to go on (null), to skip or to stop.
  async #rest(after) {
    this.#since = this.#clock.now();
    this.#paused(true);
    await this.#ordered();
    const order = this.#orders.shift();
    const length = this.#clock.now() - this.#since;
    this.#since = null;
    after(length);
    this.#paused(false);
    return order === PAUSE ? null : order;
  }

  // Do `work` to its end, or cut it off for an order and return that.
  async #unlessOrdered(work) {
    const cut = new AbortController();
    await Promise.race([work(cut.signal), this.#ordered()]);
    if (!this.#orders.length) return null;
    cut.abort();
    return this.#orders.shift();
  }

  #ordered() {
    return new Promise((done) => {
      this.#heard = done;
      if (this.#orders.length) done();
    });
  }

  #beAt(at) {
    this.#zero = this.#clock.now() - at;
  }
}
