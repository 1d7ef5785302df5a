// Pages with charts, which are ECharts options, each with a table of the same numbers.
import * as echarts from "echarts/core";
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent, DatasetComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { byID, element, pageData, table } from "./dom.js";
import { color, isDark, onTheme, startTheme } from "./theme.js";

echarts.use([
  BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart,
  AriaComponent, DatasetComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent,
  CanvasRenderer,
]);

// theme is the look of charts, in the colours of page.css.
function theme() {
  const line = color("line");
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    axisLabel: { color: color("soft") },
    splitLine: { lineStyle: { color: line } },
    nameTextStyle: { color: color("soft") },
  };
  return {
    darkMode: isDark(),
    backgroundColor: "transparent",
    textStyle: { fontFamily: "system-ui, sans-serif" },
    color: Array.from({ length: 9 }, (_, i) => color(`c${i}`)),
    categoryAxis: axis, valueAxis: axis, timeAxis: axis, logAxis: axis,
    legend: { textStyle: { color: color("ink") }, inactiveColor: color("soft"), pageTextStyle: { color: color("ink") } },
    title: { textStyle: { color: color("ink") } },
    // As a part of the picture: HTML would need inline styles, which the page's policy forbids.
    tooltip: {
      renderMode: "richText", confine: true,
      backgroundColor: color("raised"), borderColor: color("line"), textStyle: { color: color("ink") },
    },
    visualMap: { textStyle: { color: color("ink") } },
  };
}

function show(data) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const [i, chart] of data.charts.entries()) {
    const plot = element("div", { class: "chart", role: "img", "aria-labelledby": `chart-${i}`, "aria-describedby": `about-${i}` });
    byID("content").append(element("section", {},
      element("h2", { id: `chart-${i}` }, chart.title),
      element("p", { id: `about-${i}` }, chart.summary || ""),
      plot,
      element("details", {}, element("summary", {}, "Show as a table"),
        element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${chart.title}` }, table(chart.title, chart.columns, chart.rows)))));
    let drawn;
    const draw = () => {
      drawn?.dispose();
      drawn = echarts.init(plot, theme());
      drawn.setOption({ animation: !still, ...chart.option });
    };
    draw();
    onTheme(draw);
    new ResizeObserver(() => drawn.resize()).observe(plot);
    for (const event of ["beforeprint", "afterprint"]) addEventListener(event, () => drawn.resize());
  }
}

startTheme();
show(pageData());
