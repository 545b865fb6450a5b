// What a test sees of the page and asks of it: time, what was felt, what was handed on.

window.phone = { at: 0, asked: 0, handedOn: 0, worker: null, without: null, full: false };
window.Worker = class extends window.Worker {
  constructor(...given) {
    super(...given);
    phone.worker = this;
    super.postMessage({ test: { at: phone.at, without: phone.without, full: phone.full } });
  }

  postMessage(message, ...more) {
    super.postMessage(message, ...more);
    if (message.what === "sensor" && ["2a37", "2a53"].includes(message.char)) phone.handedOn += 1;
  }
};
phone.fill = (full) => phone.worker.postMessage({ test: { full } });
phone.to = (at) => {
  phone.at = at;
  standing.to(at);
  phone.worker?.postMessage({ test: { at } });
};

// Until the worker has done what it was asked for, and the page has heard what came of it.
phone.done = () => new Promise((done) => {
  phone.asked += 1;
  const { asked, worker } = phone;
  const heard = ({ data }) => {
    if (data.done !== asked) return;
    worker.removeEventListener("message", heard);
    standing.afterwards(done);
  };
  worker.addEventListener("message", heard);
  worker.postMessage({ test: { done: asked } });
});
// The page draws what it has heard some 30 ms later (race_store.js).
phone.drawn = () => phone.done().then(() => new Promise((drawn) => setTimeout(drawn, 100)));
navigator.vibrate = (pattern) => {
  window.vibrated?.({ pattern, at: phone.at });
  return true;
};
