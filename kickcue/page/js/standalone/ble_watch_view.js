// A watch with Bluetooth: which kind, connected or not, and a cue to try it.

import { fill, h, say } from "../dom.js";
import { unable, whyNot } from "../sensor_trouble.js";
import { own } from "./standalone_words.js";
import { TRIAL } from "../watch_view.js";

const KIND_KEY = "kickcue.watch";
const SAID = { denied: "noWatchChosen", notReached: "watchSilent", wrongWatch: "wrongWatch" };

const uuid = (given) => (given.length === 4 ? parseInt(given, 16) : given);

async function trouble(error) {
  const why = error.message === "wrongWatch" ? "wrongWatch" : await whyNot(error);
  return own(SAID[why] ?? why);
}

export class BleWatchView extends HTMLElement {
  #watch;
  #kinds = {};
  #kind = h("select", { onchange: () => localStorage.setItem(KIND_KEY, this.#kind.value) });
  #connect = h("button", { type: "button", onclick: () => this.#wear() }, own("watchConnect"));
  #state = h("ul", { class: "sensors" });
  #told = h("p", { class: "warning", role: "status" });
  #felt = h("ul");

  constructor(watch) {
    super();
    this.#watch = watch;
    this.append(
      h("label", { class: "field" }, h("span", {}, own("watchKind")), this.#kind),
      this.#connect, this.#told, this.#state, this.#felt, h("p", { class: "hint" }, own("watchHint")),
    );
    this.#connect.disabled = true;
    watch.addEventListener("change", () => this.#draw());
  }

  // `kinds` as the catalogue has them.
  open(kinds) {
    this.#kinds = kinds;
    const before = localStorage.getItem(KIND_KEY);
    this.#kind.replaceChildren(...Object.entries(kinds).map(([id, { name }]) =>
      h("option", { value: id, selected: id === before }, name)));
    this.#connect.disabled = unable() !== null;
    say(this.#told, own(unable() ?? ""));
  }

  // In a gesture.
  async #wear() {
    say(this.#told, "");
    const id = this.#kind.value;
    const kind = { id, ...this.#kinds[id] };
    try {
      if (!(await navigator.bluetooth.getAvailability())) throw new Error("noAdapter");
      // Many watches advertise their name alone, each spelt in its own way.
      const device = await navigator.bluetooth.requestDevice({
        acceptAllDevices: true, optionalServices: [uuid(kind.link.service)],
      });
      await this.#watch.wear(device, kind);
      say(this.#told, kind.remarks[0] ?? "");
    } catch (error) {
      say(this.#told, await trouble(error));
    }
  }

  async #try() {
    const why = await this.#watch.trial(TRIAL);
    say(this.#told, why === null ? own("watchTaken") : `${own("watchNotTaken")}: ${why}`);
  }

  #draw() {
    const { chosen, up, name, felt, kind } = this.#watch;
    fill(this.#state, JSON.stringify([chosen, up, name, kind?.id]), () => (chosen ? [
      h("li", { class: up ? "ok" : "bad" },
        h("strong", {}, `${name || kind.name}: ${own(up ? "connected" : "watchLost")}`),
        h("div", { class: "row" },
          h("button", { type: "button", onclick: () => this.#try() }, own("test")),
          h("button", { type: "button", onclick: () => this.#watch.letGo() }, own("watchLetGo")))),
    ] : []));
    fill(this.#felt, JSON.stringify(felt), () => felt.map(({ text, why, at }) =>
      h("li", {}, `${new Date(at).toLocaleTimeString()}  ${text}${why === null ? "" : ` (${why})`}`)));
  }
}
customElements.define("ble-watch-view", BleWatchView);
