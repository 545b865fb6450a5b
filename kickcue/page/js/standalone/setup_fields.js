// The fields of a race: which keys of its document a runner is offered, and how each is written.
//
// What a key may be comes from kickcue itself (`terms` of the catalogue).

import { h } from "../dom.js";
import { setupWord } from "./setup_words.js";
import { LANGUAGES, NAMES } from "../words.js";

export const SHOWN = ["race", "lap_m", "lane", "indoor", "target_s", "rules", "language", "splits"];
export const MORE = ["kick_m", "hr_ceiling_bpm", "lead_ms", "scale", "scale_sd", "smile", "tactical", "water_jump"];
// Of a race, not of a session: the plan has its own lengths.
export const OF_COURSE = ["race", "lap_m", "lane", "indoor", "target_s", "kick_m", "water_jump"];

const LABELS = { race: "event", target_s: "target", language: "cues" };
const TIME = /^\d+(:\d{1,2}){0,2}(\.\d+)?$/;

// "16:30" or "990" as seconds; null for nothing, NaN for what is no time.
export function seconds(text) {
  if (!text.trim()) return null;
  if (!TIME.test(text.trim())) return NaN;
  return text.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

// As it is typed: "16:30", "16:30.5".
export function clock(s) {
  if (!s) return "";
  const rest = Number((s % 60).toFixed(3));
  return `${Math.floor(s / 60)}:${rest < 10 ? "0" : ""}${rest}`;
}

export const label = (key) => setupWord(LABELS[key] ?? key);
export const options = (pairs, chosen) => pairs.map(([value, text]) =>
  h("option", { value, selected: value === chosen }, text));
// A language of one's own may be called by the path of its file.
const short = (name) => NAMES[name] ?? name.split("/").at(-1).replace(/\.toml$/, "");

// The fields of some keys, and the values in them.
export class SetupFields {
  #controls = new Map();
  #catalogue;

  constructor(catalogue) {
    this.#catalogue = catalogue;
  }

  // Return the fields of `keys` with what `document` says; `terms` tell what each may be.
  rows(keys, document, terms = this.#catalogue.terms) {
    return keys.map((key) => {
      const control = this.#control(key, terms[key], document[key]);
      this.#controls.set(key, { control, term: terms[key] });
      return h("label", { class: "field" }, h("span", {}, label(key)), control);
    });
  }

  // The values of some keys, without what is as usual. Throws Error with what is wrong.
  values(keys) {
    const found = {};
    for (const key of keys) {
      const { control, term } = this.#controls.get(key);
      const value = read(key, control, term);
      if (value !== null && value !== term.usual) found[key] = value;
    }
    return found;
  }

  control(key) {
    return this.#controls.get(key).control;
  }

  row(key) {
    return this.control(key).closest("label");
  }

  #control(key, term, value) {
    if (term.kind === "flag") return h("input", { type: "checkbox", checked: value ?? term.usual });
    if (key === "language") {
      const names = Object.keys(this.#catalogue.phrases);
      return h("select", {}, ...options(names.map((name) => [name, short(name)]), value ?? LANGUAGES[0]));
    }
    if (term.kind === "choice") {
      const usual = term.optional ? [["", setupWord("usual")]] : [];
      const pairs = term.choices.map((each) => [each, setupWord(each)]);
      return h("select", {}, ...options([...usual, ...pairs], value ?? term.usual ?? ""));
    }
    const written = key === "target_s" ? clock(value) : value ?? "";
    const mode = { number: "decimal", whole: "numeric" }[term.kind] ?? "text";
    return h("input", {
      value: written, inputmode: key === "target_s" ? "text" : mode, autocomplete: "off",
      list: key === "race" ? "events" : null,
    });
  }
}

function read(key, control, term) {
  if (term.kind === "flag") return control.checked;
  const text = control.value.trim();
  if (text === "") return null;
  if (key === "target_s") {
    const time = seconds(text);
    if (Number.isNaN(time)) throw new Error(setupWord("badTime"));
    return time;
  }
  if (!["number", "whole"].includes(term.kind)) return text;
  const number = Number(text.replace(",", ".")); // as half of Europe writes it
  if (Number.isNaN(number)) throw new Error(`${label(key)}: ${setupWord("badNumber")}`);
  return number;
}
