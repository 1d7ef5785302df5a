package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/docking-event/ll2"
	"github.com/schollz/progressbar/v3"
)

const (
	drawEvery  = 200 * time.Millisecond // on a terminal
	tellEvery  = 10 * time.Second       // elsewhere
	worthALine = 2 * time.Second        // of a wait
)

// A progress tells on standard error how far the work is: on a terminal by a
// bar, which is there only while nothing else is printed, elsewhere by a line
// now and then.
type progress struct {
	out  *stream
	stop func() // telling, and take the bar away

	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil: none
	drawn bool

	events, count int // count is 0 while it is not known
	limit         int // how many events are wanted; 0: all
	made, left    int // requests
	waiting       ll2.Wait
	told          string // what the last line was about
}

// startProgress begins to tell. Whoever starts it stops it, once or more often.
func startProgress(out *stream, limit int) *progress {
	p := &progress{out: out, limit: limit}
	every := tellEvery
	if out.cursor {
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

// wait is a ll2.Trace's.
func (p *progress) wait(_ context.Context, w ll2.Wait) {
	p.mu.Lock()
	p.waiting = w
	tell := p.bar == nil && w.Reason != ll2.WaitBackoff && w.For >= worthALine
	p.mu.Unlock()
	if tell {
		p.show()
	}
}

// attempt is a ll2.Trace's.
func (p *progress) attempt(_ context.Context, a ll2.Attempt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = ll2.Wait{}
	if !isThrottle(a) {
		p.made++
	}
}

// page tells of a page of a walk: how many events the walk is to bring, how
// many are on the page, and how many requests are left.
func (p *progress) page(count, events, left int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count, p.left = count, left
	if p.limit > 0 && p.limit < count {
		p.count = p.limit
		rest := max(0, p.limit-p.events-events)
		p.left = (rest + ll2.MaxPageSize - 1) / ll2.MaxPageSize
	}
	if p.bar != nil && p.count > 0 && p.bar.GetMax() != p.count {
		p.bar.ChangeMax(p.count)
		_ = p.bar.Clear() // which it can have drawn by that
		p.drawn = false
	}
}

// event tells that there is one more.
func (p *progress) event() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events++
}

// show draws the bar, or writes a line.
func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := p.text(time.Now())
	if p.bar == nil {
		// Waiting is told of once, nothing twice, and the end not at all.
		done := p.count > 0 && p.events >= p.count
		if news := fmt.Sprint(p.events, p.waiting.Until); news != p.told && !done {
			p.told = news
			fmt.Fprintf(p.out, "dockings: %s\n", text)
		}
		return
	}
	if p.count > 0 {
		// Not the whole: a bar that is full takes itself away.
		_ = p.bar.Set(min(p.events, p.count-1))
	}
	if p.out.width > 0 {
		text = text[:min(len(text), max(0, p.out.width-12))]
	}
	p.drawn = true
	p.bar.Describe(text)
}

// note writes a line that is not about the progress.
func (p *progress) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.out, "dockings: "+format+"\n", args...)
}

// text says how far the work is, and what it waits for.
func (p *progress) text(now time.Time) string {
	text := "asking the service"
	if p.count > 0 {
		text = fmt.Sprintf("%d of %d events, %s made, %d left", p.events, p.count, requests(p.made), p.left)
	} else if p.made > 0 {
		text = fmt.Sprintf("asking the service, %s made", requests(p.made))
	}
	rest := p.waiting.Until.Sub(now)
	if p.waiting.Until.IsZero() || rest <= 0 {
		return text
	}
	on := fmt.Sprintf("on at %s, in %s", clock(p.waiting.Until, now), countdown(wholeSeconds(rest)))
	if p.waiting.Reason == ll2.WaitBackoff {
		return fmt.Sprintf("a request failed, again in %s; %s", countdown(wholeSeconds(rest)), text)
	}
	if p.count > 0 {
		text = fmt.Sprintf("%d of %d, %d more to ask", p.events, p.count, p.left)
	}
	return fmt.Sprintf("quota spent, %s; %s", on, text)
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

// clear takes the bar off the screen until it is drawn again.
func (p *progress) clear() {
	if p.drawn {
		_ = p.bar.Clear()
		p.drawn = false
	}
}

// guard returns out so that what is written to it does not run into the bar.
func (p *progress) guard(out *stream) *stream {
	if p.bar == nil || !out.cursor {
		return out
	}
	guarded := *out
	guarded.Writer = &guardedWriter{p, out.Writer}
	return &guarded
}

type guardedWriter struct {
	p *progress
	w io.Writer
}

func (g *guardedWriter) Write(b []byte) (int, error) {
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	g.p.clear()
	return g.w.Write(b)
}
