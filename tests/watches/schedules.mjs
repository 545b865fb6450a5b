// Runs schedules_main.py in MicroPython (WebAssembly). Arguments: the files it needs,
// schedules.json among them.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript";

const python = await loadMicroPython({
  heapsize: 4 << 20,
  linebuffer: true,
  stdout: (line) => console.log(line),
});
python.FS.mkdir("/lib");
for (const file of process.argv.slice(2)) {
  const folder = file.endsWith(".json") ? "/" : "/lib/";
  python.FS.writeFile(folder + basename(file), readFileSync(file));
}
python.FS.chdir("/");
python.pyimport("schedules_main");
