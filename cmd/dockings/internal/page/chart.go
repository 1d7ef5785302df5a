package page

import "io"

// A Chart is one chart of a page of charts.
type Chart struct {
	Title   string // above it
	Summary string // what is to be seen, in a sentence; also for those who do not see it

	// Option is the chart, as ECharts takes it: a value whose JSON is an option object
	// (https://echarts.apache.org/en/option.html). Functions cannot be in it. Of the
	// series there are bar, line, scatter, heatmap and custom; of the components grid,
	// legend, tooltip, dataZoom (inside and slider), title, visualMap, markLine, dataset
	// and aria. Colours that it leaves out are those of the page, light or dark.
	Option any

	// The same numbers as a table. The first column names the row.
	Columns []string
	Rows    [][]string
}

// WriteCharts writes a self-contained page with charts, one below the other.
func WriteCharts(w io.Writer, title, summary string, charts ...Chart) error {
	type chart struct {
		Title   string     `json:"title"`
		Summary string     `json:"summary"`
		Option  any        `json:"option"`
		Columns []string   `json:"columns"`
		Rows    [][]string `json:"rows"`
	}
	all := make([]chart, len(charts))
	for i, c := range charts {
		all[i] = chart{c.Title, c.Summary, c.Option, append([]string{}, c.Columns...), append([][]string{}, c.Rows...)}
	}
	s := shell{title: title, summary: summary, script: chartsScript, data: map[string]any{"charts": all}}
	return s.write(w)
}
