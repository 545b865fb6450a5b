// What a test sees of the page and asks of it: time, what was felt, what was handed on.

window.phone = { at: 0, handedOn: 0, worker: null, without: null, full: false };
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
navigator.vibrate = (pattern) => {
  window.vibrated?.({ pattern, at: phone.at });
  return true;
};
