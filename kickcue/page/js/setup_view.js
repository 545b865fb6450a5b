// The race as the runner sets it up: an event with its track, or one of kickcue's sessions.

import { h, say } from "./dom.js";
import { save } from "./save.js";
import { own } from "./standalone_words.js";
import { LANGUAGES, wishes } from "./words.js";

const KEPT = "kickcue.document";
const USUAL = { race: "5000m" };
const RULES = ["training", "timetrial", "road", "sanctioned"];
const SPLITS = ["off", "haptic", "sound", "both"];
const CONFIRM_MS = 4000;

// The race that was set up last, as a RaceDocument of kickcue.
export function keptDocument() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? { ...USUAL, language: wishes.language };
  } catch {
    return USUAL;
  }
}

// "16:30" or "990" as seconds; null for nothing, NaN for what is no time.
export function seconds(text) {
  if (!text.trim()) return null;
  if (!/^\d+(:\d{1,2}){0,2}(\.\d+)?$/.test(text.trim())) return NaN;
  return text.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

const clock = (s) => (s ? `${Math.floor(s / 60)}:${String(Math.round(s % 60)).padStart(2, "0")}` : "");
const choice = (options, chosen) => options.map(([value, text]) =>
  h("option", { value, selected: value === chosen }, text));

export class SetupView extends HTMLElement {
  #link;
  #store;
  #plans = {};
  #fields = {};
  #asked = false;
  #told = h("p", { class: "told", role: "status" });

  constructor(link, store) {
    super();
    this.#link = link;
    this.#store = store;
  }

  // A race file taken in, or what is set up as one.
  #files(catalogue) {
    const chosen = h("input", { type: "file", accept: ".toml", hidden: true, onchange: async () => {
      const [file] = chosen.files;
      chosen.value = "";
      if (!file) return;
      await this.#try(async () => {
        const document = await this.#link.ask("from_toml", { text: await file.text() });
        this.open(catalogue, document);
        await this.#use(document);
      });
    } });
    return h("div", { class: "row" }, chosen,
      h("button", { type: "button", onclick: () => chosen.click() }, own("fromFile")),
      h("button", { type: "button", onclick: () => this.#try(async () => {
        save("race.toml", [await this.#link.ask("to_toml", { document: this.document })], "application/toml");
      }) }, own("toFile")));
  }

  // Show the fields; `catalogue` is what this app has, `document` what is set up.
  open(catalogue, document) {
    this.#plans = catalogue.plans;
    const field = (name, control) => {
      this.#fields[name] = control;
      return h("label", { class: "field" }, h("span", {}, own(name)), control);
    };
    const text = (value, mode) => h("input", { value: value ?? "", inputmode: mode, autocomplete: "off" });
    const plans = Object.entries(this.#plans).map(([name, { document: plan }]) => [name, plan.title || name]);
    const events = h("datalist", { id: "events" }, ...choice(catalogue.events.map((each) => [each, ""])));
    const event = text(document.race, "text");
    event.setAttribute("list", "events");
    const indoor = h("input", { type: "checkbox", checked: document.indoor === true });
    this.replaceChildren(
      field("what", h("select", {}, ...choice([["", own("own")], ...plans], document.plan?.name ?? ""))),
      field("event", event), events,
      field("lap_m", text(document.lap_m, "decimal")),
      field("lane", text(document.lane, "numeric")),
      field("indoor", indoor),
      field("target", text(clock(document.target_s), "text")),
      field("rules", h("select", {}, ...choice(RULES.map((each) => [each, own(each)]), document.rules ?? "training"))),
      field("cues", h("select", {}, ...choice(LANGUAGES.map((each) => [each, each]), document.language ?? "en"))),
      field("splits", h("select", {}, ...choice(SPLITS.map((each) => [each, own(each)]), document.splits ?? "off"))),
      h("button", { type: "button", class: "primary", onclick: () => this.#try(() => this.#use(this.document)) }, own("use")),
      this.#told, this.#files(catalogue),
    );
    const { what, event: race, lap_m: lap, lane, target } = this.#fields;
    const draw = () => {
      for (const each of [race, lap, lane, indoor, target]) each.disabled = what.value !== "";
    };
    what.addEventListener("change", draw);
    draw();
  }

  // What the fields say, without what is as usual; throws Error with what is wrong.
  get document() {
    const { what, event, lap_m: lap, lane, indoor, target, rules, cues, splits } = this.#fields;
    const found = { language: cues.value };
    if (rules.value !== "training") found.rules = rules.value;
    if (splits.value !== "off") found.splits = splits.value;
    if (what.value) return { race: "5000m", ...found, plan: this.#plans[what.value].document };
    const time = seconds(target.value);
    if (Number.isNaN(time)) throw new Error(own("badTime"));
    if (lap.value.trim()) found.lap_m = Number(lap.value);
    if (lane.value.trim()) found.lane = Number(lane.value);
    if (indoor.checked) found.indoor = true;
    if (time !== null) found.target_s = time;
    return { race: event.value.trim(), ...found };
  }

  async #try(does) {
    try {
      await does();
    } catch (error) {
      say(this.#told, error.message);
    }
  }

  // Set up a race; one that is on is given up at a second tap alone.
  async #use(document) {
    if (this.#store.running && !this.#asked) {
      this.#asked = true;
      say(this.#told, own("sure"));
      setTimeout(() => {
        this.#asked = false;
      }, CONFIRM_MS);
      return;
    }
    this.#asked = false;
    await this.#link.ask("begin", { document });
    localStorage.setItem(KEPT, JSON.stringify(document));
    say(this.#told, own("used"));
  }
}
customElements.define("setup-view", SetupView);
