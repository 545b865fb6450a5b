"use strict";
// What the page knows of the run: columns by row, and how their values are written.

const DATA = JSON.parse(document.getElementById("data").textContent);
const COLUMNS = DATA.columns;
const TIMES = COLUMNS.race_s;
const FAR = COLUMNS.distance_m && withoutHoles(COLUMNS.distance_m);
const UNIT_M = { km: 1000, mi: 1609.344 };
const SLOWEST_MPS = 0.4; // slower is standing, and has no pace

const UNCHOSEN = { units: "km", along: "time" };

// What a switch of the page is on, or what holds where the page has no such switch.
function chosen(name) {
  return document.querySelector(`input[name="${name}"]:checked`)?.value ?? UNCHOSEN[name];
}

// Unknown distances become the last known one: x must be known, and never go back.
function withoutHoles(distances) {
  let last = 0;
  return distances.map((far) => (last = far === null ? last : Math.max(last, far)));
}

// The row at a moment or the last before it; the first where there is none.
function rowAt(second) {
  let low = 0;
  let high = TIMES.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (TIMES[middle] <= second) low = middle;
    else high = middle - 1;
  }
  return low;
}

// A column's value at a moment, on the line between two rows.
function valueAt(values, second) {
  const row = rowAt(second);
  const before = values[row];
  const after = values[row + 1] ?? null;
  if (before === null || after === null || TIMES[row + 1] === TIMES[row]) return before;
  const share = (second - TIMES[row]) / (TIMES[row + 1] - TIMES[row]);
  return before + (after - before) * Math.min(Math.max(share, 0), 1);
}

function clock(seconds) {
  const whole = Math.round(Math.abs(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60);
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function pace(mps) {
  return mps > SLOWEST_MPS ? clock(UNIT_M[chosen("units")] / mps) : "–";
}

function distance(metres) {
  if (DATA.metres) return `${Math.round(metres)} m`;
  const units = chosen("units");
  return `${(metres / UNIT_M[units]).toFixed(2)} ${units}`;
}

// The values that are known, least first.
function sorted(values) {
  return values.filter((value) => value !== null).sort((a, b) => a - b);
}

function quantile(ordered, share) {
  return ordered[Math.round(share * (ordered.length - 1))];
}

// The mean around each row, so that a long run is a line and no cloud; as wide as a pixel or two.
function smoothed(values) {
  const reach = Math.round(values.length / 700);
  if (!reach) return values;
  const sums = [0];
  const counts = [0];
  values.forEach((value, row) => {
    sums.push(sums[row] + (value ?? 0));
    counts.push(counts[row] + (value !== null));
  });
  return values.map((value, row) => {
    const [from, to] = [Math.max(row - reach, 0), Math.min(row + reach + 1, values.length)];
    return value === null ? null : (sums[to] - sums[from]) / (counts[to] - counts[from]);
  });
}

function mean(values) {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
