// Package progress tells on standard error how far the work is.
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
	worthALine = 2 * time.Second        // of a wait
)

// A Progress tells on standard error how far the work is: on a terminal by a bar, which
// is there only while nothing else is printed, elsewhere by a line now and then.
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
	told          string // what the last line was about
	announced     bool   // waits need no line of their own
}

// How much a Progress tells.
const (
	All       = iota
	NotesOnly // not how far the work is
	Nothing
)

// Start begins to tell: All, NotesOnly or Nothing. Whoever starts it stops it, once or
// more often.
func Start(out *sheet.Stream, clock text.Clock, what int) *Progress {
	p := &Progress{out: out, clock: clock, quiet: what == Nothing, announced: what != All, stop: func() {}}
	if what != All {
		return p
	}
	every := tellEvery
	if out.Cursor {
		every = drawEvery
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(out.Writer), // which it asks for its width
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

// Stop ends the telling, and takes the bar away.
func (p *Progress) Stop() { p.stop() }

// Wait tells of a wait.
func (p *Progress) Wait(w ll2.Wait) {
	p.mu.Lock()
	p.waiting = w
	tell := !p.quiet && !p.announced && p.bar == nil && w.Reason != ll2.WaitBackoff && w.For >= worthALine
	p.mu.Unlock()
	if tell {
		p.show()
	}
}

// Attempt tells of a request that was made.
func (p *Progress) Attempt(a ll2.Attempt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = ll2.Wait{}
	if a.Kind != ll2.KindThrottle {
		p.made++
	}
}

// Page tells how many events a walk has of those that it is to bring, and how many
// requests are left to make.
func (p *Progress) Page(have, count, left int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events, p.count, p.left = have, count, left
	if p.bar != nil && p.count > 0 && p.bar.GetMax() != p.count {
		p.bar.ChangeMax(p.count)
		_ = p.bar.Clear() // which it can have drawn by that
		p.drawn = false
	}
}

// Made is how many requests were made.
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
		// Waiting is told of once, nothing twice, and the end not at all.
		done := p.count > 0 && p.events >= p.count
		if news := fmt.Sprint(p.events, p.waiting.Until); news != p.told && !done && (!p.announced || p.waiting.For == 0) {
			p.told = news
			fmt.Fprintf(p.out, "dockings: %s\n", words)
		}
		return
	}
	if p.count > 0 {
		// Not the whole: a bar that is full takes itself away.
		_ = p.bar.Set(min(p.events, p.count-1))
	}
	if p.out.Width > 0 {
		words = words[:min(len(words), max(0, p.out.Width-12))]
	}
	p.drawn = true
	p.bar.Describe(words)
}

// Note writes a line that is not about the progress.
func (p *Progress) Note(format string, args ...any) {
	if p.quiet {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.out, "dockings: "+format+"\n", args...)
}

// Announce writes a line about a wait, after which no other line does.
func (p *Progress) Announce(format string, args ...any) {
	p.Note(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.announced = true
}

// text says how far the work is, and what it waits for.
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
		return fmt.Sprintf("a request failed, again in %s; %s", text.Countdown(text.Seconds(rest)), words)
	}
	if p.count > 0 {
		words = fmt.Sprintf("%d of %d, %d more to ask", p.events, p.count, p.left)
	}
	return fmt.Sprintf("quota spent, on at %s, in %s; %s", p.clock.At(p.waiting.Until, now), text.Countdown(text.Seconds(rest)), words)
}

// clear takes the bar off the screen until it is drawn again.
func (p *Progress) clear() {
	if p.drawn {
		_ = p.bar.Clear()
		p.drawn = false
	}
}

// Guard returns out so that what is written to it does not run into the bar.
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

// Write takes the bar away first.
func (g *guardedWriter) Write(b []byte) (int, error) {
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	g.p.clear()
	return g.w.Write(b)
}
