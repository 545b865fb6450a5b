// What came over the wire, checked: strangers may send anything (docs/wire.md).

const LARGEST_BYTES = 8192;
const LONGEST_TEXT = 200;
const MOST_PULSES = 32;
const WIRE = 1;
const LAST_WILLS = ["status", "presence"];

const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const whole = (value) => (Number.isInteger(value) ? value : null);

// Text as it may be shown: controls, changes of direction and what has no width are left out.
export function plain(value, most = LONGEST_TEXT) {
  if (typeof value !== "string") return null;
  return value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").slice(0, most);
}

function pulses(value) {
  if (!Array.isArray(value) || value.length > MOST_PULSES) return [];
  return value.filter((p) => Array.isArray(p) && p.length === 3 && p.every((n) => n >= 0 && n < 1e5));
}

function touch(given) {
  const id = plain(given.id, 64);
  const ttlMs = whole(given.ttl_ms);
  if (!id || ttlMs === null || ttlMs < 0) return null;
  return {
    id,
    ttlMs,
    kind: plain(given.kind, 32) ?? "",
    text: plain(given.text) ?? "",
    say: plain(given.say),
    pulses: pulses(given.pulses),
    urgency: whole(given.urgency) ?? 0,
    toGo: number(given.to_go_m),
    dueIn: number(given.due_in_ms) ?? 0,
  };
}

const numbers = (given, ...keys) => Object.fromEntries(keys.map((key) => [key, number(given[key])]));

const lap = (given) => ({
  lap: whole(given?.lap), ...numbers(given ?? {}, "race_s", "lap_s", "error_s"),
});
const part = (given) => ({
  name: plain(given?.name, 40) ?? "",
  state: ["ok", "waiting", "bad"].includes(given?.state) ? given.state : "bad",
  text: plain(given?.text, 120) ?? "",
});
const list = (value, most, read) => (Array.isArray(value) ? value.slice(0, most).map(read) : []);

// Without what makes it one, it is no message of that name.
const only = (holds, message) => (holds ? message : null);

const READERS = {
  status: (given) => only(["online", "offline"].includes(given.status), {
    status: given.status,
    phase: plain(given.phase, 16),
  }),
  state: (given) => only(typeof given.mode === "string", {
    ...numbers(given, "distance_m", "distance_sd_m", "to_go_m", "speed_mps", "cadence_spm"),
    ...numbers(given, "heart_rate_bpm", "lap", "lap_min", "lap_max", "eta_bell_s"),
    ...numbers(given, "eta_bell_sd_s"),
    mode: plain(given.mode, 16),
  }),
  leg: (given) => only(typeof given.kind === "string", {
    kind: plain(given.kind, 8), text: plain(given.text, 60) ?? "",
    ...numbers(given, "leg", "legs", "rep", "reps"),
  }),
  race: (given) => only(["race", "session"].includes(given.kind), {
    kind: given.kind,
    name: plain(given.name, 100) ?? "",
    rules: plain(given.rules, 16),
    language: plain(given.language, 8),
    ...numbers(given, "distance_m", "lap_m", "marker_m", "kick_m", "reps"),
  }),
  laps: (given) => only(Array.isArray(given.laps), {
    gun_ms: whole(given.gun_ms), over_ms: whole(given.over_ms),
    over_marked: given.over_marked === true, rate: number(given.rate) ?? 1,
    laps: list(given.laps, 16, lap),
  }),
  health: (given) => only(Array.isArray(given.parts), { parts: list(given.parts, 12, part) }),
  arm: touch,
  cue: touch,
  ack: (given) => only(typeof given.id === "string" && typeof given.felt === "boolean", {
    id: plain(given.id, 64), cueRunId: plain(given.cue_run_id, 64), felt: given.felt,
    why: plain(given.why), latencyMs: number(given.latency_ms),
  }),
  presence: (given) => only(["online", "offline"].includes(given.status), {
    status: given.status, kind: plain(given.kind, 40) || "watch", why: plain(given.why),
  }),
  disarm: (given) => only(typeof given.id === "string", { id: plain(given.id, 64) }),
};

// Return {runId, sent, ...} of a payload on the topic `name`; null for what is no message of ours.
// `sent` is null in the last will of a sender.
export function read(name, payload) {
  if (payload.byteLength > LARGEST_BYTES) return null;
  let given;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return null;
  }
  return checked(name, given);
}

// The same of a payload that is parsed already.
export function checked(name, given) {
  if (given === null || typeof given !== "object" || (given.wire ?? WIRE) !== WIRE) return null;
  const runId = plain(given.run_id, 64);
  const sent = given.sent_ms === null && LAST_WILLS.includes(name) ? null : whole(given.sent_ms);
  if (!runId || (sent === null && given.sent_ms !== null)) return null;
  const found = READERS[name]?.(given) ?? null;
  return found && { runId, sent, ...found };
}
