//go:build browser

package browser_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/ll2test"
)

// sizes are numbers of events: the recorded ones, as many as the service has, and more
// than it will have for many years.
var sizes = []int{10, 515, 2000}

// at returns the position of a stay in the window, by its index in the order of docking.
func (b *tab) at(stay int) (x, y float64) {
	b.t.Helper()
	at := eval[[]float64](b, fmt.Sprintf("(() => { const [x, y] = dockings.plot.middle(dockings.model.stays.at(%d)); return [x, y - 4]; })()", stay))
	return at[0], at[1]
}

// span returns the length of the visible time span, in days.
func (b *tab) span() float64 {
	b.t.Helper()
	return eval[float64](b, "(dockings.plot.to - dockings.plot.from) / 864e5")
}

func (b *tab) mouse(kind input.DispatchMouseEventType, x, y float64, opts ...chromedp.MouseOption) {
	b.t.Helper()
	b.do(chromedp.MouseEvent(kind, x, y, opts...))
}

func (b *tab) card() string {
	b.t.Helper()
	return eval[string](b, `document.getElementById("card").innerText`)
}

func (b *tab) status() string {
	b.t.Helper()
	return eval[string](b, `document.getElementById("status").textContent`)
}

// painted checks that the middle of the longest of some stays has the stay's colour.
func (b *tab) painted(stays string) {
	b.t.Helper()
	got := eval[[]string](b, `(() => {
		const { plot, model } = dockings;
		const stay = `+stays+`.toSorted((a, b) => model.end(b) - b.from - model.end(a) + a.from)[0];
		const [x, y] = plot.middle(stay);
		const box = plot.element.getBoundingClientRect();
		const canvas = plot.element.querySelector("canvas");
		const pixel = canvas.getContext("2d").getImageData((x - box.left) * devicePixelRatio, (y - box.top - 2) * devicePixelRatio, 1, 1).data;
		return ["#" + [...pixel].slice(0, 3).map((c) => c.toString(16).padStart(2, "0")).join(""), plot.colors.get(stay[model.by])];
	})()`)
	if got[0] != got[1] {
		b.t.Errorf("a bar is %s, not %s", got[0], got[1])
	}
}

const carded = `!document.getElementById("card").hidden`

func TestEveryStayIsDrawn(t *testing.T) {
	for _, n := range sizes {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(n, " ", scheme), func(t *testing.T) {
				b := newTab(t, 1280, 900)
				b.scheme(scheme)
				b.open(timeline(t, made(n)))
				if got := eval[int](b, "dockings.plot.drawn.length"); got != n {
					t.Errorf("%d stays", got)
				}
				b.painted("dockings.model.stays")
			})
		}
	}
}

func TestZoomAndPan(t *testing.T) {
	b := newTab(t, 1280, 900)
	b.open(timeline(t, made(515)))
	all := b.span()
	b.mouse(input.DispatchMouseEventTypeMouseWheel, 700, 500, func(p *input.DispatchMouseEventParams) { p.DeltaX, p.DeltaY = 0.1, -240 })
	b.until(fmt.Sprintf("dockings.plot.to - dockings.plot.from < %f * 864e5", all*0.95))
	b.do(chromedp.Click(chromedp.CSS("#closer")))
	b.until(fmt.Sprintf("dockings.plot.to - dockings.plot.from < %f * 864e5", all*0.55))

	span, from := b.span(), eval[float64](b, "dockings.plot.from")
	b.mouse(input.DispatchMouseEventTypeMousePressed, 900, 500, chromedp.ButtonLeft)
	for x := 880.0; x >= 700; x -= 20 {
		b.mouse(input.DispatchMouseEventTypeMouseMoved, x, 500, chromedp.ButtonLeft)
	}
	b.mouse(input.DispatchMouseEventTypeMouseReleased, 700, 500, chromedp.ButtonLeft)
	b.until(fmt.Sprintf("dockings.plot.from > %f", from))
	if now := b.span(); now < span*0.999 || now > span*1.001 {
		t.Errorf("dragging has made %f days of %f", now, span)
	}
	b.frame()
	b.painted("dockings.plot.drawn.filter((s) => s.from > dockings.plot.from && model.end(s) < dockings.plot.to)")

	b.do(chromedp.Focus(chromedp.CSS("#plot")))
	b.do(chromedp.KeyEvent("0"))
	b.until(fmt.Sprintf("dockings.plot.to - dockings.plot.from > %f * 864e5", all*0.999))
	b.do(chromedp.KeyEvent("+++"))
	b.until(fmt.Sprintf("dockings.plot.to - dockings.plot.from < %f * 864e5", all*0.3))
	from = eval[float64](b, "dockings.plot.from")
	b.do(chromedp.KeyEvent(kb.ArrowLeft))
	b.until(fmt.Sprintf("dockings.plot.from < %f", from))
	b.do(chromedp.KeyEvent(kb.End))
	b.until("Math.abs(dockings.plot.to - dockings.plot.extent.to) < 6e4")
	b.do(chromedp.KeyEvent(kb.Home))
	b.until("Math.abs(dockings.plot.from - dockings.plot.extent.from) < 6e4")
	if words := eval[string](b, `document.getElementById("span").textContent`); !strings.HasPrefix(words, "1974-") {
		t.Errorf("the corner says %q", words)
	}
}

func TestACardSaysWhatIsUnderThePointerAndInFocus(t *testing.T) {
	b := newTab(t, 1280, 900)
	b.open(timeline(t, made(10)))
	x, y := b.at(0)
	b.mouse(input.DispatchMouseEventTypeMouseMoved, x, y)
	b.until(carded)
	for _, part := range []string{"Soyuz 29", "1978-06-16 21:58 UTC", "78 days 10 hours", "Salyut 6", "Soyuz, Capsule", "ROSCOSMOS", "two cosmonauts"} {
		if !strings.Contains(b.card(), part) {
			t.Errorf("no %q in\n%s", part, b.card())
		}
	}
	b.mouse(input.DispatchMouseEventTypeMouseMoved, 10, 10)
	b.until("document.getElementById('card').hidden")

	// With the keyboard only.
	b.do(chromedp.Focus(chromedp.CSS("#fold")))
	for i := 0; eval[string](b, "document.activeElement.id") != "plot"; i++ {
		if i > 30 {
			t.Fatal("Tab does not come to the timeline")
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	b.until(carded)
	first := b.status()
	if !strings.Contains(first, "Soyuz 29. Docked: 1978-06-16") {
		t.Errorf("said %q", first)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.until(`document.getElementById("status").textContent.startsWith("Soyuz 30")`)
	b.do(chromedp.KeyEvent(kb.ArrowUp))
	b.until(`document.getElementById("status").textContent.startsWith("Soyuz 29")`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("document.getElementById('card').hidden")
}

func TestTheLegendFilters(t *testing.T) {
	b := newTab(t, 1280, 900)
	b.open(timeline(t, made(10)))
	b.do(chromedp.Click(chromedp.CSS(`#legend button[data-name="Capsule"]`)))
	b.until(`document.getElementById("count").textContent === "5 of 10 stays"`)
	if left := eval[string](b, "[...new Set(dockings.plot.drawn.map((s) => s.kind))].join()"); left != "Cargo Resupply" {
		t.Errorf("drawn are %s", left)
	}
	if pressed := eval[string](b, `document.activeElement.dataset.name + document.activeElement.ariaPressed`); pressed != "Capsulefalse" {
		t.Errorf("in focus is %q", pressed)
	}
	b.do(chromedp.SetValue(chromedp.CSS("#by"), "model"))
	eval[bool](b, `document.getElementById("by").dispatchEvent(new Event("change"))`)
	b.until(`document.getElementById("count").textContent === "10 stays"`)
	if names := eval[string](b, `[...document.querySelectorAll("#legend button")].map((b) => b.innerText.replace(/\s+/g, " ")).join()`); names != "Progress 7K-TG 5,Soyuz 5" {
		t.Errorf("the legend has %s", names)
	}
}

func TestSearch(t *testing.T) {
	b := newTab(t, 1280, 900)
	b.open(timeline(t, made(10)))
	b.do(chromedp.SendKeys(chromedp.CSS("#search"), "salyut-6 FORWARD"))
	b.until(`document.getElementById("status").textContent === "3 of 10 stays"`)
	if got := eval[int](b, "dockings.plot.styles.filter((s) => s.opacity < 0.5).length"); got != 7 {
		t.Errorf("%d stays are faint", got)
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("dockings.plot.from > dockings.plot.extent.from")
	b.do(chromedp.Click(chromedp.CSS("#list summary")))
	b.until(`document.querySelectorAll("#table tbody tr").length === 3`)
	b.do(chromedp.Click(chromedp.CSS("#table tbody button")))
	b.until(carded)
	if in := eval[string](b, "document.activeElement.id + dockings.plot.selected.vehicle"); in != "plotSoyuz 32" {
		t.Errorf("in focus is %q", in)
	}
}

func TestAStationIsFolded(t *testing.T) {
	b := newTab(t, 1280, 900)
	b.open(timeline(t, made(515)))
	height := eval[float64](b, "dockings.plot.layout.height")
	button := chromedp.CSS("#rows li:nth-child(4) button")
	b.do(chromedp.Click(button))
	b.until(fmt.Sprintf(`dockings.plot.layout.height === %f && document.querySelector("#rows li:nth-child(4) button").ariaExpanded === "false"`, height-4*26))
	if got := eval[int](b, "dockings.plot.drawn.length"); got != 515 {
		t.Errorf("%d stays are drawn", got)
	}
	b.do(chromedp.Click(button))
	b.until(fmt.Sprintf("dockings.plot.layout.height === %f", height))
	// The rows are drawn beside their names.
	if off := eval[float64](b, `(() => {
		const { plot, model } = dockings;
		const stay = model.stays.findLast((s) => s.station === "Tiangong" && s.port === "aft");
		const name = [...document.querySelectorAll("#rows > li")].find((li) => li.innerText.startsWith("Tiangong")).querySelectorAll("li")[1].getBoundingClientRect();
		const { y, height } = plot.layout.places.get(stay.id);
		return Math.abs(plot.element.getBoundingClientRect().top + y + height / 2 - (name.top + name.bottom) / 2);
	})()`); off > 1 {
		t.Errorf("a bar is %f pixels from the middle of its row", off)
	}
}

func TestLightAndDark(t *testing.T) {
	const ground = `getComputedStyle(document.documentElement).backgroundColor`
	b := newTab(t, 1280, 900)
	b.scheme("dark")
	b.open(timeline(t, made(10)))
	if got := eval[string](b, ground); got != "rgb(16, 21, 28)" {
		t.Errorf("dark is %s", got)
	}
	b.scheme("light")
	b.until(ground + ` === "rgb(255, 255, 255)"`)
	b.do(chromedp.Focus(chromedp.CSS("#theme")), chromedp.KeyEvent("d"))
	b.until(ground + ` === "rgb(16, 21, 28)"`)
	b.scheme("dark")
	b.do(chromedp.KeyEvent(kb.ArrowUp))
	b.until(ground + ` === "rgb(255, 255, 255)"`)
}

// hostile texts close the element that they are in, unless they are escaped.
const hostile = "</script><script>window.ran=1</script><img src=x onerror=window.ran=2>\u2028\u202e\"'`${window.ran=3}"

func TestATextOfTheDataIsNeverCode(t *testing.T) {
	events := pointers(ll2test.Recorded())
	for _, e := range events {
		craft := &e.FlightVehicle.Spacecraft
		craft.Name, craft.Description, craft.SpacecraftConfig.Name, craft.SpacecraftConfig.Type.Name = hostile, hostile, hostile, hostile
		e.DockingLocation.Name, e.DockingLocation.SpaceStation.Name = hostile, hostile
	}
	b := newTab(t, 1280, 900)
	b.open(written(t, events, page.View{Now: now, Clock: text.UTC, Title: hostile}))
	b.do(chromedp.Click(chromedp.CSS("#list summary")), chromedp.Focus(chromedp.CSS("#plot")), chromedp.KeyEvent(kb.ArrowDown))
	b.until(carded)
	if eval[bool](b, "window.ran !== undefined") || !strings.Contains(b.card(), "<img src=x") {
		t.Errorf("it ran, or is not there:\n%s", b.card())
	}
	// Even injected markup cannot run anything.
	eval[bool](b, `document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 4" })) === undefined`)
	eval[bool](b, `fetch("https://example.com/").then(() => false, () => true)`)
	if said := strings.Join(b.silence(), "\n"); strings.Count(said, "Content Security Policy") < 2 || eval[bool](b, "window.ran !== undefined") {
		t.Errorf("the policy did not hold: %s", said)
	}
}

func TestEventsThatLackThings(t *testing.T) {
	at := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	before := at.Add(-time.Hour)
	events := []*ll2.DockingEvent{
		{ID: 1, Docking: at},                     // no vehicle, no port, still docked
		{ID: 2, Docking: at, Departure: &at},     // no duration
		{ID: 3, Docking: at, Departure: &before}, // departs before it docks
	}
	b := newTab(t, 1280, 900)
	b.open(written(t, events, page.View{Now: now, Clock: text.UTC}))
	b.do(chromedp.Click(chromedp.CSS("#list summary")))
	b.until(`document.querySelectorAll("#table tbody tr").length === 3`)
	for i, want := range []string{"no name|still docked|320 days so far", "no name|2025-03-01 12:00 UTC|0 min", "no name|2025-03-01 12:00 UTC|-1 hour"} {
		x, y := b.at(i)
		b.mouse(input.DispatchMouseEventTypeMouseMoved, x, y)
		b.until(carded)
		for part := range strings.SplitSeq(want, "|") {
			if card := b.card(); !strings.Contains(card, part) {
				t.Errorf("no %q in\n%s", part, card)
			}
		}
	}
	b.open(written(t, nil, page.View{Now: now, Clock: text.UTC}))
	if got := eval[string](b, `document.getElementById("count").textContent`); got != "0 stays" {
		t.Errorf("of nothing there are %q", got)
	}
}

func TestTimesAreThoseOfTheZone(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, 1280, 900)
	b.open(written(t, made(10), page.View{Now: now, Clock: text.Clock{Zone: zone, Name: "Asia/Kolkata"}}))
	b.do(chromedp.Focus(chromedp.CSS("#plot")))
	b.until(carded)
	if !strings.Contains(b.status(), "Docked: 1978-06-17 03:28 Asia/Kolkata") {
		t.Errorf("said %q", b.status())
	}
}
