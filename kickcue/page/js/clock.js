// The page's clock: it never goes back, nothing sets it, and it counts the time of a sleep.
//
// performance.now() is steady, but on Android, macOS and Linux it stands still while the device
// sleeps. Date.now() goes on then; but the network sets it, and so may the runner, forth and back.
// So time goes by the first, and by what the second has gained on it while the screen was dark: a
// device sleeps with a dark screen alone, and a page on a dark screen is hidden. While the page is
// seen the device is awake, so a gain then is a clock that was set, and does not count.

const SLEPT_MS = 2000; // less is a clock that the network has corrected, or a nap
const UNDECIDED_MS = 3000; // the device may sleep before the page has heard that it is dark

export class PageClock extends EventTarget {
  #steady;
  #wall;
  #anchor; // what both said when the device was last known to be awake
  #dark = false;
  #sinceGain = null; // on the steady clock
  ahead = 0; // ms: all sleeps so far

  constructor(steady = () => performance.now(), wall = () => Date.now()) {
    super();
    this.#steady = steady;
    this.#wall = wall;
    this.#anchor = this.#both();
  }

  // Milliseconds since the page was loaded. Event: "slept", where `ahead` has grown.
  now() {
    const here = this.#both();
    const gain = here.wall - this.#anchor.wall - (here.steady - this.#anchor.steady);
    if (gain > SLEPT_MS && this.#dark) this.#sleep(here, gain);
    else if (gain < -SLEPT_MS || !(this.#dark || this.#undecided(here, gain))) this.#awake(here);
    return here.steady + this.ahead;
  }

  // The screen is dark from now on, or the page is seen again.
  darken(dark) {
    if (!dark) this.now(); // what was slept counts yet
    this.#dark = dark;
    this.now();
  }

  #both() {
    return { steady: this.#steady(), wall: this.#wall() };
  }

  #sleep(here, gain) {
    this.ahead += gain;
    this.#awake(here);
    this.dispatchEvent(new Event("slept"));
  }

  #awake(here) {
    this.#anchor = here;
    this.#sinceGain = null;
  }

  // Whether a gain may still turn out to be that of a sleep.
  #undecided({ steady }, gain) {
    if (gain <= SLEPT_MS) return false;
    this.#sinceGain ??= steady;
    return steady - this.#sinceGain < UNDECIDED_MS;
  }
}

export const clock = new PageClock();
export const nowMs = () => Math.round(clock.now());

if (globalThis.document) {
  const look = () => clock.darken(document.visibilityState !== "visible");
  document.addEventListener("visibilitychange", look);
  look();
}
