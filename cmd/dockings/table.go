package main

import (
	"bytes"
	"cmp"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

const (
	gap   = 2 // between columns
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	reset = "\x1b[0m"
)

// A tablePrinter prints one line a row, as the rows come: what is to come is
// not known, so the width of a column does not depend on it.
type tablePrinter[T any] struct {
	out     *stream
	columns []column[T]

	widths []int
	table  *tablewriter.Table
}

func (p *tablePrinter[T]) print(row T) error {
	if p.table == nil {
		p.widths = fit(p.columns, p.out.width)
		titles := make([]string, len(p.columns))
		right := make([]bool, len(p.columns))
		for i, c := range p.columns {
			titles[i] = paint(p.out, bold, c.title)
			right[i] = c.right
		}
		var err error
		if p.table, err = startTable(p.out, titles, p.widths, right); err != nil {
			return err
		}
	}
	cells := make([]string, len(p.columns))
	for i, c := range p.columns {
		cells[i] = c.cell(row, p.widths[i])
		if c.cut && twwidth.Width(cells[i]) > p.widths[i] {
			cells[i] = twwidth.Truncate(cells[i], p.widths[i], "…")
		}
		if cells[i] == docked {
			cells[i] = paint(p.out, green, docked)
		}
	}
	if err := p.table.Append(cells); err != nil {
		return err
	}
	return p.out.err
}

func (p *tablePrinter[T]) close() error {
	if p.table == nil {
		return nil
	}
	if err := p.table.Close(); err != nil {
		return err
	}
	return p.out.err
}

// A cardPrinter prints one line a field, but none for a field that is empty.
type cardPrinter[T any] struct {
	out     *stream
	columns []column[T]
}

func (p *cardPrinter[T]) print(row T) error {
	widths := []int{0, 1}
	cells := make([]string, len(p.columns))
	for i, c := range p.columns {
		if cells[i] = c.cell(row, max(c.width, 16)); cells[i] == "" {
			continue
		}
		widths[0] = max(widths[0], len(c.title))
		widths[1] = max(widths[1], twwidth.Width(cells[i]))
	}
	table, err := startTable(p.out, nil, widths, make([]bool, 2))
	if err != nil {
		return err
	}
	for i, c := range p.columns {
		if cells[i] == "" {
			continue
		}
		if err := table.Append([]string{paint(p.out, bold, c.title), cells[i]}); err != nil {
			return err
		}
	}
	if err := table.Close(); err != nil {
		return err
	}
	return p.out.err
}

func (p *cardPrinter[T]) close() error { return nil }

func paint(out *stream, color, text string) string {
	if !out.color {
		return text
	}
	return color + text + reset
}

// fitting makes columns of text as wide as the widest of rows that are known
// beforehand.
func fitting[T any](columns []column[T], rows []T) []column[T] {
	for i, c := range columns {
		if !c.cut || len(rows) == 0 {
			continue
		}
		columns[i].width = 0
		for _, row := range rows {
			columns[i].width = max(columns[i].width, twwidth.Width(c.cell(row, c.width)))
		}
	}
	return columns
}

// fit makes the columns as wide as total allows, 0 being no bound: times say the
// day only if that is needed, then the widest of the texts are cut.
func fit[T any](columns []column[T], total int) []int {
	widths := make([]int, len(columns))
	over := gap*(len(columns)-1) - total
	for i, c := range columns {
		widths[i] = max(c.width, len(c.title))
		over += widths[i]
	}
	if total == 0 || over <= 0 {
		return widths
	}
	for i, c := range columns {
		if c.shorter > 0 {
			over -= widths[i] - c.shorter
			widths[i] = c.shorter
		}
	}
	for ; over > 0; over-- {
		widest := -1
		for i, c := range columns {
			if !c.cut || widths[i] <= max(least, len(c.title)) {
				continue
			}
			if widest < 0 || cmp.Or(cmp.Compare(widths[i], widths[widest]), cmp.Compare(c.width, columns[widest].width)) > 0 {
				widest = i
			}
		}
		if widest < 0 {
			break // nothing is left to cut: the terminal breaks the lines
		}
		widths[widest]--
	}
	return widths
}

func startTable(out *stream, titles []string, widths []int, right []bool) (*tablewriter.Table, error) {
	perColumn := tw.NewMapper[int, int]()
	align := make([]tw.Align, len(widths))
	padding := make([]tw.Padding, len(widths))
	for i, width := range widths {
		align[i] = tw.AlignLeft
		if right[i] {
			align[i] = tw.AlignRight
		}
		padding[i] = tw.Padding{Overwrite: true}
		if i < len(widths)-1 {
			padding[i].Right = "  "
			width += gap
		}
		perColumn.Set(i, width)
	}
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{PerColumn: padding},
	}
	table := tablewriter.NewTable(&lineTrimmer{out: out},
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Streaming: true,
			Borders:   tw.BorderNone,
			Settings:  tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Stream:   tw.StreamConfig{Enable: true},
			Widths:   tw.CellWidth{PerColumn: perColumn},
			Behavior: tw.Behavior{TrimSpace: tw.Off},
			Header:   cells,
			Row:      cells,
		}))
	if err := table.Start(); err != nil {
		return nil, err
	}
	if titles != nil {
		table.Header(titles)
	}
	return table, out.err
}

// A lineTrimmer writes whole lines, without the blanks at their ends.
type lineTrimmer struct {
	out  *stream
	line []byte
}

func (t *lineTrimmer) Write(p []byte) (int, error) {
	t.line = append(t.line, p...)
	end := bytes.LastIndexByte(t.line, '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	var lines []byte
	for line := range bytes.Lines(t.line[:end]) {
		lines = append(append(lines, bytes.TrimRight(line, " \n")...), '\n')
	}
	t.line = append(t.line[:0], t.line[end:]...)
	_, err := t.out.Write(lines)
	return len(p), err
}
