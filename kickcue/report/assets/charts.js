"use strict";
// Charts of lines and bars over distance, days or numbers, as the page's data describe them: each figure
// names its chart. Used by comparisons and seasons.

const PRINT_PX = 680; // what A4 has between its margins
const DAY_STEPS = [1, 2, 7, 14, 28, 61, 122, 183, 365, 730, 1826];
const SAY = {
  mps: (value) => `${pace(value)} /${chosen("units")}`,
  time: (value) => `${value.toFixed(1)} s`,
  seconds: (value) => `${signed(value, 1)} s`,
  percent: (value) => `${signed(value, 1)} %`,
  share: (value) => `${value.toFixed(1)} %`,
  scale: (value) => value.toFixed(4),
  count: (value) => String(value),
};
let charts = [];

function signed(value, digits) {
  const shown = Math.abs(value).toFixed(digits);
  if (Number(shown) === 0) return shown;
  return (value < 0 ? "−" : "+") + shown;
}

function day(x) {
  return new Date(x * 864e5).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

function place(chart, x) {
  if (chart.along === "days") return `${day(x)} ${new Date(x * 864e5).getUTCFullYear()}`;
  if (chart.along === "number") return `${x}`;
  return `${xLabel("distance", x)}${xUnit("distance")}`;
}

function horizontal(chart) {
  if (chart.along === "distance") return xAxis("distance", true);
  const [label, steps] = chart.along === "days" ? [day, DAY_STEPS] : [String, [1, 2, 5, 10, 20, 50]];
  return xAxis("distance", true, {
    label,
    splits: (least, most, room) => roundSplits(least, most, steps, room),
    unit: "",
  });
}

function vertical(chart) {
  const axis = yAxis(chart.kind === "mps" ? "mps" : "number", 5);
  if (chart.kind === "seconds") axis.values = (_, places) => places.map((y) => signed(y, y % 1 ? 1 : 0));
  return axis;
}

// All values with some room; what is counted, and what is won or lost, stands on the zero line.
function range(chart) {
  const known = sorted(chart.lines.flatMap((each) => each.values));
  const onZero = chart.kind === "count" || chart.kind === "seconds";
  const least = Math.min(chart.kind === "mps" ? quantile(known, 0.01) : known[0], onZero ? 0 : Infinity);
  const most = Math.max(known.at(-1), onZero ? 0 : -Infinity);
  const room = 0.08 * (most - least) || 0.01 * Math.abs(most) || 1;
  return [chart.kind === "count" ? 0 : least - room, most + room];
}

function drawn(each, number, chart) {
  if (chart.bars) {
    const align = [-1, 1, 0][number % 3];
    return line(each.colour, {
      fill: () => colour(each.colour),
      paths: uPlot.paths.bars({ size: [0.4, 26], align }),
      width: 0,
    });
  }
  const size = chart.dots ? 7 : 0;
  return line(each.colour, {
    width: chart.dots ? 1 : 1.8,
    spanGaps: Boolean(chart.dots),
    points: { show: Boolean(size), size, fill: () => colour(each.colour) },
  });
}

function makeChart(host) {
  const chart = DATA.charts[host.dataset.chart];
  const figure = host.closest("figure");
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", chart.says);
  const settings = options(host, {
    height: chart.height,
    top: 10,
    right: 28,
    series: chart.lines.map((each, number) => drawn(each, number, chart)),
    axes: [horizontal(chart), vertical(chart)],
    range: () => range(chart),
    below: (plot) => {
      for (const x of chart.marks ?? []) upright(plot, x, "--lap", [3, 3]);
      if (chart.kind === "seconds") level(plot, 0, "--soft");
    },
    sync: chart.along === "distance" ? "distance" : undefined,
    moved: (plot) => {
      const at = plot.cursor.left >= 0 ? plot.cursor.idx : null;
      figure.querySelector("output").textContent = at === null ? "" : reading(chart, at);
    },
  });
  const margin = { days: 4, number: 0.5 }[chart.along];
  if (margin) settings.scales.x.range = (_, least, most) => [least - margin, most + margin];
  const plot = new uPlot(settings, [chart.x, ...chart.lines.map((each) => each.values)], host);
  plot.host = host;
  follow(plot);
  charts.push(plot);
}

function level(plot, y, name) {
  const { ctx, bbox } = plot;
  const at = Math.round(plot.valToPos(y, "y", true));
  ctx.save();
  ctx.strokeStyle = colour(name);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, at);
  ctx.lineTo(bbox.left + bbox.width, at);
  ctx.stroke();
  ctx.restore();
}

function reading(chart, at) {
  const values = chart.lines.map(({ name, values }) => [name, values[at]]);
  const known = values.filter(([, value]) => value !== null && value !== undefined);
  const parts = known.map(([name, value]) => `${name} ${SAY[chart.kind](value)}`);
  return [place(chart, chart.x[at]), ...parts, chart.names?.[at]].filter(Boolean).join(" · ");
}

function onKey(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const plot = charts.find((each) => each.host === event.currentTarget.querySelector(".plot"));
  if (!step || !plot) return;
  event.preventDefault();
  const last = plot.data[0].length - 1;
  const rows = event.shiftKey ? 1 : Math.max(1, Math.round(last / 100));
  const from = plot.cursor.left >= 0 ? (plot.cursor.idx ?? 0) : step > 0 ? -rows : last + rows;
  const at = Math.min(Math.max(from + step * rows, 0), last);
  plot.setCursor({ left: plot.valToPos(plot.data[0][at], "x"), top: 1 });
}

function build() {
  charts.forEach((each) => each.destroy());
  charts = [];
  document.querySelectorAll(".plot").forEach(makeChart);
}

function resize(width) {
  for (const plot of charts) {
    plot.setSize({ width: width ?? Math.max(plot.host.clientWidth, 200), height: plot.height });
  }
}

function redraw() {
  charts.forEach((plot) => plot.redraw(false, true));
}

document.querySelectorAll('input[name="units"]').forEach((input) => input.addEventListener("change", build));
document.querySelectorAll("figure").forEach((figure) => figure.addEventListener("keydown", onKey));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("resize", () => resize());
// Paper is white, whatever the screen is.
addEventListener("beforeprint", () => {
  document.documentElement.dataset.light = "";
  resize(PRINT_PX);
  redraw();
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.light;
  resize();
  redraw();
});
build();
