// Plays a session to the page's player in virtual time, with orders at their moments.
// Standard input: {session, lasts, stories: [[[at, order], ...], ...]}; output: for each story
// {began: [[text, at], ...], ended: [whole, at]}.
import { readFileSync } from "node:fs";
import { ScriptPlayer } from "../../kickcue/page/js/standalone/script_player.js";

const { session, lasts, stories } = JSON.parse(readFileSync(0, "utf8"));
const settled = () => new Promise((done) => setImmediate(done));

class VirtualClock {
  #now = 0;
  #waiting = [];

  now = () => this.#now;
  sleep = (seconds) => new Promise((done) => this.at(this.#now + seconds, done));

  at(when, does) {
    this.#waiting.push({ when, does });
    this.#waiting.sort((a, b) => a.when - b.when); // a stable sort: who came first is first
  }

  async run(over) {
    for (;;) {
      await settled();
      if (over()) return;
      const { when, does } = this.#waiting.shift();
      this.#now = when;
      does();
    }
  }
}

async function told(orders) {
  const clock = new VirtualClock();
  const began = [];
  let ended = null;
  const perform = ({ text }) => {
    began.push([text, clock.now()]);
    return clock.sleep(lasts);
  };
  const player = new ScriptPlayer(session, perform, () => {}, clock);
  for (const [at, order] of orders) clock.at(at, () => player.order(order));
  player.run().then((whole) => {
    ended = [whole, clock.now()];
  });
  await clock.run(() => ended !== null);
  return { began, ended };
}

const found = [];
for (const orders of stories) found.push(await told(orders));
console.log(JSON.stringify(found));
