// Plays what a device goes through (tests/page/test_clock.py) to the page's clock.
// Standard input: schedules of [what, steady ms, wall ms], as both clocks are then; output: for each
// step what the clock says.
import { readFileSync } from "node:fs";
import { PageClock } from "../../kickcue/page/js/clock.js";

const played = JSON.parse(readFileSync(0, "utf8")).map(([[, steady, wall], ...steps]) => {
  const here = { steady, wall };
  const clock = new PageClock(() => here.steady, () => here.wall);
  return steps.map(([what, ...both]) => {
    [here.steady, here.wall] = both;
    if (what !== "look") clock.darken(what === "dark");
    return clock.now();
  });
});
console.log(JSON.stringify(played));
