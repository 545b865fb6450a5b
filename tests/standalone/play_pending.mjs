// Plays schedules to the page's rules of what is sent again, and of who may send.
// Standard input: {pending: [[step, ...], ...], rivals: [[step, ...], ...]}; output alike, with what
// each step gives.
import { readFileSync } from "node:fs";
import { PendingCues } from "../../kickcue/page/js/standalone/pending_cues.js";
import { Rivals } from "../../kickcue/page/js/standalone/rivals.js";

const { pending, rivals } = JSON.parse(readFileSync(0, "utf8"));
const ids = (orders) => orders.map(({ id }) => id);

function sendAgain(cues, [what, now, id, more]) {
  if (what === "arm") cues.arm({ id, over: more }, now);
  else if (what === "disarm") cues.disarm(id);
  else if (what === "give") cues.give({ id, over: more }, now);
  else if (what === "felt") cues.felt(id);
  else if (what === "refuse") return cues.refuse(id, more);
  else {
    const due = ids(cues.armsDue(now, more));
    const asked = cues.unfelt(now);
    for (const { id: each, over } of asked) {
      if (over > now) cues.repeated(each, now);
      else cues.giveUp(each);
    }
    return [due, ids(asked)];
  }
  return null;
}

function maySend(each, [what, now, message, retained]) {
  if (what === "up") each.linkUp(now);
  if (what === "status") each.take(message, retained, now);
  return [each.maySend(now), each.found(now)];
}

console.log(JSON.stringify({
  pending: pending.map((steps) => {
    const cues = new PendingCues();
    return steps.map((step) => sendAgain(cues, step));
  }),
  rivals: rivals.map((steps) => {
    const each = new Rivals("me");
    return steps.map((step) => maySend(each, step));
  }),
}));
