// Web Bluetooth to `sensor/<id>/<char>`: straps, foot pods, treadmills, batteries, device names.
//
// Event: "change".

const SERVICES = { "180d": ["2a37"], "1814": ["2a53"], "1826": ["2acd"], "180f": ["2a19"] };
const RACE = ["180d", "1814", "1826"];
const ID = { "180d": "strap", "1814": "pod", "1826": "treadmill" };
const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
const SHOWN_MS = 1000;

const uuid = (short) => parseInt(short, 16);
const short = (long) => long.slice(4, 8);
const hex = (view) =>
  [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Why no sensor can be read here, as a key of the words; null where one can.
function unable() {
  if (!window.isSecureContext) return "insecure";
  return navigator.bluetooth ? null : "noBluetooth";
}

export class SensorGateway extends EventTarget {
  #link;
  #devices = new Map(); // by the browser's id: {device, id, count, connected}
  unable = unable();
  trouble = null;

  constructor(link) {
    super();
    this.#link = link;
    setInterval(() => this.#changed(), SHOWN_MS);
  }

  get shown() {
    return [...this.#devices.values()].map(({ device, id, count, connected }) => ({
      id: device.id, name: device.name ?? id, connected, what: `${id}, ${count}`,
    }));
  }

  // Ask the runner for a sensor; in a gesture.
  async add() {
    this.trouble = null;
    try {
      if (!(await navigator.bluetooth.getAvailability())) throw new Error("noAdapter");
      const device = await navigator.bluetooth.requestDevice({
        filters: RACE.map((service) => ({ services: [uuid(service)] })),
        optionalServices: [...Object.keys(SERVICES), "180a"].map(uuid),
      });
      await this.#open(device);
    } catch (error) {
      this.trouble = this.#why(error);
    }
    this.#changed();
  }

  async again(id) {
    const { device } = this.#devices.get(id);
    await this.#open(device).catch((error) => {
      this.trouble = this.#why(error);
    });
    this.#changed();
  }

  #why(error) {
    if (["noAdapter", "wrongSensor"].includes(error.message)) return error.message;
    if (error.name === "NotFoundError" || error.name === "NotAllowedError") return "denied";
    return "lost";
  }

  async #open(device) {
    const known = this.#devices.has(device.id);
    const server = await device.gatt.connect();
    const services = await server.getPrimaryServices();
    const found = services.map(({ uuid: long }) => short(long)).filter((each) => each in ID);
    if (!found.length) {
      device.gatt.disconnect();
      throw new Error("wrongSensor");
    }
    const entry = this.#devices.get(device.id) ?? { device, id: this.#name(ID[found[0]]), count: 0 };
    entry.connected = true;
    this.#devices.set(device.id, entry);
    if (!known) device.addEventListener("gattserverdisconnected", () => this.#lost(entry));
    for (const service of services) await this.#subscribe(entry, service);
  }

  // "pod", and "pod-2" for a second one.
  #name(id) {
    const taken = [...this.#devices.values()].map((entry) => entry.id);
    for (let n = 1; ; n += 1) {
      const name = n === 1 ? id : `${id}-${n}`;
      if (!taken.includes(name)) return name;
    }
  }

  async #subscribe(entry, service) {
    for (const wanted of SERVICES[short(service.uuid)] ?? []) {
      const char = await service.getCharacteristic(uuid(wanted)).catch(() => null);
      if (char === null) continue;
      char.addEventListener("characteristicvaluechanged", ({ target }) => {
        entry.count += 1;
        this.#link.publish("sensor", { hex: hex(target.value) }, `/${entry.id}/${wanted}`);
      });
      if (char.properties.notify || char.properties.indicate) await char.startNotifications();
      else await char.readValue();
    }
  }

  async #lost(entry) {
    entry.connected = false;
    this.#changed();
    for (const pause of AGAIN_MS) {
      await new Promise((done) => setTimeout(done, pause));
      if (entry.connected) return;
      try {
        await this.#open(entry.device);
        this.#changed();
        return;
      } catch {
        // it is not back yet
      }
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
