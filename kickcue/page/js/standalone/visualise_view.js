// The race in the mind before it is run: a script of kickcue in the phone's voice, its cues felt.

import { Awake } from "../awake.js";
import { h, say } from "../dom.js";
import { clock } from "../format.js";
import { PAUSE, SKIP, STOP, ScriptPlayer } from "./script_player.js";
import { own } from "./standalone_words.js";
import { allowVoice, speak, voiceFor } from "./voice.js";

const SCRIPTS = ["calm", "fierce", "short"];
const DRAWN_EACH_MS = 500;

const nap = (seconds, signal) => new Promise((done) => {
  setTimeout(done, seconds * 1000);
  signal.addEventListener("abort", done);
});

export class VisualiseView extends HTMLElement {
  #link;
  #store;
  #player;
  #document;
  #awake = new Awake();
  #script = h("select", {}, ...SCRIPTS.map((each) => h("option", { value: each }, own(each))));
  #rival = h("input", { autocomplete: "off", maxlength: "40" });
  #told = h("p", { class: "told", role: "status" });
  #running = null; // the ScriptPlayer of the session that is on

  // `document` gives the race that is set up.
  constructor(link, store, player, document) {
    super();
    this.#link = link;
    this.#store = store;
    this.#player = player;
    this.#document = document;
    const field = (name, control) => h("label", { class: "field" }, h("span", {}, own(name)), control);
    this.append(
      h("p", { class: "hint" }, own("mindHint")),
      field("script", this.#script), field("rival", this.#rival),
      h("button", { type: "button", onclick: () => this.#begin() }, own("mindBegin")),
      this.#told,
    );
    // Nobody wants the race in the mind beside the one on the track.
    store.addEventListener("change", () => store.running && this.#running?.order(STOP));
  }

  // In a gesture.
  async #begin() {
    if (this.#running !== null) return;
    say(this.#told, "");
    this.#player.unlock();
    allowVoice();
    try {
      const document = this.#document();
      if (document.plan || !document.target_s) throw new Error(own("mindGoal"));
      const session = await this.#link.ask("visualise", {
        document, script: this.#script.value, rival: this.#rival.value.trim(),
      });
      await this.#play(session);
    } catch (error) {
      say(this.#told, own(error.message));
    }
  }

  async #play(session) {
    const voice = await voiceFor(session.language);
    if (this.#store.running || this.#running !== null) return;
    const stage = this.#stage(session, voice);
    this.#running = stage.player;
    this.append(stage.dialog);
    stage.dialog.showModal();
    const drawn = setInterval(stage.draw, DRAWN_EACH_MS);
    await this.#awake.hold();
    try {
      const ended = await stage.player.run();
      say(this.#told, ended ? own("mindEnded") : "");
    } finally {
      clearInterval(drawn);
      this.#awake.release();
      this.#running = null;
      stage.dialog.close();
      stage.dialog.remove();
    }
  }

  // What is shown of a session, and who goes through it.
  #stage(session, voice) {
    const words = h("p", { class: "words" });
    const bar = h("progress", { max: session.total_s, value: 0, "aria-label": own("mind") });
    const time = h("p", { class: "clock" });
    const pause = h("button", { type: "button", class: "primary", onclick: () => player.order(PAUSE) }, own("pause"));
    const button = (name, order) =>
      h("button", { type: "button", onclick: () => player.order(order) }, own(name));
    const felt = new Set(); // a cue that is begun anew is not felt again
    const player = new ScriptPlayer(session, async (entry, signal) => {
      say(words, entry.text);
      if (entry.pulses.length && !felt.has(entry)) {
        felt.add(entry);
        this.#player.feel(entry.pulses);
      }
      await (voice === null ? nap(entry.lasts_s, signal) : speak(entry.say, voice, entry.lasts_s, signal));
    }, (paused) => say(pause, own(paused ? "goOn" : "pause")));
    const trouble = voice === null ? "noVoice" : voice.localService ? "" : "voiceByNetwork";
    const dialog = h("dialog", { class: "mind", "aria-label": own("mind"), oncancel: (event) => {
      event.preventDefault();
      player.order(STOP);
    } }, h("p", { class: "warning" }, own(trouble)), words, bar, time, pause,
    h("div", { class: "row" }, button("nextLine", SKIP), button("stop", STOP)));
    const draw = () => {
      const at = Math.min(Math.max(player.at, 0), session.total_s);
      bar.value = at;
      say(time, `${clock(at, false)} / ${clock(session.total_s, false)}`);
    };
    return { player, dialog, draw };
  }
}
customElements.define("visualise-view", VisualiseView);
