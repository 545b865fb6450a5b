// A clock that a test moves, in the page and in its worker: between two steps it stands still, so
// that a busy machine makes no race slow and nothing late. Timers run as in life; what a step goes
// past is due at once.

const standing = (() => {
  const plan = { set: setTimeout.bind(self), clear: clearTimeout.bind(self) };
  const timers = new Map();
  let at = performance.timeOrigin;
  let count = 1_000_000;

  performance.now = () => at - performance.timeOrigin;
  Date.now = () => at;

  function start(id) {
    const timer = timers.get(id);
    plan.clear(timer.handle);
    timer.handle = plan.set(() => fire(id), Math.max(timer.due - at, 0));
  }

  function fire(id) {
    const timer = timers.get(id);
    if (timer.every === null) {
      timers.delete(id);
    } else {
      timer.due = at + timer.every;
      start(id);
    }
    timer.does(...timer.given);
  }

  function add(does, ms, every, given) {
    count += 1;
    timers.set(count, { does, given, every, due: at + Number(ms ?? 0), handle: null });
    start(count);
    return count;
  }

  function end(id) {
    if (timers.has(id)) plan.clear(timers.get(id).handle);
    timers.delete(id);
  }

  self.setTimeout = (does, ms, ...given) => add(does, ms, null, given);
  self.setInterval = (does, ms, ...given) => add(does, ms, ms, given);
  self.clearTimeout = self.clearInterval = end;

  return {
    // Once what is due has been done.
    afterwards(does) {
      plan.set(does, 0);
    },

    // The time, in ms since 1970.
    to(ms) {
      at = ms;
      for (const id of [...timers.keys()]) start(id);
    },
  };
})();
