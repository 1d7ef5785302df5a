package sheet

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwarp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

const (
	gap   = 2 // between columns
	least = 8 // the width below which a column is not cut
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	reset = "\x1b[0m"
)

// Docked is shown in tables for a departure that is still to come.
const Docked = "docked"

// title returns a column's title, with the zone if it is a time.
func (c Column[T]) title(clock text.Clock) string {
	if c.Time {
		return c.Title + " " + clock.Short()
	}
	return c.Title
}

// cell formats a value for a table. It removes control characters: text from a server must
// not move the cursor.
func (c Column[T]) cell(row T, clock text.Clock, shape shape) string {
	if c.Text != nil {
		if words, ok := c.Text(row); ok {
			return words
		}
	}
	if shape >= abbreviated && c.Short != nil {
		if words := c.Short(row); words != "" {
			return text.Clean(words)
		}
	}
	v := c.Value(row)
	if t, ok := v.(time.Time); ok {
		if shape == daily {
			return clock.Day(t)
		}
		return clock.Minute(t)
	}
	return text.Clean(Plain(v))
}

// A shape says how much the cells of a table show.
type shape int

const (
	full shape = iota
	abbreviated
	daily // abbreviated, and times show only the day
)

// A grid holds the cells of a table and the widths of its columns.
type grid struct {
	titles []string
	cells  [][]string
	widths []int
	right  []bool
}

func newGrid[T any](clock text.Clock, columns []Column[T], rows []T, shape shape) grid {
	g := grid{titles: make([]string, len(columns)), widths: make([]int, len(columns)), right: make([]bool, len(columns))}
	for i, c := range columns {
		g.titles[i], g.right[i] = c.title(clock), c.Right
		g.widths[i] = twwidth.Width(g.titles[i])
	}
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = c.cell(row, clock, shape)
			g.widths[i] = max(g.widths[i], twwidth.Width(cells[i]))
		}
		g.cells = append(g.cells, cells)
	}
	return g
}

// over returns by how much the grid is too wide.
func (g *grid) over(total int) int {
	over := gap*(len(g.widths)-1) - total
	for _, width := range g.widths {
		over += width
	}
	return over
}

// least returns the smallest width of a column.
func (g *grid) least(i int, cut bool) int {
	if !cut {
		return g.widths[i]
	}
	return min(g.widths[i], max(least, twwidth.Width(g.titles[i])))
}

// slack returns by how much texts can be cut in total.
func (g *grid) slack(cut []bool) int {
	slack := 0
	for i, width := range g.widths {
		slack += width - g.least(i, cut[i])
	}
	return slack
}

// cutTo cuts the widest texts until the grid is at most total wide, if that is possible.
func (g *grid) cutTo(total int, cut []bool) {
	for over := g.over(total); over > 0; over-- {
		widest := -1
		for i := range g.widths {
			if g.widths[i] > g.least(i, cut[i]) && (widest < 0 || g.widths[i] > g.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break // the terminal wraps the lines
		}
		g.widths[widest]--
	}
}

// cuts reports which columns can be cut.
func cuts[T any](columns []Column[T]) []bool {
	cut := make([]bool, len(columns))
	for i, c := range columns {
		cut[i] = c.Cut
	}
	return cut
}

// narrowed makes a grid narrower that is too wide. It abbreviates texts; then it shows only
// the day of times; then, if even the shortest texts would be too wide, it leaves out spare
// columns; finally it cuts texts.
func narrowed[T any](clock text.Clock, columns []Column[T], rows []T, total int) ([]Column[T], grid) {
	g := newGrid(clock, columns, rows, abbreviated)
	if g.over(total) <= 0 {
		return columns, g
	}
	g = newGrid(clock, columns, rows, daily)
	for g.over(total) > g.slack(cuts(columns)) {
		spare := -1
		for i, c := range columns {
			if c.Spare {
				spare = i
			}
		}
		if spare < 0 {
			break
		}
		columns = slices.Delete(slices.Clone(columns), spare, spare+1)
		g = newGrid(clock, columns, rows, daily)
	}
	g.cutTo(total, cuts(columns))
	return columns, g
}

// printTable prints columns as wide as the data, and a table at most as wide as the
// terminal.
func printTable[T any](out *Stream, clock text.Clock, columns []Column[T], rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	g := newGrid(clock, columns, rows, full)
	if out.Width > 0 && g.over(out.Width) > 0 {
		columns, g = narrowed(clock, columns, rows, out.Width)
	}
	titles := make([]string, len(columns))
	for i, title := range g.titles {
		titles[i] = paint(out, bold, title)
	}
	table, err := startTable(out, titles, g.widths, g.right)
	if err != nil {
		return err
	}
	for _, cells := range g.cells {
		for i := range cells {
			if twwidth.Width(cells[i]) > g.widths[i] {
				cells[i] = twwidth.Truncate(cells[i], g.widths[i], "…")
			}
			if cells[i] == Docked {
				cells[i] = paint(out, green, Docked)
			}
		}
		if err := table.Append(cells); err != nil {
			return err
		}
	}
	return cmp.Or(table.Close(), out.Err)
}

// printCard prints one line per field, and none for empty fields.
func printCard[T any](out *Stream, clock text.Clock, columns []Column[T], rows []T) error {
	for _, row := range rows {
		widths := []int{0, 1}
		cells := make([]string, len(columns))
		for i, c := range columns {
			if cells[i] = c.cell(row, clock, full); cells[i] != "" {
				widths[0] = max(widths[0], twwidth.Width(c.title(clock)))
			}
		}
		// A long text continues on the next lines.
		most := 0
		if out.Width > 0 {
			most = max(20, out.Width-widths[0]-gap)
		}
		var lines [][]string
		for i, c := range columns {
			if cells[i] == "" {
				continue
			}
			title := paint(out, bold, c.title(clock))
			for _, line := range wrapped(cells[i], most) {
				widths[1] = max(widths[1], twwidth.Width(line))
				lines = append(lines, []string{title, line})
				title = ""
			}
		}
		table, err := startTable(out, nil, widths, make([]bool, 2))
		if err != nil {
			return err
		}
		for _, line := range lines {
			if err := table.Append(line); err != nil {
				return err
			}
		}
		if err := cmp.Or(table.Close(), out.Err); err != nil {
			return err
		}
	}
	return nil
}

// wrapped breaks a text between words if it is wider than most. If most is 0 it does not.
func wrapped(words string, most int) []string {
	if most == 0 || twwidth.Width(words) <= most {
		return []string{words}
	}
	lines, _ := twwarp.WrapString(words, most)
	return lines
}

func paint(out *Stream, color, words string) string {
	if !out.Color {
		return words
	}
	return color + words + reset
}
func startTable(out *Stream, titles []string, widths []int, right []bool) (*tablewriter.Table, error) {
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
	return table, out.Err
}

// A lineTrimmer writes whole lines without trailing blanks.
type lineTrimmer struct {
	out  *Stream
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
