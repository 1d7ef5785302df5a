package draw_test

import (
	"bytes"
	"compress/zlib"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// names are names of vehicles, in the scripts that the fonts must have.
var names = map[string]string{
	"Latin": "Soyuz MS-25", "Cyrillic": "Союз МС-25", "Greek": "Ήλιος", "Chinese": "神舟十九号", "Japanese": "こうのとり", "Arabic": "مركبة فضائية",
	"Hebrew": "חללית", "Armenian": "Հայ", "Georgian": "ხომალდი",
}

// picture makes a picture with a text.
func picture(text string, bold bool) *draw.Picture {
	s := &draw.Scene{Width: 200, Height: 30}
	s.Write(draw.TextStyle{Size: 14, Bold: bold, Color: draw.Light.Ink}, 5, 15, text)
	return &draw.Picture{Title: text, Width: s.Width, Height: s.Height, DPI: 72, Theme: draw.Light, Paint: s.Paint}
}

func encoded(t *testing.T, p *draw.Picture, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Encode(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A character that no font has is drawn as a box, so its picture would be that of the box.
func TestNamesAreDrawnInTheirScript(t *testing.T) {
	t.Parallel()
	for script, name := range names {
		for _, bold := range []bool{false, true} {
			seen := make(map[string]rune)
			for _, r := range name {
				got := encoded(t, picture(string(r), bold), "png")
				if bytes.Equal(got, encoded(t, picture("\U000F0000", bold), "png")) {
					t.Errorf("%s: %q is a box", script, r)
				}
				if r != ' ' && bytes.Equal(got, encoded(t, picture(" ", bold), "png")) {
					t.Errorf("%s: %q is not drawn", script, r)
				}
				if other, ok := seen[string(got)]; ok && other != r {
					t.Errorf("%s: %q is drawn as %q", script, r, other)
				}
				seen[string(got)] = r
			}
			if width := (draw.TextStyle{Size: 14, Bold: bold}).Width(name); width < 14 || width > 190 {
				t.Errorf("%s is %v wide", script, width)
			}
		}
	}
}

func TestArabicLettersJoin(t *testing.T) {
	t.Parallel()
	style := draw.TextStyle{Size: 10}
	alone := vg.Length(0)
	for _, r := range names["Arabic"] {
		alone += style.Width(string(r))
	}
	if together := style.Width(names["Arabic"]); together >= alone {
		t.Errorf("%v wide, %v letter by letter", together, alone)
	}
	one, other := encoded(t, picture("سلام", false), "png"), encoded(t, picture("مالس", false), "png")
	if bytes.Equal(one, other) {
		t.Error("backwards is the same")
	}
}

// A PDF keeps texts as texts: its fonts map the glyphs to characters.
func TestAPDFHasTexts(t *testing.T) {
	t.Parallel()
	for script, name := range names {
		data := encoded(t, picture(name, true), "pdf")
		if !bytes.Contains(data, []byte("/ToUnicode")) || !bytes.Contains(data, []byte("/FontFile2")) {
			t.Errorf("%s: no font with characters", script)
		}
		found := false
		for part := range bytes.SplitSeq(data, []byte("stream\n")) {
			if r, err := zlib.NewReader(bytes.NewReader(part)); err == nil {
				page, _ := io.ReadAll(r)
				found = found || bytes.Contains(page, []byte(") Tj"))
			}
		}
		if !found {
			t.Errorf("%s: no text on the page", script)
		}
	}
}

func TestAnSVGHasTexts(t *testing.T) {
	t.Parallel()
	for script, name := range names {
		if svg := string(encoded(t, picture(name, false), "svg")); !strings.Contains(svg, ">"+name+"</text>") || !strings.Contains(svg, "sans-serif") {
			t.Errorf("%s: %s", script, svg)
		}
	}
}

func TestAPictureIsAsLargeAsItSays(t *testing.T) {
	t.Parallel()
	for _, dpi := range []int{64, 72, 96, 144, 217} {
		p := picture("x", false)
		p.DPI = dpi
		img, err := png.Decode(bytes.NewReader(encoded(t, p, "png")))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := img.Bounds().Max, p.Pixels("png"); got.X != want.Width || got.Y != want.Height {
			t.Errorf("%d: %v, want %v", dpi, got, want)
		}
	}
}
