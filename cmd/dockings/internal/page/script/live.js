// Changes of a live page: the server sends them, and after a lost connection the page
// continues where it stopped.
import { announce, byID } from "./dom.js";

// listen calls changed after the stays of the model have changed, and beaten if only the
// time has.
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
  // The server does not know the changes in between, so it sends all stays.
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
    if (lost) announce("Reconnected");
    lost = false;
  });
  source.addEventListener("error", () => {
    document.documentElement.dataset.live = "no";
    if (!lost) announce("Connection lost; reconnecting");
    lost = true;
    // After an error response the browser does not reconnect.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(address, model, changed, beaten), 5000);
  });
}
