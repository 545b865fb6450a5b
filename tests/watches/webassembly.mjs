// Runs the watch's own files in MicroPython (WebAssembly) and carries its MQTT over a WebSocket.
// Arguments: the broker's URL, user, password, prefix, then the files.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript";
import mqtt from "mqtt";

const [url, username, password, prefix, ...files] = process.argv.slice(2);
const python = await loadMicroPython({
  linebuffer: true,
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});
python.FS.mkdir("/lib");
for (const file of files) python.FS.writeFile("/lib/" + basename(file), readFileSync(file));

// resubscribe: otherwise a topic subscribed to already would not be subscribed to again, and what
// is retained would not come.
const client = mqtt.connect(url, {
  username,
  password,
  protocolVersion: 5,
  reconnectPeriod: 100,
  resubscribe: false,
});
python.registerJsModule("transport", {
  connected: () => client.connected,
  prefix: () => prefix,
  publish: (topic, payload) => client.publishAsync(topic, payload, { qos: 1 }).then(() => true),
  subscribe: (topic) => client.subscribeAsync(topic, { qos: 1 }).then(() => true),
});
const watch = python.pyimport("webassembly_main");
client.on("connect", () => watch.subscribe());
client.on("error", () => {}); // the broker is away: it is tried again
client.on("message", (topic, payload, packet) => {
  watch.put(topic, payload.toString("hex"), packet.retain);
});
createInterface({ input: process.stdin }).on("line", (line) => watch.obey(line));
watch.start();
