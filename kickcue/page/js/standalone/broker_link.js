// A connection of the app to somebody's broker, by WebSocket: as the sender of a race.

import { Link } from "../link.js";
import { plain } from "../messages.js";

const HEARD = ["status", "ack", "presence"];
const RETAINED = ["status", "state", "leg", "race", "laps"];

export class BrokerLink extends Link {
  #broker;

  // `broker`: {url, athlete, user, password}.
  constructor(broker, runId) {
    const will = { status: "offline", version: self.APP?.kickcue ?? "", phase: null };
    super(`kickcue/${broker.athlete}`, HEARD, { name: "status", values: will, retain: true });
    this.#broker = broker;
    this.runId = runId;
  }

  socket() {
    return new WebSocket(this.#broker.url, ["mqtt"]);
  }

  get connecting() {
    const { user, password } = this.#broker;
    const named = user ? { username: user, password } : {};
    return { client_id: `kickcue-${crypto.randomUUID().slice(0, 13)}`, ...named };
  }

  hand(client, topic, payload, name) {
    return RETAINED.includes(name) ? client.store(topic, payload) : client.send(topic, payload);
  }

  async whyLost(reason, trouble) {
    return /refused/.test(trouble?.message) ? "brokerRefused" : plain(reason, 80) || null;
  }
}
