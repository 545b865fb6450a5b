// kickcue on Bangle.js 2: what the runner is to feel, now or when a timer says so. ES5, for Espruino hoists no functions and has no destructuring.
// The messages stand in README.md. Felt once, never late: an id is played once, and what lay in a queue for longer than its worth is dropped.
(function () {
  var WORTH_MS = 2000; // of a message without "l"
  var LONGEST_MS = 5000; // of a whole cue; Bangle.buzz takes no more for one pulse either
  var WINDOW_MS = 300000; // two windows bound the drift of two clocks
  var MOST_CUES = 32;
  var FILE = "kickcue.json";
  var cues = []; // {id, m: the message while it is armed, due, timer, answer: once it is over}
  var runs = []; // what stood before the / of the ids
  var playing = []; // timers of the pulses to come, in order
  var clock; // the sender's: {r, since, min, previous}

  function now() {
    return Math.round(getTime() * 1000);
  }

  function tell(o) {
    if (!NRF.getSecurityStatus().connected) return;
    Bluetooth.println(""); // whatever stood on the line before
    Bluetooth.println(JSON.stringify(o));
  }

  // How much longer this message took than the fastest one of the same sender's clock; 0 where it does not say when it was sent.
  function lateness(m) {
    if (typeof m.m !== "number") return 0;
    var t = now(), offset = t - m.m, r = m.r || "";
    if (!clock || clock.r !== r) clock = { r: r, since: t, min: offset, previous: offset };
    if (t - clock.since >= WINDOW_MS) {
      clock.previous = clock.min;
      clock.min = offset;
      clock.since = t;
    } else clock.min = Math.min(clock.min, offset);
    return offset - Math.min(clock.min, clock.previous);
  }

  function numbers(list, most) {
    return Array.isArray(list) && list.length < 64 && list.every(function (n) {
      return typeof n === "number" && n >= 0 && n <= most;
    });
  }

  function sound(m) {
    return numbers(m.p, 10000) && (m.a === undefined || numbers(m.a, 100)) && (m.d === undefined || typeof m.d === "number") &&
      (m.l === undefined || typeof m.l === "number");
  }

  function buzz(ms, strength) {
    playing.shift(); // its timer: they fire in order
    Bangle.buzz(ms, strength);
  }

  // A newcomer cuts what is still to come: waiting would make it late.
  function play(m) {
    var at = 0;
    playing.forEach(function (timer) {
      clearTimeout(timer);
    });
    playing = [];
    for (var i = 0; i < m.p.length && at + m.p[i] <= LONGEST_MS; i += 2) {
      playing.push(setTimeout(buzz, at, m.p[i], m.a ? m.a[i / 2] / 100 : 1));
      at += m.p[i] + (m.p[i + 1] || 0);
    }
    if (typeof m.s !== "string") return;
    Bangle.setLCDPower(1);
    E.showMessage(m.s, "kickcue");
  }

  function worth(m) {
    return m.l === undefined ? WORTH_MS : m.l;
  }

  function forget(cue) {
    if (cue.timer !== undefined) clearTimeout(cue.timer);
    cue.timer = cue.m = undefined;
  }

  function settle(cue, m, late) {
    forget(cue);
    cue.answer = late <= worth(m) ? { t: "kick", id: cue.id, felt: true, late: late } : { t: "kick", id: cue.id, felt: false, why: "late", late: late };
    if (cue.answer.felt) play(m);
    tell(cue.answer);
  }

  function wait(cue) {
    cue.timer = setTimeout(function () {
      cue.timer = undefined;
      settle(cue, cue.m, Math.max(now() - cue.due, 0));
    }, Math.max(cue.due - now(), 0));
  }

  function find(id) {
    for (var i = 0; i < cues.length; i++) if (cues[i].id === id) return cues[i];
  }

  function enter(id) {
    var cue = find(id);
    if (cue) return cue;
    cue = { id: id };
    cues.push(cue);
    if (cues.length > MOST_CUES) forget(cues.shift());
    return cue;
  }

  // A run never heard before: the sender was restarted, and timers of the runs before it are cancelled.
  function takeOver(id) {
    var run = id.split("/")[0];
    if (id.indexOf("/") < 0 || runs.indexOf(run) >= 0) return;
    runs.push(run);
    if (runs.length > 8) runs.shift();
    cues.forEach(forget);
  }

  function hear(m) {
    var late = lateness(m), cue;
    if (m.x) {
      if ((cue = find(m.id))) forget(cue);
      return;
    }
    if (!sound(m)) return;
    if (typeof m.id !== "string") {
      if (late <= worth(m)) play(m);
      return;
    }
    takeOver(m.id);
    cue = enter(m.id);
    if (cue.answer) tell(cue.answer);
    else if (m.d === undefined) settle(cue, m, late);
    else {
      forget(cue);
      cue.m = m;
      cue.due = now() + m.d - late;
      wait(cue);
      tell({ t: "kick", id: m.id, armed: true });
    }
  }

  // Another app is started, or the watch restarts: all timers and all memory go.
  function save() {
    var kept = cues.map(function (cue) {
      return { id: cue.id, m: cue.m, due: cue.due, answer: cue.answer };
    }).filter(function (cue) {
      return cue.m || cue.answer;
    });
    if (kept.length) require("Storage").writeJSON(FILE, { cues: kept, runs: runs });
  }

  function restore() {
    var saved = require("Storage").readJSON(FILE, 1);
    if (!saved) return;
    require("Storage").erase(FILE);
    cues = saved.cues;
    runs = saved.runs;
    cues.forEach(function (cue) {
      if (cue.m) wait(cue);
    });
  }

  restore();
  E.on("kill", save);
  Bangle.on("GB", function (m) {
    if (m && m.t === "kick") hear(m);
  });
  // Without the Android app on the watch nobody takes GB(...). Later, for that app may be loaded after this file.
  setTimeout(function () {
    if (typeof GB === "undefined") global.GB = function (m) {
      Bangle.emit("GB", m);
    };
  }, 0);
})();
