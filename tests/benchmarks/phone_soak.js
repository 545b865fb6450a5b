// Ahead of all scripts of the page and of its worker: time passes RATE times as fast.
{
  const [BASE, RATE] = [0, 1]; // written here by phone_soak.py
  const { timeOrigin } = performance;
  const steady = performance.now.bind(performance);
  const wall = Date.now;
  const hastened = (ms) => BASE + (ms - BASE) * RATE;
  performance.now = () => hastened(timeOrigin + steady()) - timeOrigin;
  Date.now = () => hastened(wall());
  for (const name of ["setTimeout", "setInterval"]) {
    const plain = self[name].bind(self);
    self[name] = (work, ms = 0, ...more) => plain(work, ms / RATE, ...more);
  }
}
