package draw

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/dejavu/dejavusansbold"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// The Chinese characters of GB 2312 and kana, a subset of Noto Sans SC: the whole font
// would make the tool a third larger. fonts/README.md says how the subset was made.
//
//go:embed fonts/NotoSansSC.ttf.gz
var notoSansSC []byte

// A typeface is one of the fonts that texts are drawn with. Most pictures need only the
// first one, so each is read when it is first used.
type typeface struct {
	name string
	bold bool
	data func() []byte
	font *sfnt.Font
}

// newTypeface returns a typeface that reads an embedded font.
func newTypeface(name string, bold bool, data func() []byte) func() *typeface {
	return sync.OnceValue(func() *typeface {
		f, err := opentype.Parse(data())
		if err != nil {
			panic(fmt.Sprintf("draw: the font %s: %v", name, err))
		}
		return &typeface{name, bold, data, f}
	})
}

var (
	chinese = newTypeface("NotoSansSC", false, sync.OnceValue(func() []byte {
		packed, err := gzip.NewReader(bytes.NewReader(notoSansSC))
		if err != nil {
			panic(err)
		}
		data, err := io.ReadAll(packed)
		if err != nil {
			panic(err)
		}
		return data
	}))
	// In the order in which they are searched for a character. DejaVu has Arabic, Armenian,
	// Georgian and Hebrew among others, and the box that replaces missing characters.
	regularFaces = []func() *typeface{
		newTypeface("LiberationSans", false, func() []byte { return liberationsansregular.TTF }),
		newTypeface("DejaVuSans", false, func() []byte { return dejavusans.TTF }),
		chinese,
	}
	boldFaces = []func() *typeface{
		newTypeface("LiberationSans", true, func() []byte { return liberationsansbold.TTF }),
		newTypeface("DejaVuSans", true, func() []byte { return dejavusansbold.TTF }),
		chinese,
	}
)

// missing is drawn for a character that no font has.
const missing = '□'

// A glyph is the shape of a character in a font.
type glyph struct {
	rune  rune
	face  *typeface
	index sfnt.GlyphIndex
	width float64 // in em
}

type glyphKey struct {
	rune rune
	bold bool
}

// glyphs caches the glyphs that were looked up.
type glyphs struct {
	mu    sync.Mutex
	buf   sfnt.Buffer
	known map[glyphKey]glyph
}

var allGlyphs = glyphs{known: make(map[glyphKey]glyph)}

// of finds the glyph of a character in the first font that has it.
func (g *glyphs) of(r rune, bold bool) glyph {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := glyphKey{r, bold}
	if known, ok := g.known[key]; ok {
		return known
	}
	faces := regularFaces
	if bold {
		faces = boldFaces
	}
	found := glyph{rune: r}
	for _, r := range []rune{r, missing} {
		for _, face := range faces {
			f := face()
			index, err := f.font.GlyphIndex(&g.buf, r)
			if err != nil || index == 0 {
				continue
			}
			perEm := f.font.UnitsPerEm()
			advance, err := f.font.GlyphAdvance(&g.buf, index, fixedUnits(perEm), xfont.HintingNone)
			if err != nil {
				continue
			}
			found = glyph{r, f, index, float64(advance) / float64(fixedUnits(perEm))}
			g.known[key] = found
			return found
		}
	}
	return found
}
