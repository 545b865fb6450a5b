// Cues that may have to be sent again: armed ones until over, given ones until a watch felt them.
// The rules stand in kickcue/edges/mqtt/pending_cues.py; held equal to it by tests/standalone/
// test_pending_cues.py. Times are the sender's, in ms.

export const ARM_EACH_MS = 4000;
export const REPEAT_AFTER_MS = 700;

export class PendingCues {
  #armed = new Map(); // by id: {order, sent}
  #given = new Map(); // by id: {order, sent, refusals}

  // `order`: {id, over, ...}, `over` being when it is past its deadline.
  arm(order, now) {
    this.#armed.set(order.id, { order, sent: now });
  }

  // It was disarmed, or has been given.
  disarm(id) {
    this.#armed.delete(id);
  }

  give(order, now) {
    this.#given.set(order.id, { order, sent: now, refusals: new Set() });
  }

  // It was sent once more.
  repeated(id, now) {
    this.#given.get(id).sent = now;
  }

  // It is late by now.
  giveUp(id) {
    this.#given.delete(id);
  }

  // A watch gave it.
  felt(id) {
    this.#armed.delete(id);
    this.#given.delete(id);
  }

  // A watch did not give it; another one may. Whether that is news: it says so at each repeat.
  refuse(id, why) {
    const given = this.#given.get(id);
    if (given === undefined) return true;
    const isNew = !given.refusals.has(why);
    given.refusals.add(why);
    return isNew;
  }

  // The armed cues that are to be sent again, now; all on a new connection.
  armsDue(now, freshLink) {
    const due = [];
    for (const [id, armed] of this.#armed) {
      if (armed.order.over <= now) this.#armed.delete(id);
      else if (freshLink || now - armed.sent >= ARM_EACH_MS) {
        armed.sent = now;
        due.push(armed.order);
      }
    }
    return due;
  }

  // The cues that were sent some time ago, and that nobody has felt.
  unfelt(now) {
    return [...this.#given.values()].filter(({ sent }) => now - sent >= REPEAT_AFTER_MS).map(({ order }) => order);
  }
}
