// How every part is doing, and whether anybody is there at all.

import { fill, h } from "./dom.js";
import { word } from "./words.js";

const MARK = { ok: "●", waiting: "◐", bad: "▲" };

export class LinkBanner extends HTMLElement {
  constructor(link, store) {
    super();
    this.setAttribute("role", "status");
    const draw = () => {
      const text = this.#text(link, store);
      this.hidden = text === "";
      fill(this, text, () => [text]);
    };
    store.addEventListener("change", draw);
    draw();
  }

  #text(link, store) {
    if (!link.up) return link.why ? `${word("noLink")}: ${word(link.why)}` : word("noLink");
    if (store.status === null || store.status.status === "offline") return word("noRace");
    if (!store.live) return word("stale");
    return { waiting: word("waiting"), finished: word("finished"), aborted: word("aborted") }[store.phase] ?? "";
  }
}
customElements.define("link-banner", LinkBanner);

export class HealthView extends HTMLElement {
  constructor(link, store) {
    super();
    const list = h("ul");
    const odd = h("p", { class: "hint" });
    this.append(h("details", {}, h("summary", {}, word("health")), list, odd));
    const draw = () => {
      const parts = store.live ? store.health?.parts ?? [] : [];
      fill(list, JSON.stringify(parts), () => parts.map((part) =>
        h("li", { class: part.state }, h("span", { "aria-label": part.state }, MARK[part.state]),
          ` ${part.name}: ${part.text}`)));
      odd.textContent = link.unreadable ? `${link.unreadable} ${word("unreadable")}` : "";
    };
    store.addEventListener("change", draw);
    draw();
  }
}
customElements.define("health-view", HealthView);
