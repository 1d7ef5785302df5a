// The stays: how they are read from the page's data, in which rows they are, and which of
// them are visible.

// The order in which timeline.go writes the fields of a stay.
const fields = ["id", "from", "to", "seconds", "vehicle", "model", "kind", "agency", "portID", "port", "stationID", "station", "description"];
const texts = new Set(["vehicle", "model", "kind", "agency", "port", "station", "description"]);
const nameless = { vehicle: "no name", model: "no model", kind: "no kind", agency: "no agency", port: "no port", station: "no station", description: "" };

// read makes stays of the data, in which a time is in seconds and a text is an index.
export function read(data) {
  return data.stays.map((values) => {
    const stay = {};
    fields.forEach((field, i) => {
      stay[field] = texts.has(field) ? data.texts[values[i]] || nameless[field] : values[i];
    });
    stay.from *= 1000;
    stay.open = stay.to === null;
    if (!stay.open) stay.to = Math.max(stay.to * 1000, stay.from);
    return stay;
  });
}

// A Model has the stays, and the reader's choice of what to show.
export class Model {
  constructor(data) {
    this.by = "kind";
    this.hidden = { kind: new Set(), agency: new Set(), model: new Set() };
    this.folded = new Set();
    this.words = "";
    this.take(data);
  }

  // take replaces all stays.
  take(data) {
    this.zone = data.zone;
    this.bounds = { from: data.from, to: data.to };
    this.tick(data.now);
    this.stays = read(data);
    this.sort();
  }

  // merge adds stays, or replaces those with the same id, and removes others by id.
  merge(data, removed = []) {
    const fresh = read(data);
    const gone = new Set([...removed, ...fresh.map((s) => s.id)]);
    this.stays = this.stays.filter((s) => !gone.has(s.id)).concat(fresh);
    this.sort();
  }

  tick(seconds) {
    this.now = seconds * 1000;
  }

  sort() {
    this.stays.sort((a, b) => a.from - b.from || a.id - b.id);
  }

  end = (stay) => (stay.open ? Math.max(this.now, stay.from) : stay.to);
  stayed = (stay) => (stay.open ? (this.end(stay) - stay.from) / 1000 : stay.seconds);

  // extent is the time span of all stays with a margin, or the span that the data asks for.
  extent() {
    let [from, to] = [Infinity, -Infinity];
    for (const stay of this.stays) {
      from = Math.min(from, stay.from);
      to = Math.max(to, this.end(stay));
    }
    if (from > to) [from, to] = [this.now - 864e5, this.now];
    const air = Math.max((to - from) / 50, 36e5);
    return { from: this.bounds.from === null ? from - air : this.bounds.from * 1000, to: this.bounds.to === null ? to + air : this.bounds.to * 1000 };
  }

  // categories are the values that colours tell apart, the most frequent first.
  categories() {
    const counts = new Map();
    for (const stay of this.stays) counts.set(stay[this.by], (counts.get(stay[this.by]) || 0) + 1);
    return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }

  // shown reports whether the legend shows a stay.
  shown = (stay) => !Object.entries(this.hidden).some(([by, names]) => names.has(stay[by]));

  // found reports whether every word of the search is somewhere in a stay.
  found(stay) {
    if (!this.words) return true;
    stay.text ??= ["vehicle", "model", "kind", "agency", "port", "station", "description", "id"].map((f) => stay[f]).join("\n").toLowerCase();
    return this.words.toLowerCase().split(/\s+/).every((word) => stay.text.includes(word));
  }

  // visible returns the stays that match the legend and the search.
  visible = () => this.stays.filter((s) => this.shown(s) && this.found(s));

  // stations returns the rows: stations by their first docking, ports by id, each with as
  // many lanes as are needed so that no two stays overlap.
  stations() {
    const all = new Map();
    for (const stay of this.stays) {
      const key = stay.stationID || stay.station;
      if (!all.has(key)) all.set(key, { key, name: stay.station, stays: [], ports: new Map() });
      const station = all.get(key);
      station.stays.push(stay);
      const port = stay.portID || stay.port;
      if (!station.ports.has(port)) station.ports.set(port, { id: stay.portID, name: stay.port, lanes: [] });
      const { lanes } = station.ports.get(port);
      // Two stays of zero length at the same time also overlap.
      let lane = lanes.find((l) => l.until <= stay.from && l.stays.at(-1).from < stay.from);
      if (!lane) lanes.push((lane = { stays: [] }));
      lane.stays.push(stay);
      lane.until = stay.open ? Infinity : stay.to;
    }
    return [...all.values()].map((s) => ({ ...s, ports: [...s.ports.values()].sort((a, b) => a.id - b.id) }));
  }
}
