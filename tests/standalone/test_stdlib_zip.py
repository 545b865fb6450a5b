"""The standard library of the app: what is left out of it, nothing in the app needs."""

import ast
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kickcue.standalone.python_zip import ROOTS, python_zip
from kickcue.standalone.stdlib_zip import LEFT_OUT, stdlib_zip
from tests.odd import foreign
from tests.standalone.played import shipped

PROGRAM: Final = f"""
import sys
sys.modules.update(dict.fromkeys({sorted(LEFT_OUT)!r}))
import {", ".join(ROOTS)}
from pathlib import Path
from kickcue.standalone.after_race import as_mcap, replay, report
catalogue = Path(sys.argv[1]).read_text()
race = '{{"race": "1500m"}}'
for path in sys.argv[2:]:
    lines = replay(path, race, catalogue, 1.9e12)
    assert not lines.startswith("error"), lines
    as_mcap(lines, f"{{path}}.mcap")
    assert report(lines, catalogue).startswith("<!doctype html>")
assert not replay(f"{{path}}.mcap", race, catalogue, 1.9e12).startswith("error")
assert replay("nothing.fit", race, catalogue, 1.9e12).startswith("error: ")
"""
"""What the app does after a race, where whoever imports what is left out gets an ImportError."""


def zipped(*names: str) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name in names:
            archive.writestr(name, f"# {name}")
    return found.getvalue()


def test_only_what_is_named_is_left_out() -> None:
    """GIVEN modules and packages WHEN the library is cut THEN those that are named are gone, with
    all that is in them, the others are as they were, and it is the same each time.
    """
    others = ("os.py", "codecs.py", "email/mime/text.py", "encodings/", "encodings/ascii.py")
    whole = zipped(*others, "pdb.py", "unittest/__init__.py", "unittest/mock.py")
    cut = zipfile.ZipFile(io.BytesIO(stdlib_zip(whole)))
    assert list(others) == cut.namelist()
    assert b"# email/mime/text.py" == cut.read("email/mime/text.py")
    assert stdlib_zip(whole) == stdlib_zip(whole)


def imported() -> Iterator[str]:
    """Yield what the Python of the app imports anywhere, functions included."""
    archive = zipfile.ZipFile(io.BytesIO(python_zip()))
    for name in archive.namelist():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(archive.read(name))):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module


def test_the_app_names_nothing_of_it() -> None:
    """Neither kickcue nor a library that comes with it imports what is left out, at any time."""
    names = {each.partition(".")[0] for each in imported()}
    assert {"json", "datetime"} <= names
    assert not names & LEFT_OUT


def test_it_is_not_missed(tmp_path: Path) -> None:
    """GIVEN a Python without what is left out WHEN files of watches are replayed, kept and
    reported as the app does it THEN nothing is missed.
    """
    (tmp_path / "catalogue.json").write_text(shipped())
    run = foreign.rows(200)
    paths = [
        foreign.write_fit(tmp_path / "run.fit", run),
        foreign.write_gpx(tmp_path / "run.gpx", run),
        foreign.write_tcx(tmp_path / "run.tcx", run),
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "catalogue.json", *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
