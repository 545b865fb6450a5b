// Plays a script to kickcue.boot.js. Node is not Espruino: Bangle, E, NRF, Bluetooth, Storage, the
// clock and the timers are stand-ins. Argument: the app. Standard input: steps as JSON. ["pass",
// ms], ["line", text], ["connected", yes], ["restart", ms away]; the app is started first. Standard
// output: what happened, [t_ms, what, ...].
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

const code = readFileSync(process.argv[2], "utf8");
const steps = JSON.parse(readFileSync(0, "utf8"));
const storage = {};
const happened = [];
let nowMs = 1_700_000_000_000, startMs = nowMs, connected = true, number = 0, timers, kill, context;
const note = (...what) => happened.push([nowMs - startMs, ...what]);

function start() {
  const heard = [];
  timers = new Map();
  kill = [];
  context = createContext({
    getTime: () => nowMs / 1000,
    setTimeout: (f, ms, ...args) => {
      timers.set(++number, { at: nowMs + ms, run: () => f(...args) });
      return number;
    },
    clearTimeout: (id) => {
      if (!timers.delete(id)) throw new Error("Unknown Timeout"); // as Espruino had it
    },
    Bangle: {
      on: (name, f) => heard.push([name, f]),
      emit: (name, ...args) => heard.filter(([n]) => n === name).forEach(([, f]) => f(...args)),
      buzz: (ms, strength) => note("buzz", ms, strength),
      setLCDPower: () => {},
    },
    E: {
      on: (name, f) => name === "kill" && kill.push(f),
      showMessage: (text) => note("show", text),
    },
    NRF: { getSecurityStatus: () => ({ connected }) },
    Bluetooth: { println: (text) => text && note("told", JSON.parse(text)) },
    require: () => ({
      readJSON: (name) => storage[name] && JSON.parse(storage[name]),
      writeJSON: (name, value) => (storage[name] = JSON.stringify(value)),
      erase: (name) => delete storage[name],
    }),
  });
  context.global = context;
  runInContext(code, context);
  pass(0);
}

function pass(ms) {
  const end = nowMs + ms;
  for (;;) {
    const [next] = [...timers]
      .filter(([, t]) => t.at <= end)
      .sort(([a, s], [b, t]) => s.at - t.at || a - b);
    if (!next) break;
    timers.delete(next[0]);
    nowMs = Math.max(nowMs, next[1].at);
    next[1].run();
  }
  nowMs = end;
}

start();
for (const [what, value] of steps) {
  if (what === "pass") pass(value);
  else if (what === "connected") connected = value;
  else if (what === "restart") {
    kill.forEach((f) => f());
    nowMs += value;
    start();
  } else {
    runInContext(value.replace(/^\x10/, ""), context);
    pass(0);
  }
}
console.log(JSON.stringify(happened));
