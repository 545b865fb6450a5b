// kickcue without a computer: the same Python core, in a worker of the page.
//
// In: {ask, what, ...}, `ask` being a number; out: {ask, answer} or {ask, error}, and on its own
// {messages: [...]}, {trouble: why nothing is kept now, or null}, {waiting: true} for another tab.
// What comes in is stamped by the page (`at_ms`); what is due is timed here.

import { CorePython } from "./core_python.js";
import { RaceFiles } from "./race_files.js";

const BEAT_MS = 1000;
const LONGEST_TIMER_MS = 60_000;
const CLOSING_MS = 3000;
const USUAL = { race: "5000m" };

let core = null;
let files = null;
let timer = null;
let running = false; // a race is on
let open = null; // the name of the recording that is being written
let ahead = 0; // of its own clock: what the device has slept, which the page alone can tell

const now = () => performance.timeOrigin + performance.now() + ahead;
const runId = () => [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16).padStart(2, "0")).join("");
const nameOf = (run) => `${Math.round(now())}-${run}.jsonl`;
const runOf = (name) => /-(\w+)\.jsonl$/.exec(name)?.[1] ?? name;

// Hand something to kickcue; show and keep what it says.
function take(request) {
  const said = core.take({ at_ms: now(), ...request });
  if (said.lines && open) files.append(said.lines);
  if (said.messages.length) postMessage({ messages: said.messages });
  running = said.racing;
  plan(said.wake_ms);
  return said;
}

// The core says when it wants to be woken: between two looks of the beat, too.
function plan(wakeMs) {
  clearTimeout(timer);
  if (wakeMs === null) return;
  timer = setTimeout(() => take({ what: "tick" }), Math.min(Math.max(wakeMs - now(), 0), LONGEST_TIMER_MS));
}

async function begin(document) {
  const run = runId();
  const said = core.take({ what: "begin", at_ms: now(), run_id: run, document });
  const last = open;
  const opened = record(nameOf(run), said);
  take({ what: "greet" });
  await opened;
  if (last !== null) await forget(last);
  return { resumed: false };
}

// Begin what was set up last. An app that was written anew may lack the plan or the language of it:
// the usual race is begun then, and why is returned.
async function beginKept(document) {
  try {
    await begin(document);
    return null;
  } catch ({ message }) {
    await begin(USUAL);
    return message;
  }
}

// What comes next is kept there: at once, for sensors do not wait.
function record(name, said) {
  open = name;
  const opened = files.open(name);
  if (said.lines) files.append(said.lines);
  return opened;
}

// Remove a recording of a race that nobody began.
async function forget(name) {
  if (!(await files.read(name)).includes('"command": "start"')) await files.remove(name);
}

// Go on with the race that was broken off, if there is one.
async function resume() {
  const name = (await files.names()).at(-1);
  if (!name) return false;
  const text = await files.read(name);
  let said;
  try {
    said = core.take({ what: "resume", at_ms: now(), run_id: runOf(name), text });
  } catch {
    await forget(name); // it is over, or too long ago: its recording stays
    return false;
  }
  const opened = record(name, said);
  postMessage({ messages: said.messages });
  take({ what: "greet" });
  await opened;
  return true;
}

// One tab runs the race; one that is being closed lets go within moments. Another one waits, and
// goes on with the race when that is closed.
function alone() {
  const told = setTimeout(() => postMessage({ waiting: true }), CLOSING_MS);
  return new Promise((done) => {
    navigator.locks.request("kickcue", () => {
      clearTimeout(told);
      done();
      return new Promise(() => {}); // until this worker ends
    });
  });
}

async function start({ version, document }) {
  await alone();
  const tell = (trouble) => postMessage({ trouble });
  [core, files] = await Promise.all([CorePython.open(version), RaceFiles.open(tell)]);
  const resumed = await resume();
  const refused = resumed ? null : await beginKept(document);
  setInterval(() => take({ what: "tick" }), BEAT_MS);
  return { resumed, refused, fromSnapshot: core.fromSnapshot, catalogue: core.catalogue, kept: files.kind };
}

async function recordings() {
  const found = [];
  for (const name of (await files.names()).reverse()) {
    const text = await files.read(name);
    if (!text) continue; // killed before the first line
    const header = JSON.parse(text.slice(0, text.indexOf("\n")));
    const begun = text.includes('"command": "start"');
    if (begun) found.push({ name, race: header.race, utc: header.utc, bytes: text.length, open: name === open });
  }
  return found;
}

// What kickcue would have said in a watch's file, kept as a recording of its own. It takes all of
// the worker's time, so not in a race.
async function replay({ name, data, document }) {
  if (running) throw new Error("running");
  await files.put(`0-${nameOf(runId())}`, core.replay(name, data, document, now()));
}

// What was due in a sleep is looked at now.
function slept({ ahead: all }) {
  ahead = all;
  if (open) take({ what: "tick" });
}

const DOERS = {
  start,
  slept,
  // Where only an idle race may be replaced (`idle`), null says that one is on.
  begin: ({ document, idle }) => (idle && running ? null : begin(document)),
  recordings,
  from_toml: ({ text }) => core.take({ what: "from_toml", at_ms: now(), text }),
  to_toml: ({ document }) => core.take({ what: "to_toml", at_ms: now(), document }).text,
  visualise: (wanted) => {
    if (running) throw new Error("running");
    return core.take({ at_ms: now(), ...wanted });
  },
  match: ({ sensor, about }) => core.take({ what: "match", at_ms: now(), sensor, about }).profile,
  encode: (wanted) => core.take({ at_ms: now(), ...wanted }).writes,
  mcap: async ({ name }) => core.mcap(await files.read(name)),
  report: async ({ name }) => core.report(await files.read(name)),
  replay,
  remove: ({ name }) => (name === open ? null : files.remove(name)),
};

self.onmessage = async ({ data: { ask, ...request } }) => {
  try {
    const doer = DOERS[request.what];
    const answer = doer ? await doer(request) : Boolean(take(request));
    if (ask) postMessage({ ask, answer });
  } catch (error) {
    postMessage({ ask, error: error.message });
  }
};
