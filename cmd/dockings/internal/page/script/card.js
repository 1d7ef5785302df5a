// The description of a stay: in a card beside it, and in words for screen readers.
import { byID, element } from "./dom.js";
import { length, minute } from "./format.js";

export function facts(model, stay) {
  const at = (wall) => `${minute(wall)} ${model.zone}`;
  return [
    ["Docked", at(stay.from)],
    ["Departed", stay.open ? "still docked" : at(stay.to)],
    ["Stay", length(model.stayed(stay)) + (stay.open ? " so far" : "")],
    ["Port", stay.port],
    ["Station", stay.station],
    ["Model", `${stay.model}, ${stay.kind}`],
    ["Agency", stay.agency],
  ];
}

export const words = (model, stay) => `${stay.vehicle}. ${facts(model, stay).map(([name, value]) => `${name}: ${value}`).join(". ")}. ${shortened(stay.description, 300)}`;

const shortened = (text, most) => (text.length > most ? `${text.slice(0, text.lastIndexOf(" ", most) > 0 ? text.lastIndexOf(" ", most) : most)} …` : text);

// showCard shows the card of a stay beside a point of the window.
export function showCard(model, stay, x, y) {
  const card = byID("card");
  if (card.dataset.id !== String(stay.id) || stay.open) {
    card.replaceChildren(element("strong", {}, stay.vehicle),
      element("dl", {}, ...facts(model, stay).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])));
    if (stay.description) card.append(element("p", {}, shortened(stay.description, 320)));
    card.dataset.id = stay.id;
  }
  card.hidden = false;
  const { width, height } = card.getBoundingClientRect();
  const left = x + 14 + width > innerWidth ? Math.max(4, x - 14 - width) : x + 14;
  const top = y + 18 + height > innerHeight ? Math.max(4, y - 12 - height) : y + 18;
  card.style.left = `${Math.min(left, Math.max(4, innerWidth - width - 4))}px`;
  card.style.top = `${top}px`;
}

export function hideCard() {
  byID("card").hidden = true;
}
