// The drawing: the bars of stays on a time axis, by ECharts, which zooms and pans.
import * as echarts from "echarts/core";
import { CustomChart } from "echarts/charts";
import { DataZoomInsideComponent, DataZoomSliderComponent, GridComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { day, minute } from "./format.js";
import { axisHeight, sliderHeight } from "./rows.js";
import { color } from "./theme.js";

echarts.use([CustomChart, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, CanvasRenderer]);

// Bars are many rectangles in one path, of five numbers each: x, y, width, height, and how
// much of the width is an arrow.
echarts.graphic.registerShape("dockings-bars", echarts.graphic.extendShape({
  shape: { bars: [] },
  buildPath(path, { bars }) {
    for (let i = 0; i < bars.length; i += 5) {
      const [x, y, width, height, point] = bars.slice(i, i + 5);
      if (point === 0) {
        path.rect(x, y, width, height);
        continue;
      }
      path.moveTo(x, y);
      path.lineTo(x + width - point, y);
      path.lineTo(x + width, y + height / 2);
      path.lineTo(x + width - point, y + height);
      path.lineTo(x, y + height);
      path.closePath();
    }
  },
}));

const side = 10;
const thinnest = 1; // the least width of a bar, in pixels
const narrowest = 36e5; // the shortest span to zoom to, in milliseconds

export class Plot {
  constructor(element, model) {
    this.element = element;
    this.model = model;
    this.chart = echarts.init(element);
    this.chart.on("datazoom", (event) => {
      const { from, to } = this.extent;
      const zoom = event.batch ? event.batch[0] : event;
      this.from = zoom.startValue ?? from + (zoom.start / 100) * (to - from);
      this.to = zoom.endValue ?? from + (zoom.end / 100) * (to - from);
      this.onZoom?.();
    });
    // The wheel zooms; a horizontal wheel, as on a touchpad, pans.
    element.addEventListener("wheel", (event) => {
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY) || event.ctrlKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.pan(event.deltaX / this.width());
    }, { capture: true, passive: false });
  }

  width = () => this.chart.getWidth() - 2 * side;
  x = (time) => side + ((time - this.from) / (this.to - this.from)) * this.width();
  time = (x) => this.from + ((x - side) / this.width()) * (this.to - this.from);

  // draw draws everything again. Colors has the colours of categories by name.
  draw(layout, colors) {
    this.layout = layout;
    this.colors = colors;
    const { model } = this;
    this.extent = model.extent();
    if (this.from === undefined) [this.from, this.to] = [this.extent.from, this.extent.to];
    this.from = Math.max(this.from, this.extent.from);
    this.to = Math.max(Math.min(this.to, this.extent.to), this.from + narrowest);
    this.drawn = model.stays.filter(model.shown);
    this.restyle();
    this.ink = Object.fromEntries(["on-bar", "now", "ink", "ground"].map((name) => [name, color(name)]));
    const [soft, line, edge, accent, ground] = ["soft", "line", "edge", "accent", "ground"].map(color);
    this.chart.setOption({
      animation: false, useUTC: true, backgroundColor: "transparent",
      textStyle: { fontFamily: "system-ui, sans-serif" },
      grid: { left: side, right: side, top: axisHeight, bottom: sliderHeight, outerBoundsMode: "none" },
      xAxis: {
        type: "time", position: "top", min: this.extent.from, max: this.extent.to,
        axisLine: { lineStyle: { color: edge } }, axisTick: { lineStyle: { color: edge } },
        axisLabel: { color: soft, hideOverlap: true, alignMaxLabel: "right" }, splitLine: { show: true, lineStyle: { color: line } },
        minInterval: 6e4,
      },
      yAxis: { type: "value", show: false, inverse: true, min: axisHeight, max: layout.height - sliderHeight },
      dataZoom: [
        { id: "inside", type: "inside", filterMode: "none", minValueSpan: narrowest, throttle: 0, startValue: this.from, endValue: this.to,
          zoomOnMouseWheel: true, moveOnMouseMove: true, moveOnMouseWheel: "shift", preventDefaultMouseMove: false },
        { id: "slider", type: "slider", filterMode: "none", minValueSpan: narrowest, throttle: 0, startValue: this.from, endValue: this.to,
          left: side, right: side, bottom: 8, height: 26, showDataShadow: false, brushSelect: false,
          borderColor: edge, backgroundColor: "transparent", fillerColor: `${accent}33`, handleSize: "120%",
          handleStyle: { color: ground, borderColor: edge }, moveHandleSize: 6, moveHandleStyle: { color: edge },
          textStyle: { color: soft }, labelFormatter: (value) => (this.to - this.from < 864e5 * 3 ? minute(value) : day(value)) },
      ],
      series: [
        { id: "stays", type: "custom", silent: true, clip: true, encode: { x: 0, y: 1 }, renderItem: this.bars, data: [[this.extent.from, axisHeight]], z: 3 },
        { id: "now", type: "custom", silent: true, clip: true, encode: { x: 0, y: 1 }, renderItem: this.nowLine, data: [[model.now, axisHeight]], z: 4 },
        { id: "cursor", type: "custom", silent: true, clip: true, encode: { x: [0, 1], y: 2 }, renderItem: this.ring, data: [], z: 5 },
      ],
    });
    this.select(this.selected);
  }

  // restyle decides on colours: stays that the search does not find are faint.
  restyle() {
    const none = color("none");
    this.styles = this.drawn.map((stay) => {
      const opacity = this.layout.places.get(stay.id).folded ? 0.6 : 1;
      return { fill: this.colors.get(stay[this.model.by]) || none, opacity: this.model.found(stay) ? opacity : 0.13 };
    });
  }

  // bars draws all stays, those of one colour as one shape: dragging two thousand shapes
  // would not be smooth. A stay that goes on has an arrow, and a stay with enough room has
  // its name. Bars are hardly widened: otherwise many short stays would look like a long
  // one. So the tone shows how much of the time the port was taken.
  bars = (params, api) => {
    const { x: edge, width: room } = params.coordSys;
    const end = edge + room;
    // The current axis: the zoom event that reports it comes later.
    const { from, to } = this.extent;
    const [first, last] = [from, to].map((time) => api.coord([time, axisHeight])[0]);
    const at = (time) => first + ((time - from) / (to - from)) * (last - first);
    const groups = new Map();
    const names = [];
    this.drawn.forEach((stay, i) => {
      const left = Math.max(at(stay.from), edge);
      const right = Math.min(at(this.model.end(stay)), end);
      if (left > end || right < edge) return;
      const width = Math.max(right - left, thinnest);
      const { y, height } = this.layout.places.get(stay.id);
      const style = this.styles[i];
      const key = style.fill + style.opacity;
      if (!groups.has(key)) groups.set(key, { type: "dockings-bars", shape: { bars: [] }, style });
      const point = stay.open ? Math.min(6, width / 2) : 0;
      // A gap keeps neighbours apart, if there is room for one.
      groups.get(key).shape.bars.push(left, y, width > 5 && !point ? width - 1 : width, height, point);
      if (width > 34 && style.opacity > 0.5) {
        names.push({ type: "text", style: {
          text: stay.vehicle, x: left + 4, y: y + height / 2, verticalAlign: "middle",
          fill: this.ink["on-bar"], fontSize: 11, width: width - 9 - point, overflow: "truncate", ellipsis: "…",
        } });
      }
    });
    return { type: "group", children: [...groups.values(), ...names] };
  };

  nowLine = (params, api) => {
    const [x] = api.coord([api.value(0), axisHeight]);
    const { y, height } = params.coordSys;
    return { type: "line", shape: { x1: x, y1: y, x2: x, y2: y + height }, style: { stroke: this.ink.now, lineWidth: 1.5, lineDash: [4, 3] } };
  };

  ring = (params, api) => {
    const [x, y] = api.coord([api.value(0), api.value(2)]);
    const [right] = api.coord([api.value(1), api.value(2)]);
    return { type: "rect", shape: { x: x - 2, y: y - 2, width: Math.max(right - x, 2) + 4, height: api.value(3) + 4, r: 3 }, style: { fill: "none", stroke: this.ink.ink, lineWidth: 2.5 } };
  };

  // select draws a ring around a stay, or around none.
  select(stay) {
    this.selected = stay && this.layout.places.has(stay.id) ? stay : undefined;
    const at = this.selected && this.layout.places.get(stay.id);
    this.chart.setOption({ series: [{ id: "cursor", data: at ? [[stay.from, this.model.end(stay), at.y, at.height]] : [] }] });
  }

  // refresh draws again after the colours or the search have changed.
  refresh() {
    this.restyle();
    this.chart.setOption({ series: [{ id: "stays", data: [[this.extent.from, axisHeight]] }] });
  }

  resize(size) {
    this.chart.resize(size);
  }

  // flush draws at once, for printing.
  flush = () => this.chart.getZr().flush();

  // show pans and zooms to a time span, as far as it is within the extent.
  show(from, to) {
    const span = Math.min(Math.max(to - from, narrowest), this.extent.to - this.extent.from);
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(middle - span / 2, this.extent.from), this.extent.to - span);
    this.chart.dispatchAction({ type: "dataZoom", startValue: start, endValue: start + span });
  }

  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  // zoom makes the time span shorter by a factor, around its middle.
  zoom(factor) {
    const [middle, half] = [(this.from + this.to) / 2, (this.to - this.from) / factor / 2];
    this.show(middle - half, middle + half);
  }

  fit() {
    this.show(this.extent.from, this.extent.to);
  }

  // reveal pans until a stay is visible.
  reveal(stay) {
    const [from, to] = [stay.from, this.model.end(stay)];
    const span = this.to - this.from;
    if (from >= this.from && from <= this.to - span * 0.03) return;
    this.show((from + Math.min(to, from + span * 0.8)) / 2 - span / 2, (from + Math.min(to, from + span * 0.8)) / 2 + span / 2);
  }

  // middle returns the position in the window of the visible part of a stay.
  middle(stay) {
    const box = this.element.getBoundingClientRect();
    const { y, height } = this.layout.places.get(stay.id);
    const x = (this.x(Math.max(stay.from, this.from)) + this.x(Math.min(this.model.end(stay), this.to))) / 2;
    return [box.left + x, box.top + y + height];
  }

  // at returns the stay at a point of the window, or the nearest one within reach.
  at(clientX, clientY, reach) {
    const box = this.element.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    let [best, least] = [undefined, reach];
    for (const stay of this.drawn) {
      const place = this.layout.places.get(stay.id);
      if (y < place.y - 2 || y > place.y + place.height + 2) continue;
      const [left, right] = [this.x(stay.from), this.x(this.model.end(stay))];
      const away = x < left ? left - x : x > right ? x - right : -1;
      if (away < least) [best, least] = [stay, away];
    }
    return best;
  }
}
