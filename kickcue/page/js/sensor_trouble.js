// What keeps sensors away, as keys of the words.

// Why no sensor can be read here, as a key of the words; null where one can.
export function unable() {
  if (!window.isSecureContext) return "insecure";
  return navigator.bluetooth ? null : "noBluetooth";
}

// Why there is no sensor, as a key of the words. The browser has one name for a chooser that was
// left and for much else, and no permission that could be asked for: its sentence differs. Where it
// is none that is known, what is sure is said: whether Bluetooth can be had at all.
export async function whyNot({ name, message }) {
  if (["noAdapter", "wrongSensor"].includes(message)) return message;
  if (/adapter|low energy/i.test(message)) return "noAdapter";
  if (name === "SecurityError" || /disabled|denied|blocked|polic/i.test(message)) return "blocked";
  if (name !== "NotFoundError" && name !== "NotAllowedError") return "notReached";
  if (/cancel/i.test(message)) return "denied";
  return (await navigator.bluetooth.getAvailability().catch(() => true)) ? "unsure" : "unavailable";
}
