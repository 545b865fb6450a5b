// Plays schedules of messages (tests/watches/test_wrist_alike.py) to the page's watch.
// Standard input: {over, schedules}; output: for each step the actions and the next moment.
import { readFileSync } from "node:fs";
import { WatchStateMachine } from "../../kickcue/page/js/watch_state.js";

const { over, schedules } = JSON.parse(readFileSync(0, "utf8"));
const [runId, cueId, felt, why, latencyMs] = over;

function act(watch, [what, run, sent, received, cue, ttlMs, dueIn]) {
  const stamp = { runId: run, sent, received };
  const touch = { id: cue, ttlMs };
  if (what === "arm") return watch.arm(stamp, touch, dueIn);
  if (what === "disarm") return watch.disarm(stamp, cue);
  if (what === "cue") return watch.cue(stamp, touch);
  if (what === "tick") return watch.tick(received);
  watch.hear(stamp);
  return [];
}

function plain({ play, lateMs, fromTimer, ack }) {
  return play
    ? ["play", play.id, play.ttlMs, lateMs, fromTimer]
    : ["answer", ack.runId, ack.cueId, ack.felt, ack.why, ack.latencyMs];
}

const played = schedules.map((steps) => {
  const watch = new WatchStateMachine([{ runId, cueId, felt, why, latencyMs }]);
  return steps.map((step) => [act(watch, step).map(plain), watch.nextDue]);
});
console.log(JSON.stringify(played));
