// Numbers as a runner reads them.

const MILE_M = 1609.344;

// 12:35.4, or 1:02:35; whole seconds where `tenths` is false.
export function clock(seconds, tenths = true) {
  if (seconds === null || !Number.isFinite(seconds)) return "–:––";
  const sign = seconds < 0 ? "−" : "";
  const count = tenths ? Math.round(Math.abs(seconds) * 10) : 10 * Math.floor(Math.abs(seconds));
  const hours = Math.floor(count / 36000);
  const minutes = Math.floor(count / 600) % 60;
  const whole = String(Math.floor(count / 10) % 60).padStart(2, "0");
  const tail = tenths && !hours ? `.${count % 10}` : "";
  const head = hours ? `${hours}:${String(minutes).padStart(2, "0")}` : `${minutes}`;
  return `${sign}${head}:${whole}${tail}`;
}

// ≈ 12:35: a time that nobody has marked.
export const about = (seconds) => `≈ ${clock(seconds === null ? null : Math.round(seconds), false)}`;

// 74.2, from 100 s on 1:42.5.
export function lapTime(seconds) {
  if (seconds === null) return "–";
  return seconds < 100 ? seconds.toFixed(1) : clock(seconds);
}

export function pace(mps, unit) {
  if (mps === null || mps < 0.7) return "–";
  return clock((unit === "mi" ? MILE_M : 1000) / mps, false);
}

export const metres = (value) => (value === null ? "–" : String(Math.max(Math.round(value), 0)));

// "± 8 ", half of the 95 % interval: no distance is shown without it.
export const halfWidth = (sd) => (sd === null ? "" : `± ${Math.max(Math.round(1.96 * sd), 1)} `);

export const whole = (value) => (value === null ? "–" : String(Math.round(value)));

// "10", or "10 or 11" where it may be either.
export function lapNumber({ lap, lap_min: least, lap_max: most }, or) {
  if (lap === null) return "–";
  return least === null || most === null || least === most ? `${lap}` : `${least} ${or} ${most}`;
}
