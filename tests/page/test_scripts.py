"""The scripts of the page and of the app, as they lie there."""

import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Final

from tests.conftest import absent, find_program

LINK = """
import { SourceTextModule } from "node:vm";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
const known = new Map();
function script(path) {
  if (!known.has(path)) {
    known.set(path, new SourceTextModule(readFileSync(path, "utf8"), { identifier: path }));
  }
  return known.get(path);
}
const near = (name, { identifier }) => script(resolve(dirname(identifier), name));
for (const path of process.argv.slice(1)) {
  if (script(path).status === "unlinked") await script(path).link(near);
}
"""

CLOCKS: Final = {"clock.js", "core_worker.js", "race_files.js", "script_player.js"}
"""Those that read the steady clock: the page's own, the worker's, and a story that is told."""


def scripts() -> list[Path]:
    return [*Path(str(files("kickcue.page"))).glob("js/**/*.js")]


def test_time_is_read_in_one_place() -> None:
    """Whatever is due in the page goes by the clock that counts a sleep of the phone."""
    assert {path.name for path in scripts() if "performance.now()" in path.read_text()} == CLOCKS


def test_every_script_can_be_read() -> None:
    """Each is JavaScript, no name stands twice in it, and what it takes from another is there: two
    good changes may make a bad one.
    """
    program = find_program("node") or absent("Node", "apt-get install nodejs")
    node = [str(program), "--experimental-vm-modules", "--no-warnings", "--input-type=module"]
    done = subprocess.run(
        [*node, "-e", LINK, *map(str, scripts())], capture_output=True, text=True, check=False
    )
    assert len(scripts()) > 20
    assert (0, "") == (done.returncode, done.stderr)
