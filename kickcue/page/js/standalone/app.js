// The page with kickcue in it: sensors, core, watch and recording in one phone, and no computer.

import { BleWatch } from "./ble_watch.js";
import { BleWatchView } from "./ble_watch_view.js";
import { h } from "../dom.js";
import { HealthView, LinkBanner } from "../health_view.js";
import { KeepingBanner } from "./keeping_banner.js";
import { LapsView } from "../laps_view.js";
import { LocalLink } from "./local_link.js";
import { MqttWatch } from "./mqtt_watch.js";
import { MqttWatchView } from "./mqtt_watch_view.js";
import { Player } from "../player.js";
import { PressView } from "../press_view.js";
import { RaceStore } from "../race_store.js";
import { RaceView } from "../race_view.js";
import { RacesView } from "./races_view.js";
import { linkedRace } from "./race_transfer.js";
import { SensorProfiles } from "./sensor_profiles.js";
import { LostSensors, SensorsView } from "../sensors_view.js";
import { SettingsView } from "../settings_view.js";
import { SetupView, keptDocument } from "./setup_view.js";
import { own } from "./standalone_words.js";
import { heading, tabs } from "../tabs.js";
import { VisualiseView } from "./visualise_view.js";
import { WatchView } from "../watch_view.js";
import { wishes } from "../words.js";
import { WornWatch } from "../worn_watch.js";

// Works in flight mode from then on; a page without it works all the same.
async function install() {
  try {
    await navigator.serviceWorker?.register("sw.js");
    await navigator.storage?.persist?.(); // recordings are not cleared away for lack of space
  } catch (error) {
    console.info("kickcue: not kept for flight mode:", error);
  }
}

const openTab = (name) => document.querySelector(`[aria-controls=${name}]`).click();

async function begin() {
  document.documentElement.lang = wishes.language;
  const notice = h("p", { class: "notice", role: "status" }, own("starting"));
  if (!window.isSecureContext) {
    notice.textContent = `${own("broken")}: ${own("plain")}`;
    document.body.replaceChildren(notice);
    return;
  }
  const link = new LocalLink(new Worker("js/standalone/core_worker.js", { type: "module" }));
  const store = new RaceStore(link);
  const player = new Player();
  player.language = wishes.language;
  const setup = new SetupView(link, store);
  const sensors = new SensorsView(link);
  const profiles = new SensorProfiles(link, setup, sensors.gateway);
  const races = new RacesView(link, keptDocument);
  const worn = new WornWatch(link, player);
  const wrist = new BleWatch(link);
  const wristView = new BleWatchView(wrist);
  const brokerWatch = new MqttWatchView(new MqttWatch(link, self.APP.kickcue), self.APP.brokers);
  const mind = new VisualiseView(link, store, player, keptDocument);
  const title = (name) => h("h1", { class: "title" }, own(name));
  const banner = new LinkBanner(link, store);
  const press = new PressView(link, store, null);
  link.addEventListener("waiting", () => {
    notice.textContent = own("otherTab");
  });
  document.body.dataset.role = "athlete";
  document.body.replaceChildren(notice, new KeepingBanner(link), ...tabs({
    race: [new LostSensors(sensors.gateway), new RaceView(store, false), press, new LapsView(store), press.more,
      new HealthView(link, store)],
    watch: [heading("watch"), new WatchView(worn), title("bluetoothWatch"), wristView,
      title("mqttWatch"), brokerWatch],
    sensors: [heading("sensors"), sensors, profiles],
    setup: [title("setup"), setup, title("mind"), mind, title("races"), races, new SettingsView()],
  }, own));
  document.querySelector("[aria-controls=setup]").addEventListener("click", () => link.up && races.show());
  install();
  try {
    const found = await link.run(self.APP.version, keptDocument());
    if (found.refused) setup.refused(found.catalogue, found.refused);
    else setup.open(found.catalogue, keptDocument());
    profiles.open(found.catalogue);
    wristView.open(found.catalogue.watches);
    notice.replaceWith(found.resumed ? resumed(worn, store) : banner);
    if (found.resumed) document.body.prepend(banner);
    document.body.dataset.ready = found.fromSnapshot ? "snapshot" : "loaded";
    await races.show();
    await takeLinked(setup);
    window.addEventListener("hashchange", () => takeLinked(setup));
  } catch (error) {
    notice.textContent = `${own("broken")}: ${own(error.message)}`;
  }
}

// A link with a race in it has opened the app: it is shown, and waits for a tap.
async function takeLinked(setup) {
  const text = linkedRace();
  if (text === null) return;
  openTab("setup");
  await setup.offer(text);
}

// After a reload the browser has let go of every sensor, and gives one back at a tap alone. It
// vibrates and sounds after a tap alone, too: this one does for that.
function resumed(worn, store) {
  const told = h("button", { type: "button", class: "notice", onclick: () => {
    worn.arm();
    openTab("sensors");
    told.remove();
  } }, h("strong", {}, own("resumed")), h("br"), own("again"));
  store.addEventListener("change", () => store.over && told.remove());
  return told;
}

begin();
