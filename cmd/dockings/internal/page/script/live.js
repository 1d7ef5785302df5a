// News of a page that is served: it comes by itself, and again where it stopped when the
// connection was lost.
import { announce, byID } from "./dom.js";

// listen calls changed after the stays of the model have changed, and beaten when nothing
// but the time has.
export function listen(address, model, changed, beaten) {
  const source = new EventSource(address);
  const told = byID("news");
  const tell = (text) => {
    told.hidden = false;
    told.textContent = text;
    announce(text);
  };
  const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("change", (news) => {
    model.tick(news.data.now);
    model.merge(news.data, news.removed);
    changed();
    if (news.text) tell(news.text);
  });
  // The server cannot say what happened meanwhile, only how things are.
  on("all", (data) => {
    model.take(data);
    changed();
  });
  on("beat", (beat) => {
    model.tick(beat.now);
    byID("summary").textContent = beat.text;
    beaten();
  });
  let lost = false;
  source.addEventListener("open", () => {
    document.documentElement.dataset.live = "yes";
    if (lost) announce("Connected again");
    lost = false;
  });
  source.addEventListener("error", () => {
    document.documentElement.dataset.live = "no";
    if (!lost) announce("The connection is lost; trying again");
    lost = true;
    // The browser gives up after an answer that is an error.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(address, model, changed, beaten), 5000);
  });
}
