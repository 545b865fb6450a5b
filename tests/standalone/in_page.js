// What a test sees of the page and asks of it: the worker, what was felt, what was handed on.

window.phone = { ahead: 0, handedOn: 0, worker: null, settings: {} };
window.Worker = class extends window.Worker {
  constructor(...given) {
    super(...given);
    phone.worker = this;
    super.postMessage({ test: { ahead: phone.ahead, ...phone.settings } });
  }

  postMessage(message, ...more) {
    super.postMessage(message, ...more);
    if (message.what === "sensor" && ["2a37", "2a53"].includes(message.char)) phone.handedOn += 1;
  }
};
phone.now = () => performance.timeOrigin + performance.now();
phone.skip = (ahead) => {
  phone.ahead = ahead;
  skipping.to(ahead);
  phone.worker?.postMessage({ test: { ahead } });
};
navigator.vibrate = (pattern) => {
  window.vibrated?.({ pattern, at: phone.now() });
  return true;
};
