// A watch that hears a broker: which broker, as whom, and who is there.

import { fill, h, say } from "../dom.js";
import { own } from "./standalone_words.js";

const KEPT = "kickcue.broker";
const ATHLETE = /^[\w-]{1,40}$/;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

export class MqttWatchView extends HTMLElement {
  #watch;
  #fields = {};
  #told = h("p", { class: "warning", role: "status" });
  #state = h("ul", { class: "sensors" });
  #felt = h("ul");

  // `brokers`: those that this app was written for; its policy lets it reach no other.
  constructor(watch, brokers) {
    super();
    this.#watch = watch;
    if (!brokers.length) {
      this.append(h("p", { class: "hint" }, own("noBroker")));
      return;
    }
    const before = kept();
    const field = (name, control) => {
      this.#fields[name] = control;
      return h("label", { class: "field" }, h("span", {}, own(name)), control);
    };
    const text = (value, more = {}) => h("input", { value: value ?? "", autocomplete: "off", ...more });
    const keep = h("input", { type: "checkbox", checked: Boolean(before.url) });
    this.#fields.brokerKeep = keep;
    this.append(
      field("broker", h("select", {}, ...brokers.map((url) => h("option", { value: url, selected: url === before.url }, url)))),
      field("athlete", text(before.athlete ?? "runner", { autocapitalize: "none" })),
      field("brokerUser", text(before.user, { autocapitalize: "none" })),
      field("brokerPassword", text(before.password, { type: "password" })),
      h("label", { class: "choice" }, keep, ` ${own("brokerKeep")}`),
      h("button", { type: "button", onclick: () => this.#choose() }, own("brokerConnect")),
      this.#told, this.#state, this.#felt,
    );
    watch.addEventListener("change", () => this.#draw());
    if (brokers.includes(before.url)) this.#watch.choose(before);
  }

  #choose() {
    const { broker, athlete, brokerUser: user, brokerPassword: password, brokerKeep: keep } = this.#fields;
    const chosen = {
      url: broker.value, athlete: athlete.value.trim(), user: user.value.trim(), password: password.value,
    };
    const wrong = !ATHLETE.test(chosen.athlete) ? "badAthlete"
      : location.protocol === "https:" && chosen.url.startsWith("ws:") ? "brokerInsecure" : "";
    say(this.#told, own(wrong));
    if (wrong) return;
    if (keep.checked) localStorage.setItem(KEPT, JSON.stringify(chosen));
    else localStorage.removeItem(KEPT);
    this.#watch.choose(chosen);
  }

  #letGo() {
    localStorage.removeItem(KEPT);
    this.#watch.letGo();
  }

  #draw() {
    const { chosen, up, why, second, watches, felt } = this.#watch;
    const state = second ? "brokerSecond" : up ? (watches.length ? "brokerWatch" : "brokerAlone") : "brokerLost";
    const text = `${own(state)}${up && watches.length ? `: ${watches.join(", ")}` : ""}${!up && why ? `: ${own(why)}` : ""}`;
    fill(this.#state, JSON.stringify([chosen, text]), () => (chosen ? [
      h("li", { class: up && !second ? "ok" : "bad" }, h("strong", {}, text), h("div", { class: "row" },
        h("button", { type: "button", onclick: () => this.#letGo() }, own("watchLetGo")))),
    ] : []));
    fill(this.#felt, JSON.stringify(felt), () => felt.map(({ id, felt: was, why: dropped, at }) =>
      h("li", {}, `${new Date(at).toLocaleTimeString()}  ${id}${was ? "" : ` (${dropped ?? ""})`}`)));
  }
}
customElements.define("mqtt-watch-view", MqttWatchView);
