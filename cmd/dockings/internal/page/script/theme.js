// Light and dark: like the system, unless the reader chooses. The colours are those of
// page.css, from where the drawing reads them.
import { byID } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];
let printing = false;

// kept returns the choice of an earlier visit. A page that is a file may have no storage.
function kept() {
  try {
    return localStorage.getItem("dockings-theme") || "auto";
  } catch {
    return "auto";
  }
}

function keep(choice) {
  try {
    localStorage.setItem("dockings-theme", choice);
  } catch {
    // Without storage the choice holds for this visit.
  }
}

export const isDark = () => document.documentElement.dataset.theme === "dark";

// color returns a colour of page.css by the name of its variable.
export const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// onTheme calls back whenever light turns to dark, or back.
export function onTheme(call) {
  listeners.push(call);
}

export function startTheme() {
  const select = byID("theme");
  const apply = () => {
    const now = printing ? "light" : select.value === "auto" ? (dark.matches ? "dark" : "light") : select.value;
    if (document.documentElement.dataset.theme === now) return;
    document.documentElement.dataset.theme = now;
    for (const call of listeners) call();
  };
  select.value = kept();
  if (!select.value) select.value = "auto";
  select.addEventListener("change", () => {
    keep(select.value);
    apply();
  });
  dark.addEventListener("change", apply);
  // Paper is white.
  const paper = matchMedia("print");
  paper.addEventListener("change", () => {
    printing = paper.matches;
    apply();
  });
  printing = paper.matches;
  apply();
}
