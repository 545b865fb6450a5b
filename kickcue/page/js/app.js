// The page: who it is for, and its parts.

import { h } from "./dom.js";
import { ArmedAgain } from "./armed_again.js";
import { HealthView, LinkBanner } from "./health_view.js";
import { LapsView } from "./laps_view.js";
import { Link } from "./link.js";
import { Player } from "./player.js";
import { PressView } from "./press_view.js";
import { RaceStore } from "./race_store.js";
import { RaceView } from "./race_view.js";
import { SensorsView } from "./sensors_view.js";
import { SettingsView } from "./settings_view.js";
import { heading, tabs } from "./tabs.js";
import { WatchView } from "./watch_view.js";
import { wishes, word } from "./words.js";
import { WornWatch } from "./worn_watch.js";

const SEEN = ["status", "state", "leg", "race", "laps", "health"];
const HEARD = [...SEEN, "arm", "disarm", "cue"];
const LEFT = { name: "presence", values: { status: "offline", kind: "web", why: null } };
const AGAIN_MS = 2000;

// Whoever waits is told for what.
async function session(waits) {
  for (;;) {
    let why = "noRun";
    try {
      const answer = await fetch("session.json");
      if (answer.status === 403) return null;
      const known = await answer.json();
      if (known.prefix) return known;
    } catch {
      why = "noLink"; // the network, or kickcue, is not there yet
    }
    waits(why);
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

async function begin() {
  document.documentElement.lang = wishes.language;
  if (!("WebSocket" in self)) return; // too old: the page says so by itself
  const waits = (why) => document.body.replaceChildren(
    h("main", {}, h("h1", {}, "kickcue"), h("p", { class: "notice", role: "status" }, word(why))),
  );
  const known = await session(waits);
  if (known === null) {
    location.reload(); // the server says what to do
    return;
  }
  const athlete = known.role === "athlete";
  const link = new Link(known.prefix, athlete ? HEARD : SEEN, athlete ? LEFT : null);
  const store = new RaceStore(link);
  const race = [new RaceView(store, athlete)];
  if (known.role !== "viewer") {
    const press = new PressView(link, store, athlete ? null : "trackside");
    race.push(press, new LapsView(store), press.more);
  } else {
    race.push(new LapsView(store));
  }
  race.push(new HealthView(link, store), new SettingsView());
  const parts = { race };
  const notices = [new LinkBanner(link, store)];
  if (athlete) {
    const player = new Player();
    // The words of the cues are kickcue's, not the page's.
    store.addEventListener("change", () => {
      const spoken = store.race?.language;
      player.language = spoken && spoken !== "own" ? spoken : wishes.language;
    });
    const worn = new WornWatch(link, player);
    notices.push(new ArmedAgain(worn));
    parts.watch = [heading("watch"), new WatchView(worn)];
    parts.sensors = [heading("sensors"), new SensorsView(link)];
  }
  document.body.dataset.role = known.role;
  document.body.replaceChildren(...notices, ...tabs(parts));
  link.run();
}

begin();
