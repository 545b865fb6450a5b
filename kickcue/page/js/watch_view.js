// This phone as the watch: one button, and what to know before the race.

import { fill, h, say } from "./dom.js";
import { vibrates } from "./player.js";
import { word } from "./words.js";

export const TRIAL = {
  id: "trial", ttlMs: 2000, text: "Last lap: turnover up, stay relaxed",
  say: "Last lap. Turnover up, stay relaxed.",
  pulses: [[500, 150, 1], [150, 150, 1], [150, 0, 1]],
};

export class WatchView extends HTMLElement {
  constructor(worn) {
    super();
    const { player } = worn;
    const arm = h("button", { type: "button", class: "primary", onclick: () => worn.arm() });
    const trial = h("button", { type: "button", onclick: () => player.play(TRIAL) }, word("test"));
    const lines = ["hint", "warning", "hint"].map((look) => h("p", { class: look }));
    const felt = h("ul");
    const box = (key) => h("label", { class: "choice" }, h("input", {
      type: "checkbox", checked: player[key], onchange: ({ target }) => {
        player[key] = target.checked;
      },
    }), ` ${word(key)}`);
    const choices = h("div", { class: "row" }, box("sound"), box("voice"));
    this.append(arm, ...lines, trial, choices, felt);
    const draw = () => {
      say(arm, word(worn.armed ? "armed" : "arm"));
      arm.setAttribute("aria-pressed", String(worn.armed));
      trial.disabled = !worn.armed;
      say(lines[0], worn.armed ? "" : word("armHint"));
      say(lines[1], vibrates() ? word("keepOn") : word("noVibration"));
      say(lines[2], worn.armed ? word(worn.awake ? "awake" : "notAwake") : "");
      fill(felt, JSON.stringify(worn.felt), () => worn.felt.map(({ text, at }) =>
        h("li", {}, `${new Date(at).toLocaleTimeString()}  ${text}`)));
    };
    worn.addEventListener("change", draw);
    draw();
  }
}
customElements.define("watch-view", WatchView);
