// The laps, or the repetitions of a session: the last one first.

import { fill, h, say } from "./dom.js";
import { about, clock, lapTime, whole } from "./format.js";
import { word } from "./words.js";

// A lap between two presses is known to a tenth; another one is not, and says so.
function shown({ lap_s: seconds, error_s: error }) {
  if (seconds === null) return "–";
  if (error === null) return `≈ ${Math.round(seconds)}`;
  return error > 0
    ? `${Math.round(seconds)} ± ${Math.max(Math.round(error), 1)}`
    : lapTime(seconds);
}

const row = (lap, marked) => h(
  "tr", {}, h("td", {}, whole(lap.lap)), h("td", {}, shown(lap)),
  h("td", {}, marked ? clock(lap.race_s) : about(lap.race_s)),
);

export class LapsView extends HTMLElement {
  constructor(store) {
    super();
    const rows = h("tbody");
    const heads = ["lap", "lapTime", "total"].map((key) => h("th", { scope: "col" }, word(key)));
    const [what] = heads;
    const table = h("table", { class: "laps" }, h("thead", {}, h("tr", {}, ...heads)), rows);
    this.append(table);
    const draw = () => {
      const laps = store.laps?.laps ?? [];
      say(what, word(store.race?.kind === "session" ? "rep" : "lap"));
      table.hidden = laps.length === 0;
      fill(rows, JSON.stringify(store.laps), () => [...laps].reverse().map((lap, at) =>
        row(lap, lap.error_s === 0 || (at === 0 && store.laps.over_marked))));
    };
    store.addEventListener("change", draw);
    draw();
  }
}
customElements.define("laps-view", LapsView);
