"""The scripts of the page and of the app, as they lie there."""

import subprocess
from importlib.resources import files
from pathlib import Path

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


def test_every_script_can_be_read() -> None:
    """Each is JavaScript, no name stands twice in it, and what it takes from another is there: two
    good changes may make a bad one.
    """
    scripts = [str(each) for each in Path(str(files("kickcue.page"))).glob("js/**/*.js")]
    program = find_program("node") or absent("Node", "apt-get install nodejs")
    node = [str(program), "--experimental-vm-modules", "--no-warnings", "--input-type=module"]
    done = subprocess.run(
        [*node, "-e", LINK, *scripts], capture_output=True, text=True, check=False
    )
    assert len(scripts) > 20
    assert (0, "") == (done.returncode, done.stderr)
