// The page with all stays on a time axis.
import { hideCard, showCard, words } from "./card.js";
import { announce, byID, pageData } from "./dom.js";
import { day, minute } from "./format.js";
import { colorsOf, showLegend } from "./legend.js";
import { listStays } from "./list.js";
import { listen } from "./live.js";
import { Model } from "./model.js";
import { Plot } from "./plot.js";
import { layOut } from "./rows.js";
import { onTheme, startTheme } from "./theme.js";

startTheme();
const data = pageData();
const model = new Model(data);
const plot = new Plot(byID("plot"), model);
const listed = listStays(model, (stay) => {
  byID("plot").focus();
  go(stay);
});
let pointed; // the stay under the pointer whose card is shown

function draw() {
  const categories = model.categories();
  const colors = colorsOf(categories);
  showLegend(model, categories, colors, () => {
    draw();
    say();
  });
  const layout = layOut(byID("rows"), model, toggle);
  plot.element.parentElement.style.height = `${layout.height}px`;
  plot.resize();
  plot.draw(layout, colors);
  const all = model.stations();
  byID("fold").textContent = all.every((s) => model.folded.has(s.key)) ? "Expand stations" : "Collapse stations";
  byID("fold").hidden = all.length === 0;
  count();
  span();
  listed();
}

function count() {
  const seen = model.visible().length;
  byID("count").textContent = seen === model.stays.length ? `${seen} stays` : `${seen} of ${model.stays.length} stays`;
}

// span writes the visible time span, since the axis shows a year only where it begins.
function span() {
  const write = plot.to - plot.from < 3 * 864e5 ? minute : day;
  byID("span").textContent = `${write(plot.from)} – ${write(plot.to)}`;
}

const say = () => announce(byID("count").textContent);

function toggle(key) {
  model.folded[model.folded.has(key) ? "delete" : "add"](key);
  draw();
}

byID("fold").addEventListener("click", () => {
  const all = model.stations().map((s) => s.key);
  if (all.every((key) => model.folded.has(key))) model.folded.clear();
  else for (const key of all) model.folded.add(key);
  draw();
});

// go selects a stay and announces it.
function go(stay) {
  pointed = undefined;
  plot.reveal(stay);
  plot.select(stay);
  const { y } = plot.layout.places.get(stay.id);
  const box = plot.element.getBoundingClientRect();
  if (box.top + y < 0 || box.top + y + 40 > innerHeight) scrollBy({ top: box.top + y - innerHeight / 2, behavior: "instant" });
  showCard(model, stay, ...plot.middle(stay));
  announce(words(model, stay));
}

function leave() {
  plot.select(undefined);
  hideCard();
}

// step goes to the next or the previous visible stay. If none is selected, it goes to the
// first one in the window.
function step(by) {
  const stays = model.visible();
  if (stays.length === 0) return;
  const at = plot.selected ? stays.indexOf(plot.selected) : -1;
  const first = stays.findIndex((s) => model.end(s) >= plot.from);
  const next = at >= 0 ? at + by : first < 0 ? stays.length - 1 : first;
  if (stays[next]) go(stays[next]);
  else announce(by > 0 ? "This is the last stay" : "This is the first stay");
}

const keys = {
  "+": () => plot.zoom(1.5), "=": () => plot.zoom(1.5), "-": () => plot.zoom(1 / 1.5), "_": () => plot.zoom(1 / 1.5), 0: () => plot.fit(),
  ArrowLeft: () => plot.pan(-0.15), ArrowRight: () => plot.pan(0.15), PageUp: () => plot.pan(-0.9), PageDown: () => plot.pan(0.9),
  Home: () => plot.show(plot.extent.from, plot.extent.from + plot.to - plot.from), End: () => plot.show(plot.extent.to - plot.to + plot.from, plot.extent.to),
  ArrowUp: () => step(-1), ArrowDown: () => step(1), Escape: leave,
};
plot.element.addEventListener("keydown", (event) => {
  const act = keys[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});
plot.element.addEventListener("focus", () => {
  // With the keyboard, select a first stay. A pointer points at one itself.
  if (plot.element.matches(":focus-visible") && !plot.selected) step(1);
});
plot.element.addEventListener("blur", leave);
plot.onZoom = () => {
  span();
  if (plot.selected && plot.selected.from <= plot.to && model.end(plot.selected) >= plot.from) showCard(model, plot.selected, ...plot.middle(plot.selected));
  else hideCard();
};

plot.element.addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch" || event.buttons) return;
  const stay = plot.at(event.clientX, event.clientY, 6);
  plot.element.style.cursor = stay ? "pointer" : "";
  if (stay) showCard(model, stay, event.clientX, event.clientY);
  else if (pointed) hideCard();
  pointed = stay;
});
plot.element.addEventListener("pointerleave", () => {
  if (pointed) hideCard();
  pointed = undefined;
});
plot.element.addEventListener("click", (event) => {
  const stay = plot.at(event.clientX, event.clientY, 14);
  if (stay) go(stay);
  else leave();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideCard();
});

byID("closer").addEventListener("click", () => plot.zoom(2));
byID("further").addEventListener("click", () => plot.zoom(0.5));
byID("fit").addEventListener("click", () => plot.fit());
byID("by").addEventListener("change", (event) => {
  model.by = event.target.value;
  for (const hidden of Object.values(model.hidden)) hidden.clear();
  draw();
});
let typing;
byID("search").addEventListener("input", (event) => {
  model.words = event.target.value.trim();
  plot.refresh();
  count();
  clearTimeout(typing);
  typing = setTimeout(() => {
    listed();
    say();
  }, 300);
});
byID("search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const stays = model.visible();
  if (stays.length === 0) return;
  plot.show(stays[0].from - 864e5, Math.max(...stays.map(model.end)) + 864e5);
});

onTheme(draw);
draw();
new ResizeObserver(() => plot.resize()).observe(plot.element);
for (const event of ["beforeprint", "afterprint"]) {
  addEventListener(event, () => {
    plot.resize();
    plot.flush();
  });
}
matchMedia("print").addEventListener("change", () => {
  plot.resize();
  plot.flush();
});
if (data.live) listen(data.live, model, draw, () => plot.draw(plot.layout, plot.colors));
// For tests, and for the console.
globalThis.dockings = { model, plot };
document.documentElement.dataset.ready = "yes";
