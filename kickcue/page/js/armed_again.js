// A page that was the watch and is loaded anew: no browser lets it vibrate or sound before a tap, so
// it asks for that in the large, wherever the runner looks.

import { h } from "./dom.js";
import { word } from "./words.js";

const KEY = "kickcue.armed"; // of this tab alone

export class ArmedAgain extends HTMLElement {
  constructor(worn) {
    super();
    const before = sessionStorage.getItem(KEY) !== null;
    this.append(h(
      "button", { type: "button", class: "notice", onclick: () => worn.arm() },
      h("strong", {}, word("armAgain")),
    ));
    const draw = () => {
      if (worn.armed) sessionStorage.setItem(KEY, "yes");
      this.hidden = worn.armed || !before;
    };
    worn.addEventListener("change", draw);
    draw();
  }
}
customElements.define("armed-again", ArmedAgain);
