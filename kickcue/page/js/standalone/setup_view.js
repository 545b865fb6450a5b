// The race as the runner sets it up: an event with its track, or a session.

import { h, say } from "../dom.js";
import { RaceTransfer } from "./race_transfer.js";
import { MORE, OF_COURSE, SHOWN, SetupFields, label, options } from "./setup_fields.js";
import { setupWord } from "./setup_words.js";
import { wishes } from "../words.js";

const KEPT = "kickcue.document";
const USUAL = { race: "5000m" };
const CONFIRM_MS = 4000;

// The race that was set up last, as a RaceDocument of kickcue.
export function keptDocument() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? { ...USUAL, language: wishes.language };
  } catch {
    return USUAL;
  }
}

const keep = (document) => localStorage.setItem(KEPT, JSON.stringify(document));

// Events: "kept" where what is set up has changed.
export class SetupView extends HTMLElement {
  #link;
  #store;
  #catalogue = null;
  #fields = null;
  #what = null; // the choice of a session
  #rest = {}; // of the document, what no field shows: the sensors, a finish line
  #asked = false;
  #transfer;
  told = h("p", { class: "told", role: "status" });

  constructor(link, store) {
    super();
    this.#link = link;
    this.#store = store;
    this.#transfer = new RaceTransfer(link, this);
  }

  // Show what was begun in place of a race that this app can no longer run, and say why.
  refused(catalogue, why) {
    keep(USUAL);
    this.open(catalogue, USUAL);
    say(this.told, `${setupWord("refused")}: ${why}`);
  }

  // Show the fields; `catalogue` is what this app has, `document` what is set up.
  open(catalogue, document) {
    this.#catalogue = catalogue;
    const fields = new SetupFields(catalogue);
    this.#fields = fields;
    const plans = Object.entries(catalogue.plans).map(([name, { document: plan }]) => [name, plan.title || name]);
    this.#what = h("select", {}, ...options([["", setupWord("own")], ...plans], document.plan?.name ?? ""));
    const cues = catalogue.terms.cues.terms;
    const session = h("details", {}, h("summary", {}, setupWord("cuesOf")),
      ...fields.rows(Object.keys(cues), document.cues ?? {}, cues));
    const shown = [...SHOWN, ...MORE, "cues", "plan"];
    this.#rest = Object.fromEntries(Object.entries(document).filter(([key]) => !shown.includes(key)));
    const unseen = Object.keys(this.#rest).filter((key) => key !== "sensors");
    this.replaceChildren(
      h("label", { class: "field" }, h("span", {}, label("what")), this.#what),
      ...fields.rows(SHOWN, document),
      h("datalist", { id: "events" }, ...options(catalogue.events.map((each) => [each, ""]))),
      h("details", {}, h("summary", {}, setupWord("more")), ...fields.rows(MORE, document), session,
        h("p", { class: "hint", hidden: !unseen.length }, `${setupWord("kept")}: ${unseen.join(", ")}`)),
      h("button", { type: "button", class: "primary", onclick: () => this.#try(() => this.#use(this.document)) }, setupWord("use")),
      this.told, this.#transfer,
    );
    this.#transfer.hideCode();
    const draw = () => {
      for (const key of OF_COURSE) fields.row(key).hidden = this.#what.value !== "";
      session.hidden = this.#what.value === "";
    };
    this.#what.addEventListener("change", draw);
    this.addEventListener("change", () => this.#transfer.hideCode()); // it would be of another race
    draw();
  }

  // What the fields say, without what is as usual; throws Error with what is wrong.
  get document() {
    const plan = this.#what.value;
    const keys = [...SHOWN, ...MORE].filter((key) => plan === "" || !OF_COURSE.includes(key));
    const found = { race: USUAL.race, language: this.#fields.control("language").value, ...this.#fields.values(keys) };
    const cues = this.#fields.values(Object.keys(this.#catalogue.terms.cues.terms));
    if (Object.keys(cues).length) found.cues = cues;
    if (plan) found.plan = this.#catalogue.plans[plan].document;
    else found.race = this.#fields.control("race").value.trim();
    return { ...found, ...this.#rest };
  }

  // Show a race that was read, and set it up where none is on. The sensors are this phone's.
  async take(document, leftOut, ask = false) {
    const sensors = { ...keptDocument().sensors, ...document.sensors };
    this.open(this.#catalogue, Object.keys(sensors).length ? { ...document, sensors } : document);
    if (this.#store.racing || ask) this.#say(this.#store.racing ? "raceOn" : "taken");
    else await this.#use(this.document);
    if (leftOut.length) say(this.told, `${this.told.textContent} ${setupWord("leftOut")}: ${leftOut.join(", ")}.`);
  }

  // Take a race by the text of a code or a link, which waits for the runner's own tap.
  async offer(text) {
    await this.#try(async () => {
      const { document: found, left_out: leftOut } = await this.#link.ask("from_toml", { text });
      await this.take(found, leftOut, true);
    });
  }

  // Read the sensors by these profiles. True where the race that waits does; one that is on, or
  // over, stays as it is.
  async useSensors(sensors) {
    const kept = { ...keptDocument(), sensors };
    this.#rest = { ...this.#rest, sensors };
    keep(kept);
    if (this.#store.racing || this.#store.over) return false;
    return (await this.#link.ask("begin", { document: kept, idle: true })) !== null;
  }

  #say(key) {
    say(this.told, setupWord(key));
  }

  async #try(does) {
    try {
      await does();
    } catch (error) {
      say(this.told, error.message);
    }
  }

  // Set up a race; one that is on is given up at a second tap alone.
  async #use(document) {
    if (this.#store.racing && !this.#asked) {
      this.#asked = true;
      this.#say("sure");
      setTimeout(() => {
        this.#asked = false;
      }, CONFIRM_MS);
      return;
    }
    this.#asked = false;
    await this.#link.ask("begin", { document });
    keep(document);
    this.#say("used");
  }
}
customElements.define("setup-view", SetupView);
