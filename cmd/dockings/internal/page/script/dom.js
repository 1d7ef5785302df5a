// Elements. Texts of the data are always set as text, never parsed as HTML.

export const byID = (id) => document.getElementById(id);

// pageData returns the data of the page.
export const pageData = () => JSON.parse(byID("data").textContent);

// element makes an element with attributes and children; a child that is a string is text.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// announce makes screen readers say a text, also if it is the same as the last one.
export function announce(text) {
  const region = byID("status");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

// table makes a table whose cells are texts. An empty cell stays empty.
export function table(caption, columns, rows) {
  const head = element("tr", {}, ...columns.map((c) => element("th", { scope: "col" }, c)));
  const body = element("tbody");
  for (const row of rows) {
    body.append(element("tr", {}, ...row.map((cell, i) => element(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : {}, String(cell)))));
  }
  return element("table", {}, element("caption", {}, caption), element("thead", {}, head), body);
}
