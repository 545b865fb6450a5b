// Whether the race is being recorded on this phone: says large when it is not.

import { say } from "../dom.js";
import { own } from "./standalone_words.js";

export class KeepingBanner extends HTMLElement {
  constructor(link) {
    super();
    this.className = "notice warning";
    this.setAttribute("role", "alert");
    this.hidden = true;
    link.addEventListener("keeping", ({ detail: why }) => {
      this.hidden = why === null;
      say(this, why === null ? "" : own(why));
    });
  }
}
customElements.define("keeping-banner", KeepingBanner);
