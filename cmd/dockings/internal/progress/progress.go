// Package progress reports the progress of the work on standard error.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/schollz/progressbar/v3"
)

const (
	drawEvery  = 200 * time.Millisecond // on a terminal
	tellEvery  = 10 * time.Second       // elsewhere
	worthALine = 2 * time.Second        // the shortest wait that gets a line
)

// A Progress reports the progress of the work on standard error: on a terminal with a
// bar, which disappears while anything else is printed, elsewhere with a line from time to
// time.
type Progress struct {
	out   *sheet.Stream
	clock text.Clock
	quiet bool
	stop  func()

	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil: none
	drawn bool

	events, count int // count is 0 while it is not known
	made, left    int // requests
	waiting       ll2.Wait
	told          string // the subject of the last line, so that it is not repeated
	announced     bool   // waits need no line of their own
}

// How much a Progress prints.
const (
	All       = iota
	NotesOnly // notes, but no progress
	Nothing
)

// Start starts a Progress that prints All, NotesOnly or Nothing. The caller must stop it;
// it may do so more than once.
func Start(out *sheet.Stream, clock text.Clock, what int) *Progress {
	p := &Progress{out: out, clock: clock, quiet: what == Nothing, announced: what != All, stop: func() {}}
	if what != All {
		return p
	}
	every := tellEvery
	if out.Cursor {
		every = drawEvery
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(out.Writer), // the bar gets its width from it
			progressbar.OptionUseANSICodes(true),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionSetSpinnerChangeInterval(0),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionSetWidth(20),
			progressbar.OptionClearOnFinish())
	}
	stopped := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-ticker.C:
				p.show()
			}
		}
	})
	p.stop = sync.OnceFunc(func() {
		close(stopped)
		ended.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
	})
	return p
}

// Stop stops printing, and removes the bar.
func (p *Progress) Stop() { p.stop() }

// Wait reports a wait.
func (p *Progress) Wait(w ll2.Wait) {
	p.mu.Lock()
	p.waiting = w
	tell := !p.quiet && !p.announced && p.bar == nil && w.Reason != ll2.WaitBackoff && w.For >= worthALine
	p.mu.Unlock()
	if tell {
		p.show()
	}
}

// Attempt reports a request that was made.
func (p *Progress) Attempt(a ll2.Attempt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = ll2.Wait{}
	if a.Kind != ll2.KindThrottle {
		p.made++
	}
}

// Page reports that have of count events have been read, and how many requests are still
// needed.
func (p *Progress) Page(have, count, left int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events, p.count, p.left = have, count, left
	if p.bar != nil && p.count > 0 && p.bar.GetMax() != p.count {
		p.bar.ChangeMax(p.count)
		_ = p.bar.Clear() // ChangeMax may have drawn it
		p.drawn = false
	}
}

// Made returns the number of requests that were made.
func (p *Progress) Made() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.made
}

// show draws the bar, or writes a line.
func (p *Progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	words := p.text(time.Now())
	if p.bar == nil {
		// A wait gets one line, no line is repeated, and the end gets none.
		done := p.count > 0 && p.events >= p.count
		if news := fmt.Sprint(p.events, p.waiting.Until); news != p.told && !done && (!p.announced || p.waiting.For == 0) {
			p.told = news
			fmt.Fprintf(p.out, "dockings: %s\n", words)
		}
		return
	}
	if p.count > 0 {
		// At most count-1: a full bar removes itself.
		_ = p.bar.Set(min(p.events, p.count-1))
	}
	if p.out.Width > 0 {
		words = words[:min(len(words), max(0, p.out.Width-12))]
	}
	p.drawn = true
	p.bar.Describe(words)
}

// Note prints a line that is not about the progress.
func (p *Progress) Note(format string, args ...any) {
	if p.quiet {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.out, "dockings: "+format+"\n", args...)
}

// Announce prints a line about a wait. Later waits get no lines of their own.
func (p *Progress) Announce(format string, args ...any) {
	p.Note(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.announced = true
}

// text describes the progress, and the reason for a wait.
func (p *Progress) text(now time.Time) string {
	words := "asking the service"
	if p.count > 0 {
		words = fmt.Sprintf("%d of %d events, %s made, %d left", p.events, p.count, text.Count(p.made, "request"), p.left)
	} else if p.made > 0 {
		words = fmt.Sprintf("asking the service, %s made", text.Count(p.made, "request"))
	}
	rest := p.waiting.Until.Sub(now)
	if p.waiting.Until.IsZero() || rest <= 0 {
		return words
	}
	if p.waiting.Reason == ll2.WaitBackoff {
		return fmt.Sprintf("a request failed, retry in %s; %s", text.Countdown(text.Seconds(rest)), words)
	}
	if p.count > 0 {
		words = fmt.Sprintf("%d of %d, %d to ask", p.events, p.count, p.left)
	}
	return fmt.Sprintf("quota used up, on at %s, in %s; %s", p.clock.At(p.waiting.Until, now), text.Countdown(text.Seconds(rest)), words)
}

// clear removes the bar from the screen until it is drawn again.
func (p *Progress) clear() {
	if p.drawn {
		_ = p.bar.Clear()
		p.drawn = false
	}
}

// Guard returns a stream that writes to out and removes the bar before each write.
func (p *Progress) Guard(out *sheet.Stream) *sheet.Stream {
	if p.bar == nil || !out.Cursor {
		return out
	}
	guarded := *out
	guarded.Writer = &guardedWriter{p, out.Writer}
	return &guarded
}

type guardedWriter struct {
	p *Progress
	w io.Writer
}

// Write removes the bar first.
func (g *guardedWriter) Write(b []byte) (int, error) {
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	g.p.clear()
	return g.w.Write(b)
}
