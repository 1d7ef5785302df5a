// The rows: the names at the left are elements, so that keyboards and screen readers can
// fold a station. They also decide the places of stays in the drawing beside them.
import { element } from "./dom.js";

export const axisHeight = 30;
export const sliderHeight = 52;
const lane = 18;
const bar = 14;

// layOut makes the elements of the rows and finds the place of each stay: y and height by
// id. Toggle is called with the key of the station whose button is pressed.
export function layOut(list, model, toggle) {
  const head = matchMedia("(pointer: coarse)").matches ? 45 : 30;
  const places = new Map();
  const rows = [];
  let y = axisHeight;
  for (const station of model.stations()) {
    const folded = model.folded.has(station.key);
    const ports = element("ul");
    const name = element("span", { class: "name" }, station.name);
    const button = element("button", { type: "button", "aria-expanded": String(!folded), title: station.name }, name,
      element("span", { class: "count" }, element("span", { class: "unseen" }, ", "), String(station.stays.length), element("span", { class: "unseen" }, " stays")));
    button.dataset.station = station.key;
    button.addEventListener("click", () => toggle(station.key));
    const heading = element("span", { class: "head" }, button);
    heading.style.height = `${head}px`; // including its border, like all heights here
    const row = element("li", { class: "station" }, heading);
    for (const stay of station.stays) places.set(stay.id, { y: y + (head - bar) / 2, height: bar, folded: true });
    y += head;
    if (!folded) {
      row.append(ports);
      for (const port of station.ports) {
        const height = Math.max(26, port.lanes.length * lane + 8);
        const item = element("li", { title: port.name }, port.name);
        item.style.height = `${height}px`;
        ports.append(item);
        const top = y + (height - port.lanes.length * lane + lane - bar) / 2;
        port.lanes.forEach((l, i) => {
          for (const stay of l.stays) places.set(stay.id, { y: top + i * lane, height: bar, folded: false });
        });
        y += height;
      }
    }
    rows.push(row);
  }
  const focused = document.activeElement?.dataset?.station;
  list.replaceChildren(...rows);
  if (focused !== undefined) [...list.querySelectorAll("button")].find((b) => b.dataset.station === focused)?.focus();
  return { places, height: y + sliderHeight };
}
