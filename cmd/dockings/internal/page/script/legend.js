// The legend: it explains the colours, and hides or shows their stays.
import { byID, element } from "./dom.js";
import { color } from "./theme.js";

const different = 9; // colours

// colorsOf gives each of the most frequent categories a colour. The others share one.
export const colorsOf = (categories) => new Map(categories.slice(0, different).map((c, i) => [c.name, color(`c${i}`)]));

// showLegend makes a button for each category. Changed is called after a button was pressed.
export function showLegend(model, categories, colors, changed) {
  const list = byID("legend");
  const hidden = model.hidden[model.by];
  const focused = document.activeElement?.closest("#legend") ? document.activeElement.dataset.name : undefined;
  const set = (names) => {
    hidden.clear();
    for (const name of names) hidden.add(name);
    changed();
  };
  const buttons = categories.map((c) => {
    const swatch = element("span", { class: "swatch" });
    swatch.style.background = colors.get(c.name) || color("none");
    const button = element("button", {
      type: "button", "aria-pressed": String(!hidden.has(c.name)),
      onclick: () => set(hidden.has(c.name) ? [...hidden].filter((name) => name !== c.name) : [...hidden, c.name]),
    }, swatch, element("span", {}, c.name), " ", element("span", { class: "count" }, String(c.count)));
    button.dataset.name = c.name;
    return button;
  });
  if (categories.length > 2) {
    const all = hidden.size === 0;
    const button = element("button", { type: "button", class: "controls-all", onclick: () => set(all ? categories.map((c) => c.name) : []) }, all ? "Hide all" : "Show all");
    button.dataset.name = "\0all";
    buttons.push(button);
  }
  list.replaceChildren(...buttons.map((b) => element("li", {}, b)));
  if (focused !== undefined) buttons.find((b) => b.dataset.name === focused)?.focus();
}
