// Language and units, kept in this browser.

import { h } from "./dom.js";
import { LANGUAGES, NAMES, wish, wishes, word } from "./words.js";

export class SettingsView extends HTMLElement {
  constructor() {
    super();
    const choice = (key, label, options) => h("label", { class: "choice" }, `${word(label)} `, h(
      "select", {
        onchange: ({ target }) => {
          wish(key, target.value);
          location.reload();
        },
      },
      ...options.map(([value, name]) => h("option", { value, selected: wishes[key] === value }, name)),
    ));
    this.append(h(
      "details", {}, h("summary", {}, word("settings")),
      choice("language", "language", LANGUAGES.map((each) => [each, NAMES[each]])),
      choice("unit", "units", [["km", "min/km"], ["mi", "min/mi"]]),
    ));
  }
}
customElements.define("settings-view", SettingsView);
