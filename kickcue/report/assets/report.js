"use strict";
// The charts of one run: five panels under one cursor, the last window, repetitions laid over
// each other.

const PRINT_PX = 680; // what A4 has between its margins
const PANELS = {
  mps: { name: "Pace", colour: "--pace", height: 170, floor: 0.8, say: (v) => `${pace(v)} /${chosen("units")}` },
  cadence_spm: { name: "Cadence", colour: "--cadence", height: 110, floor: 0.9, say: (v) => `${Math.round(v)} steps/min` },
  step_m: { name: "Step length", colour: "--step", height: 110, floor: 0.8, ceiling: 3, say: (v) => `${v.toFixed(2)} m` },
  heart_rate_bpm: { name: "Heart rate", colour: "--heart", height: 110, floor: 0, say: (v) => `${Math.round(v)} bpm` },
  error_m: { name: "Position error", colour: "--error", height: 110, floor: 0, say: (v) => `± ${v.toFixed(1)} m`, note: "band: the ± given then; line: what the error was; dots: at lap marks" },
};
const LEAD_S = 4; // what is shown before the last window
const readout = document.getElementById("readout");
const panelsHost = document.getElementById("panels");
let plots = [];
let panels = [];
let xs = TIMES;
let row = null;

function xAt(second) {
  return chosen("along") === "time" ? second : valueAt(FAR, second);
}

// ---- the five panels

function yRange(column) {
  if (column === "error_m") {
    const ordered = sorted(COLUMNS[column]);
    const most = Math.max(quantile(ordered, 0.98), ...DATA.marks.map(([, error]) => Math.abs(error)), 1);
    return [-1.15 * most, 1.15 * most];
  }
  const ordered = sorted(smoothed(COLUMNS[column]));
  // Who stands at the start shall not press the race flat; in a session the rests belong to it.
  const floor = DATA.repeats.length ? 0 : PANELS[column].floor;
  const least = Math.max(ordered[0], floor * quantile(ordered, 0.5));
  const most = Math.min(quantile(ordered, 0.999), PANELS[column].ceiling ?? Infinity);
  const room = Math.max(0.08 * (most - least), 0.01 * most);
  return [Math.max(least - room, 0), most + room];
}

function drawBands(plot) {
  const end = TIMES.at(-1);
  DATA.phases.forEach(([phase, from], number) => {
    const to = DATA.phases[number + 1]?.[1] ?? end;
    if (BANDS[phase]) filled(plot, xAt(from), xAt(to), BANDS[phase]);
  });
  for (const [from, to] of DATA.gaps) filled(plot, xAt(from), xAt(to), "--gap");
  for (const lap of DATA.laps) upright(plot, xAt(lap), "--lap", [3, 3]);
  for (const [from, seconds] of DATA.repeats.map((each) => each.slice(1))) {
    filled(plot, xAt(from), xAt(from + seconds), "--band-1");
  }
}

function drawCues(plot, labelled) {
  for (const [second] of DATA.cues) upright(plot, xAt(second), "--kick", [], 1);
  if (labelled) labels(plot, byWeight(DATA.cues).map(([second, kind]) => [xAt(second), cueName(kind)]));
}

// The bell first, then backwards from the end: what does not fit is the least of them.
function byWeight(cues) {
  const weight = ([, kind]) => (kind === "last_lap" ? 0 : kind === "split" ? 2 : 1);
  return [...cues].sort((a, b) => weight(a) - weight(b));
}

function cueName(kind) {
  if (kind === "last_lap" && DATA.windowName) return DATA.windowName; // or the last kilometre
  return kind.replaceAll("_", " ");
}

function drawMarks(plot) {
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colour("--kick");
  for (const [second, error] of DATA.marks) {
    ctx.beginPath();
    const [x, y] = [plot.valToPos(xAt(second), "x", true), plot.valToPos(error, "y", true)];
    ctx.arc(x, y, 2.5 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

function panelData(column) {
  const values = COLUMNS[column];
  if (column !== "error_m") return [xs, smoothed(values)];
  const offsets = COLUMNS.offset_m ?? values.map(() => null);
  return [xs, values, values.map((each) => (each === null ? null : -each)), offsets];
}

function panelSeries(column) {
  const name = PANELS[column].colour;
  if (column !== "error_m") return [line(name)];
  return [line(name, { width: 0.8 }), line(name, { width: 0.8 }), line("--pace", { width: 1.4 })];
}

function makePanel(host, number, all) {
  const column = host.dataset.column;
  const { height } = PANELS[column];
  const isLast = number === all.length - 1;
  const settings = options(host, {
    height: height + (isLast ? 22 : 0) + (number === 0 ? 16 : 0),
    top: number === 0 ? 20 : 4,
    series: panelSeries(column),
    axes: [xAxis(chosen("along"), isLast), yAxis(column, column === "mps" ? 6 : 5)],
    range: () => yRange(column),
    below: drawBands,
    above: (plot) => {
      drawCues(plot, number === 0 && DATA.cues.length);
      if (column === "error_m") drawMarks(plot);
    },
    sync: "all the way",
    moved: (plot) => {
      if (plot === panels[0] && plot.cursor.idx != null && plot.cursor.left >= 0) show(plot.cursor.idx);
    },
  });
  if (column === "error_m") {
    settings.bands = [{ series: [1, 2], fill: () => colour("--gap") }];
  }
  return placed(settings, panelData(column), host);
}

function placed(settings, data, host) {
  const plot = new uPlot(settings, data, host);
  plot.host = host;
  follow(plot);
  plots.push(plot);
  return plot;
}

function describe(host) {
  const column = host.dataset.column;
  const { name, say, note = "" } = PANELS[column];
  const ordered = sorted(COLUMNS[column]);
  const middle = `on average ${say(mean(COLUMNS[column]))}`;
  const limits = `mostly from ${say(quantile(ordered, 0.05))} to ${say(quantile(ordered, 0.95))}`;
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", `${name}: ${middle}, ${limits}`);
  const caption = host.parentElement.querySelector("figcaption");
  caption.replaceChildren(name, element("span", middle), element("span", note));
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// ---- the readout

function show(at) {
  row = at;
  const parts = [clock(TIMES[at])];
  if (FAR) parts.unshift(distance(FAR[at]));
  for (const [column, { say }] of Object.entries(PANELS)) {
    const value = COLUMNS[column]?.[at] ?? null;
    if (value !== null) parts.push(say(value));
  }
  readout.replaceChildren(...parts.map((part) => element("span", part)));
}

function showHint() {
  row = null;
  readout.replaceChildren(element("span", "Touch the charts, or use the arrow keys, for the figures.", "hint"));
}

function moveBy(rows) {
  const from = row ?? (rows > 0 ? -rows : TIMES.length - 1 - rows);
  moveTo(Math.min(Math.max(from + rows, 0), TIMES.length - 1));
}

function moveTo(at) {
  for (const plot of panels) {
    plot.setCursor({ left: plot.valToPos(xs[at], "x"), top: 1 }, false, false);
  }
  show(at);
}

function onKey(event) {
  const step = event.shiftKey ? 1 : Math.max(1, Math.round(TIMES.length / 100));
  const moves = { ArrowLeft: () => moveBy(-step), ArrowRight: () => moveBy(step) };
  const ends = { Home: () => moveTo(0), End: () => moveTo(TIMES.length - 1) };
  const move = moves[event.key] ?? ends[event.key];
  if (!move) return;
  event.preventDefault();
  move();
}

// ---- the last window

function makeEnd(host) {
  const [from, to] = DATA.window;
  const first = rowAt(from - LEAD_S);
  const rows = TIMES.slice(first).map((_, number) => first + number).filter((each) => TIMES[each] <= to);
  const speeds = rows.map((each) => COLUMNS.mps?.[each] ?? null);
  if (rows.length < 2 || speeds.every((each) => each === null)) {
    host.replaceWith(element("p", "No speed was recorded here."));
    return;
  }
  const total = FAR && FAR.at(-1);
  const place = (second) => (FAR ? valueAt(FAR, second) : second);
  const ordered = sorted([...speeds, DATA.restMps]);
  const room = 0.15 * (ordered.at(-1) - ordered[0]) + 0.05;
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", `Speed in the ${DATA.windowName}. What followed each cue is listed below.`);
  const toGo = {
    label: (x) => (total - x < 1 ? "finish" : `${Math.round(total - x)} m`),
    splits: (least, most, room) => toGoSplits(least, most, total, room),
    unit: "",
  };
  const settings = options(host, {
    height: 250,
    top: 20,
    right: 26,
    series: [line("--kick", { width: 2.4 }), line("--soft", { width: 1, dash: [4, 4] })],
    axes: [xAxis("time", true, FAR ? toGo : {}), yAxis("mps", 6)],
    range: () => [ordered[0] - room, ordered.at(-1) + room],
    below: (plot) => {
      for (const [second, , response] of DATA.cues) {
        if (second >= from - LEAD_S) filled(plot, place(second), place(second + 10), RESPONSES[response] ?? "--faint");
      }
    },
    above: (plot) => {
      upright(plot, place(from), "--lap", [3, 3]);
      for (const [second] of DATA.cues) upright(plot, place(second), "--kick", [], 1.2);
      labels(plot, byWeight(DATA.cues).map(([second, kind]) => [place(second), cueName(kind)]));
    },
  });
  const rest = rows.map(() => DATA.restMps);
  placed(settings, [rows.map((each) => place(TIMES[each])), speeds, rest], host);
}

const RESPONSES = { faster: "--tint-faster", slower: "--tint-slower", turnover_only: "--tint-slower" };

function toGoSplits(least, most, total, room) {
  const toGo = roundSplits(0, total - least, [20, 50, 100, 200, 250, 500, 1000], room);
  return toGo.map((each) => total - each).filter((x) => x >= least && x <= most).reverse();
}

// ---- repetitions over each other

function makeRepeats(host) {
  const values = COLUMNS.mps;
  if (!values) {
    host.replaceWith(element("p", "No speed was recorded in the repetitions."));
    return;
  }
  const length = ([, from, seconds]) => (FAR ? valueAt(FAR, from + seconds) - valueAt(FAR, from) : seconds);
  const longest = Math.max(...DATA.repeats.map(length));
  const grid = Array.from({ length: 121 }, (_, number) => (number * longest) / 120);
  const curves = DATA.repeats.map((each) => onGrid(values, each, grid));
  const least = quantile(sorted(curves.flat()), 0.03);
  const most = quantile(sorted(curves.flat()), 1);
  const room = 0.1 * (most - least) + 0.05;
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", "Speed in each repetition, the last one thick. The table below has them in numbers.");
  const inMetres = {
    label: (x) => String(Math.round(x)),
    splits: (from, to, places) => roundSplits(from, to, decimalSteps(1), places),
    unit: " m",
  };
  const isLast = (number) => number === curves.length - 1;
  const settings = options(host, {
    height: 230,
    series: curves.map((_, number) => line(isLast(number) ? "--kick" : "--pace", {
      width: isLast(number) ? 2.6 : 1.2,
      alpha: isLast(number) ? 1 : 0.3 + (0.5 * number) / curves.length,
    })),
    axes: [xAxis("time", true, FAR ? inMetres : {}), yAxis("mps", 5)],
    range: () => [least - room, most + room],
  });
  placed(settings, [grid, ...curves], host);
}

// The speeds of a repetition at the metres (or seconds) of a grid, null beyond its end.
function onGrid(values, [, from, seconds], grid) {
  const rows = TIMES.map((_, each) => each).filter((each) => TIMES[each] >= from && TIMES[each] <= from + seconds);
  const begin = FAR ? valueAt(FAR, from) : from;
  const done = rows.map((each) => (FAR ? FAR[each] : TIMES[each]) - begin);
  let at = 0;
  return grid.map((x) => {
    while (at < rows.length - 1 && done[at + 1] < x) at += 1;
    if (!rows.length || x > done.at(-1) + 1) return null;
    const next = Math.min(at + 1, rows.length - 1);
    const [a, b] = [values[rows[at]], values[rows[next]]];
    if (a === null || b === null || done[next] === done[at]) return a;
    const share = Math.min(Math.max((x - done[at]) / (done[next] - done[at]), 0), 1);
    return a + (b - a) * share;
  });
}

// ---- the page

function build() {
  plots.forEach((plot) => plot.destroy());
  plots = [];
  xs = chosen("along") === "time" ? TIMES : FAR;
  const hosts = [...document.querySelectorAll("#panels .plot")];
  panels = hosts.map(makePanel);
  hosts.forEach(describe);
  const [end, repeats] = ["end-plot", "repeats-plot"].map((id) => document.getElementById(id));
  if (end) makeEnd(end);
  if (repeats) makeRepeats(repeats);
  if (readout) {
    readout.hidden = false;
    showHint();
  }
}

function resize(width) {
  for (const plot of plots) {
    plot.setSize({ width: width ?? Math.max(plot.host.clientWidth, 200), height: plot.height });
  }
}

function redraw() {
  plots.forEach((plot) => plot.redraw(false, true));
}

// Paper is white, whatever the screen is, and has no folds.
const folded = new Set();
function beforePrint() {
  document.documentElement.dataset.light = "";
  for (const each of document.querySelectorAll("details:not([open])")) {
    folded.add(each);
    each.open = true;
  }
  resize(PRINT_PX);
  redraw();
}

function afterPrint() {
  delete document.documentElement.dataset.light;
  folded.forEach((each) => (each.open = false));
  folded.clear();
  resize();
  redraw();
}

document.querySelectorAll('input[name="units"], input[name="along"]').forEach((input) => {
  input.addEventListener("change", build);
});
panelsHost?.addEventListener("keydown", onKey);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("resize", () => resize());
addEventListener("beforeprint", beforePrint);
addEventListener("afterprint", afterPrint);
build();
