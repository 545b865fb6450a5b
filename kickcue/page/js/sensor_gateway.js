// Web Bluetooth to `sensor/<id>/<char>`: straps, foot pods, treadmills, their batteries and models.
//
// Event: "change".

import { plain } from "./messages.js";
import { unable, whyNot } from "./sensor_trouble.js";

const MEASURED = { "180d": "2a37", "1814": "2a53", "1826": "2acd" };
const ID = { "180d": "strap", "1814": "pod", "1826": "treadmill" };
const BATTERY = ["180f", "2a19"];
// By the model the right profile is chosen. The serial number is none of anybody's business.
const INFORMATION = "180a";
const MODEL = "2a24";
const FIRMWARE = "2a26";
const MAKER = "2a29";
const DESCRIBING = [MODEL, FIRMWARE, MAKER];
const AGAIN_MS = [500, 1000, 2000, 4000, 8000]; // the last one again and again
const DRAWN_EACH_MS = 1000;

const uuid = (short) => parseInt(short, 16);
const short = (long) => long.slice(4, 8);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const hex = (view) =>
  [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");

// One sensor that the runner has chosen: held until the page is closed.
class HeldSensor {
  #publish;
  #changed;
  #opening = null;
  connected = false;
  count = 0;
  battery = null;
  services = [];
  said = {}; // by characteristic: what it says of itself

  constructor(device, publish, changed) {
    this.device = device;
    this.id = null; // what `race.toml` calls it in `mqtt`
    this.#publish = publish;
    this.#changed = changed;
    device.addEventListener("gattserverdisconnected", () => this.#lost());
  }

  // Connect and subscribe. One attempt at a time: two would hand everything on twice.
  open(nameOf) {
    this.#opening ??= this.#open(nameOf).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(nameOf) {
    const server = await this.device.gatt.connect();
    const services = await server.getPrimaryServices().catch((error) => {
      if (error.name === "NotFoundError") return []; // none of those that we may see
      throw error;
    });
    const found = services.map(({ uuid: long }) => short(long));
    const kind = found.find((each) => each in ID);
    if (kind === undefined) {
      this.device.gatt.disconnect();
      throw new Error("wrongSensor");
    }
    this.id ??= nameOf(ID[kind]);
    this.services = found;
    for (const service of services) {
      const char = MEASURED[short(service.uuid)];
      if (char) await this.#follow(service, char, () => (this.count += 1));
    }
    this.connected = true;
    this.#changed();
    const has = (name) => services.find((service) => short(service.uuid) === name);
    await this.#describe(has(INFORMATION), has(BATTERY[0]));
  }

  async #describe(information, battery) {
    if (information) {
      for (const char of DESCRIBING) {
        const value = await this.#read(information, char);
        if (value) this.said[char] = plain(new TextDecoder().decode(value), 40);
      }
    }
    if (!battery) return;
    const level = (value) => (this.battery = value.byteLength ? value.getUint8(0) : null);
    const value = await this.#read(battery, BATTERY[1]);
    if (value) level(value);
    await this.#follow(battery, BATTERY[1], level);
  }

  // What is read is handed on as if it had been notified. A sensor need not have it.
  async #read(service, name) {
    try {
      const value = await (await service.getCharacteristic(uuid(name))).readValue();
      this.#publish(this.id, name, hex(value));
      return value;
    } catch {
      return null;
    }
  }

  async #follow(service, name, note) {
    const char = await service.getCharacteristic(uuid(name)).catch((error) => {
      if (error.name === "NotFoundError") return null;
      throw error; // the link is lost again
    });
    if (!char || !(char.properties.notify || char.properties.indicate)) return;
    char.addEventListener("characteristicvaluechanged", ({ target }) => {
      note(target.value);
      this.#publish(this.id, name, hex(target.value));
    });
    await char.startNotifications();
  }

  // A sensor that was worn comes back: the runner has both hands full.
  async #lost() {
    if (!this.connected) return;
    this.connected = false;
    this.#changed();
    for (let turn = 0; !this.connected; turn += 1) {
      await sleep(AGAIN_MS[Math.min(turn, AGAIN_MS.length - 1)]);
      if (!this.connected) await this.open().catch(() => {});
    }
  }
}

export class SensorGateway extends EventTarget {
  #link;
  #held = new Map(); // by the browser's id
  unable = unable();
  trouble = null;

  constructor(link) {
    super();
    this.#link = link;
    setInterval(() => this.#changed(), DRAWN_EACH_MS);
  }

  get shown() {
    return [...this.#held.values()].filter(({ id }) => id !== null).map((held) => ({
      key: held.device.id,
      id: held.id,
      name: plain(held.device.name, 40) || held.id,
      connected: held.connected,
      model: held.said[MODEL] ?? null,
      about: {
        name: held.device.name ?? null, services: held.services, manufacturer: held.said[MAKER] ?? null,
        model: held.said[MODEL] ?? null, firmware: held.said[FIRMWARE] ?? null,
      },
      battery: held.battery,
      count: held.count,
    }));
  }

  // Ask the runner for a sensor; in a gesture.
  async add() {
    await this.#try(() => navigator.bluetooth.requestDevice({
      filters: Object.keys(MEASURED).map((service) => ({ services: [uuid(service)] })),
      optionalServices: [BATTERY[0], INFORMATION].map(uuid),
    }));
  }

  async again(key) {
    await this.#try(async () => this.#held.get(key).device);
  }

  async #try(choose) {
    this.trouble = null;
    this.#changed();
    try {
      const device = await choose();
      if (!this.#held.has(device.id)) {
        const publish = (id, char, bytes) =>
          this.#link.publish("sensor", { hex: bytes }, `/${id}/${char}`);
        this.#held.set(device.id, new HeldSensor(device, publish, () => this.#changed()));
      }
      await this.#held.get(device.id).open((kind) => this.#name(kind));
    } catch (error) {
      this.trouble = await whyNot(error);
    }
    this.#changed();
  }

  // "pod", and "pod-2" for a second one.
  #name(kind) {
    const taken = [...this.#held.values()].map(({ id }) => id);
    for (let n = 1; ; n += 1) {
      const name = n === 1 ? kind : `${kind}-${n}`;
      if (!taken.includes(name)) return name;
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
