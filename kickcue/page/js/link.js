// The page's connection to the broker, through the port that the page came from.
//
// Events: "up", "down" (detail: why), "message" (detail: {name, message, retained, received}).

import mqtt from "../vendor/u8-mqtt.basic-v4.min.js";
import { nowMs } from "./clock.js";
import { read } from "./messages.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
const SILENT_MS = 10_000; // a status comes each second: then the network has lost us
const KEEP_ALIVE_S = 10;
const WITHIN_MS = 1000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const wait = (ms) => sleep(ms).then(() => false);

// Whether the port is another race's by now, whose page this is not. It is not loaded anew to say
// so: what is armed on it goes on.
async function refused() {
  try {
    return (await fetch("session.json")).status === 403;
  } catch {
    return false;
  }
}

export class Link extends EventTarget {
  #client = null;
  #heard = 0;
  #stamp = -1;
  #socket = null;
  #stopped = false;
  up = false;
  why = null; // it is not up: what the other side says, or a key of the words
  unreadable = 0; // messages that were none
  runId = [...crypto.getRandomValues(new Uint8Array(6))].map((b) => b.toString(36)).join("");

  constructor(prefix, names, will = null) {
    super();
    this.prefix = prefix;
    this.names = names;
    this.will = will;
  }

  // Connect, and again whenever that ends, until it is stopped.
  async run() {
    for (let pause = FIRST_WAIT_MS; !this.#stopped; pause = Math.min(pause * 2, LONGEST_WAIT_MS)) {
      const began = nowMs();
      const why = await this.#once();
      if (nowMs() - began > LONGEST_WAIT_MS) pause = FIRST_WAIT_MS;
      if (this.up || why !== this.why) this.#tell("down", why);
      await sleep(pause * (0.8 + 0.4 * Math.random()));
    }
  }

  stop() {
    this.#stopped = true;
    this.#socket?.close();
  }

  // ---- what another connection does in another way

  socket() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return new WebSocket(`${scheme}://${location.host}/mqtt`, ["mqtt"]);
  }

  get connecting() {
    return { client_id: "page" };
  }

  hand(client, topic, payload, _name) {
    return client.send(topic, payload);
  }

  async whyLost(reason, _trouble) {
    if (reason) return reason;
    return this.up || !(await refused()) ? null : "otherRace";
  }

  // Publish `values` with what every message has. True once the broker has it, false where it has
  // not taken it within a second: sent later, a press would mark another line. At QoS 1, all of it:
  // this build of u8-mqtt fails at QoS 0.
  async publish(name, values, rest = "") {
    const client = this.#client;
    if (!this.up || client === null) return false;
    const topic = `${this.prefix}/${name}${rest}`;
    const payload = JSON.stringify({ wire: 1, run_id: this.runId, sent_ms: this.#now(), ...values });
    const sent = this.hand(client, topic, payload, name).then(([, error]) => !error, () => false);
    return Promise.race([sent, wait(WITHIN_MS)]);
  }

  // A time for `sent_ms`, different in each message.
  #now() {
    this.#stamp = Math.max(this.#stamp + 1, nowMs());
    return this.#stamp;
  }

  async #once() {
    const socket = this.#socket = this.socket();
    const closed = new Promise((done) => socket.addEventListener("close", done));
    // From the first moment on: a network that is lost meanwhile tells nobody.
    this.#heard = nowMs();
    const watchdog = setInterval(() => {
      if (nowMs() - this.#heard > SILENT_MS) socket.close();
    }, 1000);
    const client = mqtt({ on_mqtt_type: { mqtt_publish: (packet) => this.#take(client, packet) } });
    client.with({ log_conn() {}, on_error() {}, on_disconnect() {} });
    let trouble = null;
    try {
      client.with_websock(socket);
      await Promise.race([this.#hail(client), closed]);
    } catch (error) {
      trouble = error;
      socket.close();
    }
    const end = await closed;
    clearInterval(watchdog);
    this.#client = null;
    return this.whyLost(end.reason, trouble);
  }

  async #hail(client) {
    const connect = { ...this.connecting, keep_alive: KEEP_ALIVE_S };
    if (this.will) {
      connect.will = {
        topic: `${this.prefix}/${this.will.name}`,
        payload: JSON.stringify({ wire: 1, run_id: this.runId, sent_ms: null, ...this.will.values }),
        qos: 1,
        retain: this.will.retain ?? false,
      };
    }
    await client.connect(connect);
    await client.subscribe(this.names.map((name) => [`${this.prefix}/${name}`, 1]));
    this.#client = client;
    this.#tell("up");
  }

  #take(client, packet) {
    this.#heard = nowMs();
    if (packet.qos === 1) client.puback(packet);
    const name = packet.topic.slice(this.prefix.length + 1);
    const message = read(name, packet.payload ?? new Uint8Array());
    if (message === null) {
      this.unreadable += 1;
      return;
    }
    const detail = { name, message, retained: packet.retain, received: this.#heard };
    this.dispatchEvent(new CustomEvent("message", { detail }));
  }

  #tell(what, why = null) {
    this.up = what === "up";
    this.why = why;
    this.dispatchEvent(new CustomEvent(what, { detail: why }));
  }
}
