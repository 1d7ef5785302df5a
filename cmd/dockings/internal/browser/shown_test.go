//go:build browser

package browser_test

import (
	"bytes"
	_ "embed" // for axe.min.js
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/axe/axe.min.js
var axe string

// accessible checks that axe finds no problem.
func (b *tab) accessible(what string) {
	b.t.Helper()
	eval[bool](b, axe+"; true")
	found := eval[string](b, `axe.run({ resultTypes: ["violations"] }).then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.help, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + n.failureSummary)]), null, 1))`)
	if found != "[]" {
		b.t.Errorf("%s: %s", what, found)
	}
}

func TestAxeFindsNothing(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			t.Run(fmt.Sprint(scheme, " ", width), func(t *testing.T) {
				b := newTab(t, width, 844)
				b.scheme(scheme)
				b.open(timeline(t, made(515)))
				b.accessible("as it opens")
				b.do(chromedp.Click(chromedp.CSS("#legend li:nth-child(2) button")), chromedp.SendKeys(chromedp.CSS("#search"), "progress"))
				b.do(chromedp.Click(chromedp.CSS("#list summary")), chromedp.Focus(chromedp.CSS("#plot")), chromedp.KeyEvent(kb.ArrowDown))
				b.until(`document.querySelectorAll("#table tbody tr").length > 0 && ` + carded)
				b.accessible("with a card and a table")
			})
		}
	}
}

// phone gives a tab the size and the touch screen of a phone.
func phone(t *testing.T) *tab {
	t.Helper()
	b := newTab(t, 390, 844)
	b.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(1.5)))
	return b
}

func (b *tab) touch(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
	b.t.Helper()
	if points == nil {
		points = []*input.TouchPoint{}
	}
	call(b, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
}

func TestOnAPhone(t *testing.T) {
	b := phone(t)
	b.open(timeline(t, made(515)))
	if wide := eval[float64](b, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		t.Errorf("%f pixels stand out", wide)
	}
	if small := eval[string](b, `[...document.querySelectorAll("button, select, input, summary")].filter((e) => { const { width, height } = e.getBoundingClientRect(); return height > 0 && (height < 43.5 || width < 43.5); }).map((e) => e.outerHTML.slice(0, 80)).join("\n")`); small != "" {
		t.Errorf("too small for a finger:\n%s", small)
	}
	eval[bool](b, `document.getElementById("plot").scrollIntoView({ block: "center" }) === undefined`)
	b.frame()
	all := b.span()
	b.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: 220, Y: 400, ID: new(float64)}, &input.TouchPoint{X: 280, Y: 400, ID: one()})
	for d := 10.0; d <= 60; d += 10 {
		b.touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: 220 - d, Y: 400, ID: new(float64)}, &input.TouchPoint{X: 280 + d, Y: 400, ID: one()})
	}
	b.touch(input.DispatchTouchEventTypeTouchEnd)
	b.until(fmt.Sprintf("dockings.plot.to - dockings.plot.from < %f * 864e5", all*0.9))

	span, from := b.span(), eval[float64](b, "dockings.plot.from")
	b.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: 330, Y: 400})
	for x := 320.0; x >= 200; x -= 10 {
		b.touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x, Y: 400})
	}
	b.touch(input.DispatchTouchEventTypeTouchEnd)
	b.until(fmt.Sprintf("dockings.plot.from > %f", from))
	if now := b.span(); now < span*0.999 || now > span*1.001 {
		t.Errorf("dragging has made %f days of %f", now, span)
	}

	// A vertical swipe scrolls the page.
	scrolled := eval[float64](b, "scrollY")
	b.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: 300, Y: 500})
	for y := 490.0; y >= 300; y -= 10 {
		b.touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: 300, Y: y})
	}
	b.touch(input.DispatchTouchEventTypeTouchEnd)
	b.until(fmt.Sprintf("scrollY > %f", scrolled))
}

func one() *float64 {
	id := 1.0
	return &id
}

func TestOnPaper(t *testing.T) {
	b := newTab(t, 1280, 900)
	b.scheme("dark")
	b.open(timeline(t, made(515)))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.until(`getComputedStyle(document.documentElement).backgroundColor === "rgb(255, 255, 255)"`)
	if seen := eval[string](b, `["#search", "#theme", "#fold", "#keys"].filter((s) => document.querySelector(s).checkVisibility()).join()`); seen != "" {
		t.Errorf("on paper there is %s", seen)
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	paper, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), chromedp.PDFLandscape()))
	if err != nil || !bytes.HasPrefix(paper, []byte("%PDF-")) {
		t.Fatalf("%v, %.20q", err, paper)
	}
	if *update {
		if err := os.WriteFile(filepath.Join(t.TempDir(), "page.pdf"), paper, 0o600); err != nil {
			t.Error(err)
		}
	}
	// The table was opened for printing, and is closed again.
	if rows := eval[int](b, `document.querySelectorAll("#table tbody tr").length`); rows != 515 {
		t.Errorf("%d rows were printed", rows)
	}
	b.until(`!document.getElementById("list").open`)
}

// The README shows these pictures. Their pixels are not compared, because fonts differ
// between machines. A test writes them, so that they show the current page.
func TestScreenshots(t *testing.T) {
	dir := t.TempDir()
	if *update {
		dir = filepath.Join("..", "..", "doc")
	}
	for name, take := range map[string]func(t *testing.T) *tab{
		"page-light.png": func(t *testing.T) *tab {
			b := newTab(t, 1200, 760)
			b.scheme("light")
			b.open(timeline(t, made(515)))
			eval[bool](b, `dockings.plot.show(Date.UTC(2023, 2), Date.UTC(2024, 4)) === undefined`)
			eval[bool](b, `[...document.querySelectorAll("#rows button")].slice(0, 4).forEach((b) => b.click()) === undefined`)
			x, y := b.at(eval[int](b, `dockings.model.stays.findIndex((s) => s.from > dockings.plot.from + 1e10 && s.description.length > 80)`))
			b.mouse(input.DispatchMouseEventTypeMouseMoved, x, y)
			b.until(carded)
			return b
		},
		"page-dark.png": func(t *testing.T) *tab {
			b := newTab(t, 1200, 760)
			b.scheme("dark")
			b.open(timeline(t, made(515)))
			eval[bool](b, `document.getElementById("by").value = "model"; document.getElementById("by").dispatchEvent(new Event("change"))`)
			return b
		},
		"page-phone.png": func(t *testing.T) *tab {
			b := phone(t)
			b.scheme("light")
			b.open(timeline(t, made(10)))
			x, y := b.at(0)
			b.do(chromedp.TapXY(x, y))
			b.until(carded)
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := take(t)
			b.frame()
			data := b.picture()
			if _, err := png.Decode(bytes.NewReader(data)); err != nil || len(data) > 200<<10 {
				t.Errorf("%d bytes, %v", len(data), err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				t.Error(err)
			}
		})
	}
}

// Panning while all 2,000 stays are in the window is the most expensive drawing. The
// time is logged and not checked, because it depends on the machine.
func BenchmarkPanning(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tab := newTab(b, 1280, 900)
			tab.open(timeline(b, made(n)))
			for b.Loop() {
				var got struct{ Frames, Seconds, Script float64 }
				said := eval[string](tab, panning)
				if err := json.Unmarshal([]byte(said), &got); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(got.Frames/got.Seconds, "frames/s")
				b.ReportMetric(got.Script/got.Frames, "ms-of-script/frame")
			}
		})
	}
}

// panning pans for two seconds, a bit at each frame, over a third of the whole span.
const panning = `new Promise((done) => {
	const { plot } = dockings;
	const { from, to } = plot.extent;
	plot.show(from + (to - from) * 0.05, to - (to - from) * 0.05);
	let [frames, script, begin] = [0, 0];
	const step = (at) => {
		begin ??= at;
		if (at - begin >= 2000) return done(JSON.stringify({ Frames: frames, Seconds: (at - begin) / 1000, Script: script }));
		const before = performance.now();
		plot.pan(0.02 * Math.sin(frames / 10));
		plot.flush();
		script += performance.now() - before;
		frames++;
		requestAnimationFrame(step);
	};
	requestAnimationFrame(step);
})`
