package ll2otel_test

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// The colours of what went well, of what failed, of waits, and of the rest.
const (
	green = "#2f7d4f"
	red   = "#b3261e"
	amber = "#c98a00"
	blue  = "#2f6690"
)

// A drawing is an SVG.
type drawing struct {
	strings.Builder
	left, right float64 // where the first and the last moment are
	all         time.Duration
}

func newDrawing(width, height float64, left float64, all time.Duration, title string) *drawing {
	d := &drawing{left: left, right: width - 70, all: all}
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12" role="img" aria-label="%[3]s">
<title>%[3]s</title>
<rect width="%[1]g" height="%[2]g" fill="#fff"/>
`, width, height, title)
	return d
}

func (d *drawing) x(at time.Duration) string {
	return number(d.left + (d.right-d.left)*at.Seconds()/d.all.Seconds())
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

func (d *drawing) text(x, y float64, attrs, text string) {
	fmt.Fprintf(d, `<text x="%s" y="%s" %s>%s</text>`+"\n", number(x), number(y), attrs, html.EscapeString(text))
}

// axis draws a line every 2 s between two heights, and the seconds below it.
func (d *drawing) axis(top, bottom float64) {
	for at := time.Duration(0); at <= d.all; at += 2 * time.Second {
		x := d.x(at)
		fmt.Fprintf(d, `<path d="M%s %sV%s" stroke="#ddd"/><text x="%s" y="%s" text-anchor="middle" font-size="11" fill="#555">%v</text>`+"\n",
			x, number(top), number(bottom), x, number(bottom+15), at)
	}
}

// drawTrace draws spans as a waterfall.
func drawTrace(s *sink) string {
	spans := s.exporter.GetSpans()
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int {
		return cmp.Or(a.StartTime.Compare(b.StartTime), a.EndTime.Compare(b.EndTime))
	})
	var end time.Duration
	for _, span := range spans {
		end = max(end, span.EndTime.Sub(s.start))
	}
	const row, top = 22, 34
	bottom := float64(top + row*len(spans))
	d := newDrawing(1000, bottom+28, 310, end, "The trace of a walk that meets a 502 and a 429")
	d.text(12, 20, `font-weight="bold"`, "one trace: a walk over 6 pages that meets a 502 and a 429")
	d.axis(top-4, bottom)
	y := float64(top)
	var draw func(parent trace.SpanID, depth int)
	draw = func(parent trace.SpanID, depth int) {
		for _, span := range spans {
			if span.Parent.SpanID() != parent {
				continue
			}
			d.span(s.start, span, depth, y)
			y += row
			draw(span.SpanContext.SpanID(), depth+1)
		}
	}
	draw(trace.SpanID{}, 0)
	d.WriteString("</svg>\n")
	return d.String()
}

func (d *drawing) span(start time.Time, span tracetest.SpanStub, depth int, y float64) {
	colour, note := blue, ""
	switch {
	case span.Status.Code == codes.Error:
		colour, note = red, " "+value(span.Attributes, "error.type")
	case strings.HasPrefix(span.Name, "ll2 wait"):
		colour = amber
	case span.SpanKind == trace.SpanKindClient:
		colour, note = green, " "+value(span.Attributes, "http.response.status_code")
	}
	if n := value(span.Attributes, "http.request.resend_count"); n != "" {
		note += ", resend " + n
	}
	from, to := span.StartTime.Sub(start), span.EndTime.Sub(start)
	d.text(12+14*float64(depth), y+13, `fill="#111"`, span.Name)
	width := (d.right - d.left) * (to - from).Seconds() / d.all.Seconds()
	fmt.Fprintf(d, `<rect x="%s" y="%s" width="%s" height="13" rx="2" fill="%s"/>`+"\n", d.x(from), number(y+2), number(max(width, 2)), colour)
	label, x, anchor := (to-from).String()+note, d.left+(d.right-d.left)*to.Seconds()/d.all.Seconds()+5, "start"
	if x > d.right-60 {
		x, anchor = d.left+(d.right-d.left)*from.Seconds()/d.all.Seconds()-5, "end"
	}
	if depth == 0 || width > 400 { // within the bar
		d.text(d.left+(d.right-d.left)*from.Seconds()/d.all.Seconds()+6, y+12.5, `font-size="11" fill="#fff"`, label)
		return
	}
	d.text(x, y+12.5, `font-size="11" fill="#333" text-anchor="`+anchor+`"`, label)
}

// A line is one series of a panel.
type line struct{ series, label, colour string }

// drawMetrics draws what the metrics were from moment to moment, a panel a metric.
func drawMetrics(samples []sample) string {
	panels := []struct {
		title string
		lines []line
	}{
		{"http.client.request.duration: attempts by status", []line{
			{"http.client.request.duration 200", "200", green},
			{"http.client.request.duration 502", "502", amber},
			{"http.client.request.duration 429", "429", red}}},
		{"ll2.client.wait.duration: seconds waited by reason", []line{
			{"ll2.client.wait.duration.sum retry-after", "retry-after", red},
			{"ll2.client.wait.duration.sum backoff", "backoff", amber}}},
		{"ll2.client.retries and ll2.client.refusals", []line{
			{"ll2.client.retries", "retries", blue},
			{"ll2.client.refusals", "refusals", red}}},
		{"ll2.client.quota.left, of a limit of 15", []line{{"ll2.client.quota.left", "left", blue}}},
		{"ll2.client.quota.blocked: seconds until the service is asked again", []line{{"ll2.client.quota.blocked", "", red}}},
	}
	const height, gap, top = 74, 44, 56
	all := samples[len(samples)-1].at
	d := newDrawing(1000, top+float64(len(panels))*(height+gap), 60, all, "The metrics of a walk that meets a 502 and a 429")
	d.text(12, 20, `font-weight="bold"`, "the metrics of a walk over 6 pages that meets a 502 and a 429, read every 50 ms")
	for i, panel := range panels {
		y := top + float64(i)*(height+gap)
		d.text(d.left, y-8, `fill="#111"`, panel.title)
		d.axis(y, y+height)
		var most float64
		for _, s := range samples {
			for _, l := range panel.lines {
				most = max(most, s.series[l.series])
			}
		}
		d.text(d.left-6, y+9, `text-anchor="end" font-size="11" fill="#555"`, strconv.FormatFloat(most, 'g', 4, 64))
		d.text(d.left-6, y+height, `text-anchor="end" font-size="11" fill="#555"`, "0")
		fmt.Fprintf(d, `<path d="M%s %sH%s" stroke="#999"/>`+"\n", number(d.left), number(y+height), number(d.right))
		var labels []float64
		for _, l := range panel.lines {
			last := d.line(samples, l, y, height/max(most, 1), height)
			for slices.ContainsFunc(labels, func(taken float64) bool { return last > taken-12 && last < taken+12 }) {
				last -= 12
			}
			labels = append(labels, last)
			d.text(d.right+5, last+4, `font-size="11" fill="`+l.colour+`"`, l.label)
		}
	}
	d.WriteString("</svg>\n")
	return d.String()
}

// line draws a series in steps, and returns the height at which it ends.
func (d *drawing) line(samples []sample, l line, top, scale, height float64) float64 {
	var path strings.Builder
	var last float64
	for i, s := range samples {
		y := top + height - scale*s.series[l.series]
		switch {
		case i == 0:
			path.WriteString("M" + d.x(0) + " " + number(y))
		case number(y) != number(last):
			path.WriteString("H" + d.x(s.at) + "V" + number(y))
		}
		last = y
	}
	fmt.Fprintf(d, `<path d="%sH%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", path.String(), number(d.right), l.colour)
	return last
}
