// The race as it is: place with its error, clock, body, the next cue, laps.

import { fill, h, say } from "./dom.js";
import { clock, halfWidth, lapNumber, lapTime, metres, pace, whole } from "./format.js";
import { wishes, word } from "./words.js";

const figure = (label) => {
  const value = h("strong", {}, "–");
  const element = h("div", { class: "figure" }, h("span", {}, label), value);
  return { element, value };
};

export class RaceView extends HTMLElement {
  #store;
  #withReport; // a runner's page has the report of what was run
  #parts;

  constructor(store, withReport) {
    super();
    this.#store = store;
    this.#withReport = withReport;
    const lines = Object.fromEntries(
      ["title", "toGo", "error", "clock", "lap", "next"].map((name) =>
        [name, h(name === "title" ? "h1" : "p", { class: name })]),
    );
    const [paceOf, cadence, heart] = ["pace", "cadence", "heart"].map((key) => figure(word(key)));
    const laps = h("tbody");
    const table = h(
      "table", { class: "laps" },
      h("thead", {}, h("tr", {}, ...["lap", "lapTime", "total"].map((key) =>
        h("th", { scope: "col" }, word(key))))),
      laps,
    );
    const report = h("a", { href: "report", target: "_blank", class: "button" }, word("report"));
    this.#parts = { ...lines, report, pace: paceOf, cadence, heart, laps, table };
    this.append(
      lines.title,
      h("div", { class: "place" }, lines.toGo, lines.error),
      h("div", { class: "row" }, lines.clock, lines.lap),
      h("div", { class: "figures" }, paceOf.element, cadence.element, heart.element),
      lines.next, report, table,
    );
    store.addEventListener("change", () => this.#draw());
    setInterval(() => this.#tick(), 100);
    this.#draw();
  }

  #draw() {
    const { position, race, leg, laps } = this.#store;
    const parts = this.#parts;
    say(parts.title, race?.name || "kickcue");
    const resting = leg && this.#store.running && ["rest", "easy"].includes(leg.kind);
    say(parts.toGo, resting ? leg.text : metres(position?.to_go_m ?? null));
    say(parts.error, resting ? "" : `${halfWidth(position?.distance_sd_m ?? null)}m ${word("toGo")}`);
    say(parts.lap, this.#lapText(position, race, leg));
    say(parts.pace.value, pace(position?.speed_mps ?? null, wishes.unit));
    say(parts.cadence.value, whole(position?.cadence_spm ?? null));
    say(parts.heart.value, whole(position?.heart_rate_bpm ?? null));
    const over = ["finished", "aborted"].includes(this.#store.phase);
    parts.report.hidden = !(over && this.#withReport);
    const run = laps?.laps ?? [];
    parts.table.hidden = run.length === 0;
    fill(parts.laps, JSON.stringify(run), () =>
      [...run].reverse().map((lap) =>
        h("tr", {}, h("td", {}, whole(lap.lap)), h("td", {}, this.#lapTime(lap)),
          h("td", {}, clock(lap.race_s)))));
  }

  #lapText(position, race, leg) {
    if (race?.kind === "session") {
      return leg?.rep ? `${word("rep")} ${leg.rep} ${word("of")} ${leg.reps}` : "";
    }
    if (!position) return "";
    const count = race?.marker_m ? Math.ceil(race.distance_m / race.marker_m - 1e-6) : null;
    const lap = `${word("lap")} ${lapNumber(position, word("or"))}`;
    return count === null ? lap : `${lap} ${word("of")} ${count}`;
  }

  #lapTime({ lap_s: seconds, error_s: error }) {
    if (seconds === null) return "–";
    if (error === null) return `≈ ${Math.round(seconds)}`;
    return error > 0
      ? `${Math.round(seconds)} ± ${Math.max(Math.round(error), 1)}`
      : lapTime(seconds);
  }

  // What goes on by itself: the clock, and the wait for the next cue.
  #tick() {
    const { next, last, nextIn, raceSeconds, running } = this.#store;
    say(this.#parts.clock, clock(raceSeconds, !running));
    const until = nextIn === null || nextIn < 0 ? word("now") : `${word("inS")} ${clock(nextIn, false)}`;
    let text = next ? `${word("next")} ${until}: ${next.text}` : "";
    if (!text && last) text = `${word("lastCue")}: ${last.text}`;
    say(this.#parts.next, text);
  }
}
customElements.define("race-view", RaceView);
