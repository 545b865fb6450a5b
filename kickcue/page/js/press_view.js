// The buttons: for the runner, or for a helper at the trackside. Those that are seldom pressed are
// in `more`, to be shown below all that is looked at.

import { h, say } from "./dom.js";
import { word } from "./words.js";

const CONFIRM_MS = 3000;
const TOLD_MS = 2500;
const NO_HELP = ["road", "sanctioned"]; // rules
const NEAR_FINISH_M = 200; // nearer than this, "finish" needs no second tap

export class PressView extends HTMLElement {
  #link;
  #store;
  #by;
  #count = 0;
  #asked = null;
  #hint;
  #told;
  #buttons;
  #seldom;

  constructor(link, store, by) {
    super();
    this.#link = link;
    this.#store = store;
    this.#by = by;
    this.#told = h("p", { class: "told", role: "status" });
    this.#buttons = Object.fromEntries(
      [["lap", "lapPress", "primary"], ["start", "start", "primary"], ["undo_lap", "undo", ""],
        ["finish", "finish", ""], ["again", "again", ""], ["abort", "abort", ""]].map(
        ([kind, label, look]) => [
          kind, h("button", { type: "button", class: look, onclick: () => this.#tap(kind) }, word(label)),
        ],
      ),
    );
    const { lap, start, undo_lap: undo, finish, again, abort } = this.#buttons;
    this.more = h(
      "details", {}, h("summary", {}, word("more")), h("div", { class: "row" }, again, abort),
    );
    this.#hint = h("p", { class: "hint", hidden: by === null });
    this.#seldom = h("div", { class: "row" }, undo, finish);
    this.append(this.#hint, this.#told, lap, start, this.#seldom);
    store.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  // Whether the race's rules let nobody but the runner press: kickcue refuses it, and there is no
  // button for it.
  get #forbidden() {
    return this.#by !== null && NO_HELP.includes(this.#store.race?.rules);
  }

  #draw() {
    const { racing, live, status } = this.#store;
    const there = this.#link.up && status?.status !== "offline";
    const forbidden = this.#forbidden;
    say(this.#hint, word(forbidden ? "noHelp" : "helperHint"));
    this.#hint.className = forbidden ? "warning" : "hint";
    const { lap, start, undo_lap: undo, finish, again, abort } = this.#buttons;
    lap.hidden = forbidden || !racing;
    start.hidden = forbidden || racing;
    this.#seldom.hidden = this.more.hidden = forbidden;
    lap.disabled = finish.disabled = again.disabled = abort.disabled = !there || !racing;
    start.disabled = !there || !live;
    undo.disabled = !there || this.#store.phase === "waiting"; // nothing was done yet
  }

  #tap(kind) {
    if (this.#needsSureness(kind) && this.#asked !== kind) {
      this.#asked = kind;
      this.#say(word("sure"));
      setTimeout(() => {
        if (this.#asked === kind) this.#asked = null;
      }, CONFIRM_MS);
      return;
    }
    this.#asked = null;
    this.#press(kind === "again" ? "start" : kind);
  }

  #needsSureness(kind) {
    if (kind === "finish") return (this.#store.position?.to_go_m ?? Infinity) > NEAR_FINISH_M;
    // A last press at the line comes when the race may be over by the estimate: no new one begins.
    if (kind === "start") return ["finished", "aborted"].includes(this.#store.phase);
    return kind === "again" || kind === "abort";
  }

  async #press(kind) {
    this.#count += 1;
    const press = { id: `${this.#count}`, kind };
    if (this.#by) press.by = this.#by;
    navigator.vibrate?.(30);
    const label = { lap: "lapPress", undo_lap: "undo" }[kind] ?? kind;
    const sent = await this.#link.publish("command", press);
    this.#say(`${word(label)}: ${word(sent ? "sent" : "notSent")}`);
  }

  #say(text) {
    say(this.#told, text);
    clearTimeout(this.#told.timer);
    this.#told.timer = setTimeout(() => say(this.#told, ""), TOLD_MS);
  }
}
customElements.define("press-view", PressView);
