// Which profile reads each sensor: chosen by what the device says, and changeable by name.

import { h, say } from "../dom.js";
import { options } from "./setup_fields.js";
import { keptDocument } from "./setup_view.js";
import { setupWord } from "./setup_words.js";

// What each sensor is there for, as the profiles call it, and what reads any (standalone/race_setup.py).
const READS = { pod: ["rsc", "generic-rsc"], strap: ["hr", "generic-hr"], treadmill: ["treadmill", "treadmill-ftms"] };
const CHOSEN = "kickcue.profiles"; // by hand: {pod: the name of the device for which it was}

function byHand() {
  try {
    return JSON.parse(localStorage.getItem(CHOSEN)) ?? {};
  } catch {
    return {};
  }
}

export class SensorProfiles extends HTMLElement {
  #link;
  #setup;
  #asked = new Map(); // by sensor: what its device had said when its profile was looked for
  #selects = new Map();
  #devices = {}; // by sensor: its name
  #turn = Promise.resolve(); // one change after the other
  #told = h("p", { class: "hint", role: "status" });

  constructor(link, setup, gateway) {
    super();
    this.#link = link;
    this.#setup = setup;
    gateway.addEventListener("change", () => {
      for (const each of gateway.shown) this.#look(each);
    });
  }

  open({ profiles }) {
    const all = new Map(Object.values(profiles).map(({ profile }) => [profile.id, profile]));
    const rows = Object.entries(READS).map(([sensor, [kind, usual]]) => {
      const fitting = [...all.values()].filter(({ id, provides }) =>
        id !== usual && provides?.some((offer) => offer.kind === kind));
      const named = fitting.map(({ id, vendor, name }) => [id, `${vendor} ${name}`]);
      const pairs = [[usual, setupWord("standard")], ...named.sort((a, b) => a[1].localeCompare(b[1]))];
      const select = h("select", { onchange: () => this.#choose(sensor, select.value) }, ...options(pairs, usual));
      this.#selects.set(sensor, select);
      return h("label", { class: "field" }, h("span", {}, setupWord(sensor)), select);
    });
    this.replaceChildren(h("details", {}, h("summary", {}, setupWord("readBy")), ...rows,
      h("p", { class: "hint" }, setupWord("readHint"))), this.#told);
    this.#draw();
  }

  get #current() {
    return Object.fromEntries(Object.entries(READS).map(([sensor, [, usual]]) =>
      [sensor, keptDocument().sensors?.[sensor]?.profile ?? usual]));
  }

  // A device that has come, or has said more of itself than before.
  #look({ id, connected, about }) {
    if (!connected || !(id in READS)) return;
    const said = JSON.stringify(about);
    if (this.#asked.get(id) === said) return;
    this.#asked.set(id, said);
    this.#devices[id] = about.name;
    if (this.#isByHand(id, about.name)) return;
    this.#next(async () => {
      const profile = await this.#link.ask("match", { sensor: id, about });
      await this.#set(id, profile);
    });
  }

  // What was chosen before a device was there is for the first that comes.
  #isByHand(sensor, device) {
    const chosen = byHand()[sensor];
    if (chosen === null) this.#note(sensor, device);
    return chosen === null || chosen === device;
  }

  #note(sensor, device) {
    localStorage.setItem(CHOSEN, JSON.stringify({ ...byHand(), [sensor]: device }));
  }

  #choose(sensor, profile) {
    this.#note(sensor, this.#devices[sensor] ?? null);
    this.#next(() => this.#set(sensor, profile));
  }

  async #set(sensor, profile) {
    if (this.#current[sensor] === profile) return;
    const kept = keptDocument().sensors ?? {};
    const now = await this.#setup.useSensors({ ...kept, [sensor]: { profile } });
    say(this.#told, now ? "" : setupWord("nextRace"));
    this.#draw();
  }

  #next(does) {
    this.#turn = this.#turn.then(does).catch(({ message }) => say(this.#told, message));
  }

  #draw() {
    for (const [sensor, profile] of Object.entries(this.#current)) this.#selects.get(sensor).value = profile;
  }
}
customElements.define("sensor-profiles", SensorProfiles);
