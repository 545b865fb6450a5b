// Sensors that this phone reads and hands on: raw notifications, as they come.

import { fill, h } from "./dom.js";
import { SensorGateway } from "./sensor_gateway.js";
import { word } from "./words.js";

export class SensorsView extends HTMLElement {
  constructor(link) {
    super();
    const gateway = new SensorGateway(link);
    const list = h("ul", { class: "sensors" });
    const connect = h("button", { type: "button", class: "primary", onclick: () => gateway.add() }, word("connect"));
    const trouble = h("p", { class: "warning", role: "status" });
    this.append(connect, trouble, h("p", { class: "hint" }, word("pocket")), list);
    const draw = () => {
      connect.disabled = gateway.unable !== null;
      trouble.textContent = word(gateway.unable ?? gateway.trouble ?? "") || "";
      fill(list, JSON.stringify(gateway.shown), () => gateway.shown.map((each) =>
        each.connected
          ? h("li", { class: "ok" }, `${each.name}: ${word("connected")}, ${each.what}`)
          : h("li", { class: "bad" }, h("button", { type: "button", onclick: () => gateway.again(each.id) },
            `${each.name}: ${word("lost")}`))));
    };
    gateway.addEventListener("change", draw);
    draw();
  }
}
customElements.define("sensors-view", SensorsView);
