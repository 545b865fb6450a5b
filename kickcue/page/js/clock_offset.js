// How late a message is, without any clock being set: kickcue/core/watch/clock_offset.py, which
// says why. Held equal to it by tests/page/test_watch_alike.py.

export const WINDOW_MS = 300_000;
export const APART_MS = 900;
export const AGREE_MS = 400;
export const BACK_MS = 3000;
export const BACK_COUNT = 4;
const MOST_FAST = 8;
const MOST_RUNS = 8;

class Back {
  constructor(sent, offset) {
    this.count = 1;
    this.first = this.last = sent;
    this.least = this.most = offset;
  }

  fits(offset) {
    return Math.max(this.most, offset) - Math.min(this.least, offset) <= AGREE_MS;
  }

  take(sent, offset) {
    if (sent > this.last) this.count += 1; // the same one once more proves nothing
    this.first = Math.min(this.first, sent);
    this.last = Math.max(this.last, sent);
    this.least = Math.min(this.least, offset);
    this.most = Math.max(this.most, offset);
  }

  get proven() {
    return this.count >= BACK_COUNT && this.last - this.first >= BACK_MS;
  }
}

class WindowMinimum {
  constructor(since, offset) {
    this.since = since;
    this.minimum = this.previous = offset;
    this.fast = [];
    this.settled = false;
    this.undercut = null;
    this.later = 0;
    this.newest = -1;
    this.back = null;
  }

  get offset() {
    return Math.min(this.minimum, this.previous);
  }

  get sure() {
    return this.settled && this.undercut === null;
  }

  // Whether a message is late and was sent before the newest one; those in a row that agree are
  // kept, and prove that the clock went back.
  wentBack(sent, offset, judged) {
    if (sent >= this.newest || offset <= this.offset + AGREE_MS) {
      this.newest = Math.max(this.newest, sent);
      this.back = null;
      return false;
    }
    if (judged) return true;
    if (this.back === null || !this.back.fits(offset)) this.back = new Back(sent, offset);
    else this.back.take(sent, offset);
    return true;
  }

  note(sent, offset, received, judged) {
    if (this.settled && offset < this.offset - AGREE_MS) {
      this.undercut = sent;
      this.later = 0;
      this.fast = [];
    }
    if (received - this.since >= WINDOW_MS && !judged) {
      this.since = received;
      this.previous = this.minimum;
      this.minimum = offset;
    } else {
      this.minimum = Math.min(this.minimum, offset);
    }
    if (!this.sure && !judged) this.settle(sent, offset);
  }

  settle(sent, offset) {
    const fast = [...this.fast, [sent, offset]].filter(([, off]) => off <= this.offset + AGREE_MS);
    const times = fast.map(([at]) => at);
    let enough = times.length > 0 && Math.max(...times) - Math.min(...times) >= APART_MS;
    if (this.undercut !== null) {
      if (sent > this.undercut) this.later += 1;
      enough ||= this.later >= BACK_COUNT && sent - this.undercut >= BACK_MS;
    }
    if (enough) {
      this.settled = true;
      this.undercut = null;
      this.fast = [];
    } else {
      this.fast = [...fast.slice(0, 1), ...fast.slice(1).slice(-MOST_FAST)];
    }
  }
}

export class MinimumDelayFilter {
  #runs = new Map();
  resets = 0; // how often a sender's clock went back

  // How many ms later a message came than its run's fastest one. `judged`: it is a cue, which is
  // acted on by its lateness alone, so it does not vouch for the measure.
  lateness(runId, sent, received, judged = false) {
    const offset = received - sent;
    let run = this.#runs.get(runId);
    this.#runs.delete(runId);
    run ??= new WindowMinimum(received, offset);
    this.#keep(runId, run);
    if (!run.wentBack(sent, offset, judged)) run.note(sent, offset, received, judged);
    else if (run.back?.proven) run = this.#beginAnew(runId, run.back, received);
    return offset - run.offset;
  }

  #keep(runId, run) {
    this.#runs.set(runId, run);
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(this.#runs.keys().next().value);
  }

  #beginAnew(runId, back, received) {
    this.resets += 1;
    const run = new WindowMinimum(received, back.least);
    run.settled = true;
    run.newest = back.last;
    this.#runs.set(runId, run);
    return run;
  }

  // When, on the receiver's clock, a message sent then would come at best; null for a stranger.
  received(runId, sent) {
    const run = this.#runs.get(runId);
    return run === undefined ? null : sent + run.offset;
  }

  settled(runId) {
    return this.#runs.get(runId)?.settled ?? false;
  }

  sure(runId) {
    return this.#runs.get(runId)?.sure ?? false;
  }
}
