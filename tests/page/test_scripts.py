"""The scripts of the page and of the app, as they lie there."""

import subprocess
from importlib.resources import files

from tests.conftest import absent, find_program

PARSE = """
import { SourceTextModule } from "node:vm";
import { readFileSync } from "node:fs";
for (const path of process.argv.slice(1)) {
  new SourceTextModule(readFileSync(path, "utf8"), { identifier: path });
}
"""


def test_every_script_can_be_read() -> None:
    """Each is JavaScript, no name stands twice in it: two good changes may make a bad one."""
    scripts = [str(each) for each in (files("kickcue.page") / "js").iterdir()]
    program = find_program("node") or absent("Node", "apt-get install nodejs")
    node = [str(program), "--experimental-vm-modules", "--no-warnings", "--input-type=module"]
    done = subprocess.run(
        [*node, "-e", PARSE, *scripts], capture_output=True, text=True, check=False
    )
    assert len(scripts) > 20
    assert (0, "") == (done.returncode, done.stderr)
