// What was recorded on this phone: its report, its recording for a computer, or away with it.

import { fill, h, say } from "../dom.js";
import { save } from "./save.js";
import { own } from "./standalone_words.js";
import { word } from "../words.js";

const REPORTS = "kickcue-reports"; // served by the app's service worker (sw.js)
const CONFIRM_MS = 3000;

const placeOf = (stem) => new URL(`report/${stem}.html`, document.baseURI).href;

export class RacesView extends HTMLElement {
  #link;
  #told = h("p", { class: "told", role: "status" });
  #list = h("ul");

  // `document` gives the race that is set up.
  constructor(link, document) {
    super();
    this.#link = link;
    const chosen = h("input", { type: "file", hidden: true, onchange: async () => {
      const [file] = chosen.files;
      chosen.value = "";
      if (!file) return;
      say(this.#told, own("reading"));
      try {
        const data = new Uint8Array(await file.arrayBuffer());
        await link.ask("replay", { name: file.name, data, document: document() });
        say(this.#told, "");
        await this.show();
      } catch ({ message }) {
        say(this.#told, own(message));
      }
    } });
    this.append(h("button", { type: "button", onclick: () => chosen.click() }, own("replay")), chosen,
      h("p", { class: "hint" }, own("replayHint")), this.#list, this.#told, h("p", { class: "hint" }, own("keep")));
  }

  async show() {
    const races = await this.#link.ask("recordings");
    const key = JSON.stringify(races.map(({ name, open }) => [name, open]));
    fill(this.#list, key, () =>
      (races.length ? races.map((race) => this.#item(race)) : [h("li", {}, own("none"))]));
  }

  #item({ name, race, utc, open }) {
    const button = (key, does) => h("button", {
      type: "button",
      onclick: ({ currentTarget }) => does(currentTarget).catch(({ message }) => say(this.#told, message)),
    }, own(key));
    const title = `${race}, ${new Date(utc).toLocaleString()}`;
    const stem = `${race}-${utc.slice(0, 16).replace(/\D/g, "-")}`;
    return h("li", { class: "recorded" }, h("strong", {}, open ? `${title}: ${own("recording")}` : title),
      h("div", { class: "row" },
        button("report", () => this.#report(name, stem)),
        button("download", async () => save(`${stem}.mcap`, [await this.#link.ask("mcap", { name })], "application/octet-stream")),
        ...(open ? [] : [button("remove", (asked) => this.#remove(name, stem, asked))])));
  }

  // The report asks for nothing and has a policy of its own, so it is a page of its own.
  async #report(name, stem) {
    const html = await this.#link.ask("report", { name });
    if (!navigator.serviceWorker?.controller) {
      save(`${stem}.html`, [html], "text/html");
      return;
    }
    const address = placeOf(stem);
    const headers = { "Content-Type": "text/html; charset=utf-8" };
    await (await caches.open(REPORTS)).put(address, new Response(html, { headers }));
    location.assign(address);
  }

  async #remove(name, stem, button) {
    if (!button.dataset.asked) {
      button.dataset.asked = "yes";
      say(this.#told, word("sure"));
      setTimeout(() => {
        delete button.dataset.asked;
      }, CONFIRM_MS);
      return;
    }
    await this.#link.ask("remove", { name });
    await (await caches.open(REPORTS)).delete(placeOf(stem));
    say(this.#told, "");
    await this.show();
  }
}
customElements.define("races-view", RacesView);
