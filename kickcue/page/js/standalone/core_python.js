// kickcue's own Python in this worker: Pyodide, the zip of kickcue, and its one entrance.
//
// Loading takes seconds of a phone's time. So a picture of the memory is kept once all is loaded,
// and loaded the next time. That part of Pyodide may change: whatever goes wrong with it, all is
// loaded as usual.

const BASE = new URL("../../", import.meta.url);
const ZIP = "/kickcue.zip";
const KEPT = "kickcue-memory";
const PREPARE = `
import sys
if "${ZIP}" not in sys.path:
    sys.path.insert(0, "${ZIP}")
import importlib
importlib.invalidate_caches()
from kickcue.standalone.browser import BrowserRace
`;

const at = (path) => new URL(path, BASE).href;

async function bytes(path) {
  const answer = await fetch(at(path));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// The snapshot of just these files, or null.
async function snapshot(version) {
  try {
    const found = await (await caches.open(KEPT)).match(at(`memory/${version}`));
    return found ? new Uint8Array(await found.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

async function keep(version, pyodide) {
  try {
    await caches.delete(KEPT); // of an older app
    const picture = pyodide.makeMemorySnapshot();
    await (await caches.open(KEPT)).put(at(`memory/${version}`), new Response(picture));
  } catch (error) {
    console.info("kickcue: no snapshot of the memory is kept:", error);
  }
}

async function load(options) {
  const { loadPyodide } = await import(at("pyodide/pyodide.mjs"));
  return loadPyodide({ indexURL: at("pyodide/"), ...options });
}

function prepare(pyodide, zip) {
  pyodide.FS.writeFile(ZIP, zip); // the snapshot has the modules, and no files
  pyodide.runPython(PREPARE);
}

// Return {pyodide, fromSnapshot}.
async function loaded(version, zip) {
  const picture = await snapshot(version);
  if (picture !== null) {
    try {
      const pyodide = await load({ _loadSnapshot: picture });
      prepare(pyodide, zip);
      return { pyodide, fromSnapshot: true };
    } catch (error) {
      console.info("kickcue: the snapshot of the memory cannot be used:", error);
      await caches.delete(KEPT);
    }
  }
  const pyodide = await load({ _makeSnapshot: true });
  prepare(pyodide, zip);
  await keep(version, pyodide);
  return { pyodide, fromSnapshot: false };
}

export class CorePython {
  // Load all; `version` names the files of this app.
  static async open(version) {
    const [zip, catalogue] = await Promise.all([bytes("python/kickcue.zip"), bytes("python/catalogue.json")]);
    const { pyodide, fromSnapshot } = await loaded(version, zip);
    return new CorePython(pyodide, new TextDecoder().decode(catalogue), fromSnapshot);
  }

  #pyodide;
  #race;
  #catalogue;
  #stands = {}; // what was said last of when to wake it, and whether a race is on

  constructor(pyodide, catalogue, fromSnapshot) {
    this.#pyodide = pyodide;
    this.fromSnapshot = fromSnapshot;
    this.#catalogue = catalogue;
    this.catalogue = JSON.parse(catalogue);
    this.#race = pyodide.globals.get("BrowserRace")(catalogue);
  }

  // Ask kickcue for something; returns what it answers (kickcue/standalone/browser.py).
  take(request) {
    if (request.what === "sensor") return this.#hear(request);
    const answer = JSON.parse(this.#race.take(JSON.stringify(request)));
    if (answer.error) throw new Error(answer.error);
    if ("racing" in answer) this.#noteStanding(answer);
    return answer;
  }

  // What comes many times a second: plain values in, and out the lines with what else is new.
  #hear({ at_ms, sensor, char, hex }) {
    const text = this.#race.sensor(at_ms, sensor, char, hex);
    const end = text.lastIndexOf("\n") + 1;
    const lines = text.slice(0, end);
    if (end === text.length) return { lines, messages: [], ...this.#stands };
    const said = JSON.parse(text.slice(end));
    this.#noteStanding(said);
    return { lines, ...said };
  }

  #noteStanding({ wake_ms, racing }) {
    this.#stands = { wake_ms, racing };
  }

  // A recording's lines as the bytes of an MCAP file.
  mcap(text) {
    const path = "/tmp/race.mcap";
    this.#after.as_mcap(text, path);
    return this.#pyodide.FS.readFile(path);
  }

  // A recording's lines as the page of its report.
  report(text) {
    return this.#after.report(text, this.#catalogue);
  }

  // A file's bytes as the lines of a recording of `document`'s race.
  replay(name, data, document, nowMs) {
    const path = `/tmp/${name.replace(/[^\w.-]/g, "_")}`;
    this.#pyodide.FS.writeFile(path, data);
    const lines = this.#after.replay(path, JSON.stringify(document), this.#catalogue, nowMs);
    if (lines.startsWith("error: ")) throw new Error(lines.slice(7));
    return lines;
  }

  // What is needed after a race alone, loaded when it is.
  get #after() {
    return this.#pyodide.pyimport("kickcue.standalone.after_race");
  }
}
