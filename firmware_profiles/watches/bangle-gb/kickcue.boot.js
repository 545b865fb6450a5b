// kickcue on Bangle.js 2: what the runner is to feel, now or when a timer says so. ES5, for
// Espruino hoists no functions and has no destructuring. The messages stand in README.md. Felt
// once, never late: an id is played once, and what lay in a queue for longer than its worth is
// dropped.
(function () {
  var WORTH_MS = 2000; // of a message without "l"
  var LONGEST_MS = 5000; // of a whole cue; Bangle.buzz takes no more for one pulse either
  // How late messages are: kickcue/core/watch/clock_offset.py says why and what these are.
  var WINDOW_MS = 300000;
  var APART_MS = 900;
  var AGREE_MS = 400;
  var MOST_FAST = 8;
  var BACK_MS = 3000;
  var BACK_COUNT = 4;
  var MOST_CUES = 32;
  var FILE = "kickcue.json";
  // {id, m: the message while it is armed, due, said: m was no arm, timer, answer: once it is over}
  var cues = [];
  var runs = []; // what stood before the / of the ids
  var playing = []; // timers of the pulses to come, in order
  // The sender's: {r, since, min, previous, fast, settled, undercut, later, newest, back}.
  var clock;

  function now() {
    return Math.round(getTime() * 1000);
  }

  function tell(o) {
    if (!NRF.getSecurityStatus().connected) return;
    Bluetooth.println(""); // whatever stood on the line before
    Bluetooth.println(JSON.stringify(o));
  }

  function offset() {
    return Math.min(clock.min, clock.previous);
  }

  function sure() {
    return clock.settled && clock.undercut === undefined;
  }

  function begin(r, off) {
    clock = {
      r: r, since: now(), min: off, previous: off, fast: [], settled: false, later: 0, newest: -1
    };
  }

  // Whether a message is late and was sent before the newest one; those in a row that agree are
  // kept, and prove that the clock went back.
  function wentBack(sent, off, judged) {
    var b = clock.back;
    if (sent >= clock.newest || off <= offset() + AGREE_MS) {
      clock.newest = Math.max(clock.newest, sent);
      clock.back = undefined;
      return false;
    }
    if (judged) return true;
    if (!b || Math.max(b.most, off) - Math.min(b.least, off) > AGREE_MS) {
      b = { count: 0, first: sent, last: -1, least: off, most: off };
    }
    if (sent > b.last) b.count++; // the same one once more proves nothing
    b.first = Math.min(b.first, sent);
    b.last = Math.max(b.last, sent);
    b.least = Math.min(b.least, off);
    b.most = Math.max(b.most, off);
    clock.back = b;
    return true;
  }

  function spread(fast) {
    var sent = fast.map(function (each) {
      return each[0];
    });
    return sent.length ? Math.max.apply(null, sent) - Math.min.apply(null, sent) : 0;
  }

  function agree(sent, off) {
    var fast = clock.fast.concat([[sent, off]]).filter(function (each) {
      return each[1] <= offset() + AGREE_MS;
    });
    var enough = spread(fast) >= APART_MS;
    if (clock.undercut !== undefined) {
      if (sent > clock.undercut) clock.later++;
      enough = enough || (clock.later >= BACK_COUNT && sent - clock.undercut >= BACK_MS);
    }
    clock.fast = enough ? [] : fast.slice(0, 1).concat(fast.slice(1).slice(-MOST_FAST));
    if (!enough) return;
    clock.settled = true;
    clock.undercut = undefined;
  }

  function note(sent, off, judged) {
    if (clock.settled && off < offset() - AGREE_MS) {
      clock.undercut = sent;
      clock.later = 0;
      clock.fast = [];
    }
    if (now() - clock.since >= WINDOW_MS && !judged) {
      clock.previous = clock.min;
      clock.min = off;
      clock.since = now();
    } else clock.min = Math.min(clock.min, off);
    if (!sure() && !judged) agree(sent, off);
  }

  // How much longer a message took than the fastest one of the same sender's clock. A cue is judged
  // by that and has no say in it.
  function lateness(sent, r, judged) {
    var off = now() - sent, b;
    if (!clock || clock.r !== r) begin(r, off);
    if (!wentBack(sent, off, judged)) note(sent, off, judged);
    else if ((b = clock.back) && b.count >= BACK_COUNT && b.last - b.first >= BACK_MS) {
      begin(r, b.least);
      clock.settled = true;
      clock.newest = b.last;
      cues.forEach(function (cue) {
        if (timed(cue)) forget(cue); // ordered by a clock that is no more
      });
    }
    return off - offset();
  }

  function numbers(list, most) {
    return Array.isArray(list) && list.length < 64 && list.every(function (n) {
      return typeof n === "number" && n >= 0 && n <= most;
    });
  }

  function sound(m) {
    return numbers(m.p, 10000) && (m.a === undefined || numbers(m.a, 100)) &&
      (m.d === undefined || typeof m.d === "number") &&
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
    cue.timer = cue.m = cue.due = cue.said = undefined;
  }

  // Whether a cue waits whose time is told on the clock that is heard now.
  function timed(cue) {
    return cue.m && typeof cue.m.m === "number" && clock && clock.r === (cue.m.r || "");
  }

  function settle(cue, m, late) {
    forget(cue);
    cue.answer = late <= worth(m) ?
      { t: "kick", id: cue.id, felt: true, late: late } :
      { t: "kick", id: cue.id, felt: false, why: "late", late: late };
    if (cue.answer.felt) play(m);
    tell(cue.answer);
  }

  function wait(cue) {
    if (cue.timer !== undefined) clearTimeout(cue.timer);
    cue.timer = setTimeout(function () {
      cue.timer = undefined;
      settle(cue, cue.m, Math.max(now() - cue.due, 0));
    }, Math.max(cue.due - now(), 0));
  }

  // The measure has become better: set the timers by it, and judge the cues that came before it
  // could be believed.
  function review() {
    cues.forEach(function (cue) {
      if (!timed(cue) || !(cue.said ? sure() : clock.settled)) return;
      var due = cue.m.m + (cue.m.d || 0) + offset();
      if (due === cue.due) return;
      if (cue.said) settle(cue, cue.m, Math.max(now() - due, 0));
      else arm(cue, due);
    });
  }

  function arm(cue, due) {
    var first = cue.due === undefined;
    cue.due = due;
    wait(cue);
    if (first) tell({ t: "kick", id: cue.id, armed: true });
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

  // A run never heard before: the sender was restarted, and timers of the runs before it are
  // cancelled.
  function takeOver(id) {
    var run = id.split("/")[0];
    if (id.indexOf("/") < 0 || runs.indexOf(run) >= 0) return;
    runs.push(run);
    if (runs.length > 8) runs.shift();
    cues.forEach(forget);
  }

  function hear(m) {
    var measured = typeof m.m === "number", judged = m.p !== undefined && m.d === undefined;
    var late = 0, cue;
    if (measured) {
      late = lateness(m.m, m.r || "", judged);
      review();
    }
    if (m.x) {
      if ((cue = find(m.id))) forget(cue);
      return;
    }
    if (!sound(m)) return;
    if (typeof m.id !== "string") {
      if (late <= worth(m) && (!measured || sure())) play(m);
      return;
    }
    takeOver(m.id);
    cue = enter(m.id);
    if (cue.answer) tell(cue.answer);
    else if (m.d === undefined && (!measured || sure())) settle(cue, m, late);
    else {
      forget(cue);
      cue.m = m;
      cue.said = m.d === undefined;
      if (!measured) arm(cue, now() + m.d);
      else review();
    }
  }

  // Another app is started, or the watch restarts: all timers and all memory go.
  function save() {
    var kept = cues.map(function (cue) {
      return { id: cue.id, m: cue.m, due: cue.due, said: cue.said, answer: cue.answer };
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
      if (cue.m && cue.due !== undefined) wait(cue);
    });
  }

  restore();
  E.on("kill", save);
  Bangle.on("GB", function (m) {
    if (m && m.t === "kick") hear(m);
  });
  // Without the Android app on the watch nobody takes GB(...). Later, for that app may be loaded
  // after this file.
  setTimeout(function () {
    if (typeof GB === "undefined") global.GB = function (m) {
      Bangle.emit("GB", m);
    };
  }, 0);
})();
