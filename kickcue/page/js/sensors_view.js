// Sensors that this phone reads and hands on: raw notifications, as they come.

import { fill, h, say } from "./dom.js";
import { SensorGateway } from "./sensor_gateway.js";
import { word } from "./words.js";

// What the race file calls it stands first: the runner may have to write it there.
function about({ id, model, battery, count }, inFile) {
  const known = inFile ? [`mqtt = "${id}"`] : [];
  if (model) known.push(model);
  if (battery !== null) known.push(`${word("battery")} ${battery} %`);
  known.push(`${count} ${word("values")}`);
  return known.join(" · ");
}

export class SensorsView extends HTMLElement {
  constructor(link) {
    super();
    const gateway = new SensorGateway(link);
    this.gateway = gateway;
    const list = h("ul", { class: "sensors" });
    const connect = h(
      "button", { type: "button", class: "primary", onclick: () => gateway.add() }, word("connect"),
    );
    const trouble = h("p", { class: "warning", role: "status" });
    this.append(
      connect, trouble, list,
      h("p", { class: "hint" }, word("pocket")), h("p", { class: "hint" }, word("reloaded")),
    );
    const again = (each) => h(
      "button", { type: "button", onclick: () => gateway.again(each.key) },
      `${each.name}: ${word("lost")}`,
    );
    const draw = () => {
      connect.disabled = gateway.unable !== null;
      say(trouble, word(gateway.unable ?? gateway.trouble ?? ""));
      // The values that count up change no button: one under a finger would be gone.
      const shape = gateway.shown.map(({ key, name, connected }) => [key, name, connected]);
      fill(list, JSON.stringify(shape), () => gateway.shown.map((each) => (each.connected
        ? h("li", { class: "ok" }, h("strong", {}, `${each.name}: ${word("connected")}`), h("small"))
        : h("li", { class: "bad" }, again(each)))));
      gateway.shown.forEach((each, place) => {
        const details = list.children[place].querySelector("small");
        if (details) say(details, about(each, Boolean(link.prefix)));
      });
    };
    gateway.addEventListener("change", draw);
    draw();
  }
}
customElements.define("sensors-view", SensorsView);

// For the race's own part: which sensors are lost just now. A tap tries them all at once.
export class LostSensors extends HTMLElement {
  constructor(gateway) {
    super();
    const lost = () => gateway.shown.filter(({ connected }) => !connected);
    const told = h("button", { type: "button", onclick: () => lost().forEach(({ key }) => gateway.again(key)) });
    this.setAttribute("role", "status");
    this.append(told);
    const draw = () => {
      const names = lost().map(({ name }) => name).join(", ");
      told.hidden = names === "";
      say(told, names && `${names}: ${word("lost")}`);
    };
    gateway.addEventListener("change", draw);
    draw();
  }
}
customElements.define("lost-sensors", LostSensors);
