// The parts of the page: one is shown, chosen at the bottom.

import { h } from "./dom.js";
import { word } from "./words.js";

// Tabs at the thumb: one part is shown, the others keep running. `named` has their names.
export function tabs(parts, named = word) {
  const names = Object.keys(parts);
  const panels = names.map((name) => h("section", { id: name, role: "tabpanel", hidden: true }, ...parts[name]));
  const buttons = names.map((name) => h("button", {
    type: "button", role: "tab", "aria-controls": name, onclick: () => show(name),
  }, named(name)));
  function show(name) {
    for (const [at, each] of names.entries()) {
      panels[at].hidden = each !== name;
      buttons[at].setAttribute("aria-selected", String(each === name));
      buttons[at].tabIndex = each === name ? 0 : -1;
    }
  }
  const bar = h("div", { role: "tablist", "aria-label": "kickcue", onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = (buttons.indexOf(document.activeElement) + step + names.length) % names.length;
    show(names[at]);
    buttons[at].focus();
  } }, ...buttons);
  show(names[0]);
  return [h("main", {}, ...panels), ...(names.length > 1 ? [h("nav", {}, bar)] : [])];
}

export const heading = (name) => h("h1", { class: "title" }, word(name));
