"use strict";
// How a plot is drawn: axes, bands of phases, lines of laps, marks of cues. uPlot does the rest.

const AXIS_PX = 46;
const FONT = "12px system-ui, sans-serif";
const BANDS = { last_lap: "--band-1", last_200: "--band-2", last_100: "--band-3", last_50: "--band-3" };
const TIME_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Round numbers from least to most, no more than there is room for.
function roundSplits(least, most, steps, room) {
  const step = steps.find((each) => (most - least) / each <= room) ?? steps.at(-1);
  const splits = [];
  for (let k = Math.ceil(least / step - 1e-6); k * step <= most + 1e-6; k += 1) splits.push(k * step);
  return splits;
}

function decimalSteps(unit) {
  const tens = [0.01, 0.1, 1, 10, 100, 1000, 10000];
  return tens.flatMap((ten) => [1, 2, 5].map((digit) => ten * digit * unit));
}

// Speeds at round paces: the axis is one of speed, so that faster is higher. From the fastest
// down, each as round as its distance to the one before allows.
function paceSplits(least, most, room) {
  const unit = UNIT_M[chosen("units")];
  const gap = (most - least) / room;
  const splits = [];
  for (let next = unit / most, mps = most; ; next = unit / (mps - gap)) {
    const step = TIME_STEPS.findLast((each) => each <= unit / (mps - gap) - unit / mps) ?? 1;
    mps = unit / (Math.ceil(next / step - 1e-6) * step);
    if (mps < Math.max(least, SLOWEST_MPS)) break;
    splits.push(mps);
    if (mps - gap <= SLOWEST_MPS) break;
  }
  return splits.reverse();
}

// How many labels there is room for below a plot.
function xRoom(plot) {
  return Math.max(3, Math.floor((plot.width - AXIS_PX) / 64));
}

function xSplits(along, least, most, room) {
  if (along === "time") return roundSplits(least, most, TIME_STEPS, room);
  return roundSplits(least, most, decimalSteps(DATA.metres ? 1 : UNIT_M[chosen("units")]), room);
}

function xLabel(along, x) {
  if (along === "time") return clock(x);
  return DATA.metres ? String(Math.round(x)) : String(+(x / UNIT_M[chosen("units")]).toFixed(2));
}

function xUnit(along) {
  if (along === "time") return "";
  return DATA.metres ? " m" : ` ${chosen("units")}`;
}

function upright(plot, x, name, dash, width = 1) {
  const { ctx, bbox } = plot;
  const at = Math.round(plot.valToPos(x, "x", true));
  if (at < bbox.left || at > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colour(name);
  ctx.lineWidth = width * devicePixelRatio;
  ctx.setLineDash(dash.map((each) => each * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(at, bbox.top);
  ctx.lineTo(at, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

function filled(plot, fromX, toX, name) {
  const { ctx, bbox } = plot;
  const clamp = (x) => Math.min(Math.max(plot.valToPos(x, "x", true), bbox.left), bbox.left + bbox.width);
  ctx.save();
  ctx.fillStyle = colour(name);
  ctx.fillRect(clamp(fromX), bbox.top, clamp(toX) - clamp(fromX), bbox.height);
  ctx.restore();
}

// Words above the plot, each only where it does not run into one that is there already.
function labels(plot, words) {
  const { ctx, bbox } = plot;
  const taken = [];
  ctx.save();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillStyle = colour("--kick");
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  for (const [x, word] of words) {
    const wide = ctx.measureText(word).width;
    const at = plot.valToPos(x, "x", true);
    const right = bbox.left + bbox.width;
    if (at < bbox.left - 1 || at > right + 1) continue;
    const left = Math.min(at, right - wide);
    const free = taken.every(([from, to]) => left > to || left + wide < from);
    if (!free || left < bbox.left) continue;
    taken.push([left - 8 * devicePixelRatio, left + wide + 8 * devicePixelRatio]);
    ctx.fillText(word, left, bbox.top - 3 * devicePixelRatio);
  }
  ctx.restore();
}

function axis(name, extra) {
  return {
    stroke: () => colour("--soft"),
    grid: { stroke: () => colour("--grid"), width: 1 },
    ticks: { show: false },
    font: FONT,
    labelFont: FONT,
    ...extra,
  };
}

// An x axis; the last of its labels has the unit. ``own`` has splits, labels and unit of its own.
function xAxis(along, shown, own = {}) {
  const label = own.label ?? ((x) => xLabel(along, x));
  const splits = own.splits ?? ((least, most, room) => xSplits(along, least, most, room));
  const unit = own.unit ?? xUnit(along);
  const word = (x, number, places) => label(x) + (number === places.length - 1 ? unit : "");
  return axis("x", {
    scale: "x",
    size: shown ? 28 : 6,
    splits: (plot, _, least, most) => splits(least, most, xRoom(plot)),
    values: (_, places) => places.map((...each) => (shown ? word(...each) : "")),
  });
}

function yAxis(kind, room) {
  const isPace = kind === "mps";
  return axis("y", {
    scale: "y",
    size: AXIS_PX,
    gap: 4,
    splits: (_, __, least, most) =>
      isPace ? paceSplits(least, most, room) : roundSplits(least, most, decimalSteps(1), room),
    values: (_, places) => places.map((y) => (isPace ? pace(y) : String(+y.toFixed(2)))),
  });
}

function line(name, extra = {}) {
  return {
    stroke: () => colour(name),
    width: 1.6,
    points: { show: false },
    spanGaps: false,
    ...extra,
  };
}

// Options that all plots have in common; hooks draw below and above the lines.
function options(host, { height, series, axes, range, below, above, sync, moved, top = 4, right = 20 }) {
  return {
    width: Math.max(host.clientWidth, 200),
    height,
    padding: [top, right, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7, width: 2 },
      sync: sync ? { key: sync, setSeries: false } : undefined,
    },
    scales: { x: { time: false }, y: { range } },
    series: [{}, ...series],
    axes,
    hooks: {
      drawClear: [(plot) => below?.(plot)],
      draw: [(plot) => above?.(plot)],
      setCursor: moved ? [moved] : [],
    },
  };
}

// A finger that moves sideways moves the cursor; up and down it scrolls the page.
function follow(plot) {
  plot.over.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") return;
    const box = plot.over.getBoundingClientRect();
    plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  });
}
