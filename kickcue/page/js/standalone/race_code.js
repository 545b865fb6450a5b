// A race as a QR code: black on white in the dark too, or a camera would not read it.

import { h, say } from "../dom.js";
import { fits, linkOf } from "./code_text.js";
import { setupWord } from "./setup_words.js";

const QUIET = 4; // squares of white around it, which readers look for
const SPARING_BYTES = 400; // longer ones are drawn with less to spare, so that squares stay large
const SVG = "http://www.w3.org/2000/svg";

// A drawing of a code. The library is loaded when somebody wants one.
async function drawing(text) {
  const { encodeQR } = await import("../../vendor/qr-0.7.0/index.js");
  const ecc = new TextEncoder().encode(text).byteLength > SPARING_BYTES ? "low" : "medium";
  const rows = encodeQR(text, "raw", { ecc, border: QUIET });
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const make = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const size = rows.length;
  const svg = make("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": setupWord("codeOf"),
    "shape-rendering": "crispEdges" });
  svg.append(make("rect", { width: size, height: size, fill: "#fff" }), make("path", { d: path, fill: "#000" }));
  return svg;
}

export class RaceCode extends HTMLElement {
  #text = null; // of race.toml; null: nothing is shown
  #link = h("input", { type: "checkbox", onchange: () => this.#draw() });
  #place = h("div", { class: "code" });
  #told = h("p", { class: "warning", role: "status" });

  constructor() {
    super();
    this.hidden = true;
    this.append(this.#place, this.#told, h("label", { class: "choice" }, this.#link, setupWord("withApp")));
  }

  async show(text) {
    this.#text = text;
    await this.#draw();
    this.hidden = false;
    this.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.hidden = true;
  }

  async #draw() {
    const text = this.#link.checked ? linkOf(document.baseURI, this.#text) : this.#text;
    const small = fits(text);
    const drawn = small ? [await drawing(text)] : [];
    this.#place.replaceChildren(...drawn);
    this.#place.dataset.text = text;
    this.#place.hidden = !small;
    say(this.#told, small ? "" : setupWord("tooLarge"));
  }
}
customElements.define("race-code", RaceCode);
