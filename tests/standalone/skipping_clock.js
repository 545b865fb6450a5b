// Time that a test can skip: what is between two events of a race is not waited for. It goes on as
// in life otherwise, in the page and in its worker. What is due in a part that was skipped is due
// at once.

const skipping = (() => {
  const now = performance.now.bind(performance);
  const plan = { set: setTimeout.bind(self), clear: clearTimeout.bind(self) };
  const timers = new Map();
  let ahead = 0;
  let count = 1_000_000;

  performance.now = () => now() + ahead;

  function start(id) {
    const timer = timers.get(id);
    plan.clear(timer.handle);
    timer.handle = plan.set(() => fire(id), Math.max(timer.due - performance.now(), 0));
  }

  function fire(id) {
    const timer = timers.get(id);
    if (timer.every === null) {
      timers.delete(id);
    } else {
      timer.due = performance.now() + timer.every;
      start(id);
    }
    timer.does(...timer.given);
  }

  function add(does, ms = 0, every = null, given = []) {
    count += 1;
    timers.set(count, { does, given, every, due: performance.now() + Number(ms), handle: null });
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
    to(ms) {
      ahead = ms;
      for (const id of [...timers.keys()]) start(id);
    },
  };
})();
