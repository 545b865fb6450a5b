// The race as it is: place with its error, clock, body, the next cue. The laps are below the buttons
// (laps_view.js): their table grows, and a thumb finds its button where it was.

import { h, say } from "./dom.js";
import { about, clock, halfWidth, lapNumber, metres, pace, whole } from "./format.js";
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
    const labels = [`${word("pace")}/${wishes.unit}`, word("cadence"), word("heart")];
    const [paceOf, cadence, heart] = labels.map(figure);
    const [error, toGoWords] = [h("span"), h("span")];
    lines.error.append(error, toGoWords);
    const place = h("div", { class: "place" }, lines.toGo, lines.error);
    const report = h("a", { href: "report", target: "_blank", class: "button" }, word("report"));
    this.#parts = { ...lines, error, toGoWords, place, report, pace: paceOf, cadence, heart };
    this.append(
      lines.title,
      place,
      h("div", { class: "row" }, lines.clock, lines.lap),
      h("div", { class: "figures" }, paceOf.element, cadence.element, heart.element),
      lines.next, report,
    );
    store.addEventListener("change", () => this.#draw());
    setInterval(() => this.#tick(), 100);
    this.#draw();
  }

  #draw() {
    const { position, race, leg } = this.#store;
    const parts = this.#parts;
    say(parts.title, race?.name || "kickcue");
    const resting = leg && this.#store.running && ["rest", "easy"].includes(leg.kind);
    // Before the gun all of it is to go, and that is no estimate.
    const toGo = this.#store.phase === "waiting" ? race?.distance_m : position?.to_go_m;
    say(parts.toGo, resting ? leg.text : metres(toGo ?? null));
    parts.toGo.classList.toggle("words", Boolean(resting));
    say(parts.error, resting ? "" : `${halfWidth(position?.distance_sd_m ?? null)}m`);
    say(parts.toGoWords, resting ? "" : word("toGo"));
    say(parts.lap, this.#lapText(position, race, leg));
    say(parts.pace.value, pace(position?.speed_mps ?? null, wishes.unit));
    say(parts.cadence.value, whole(position?.cadence_spm ?? null));
    say(parts.heart.value, whole(position?.heart_rate_bpm ?? null));
    const { over, live } = this.#store;
    parts.place.hidden = parts.lap.hidden = over;
    parts.report.hidden = !(over && live && this.#withReport);
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

  // What goes on by itself: the clock, and the wait for the next cue.
  #tick() {
    const { next, last, nextIn, raceSeconds, estimatedEnd } = this.#store;
    say(this.#parts.clock, estimatedEnd ? about(raceSeconds) : clock(raceSeconds, this.#store.over));
    const until = nextIn === null || nextIn < 0 ? word("now") : `${word("inS")} ${clock(nextIn, false)}`;
    let text = next ? `${word("next")} ${until}: ${next.text}` : "";
    if (!text && last) text = `${word("lastCue")}: ${last.text}`;
    say(this.#parts.next, text);
  }
}
customElements.define("race-view", RaceView);
