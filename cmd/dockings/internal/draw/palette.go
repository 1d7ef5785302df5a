package draw

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// paletted returns the picture with one byte per pixel. The palette has the most frequent
// colours. The others are shades at the edges of letters and areas, and become the nearest
// of these. Encoding takes half the time and half the file size of full colours.
func paletted(img *image.RGBA) *image.Paletted {
	counts := make(map[uint32]int)
	last, run := packed(img.Pix), 0
	for i := 0; i < len(img.Pix); i += 4 {
		if c := packed(img.Pix[i:]); c != last {
			counts[last] += run
			last, run = c, 0
		}
		run++
	}
	counts[last] += run
	all := slices.SortedFunc(maps.Keys(counts), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	kept := all[:min(256, len(all))]
	index := make(map[uint32]uint8, len(all))
	palette := make(color.Palette, len(kept))
	for i, c := range kept {
		index[c] = uint8(i)
		palette[i] = color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff}
	}
	for _, c := range all[len(kept):] {
		index[c] = nearest(c, kept)
	}
	out := image.NewPaletted(img.Bounds(), palette)
	last, at := packed(img.Pix), index[packed(img.Pix)]
	for i := range out.Pix {
		if c := packed(img.Pix[4*i:]); c != last {
			last, at = c, index[c]
		}
		out.Pix[i] = at
	}
	return out
}

// packed returns the colour of an opaque pixel.
func packed(pix []uint8) uint32 { return uint32(pix[0])<<16 | uint32(pix[1])<<8 | uint32(pix[2]) }

func nearest(c uint32, among []uint32) uint8 {
	best, least := 0, 1<<30
	for i, other := range among {
		distance := 0
		for shift := 0; shift < 24; shift += 8 {
			d := int(c>>shift&0xff) - int(other>>shift&0xff)
			distance += d * d
		}
		if distance < least {
			best, least = i, distance
		}
	}
	return uint8(best)
}
