"""The Python of the app: what it has runs by itself, and is the same each time."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from kickcue.standalone.python_zip import LIBRARIES, ROOTS, modules, python_zip
from tests.test_architecture import FOREIGN


def test_it_needs_nothing_else(tmp_path: Path) -> None:
    """GIVEN the zip, and a Python without kickcue and its libraries WHEN it is imported as the app
    does THEN it has all that it needs.
    """
    path = tmp_path / "kickcue.zip"
    path.write_bytes(python_zip())
    foreign = [name for name in (*FOREIGN, "annotated_types") if name not in LIBRARIES]
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({foreign!r}))\n"
        f"sys.path[:] = [{str(path)!r}, *(p for p in sys.path if 'site-packages' not in p)]\n"
        f"import {', '.join(ROOTS)}\n"
        "from kickcue.report.shell import ASSETS\n"
        "assert (ASSETS / 'report.html').read_text()\n"
        "assert '.zip' in kickcue.__file__, kickcue.__file__\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "" == done.stderr


def test_it_is_the_same_each_time() -> None:
    """GIVEN the same files WHEN the zip is made twice THEN it is the same, byte by byte."""
    assert python_zip() == python_zip()


def test_it_has_the_core_and_no_edges() -> None:
    """The core is in it, unchanged; what talks to machines is not, and licences are."""
    names = zipfile.ZipFile(io.BytesIO(python_zip())).namelist()
    assert "kickcue/core/engine.py" in names
    assert any(name.startswith("mcap-") for name in names)
    assert not [name for name in modules() if name.startswith(("kickcue.edges", "kickcue.cli"))]
