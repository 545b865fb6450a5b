// Another sender on the same topics: two of them have every cue felt twice. The run that began first
// goes on, the other one holds its tongue. The rules stand in kickcue/edges/mqtt/rivals.py; held
// equal to it by tests/standalone/test_pending_cues.py. Times are the run's, in ms.

const LISTEN_MS = 400; // what the broker retained comes at once behind the subscription
const PROVE_MS = 2500; // a status comes each second: two may be lost
const GONE_MS = 5000;
const AT_ONCE_MS = 1000; // of two that began within it both may think to be first: names decide

export class Rivals {
  #run;
  #until = null; // how long to listen before the first word; null before there is a connection
  #rival = null;
  #last = 0;

  constructor(run) {
    this.#run = run;
  }

  linkUp(now) {
    this.#until ??= now + LISTEN_MS;
  }

  // Take any status on the own topic.
  take({ runId, sent, status }, retained, now) {
    if (runId === this.#run) return;
    if (status === "offline") {
      // After a last will it may be back in a moment.
      if (sent !== null && this.#rival === runId) this.#rival = null;
    } else if (retained) {
      if (this.#until === null || now < this.#until) this.#until = now + PROVE_MS;
    } else if (sent !== null && this.#isOlder(runId, sent, now)) {
      this.#rival = runId;
      this.#last = now;
    }
  }

  // Whether another run keeps this one from sending.
  found(now) {
    if (this.#rival !== null && now - this.#last > GONE_MS) this.#rival = null;
    return this.#rival !== null;
  }

  maySend(now) {
    return !this.found(now) && this.#until !== null && now >= this.#until;
  }

  #isOlder(runId, sent, now) {
    const ahead = sent - now;
    return Math.abs(ahead) < AT_ONCE_MS ? runId > this.#run : ahead > 0;
  }
}
