// The stays as a table with all facts of the picture, made when it is opened.
import { byID, element, table } from "./dom.js";
import { length, minute } from "./format.js";

const columns = ["Craft", "Docked", "Departed", "Stay", "Port", "Station", "Model", "Kind", "Agency", "Description"];

// listStays keeps the table up to date while it is open. Show is called with a stay to
// show in the picture. listStays returns a function to call when the stays change.
export function listStays(model, show) {
  const details = byID("list");
  let stale = true;
  const make = () => {
    if (!stale || !details.open) return;
    stale = false;
    const stays = model.visible().reverse();
    const made = table(`${stays.length} of ${model.stays.length} stays, times in ${model.zone}, latest first`, columns, stays.map((stay) => [
      stay.vehicle, minute(stay.from), stay.open ? "still docked" : minute(stay.to), length(model.stayed(stay)),
      stay.port, stay.station, stay.model, stay.kind, stay.agency, stay.description,
    ]));
    made.querySelectorAll("tbody tr").forEach((row, i) => {
      const head = row.firstChild;
      head.replaceChildren(element("button", { type: "button", class: "plain", "data-stay": stays[i].id, onclick: () => show(stays[i]) }, stays[i].vehicle));
    });
    const focused = document.activeElement?.closest("#table") ? document.activeElement.dataset.stay : undefined;
    byID("table").replaceChildren(made);
    if (focused !== undefined) made.querySelector(`button[data-stay="${focused}"]`)?.focus();
  };
  details.addEventListener("toggle", make);
  let closed = false;
  addEventListener("beforeprint", () => {
    closed = !details.open;
    details.open = true;
    make();
  });
  addEventListener("afterprint", () => {
    if (closed) details.open = false;
  });
  return () => {
    stale = true;
    make();
  };
}
