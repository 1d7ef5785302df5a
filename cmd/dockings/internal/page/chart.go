package page

import "io"

// A Chart is one chart of a page of charts.
type Chart struct {
	Title   string // the heading
	Summary string // describes the chart in a sentence, also for screen readers

	// Option is the chart for ECharts: a value whose JSON is an option object
	// (https://echarts.apache.org/en/option.html). It cannot contain functions. The
	// available series are bar, line, scatter, heatmap and custom; the components are grid,
	// legend, tooltip, dataZoom (inside and slider), title, visualMap, markLine, dataset
	// and aria. Colours that it leaves out are those of the page, light or dark.
	Option any

	// Columns and Rows are the same numbers as a table. The first column names the row.
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
