//go:build browser

package browser_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/ll2test"
)

var update = flag.Bool("update", false, "write the screenshots of doc/")

// browser is the Chromium that all tests share. Each test has its own tab and storage
// in it.
var browser context.Context

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	program := os.Getenv("DOCKINGS_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		fmt.Fprintln(os.Stderr, "these tests need Chromium: install it (Debian: chromium), or say by DOCKINGS_CHROMIUM where it is")
		return 1
	}
	dir, err := os.MkdirTemp("", "dockings-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("font-render-hinting", "none"), chromedp.WSURLReadTimeout(time.Minute))...)
	defer stop()
	ctx, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		fmt.Fprintln(os.Stderr, program, "does not start:", err)
		return 1
	}
	browser = ctx //nolint:fatcontext // one for all tests, which TestMain ends
	return m.Run()
}

// A tab is a page in the browser. Its test fails if the page writes to the console.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu   sync.Mutex
	said []string
}

// allowed bounds the time that a test may use its tab.
const allowed = 3 * time.Minute

func newTab(t testing.TB, width, height int64) *tab {
	t.Helper()
	b := &tab{t: t}
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(func(event any) {
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			b.hear(fmt.Sprintf("console.%s %s", e.Type, e.Args[0].Value))
		case *runtime.EventExceptionThrown:
			b.hear(fmt.Sprintf("%s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
		case *log.EventEntryAdded:
			b.hear(fmt.Sprint(e.Entry.Source, ": ", e.Entry.Text, " ", e.Entry.URL))
		}
	}))
	t.Cleanup(end)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
	b.ctx, end = context.WithTimeout(ctx, allowed)
	t.Cleanup(end)
	t.Cleanup(func() {
		if said := b.silence(); len(said) > 0 {
			t.Errorf("in the console:\n%s", strings.Join(said, "\n"))
		}
	})
	call(b, runtime.Enable, cdp.Empty{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

func (b *tab) hear(words string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, words)
}

// silence returns the messages of the console so far, and forgets them.
func (b *tab) silence() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// call runs a command of the browser's protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// eval returns the value of an expression in the page. It awaits promises.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

const nextFrame = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 0, true)))"

// until waits until an expression is true in the page. It checks at every frame.
func (b *tab) until(expression string) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); !eval[bool](b, "!!("+expression+")"); eval[bool](b, nextFrame) {
		if time.Now().After(end) {
			b.t.Fatalf("%s did not come about", expression)
		}
	}
}

// frame waits until the latest changes are drawn.
func (b *tab) frame() {
	b.t.Helper()
	eval[bool](b, nextFrame)
	eval[bool](b, nextFrame)
}

// scheme sets the color scheme of the system to light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// open opens an address and waits for the page to be drawn.
func (b *tab) open(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
	b.until(`document.documentElement.dataset.ready === "yes"`)
	b.frame()
}

// now is the current time in the history that ll2test generates.
var now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

func pointers(events []ll2.DockingEvent) []*ll2.DockingEvent {
	all := make([]*ll2.DockingEvent, len(events))
	for i := range events {
		all[i] = &events[i]
	}
	return all
}

// made returns n generated events, or the ten recorded ones.
func made(n int) []*ll2.DockingEvent {
	if n == 10 {
		return pointers(ll2test.Recorded())
	}
	return pointers(ll2test.Events(n))
}

// timeline writes a page and returns its address.
func timeline(t testing.TB, events []*ll2.DockingEvent) string {
	t.Helper()
	return written(t, events, page.View{Now: now, Clock: text.UTC})
}

func written(t testing.TB, events []*ll2.DockingEvent, v page.View) string {
	t.Helper()
	var b bytes.Buffer
	if err := page.WriteTimeline(&b, events, v); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "timeline.html")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(name)
}

// picture takes a screenshot of the window.
func (b *tab) picture() []byte {
	b.t.Helper()
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}
