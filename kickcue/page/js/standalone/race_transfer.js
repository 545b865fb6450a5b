// How a race comes to this phone and leaves it: by a QR code, a photo of one, or a race.toml.

import { codeByCamera, codeInPhoto } from "./code_camera.js";
import { MARK, textOf } from "./code_text.js";
import { h, say } from "../dom.js";
import { RaceCode } from "./race_code.js";
import { save } from "./save.js";
import { setupWord } from "./setup_words.js";

const FILE_MOST_BYTES = 100_000;

// The race of a link that has opened the app, once; null where there is none.
export function linkedRace() {
  if (!location.hash.startsWith(MARK)) return null;
  const text = textOf(location.href);
  history.replaceState(null, "", location.href.split("#")[0]); // a reload does not bring it again
  return text;
}

export class RaceTransfer extends HTMLElement {
  #link;
  #setup;
  #code = new RaceCode();
  #show = h("button", { type: "button", "aria-expanded": "false", onclick: () => this.#try(() => this.#toggle()) },
    setupWord("showCode"));

  // `setup` has `document` and `take(document, leftOut)`, and says what was wrong by `say(text)`.
  constructor(link, setup) {
    super();
    this.#link = link;
    this.#setup = setup;
    // Any file: a phone that is asked for pictures and .toml may offer pictures alone.
    const chosen = h("input", { type: "file", hidden: true, onchange: () => {
      const [file] = chosen.files;
      if (file) this.#try(() => this.#file(file));
      chosen.value = "";
    } });
    const button = (name, does) => h("button", { type: "button", onclick: () => this.#try(does) }, setupWord(name));
    this.append(
      h("div", { class: "row" }, button("scan", async () => this.read(await codeByCamera())),
        chosen, button("fromFile", () => chosen.click())),
      h("div", { class: "row" }, this.#show, button("toFile", async () => {
        save("race.toml", [await this.#toml()], "application/toml");
      })),
      this.#code,
    );
  }

  // Take what a code or a link says; nothing of it is more than text.
  async read(code) {
    if (code === null) return;
    const text = textOf(code);
    if (text === null) throw new Error(setupWord("codeTooLong"));
    await this.#take(text);
  }

  async #take(text) {
    const { document: found, left_out: leftOut } = await this.#link.ask("from_toml", { text });
    await this.#setup.take(found, leftOut);
  }

  hideCode() {
    this.#code.hide();
    this.#drawButton();
  }

  async #file(file) {
    say(this.#setup.told, setupWord("reading"));
    if (file.type.startsWith("image/")) return this.read(await codeInPhoto(file));
    if (file.size > FILE_MOST_BYTES) throw new Error(setupWord("codeTooLong"));
    return this.#take(await file.text());
  }

  #toml() {
    return this.#link.ask("to_toml", { document: this.#setup.document });
  }

  async #toggle() {
    if (this.#code.hidden) await this.#code.show(await this.#toml());
    else this.#code.hide();
    this.#drawButton();
  }

  #drawButton() {
    this.#show.setAttribute("aria-expanded", String(!this.#code.hidden));
    say(this.#show, setupWord(this.#code.hidden ? "showCode" : "hideCode"));
  }

  async #try(does) {
    try {
      await does();
    } catch ({ message }) {
      say(this.#setup.told, message);
    }
  }
}
customElements.define("race-transfer", RaceTransfer);
