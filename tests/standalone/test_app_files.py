"""The app's files belong together, wherever they lie."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

import pytest

from kickcue.cli import main
from kickcue.config.race_document import RaceTerms
from kickcue.standalone.app_files import POLICY, app_files
from tests.edges.web.test_page_files import forbidden

PYODIDE: Final = {"pyodide.mjs": b"export const x = 1;", "pyodide.asm.wasm": b"\0asm"}
QR: Final = {
    "index.js": "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f",
    "decode.js": "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8",
}
"""As npm has them, in qr 0.7.0."""
FILES: Final = app_files(PYODIDE)


def text(path: str) -> str:
    return FILES[path].decode()


def named() -> Iterator[tuple[str, str]]:
    """Yield which file names which other one."""
    for path, data in FILES.items():
        here = PurePosixPath(path).parent
        if path.endswith(".html"):
            for found in re.findall(r'(?:src|href)="([^"]+)"', data.decode()):
                yield path, found
        elif path.startswith("js/"):
            for found in re.findall(r'from "(\.[^"]+)"', data.decode()):
                parts: list[str] = []
                for part in (here / found).parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                yield path, "/".join(parts)


def test_what_is_named_is_there() -> None:
    """Every script, style and icon that a file of the app names is one of its files."""
    found = list(named())
    assert 30 < len(found)
    assert [] == [pair for pair in found if pair[1] not in FILES]


def test_all_of_it_is_kept_for_flight_mode() -> None:
    """The list of the service worker has every file but the worker itself and the headers, and
    its version changes with any of them.
    """
    app = json.loads(text("app_files.js").removeprefix("self.APP = ").rstrip().removesuffix(";"))
    assert {*FILES, "./"} - {"sw.js", "_headers"} == set(app["files"])
    other = app_files({**PYODIDE, "pyodide.mjs": b"export const x = 2;"})["app_files.js"].decode()
    assert app["version"] not in other


def test_one_policy() -> None:
    """The page's own policy is that of the headers, and allows nothing of strangers, no inline
    script, and of evaluation WebAssembly alone.
    """
    (own,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text("index.html"))
    assert POLICY == f"{own}; frame-ancestors 'none'"  # which a page cannot say itself
    assert f"Content-Security-Policy: {POLICY}" in text("_headers")
    assert "unsafe-inline" not in POLICY
    assert "'unsafe-eval'" not in POLICY
    assert "http" not in POLICY
    scripts = ["app_files.js", "js/standalone/app.js"]
    assert scripts == re.findall(r'<script [^>]*src="([^"]+)"', text("index.html"))


def test_no_script_needs_what_the_policy_forbids() -> None:
    """The app's own scripts, which kickcue serve does not have, are as harmless as its others."""
    own = [path for path in FILES if re.match(r"js/|sw\.js|index\.html", path)]
    assert {"js/standalone/setup_view.js", "js/standalone/race_transfer.js"} < set(own)
    assert [] == [(path, word) for path in own for word in forbidden(text(path))]


def test_the_camera_may_be_used() -> None:
    """The page itself may ask for the camera, and for neither microphone nor place."""
    assert "camera=(self), microphone=(), geolocation=()" in text("_headers")


def test_all_that_a_race_may_say_is_offered() -> None:
    """Every key of a race has a field in set-up, but the finish line: its numbers come from a file,
    and are kept.
    """
    source = text("js/standalone/setup_fields.js")
    lists = [re.search(rf"export const {name} = \[(.*)\]", source) for name in ("SHOWN", "MORE")]
    offered = {key for found in lists if found for key in re.findall(r'"(\w+)"', found[1])}
    assert {*RaceTerms.model_fields} == offered | {"gate", "cues"}
    assert "terms.cues.terms" in text("js/standalone/setup_view.js")


def test_the_library_for_codes_has_its_licence() -> None:
    """What was taken from elsewhere is unchanged, and has its licence beside it."""
    assert "Permission is hereby granted" in text("vendor/qr-0.7.0/LICENSE-MIT")
    sums = {name: sha256(FILES[f"vendor/qr-0.7.0/{name}"]).hexdigest() for name in QR}
    assert QR == sums


def test_all_paths_are_relative() -> None:
    """The app may lie in any folder of a host: nothing names its root."""
    for path in ("index.html", "app.webmanifest"):
        assert not re.search(r'(?:src|href|_url|scope)"?[=:] ?"/', text(path))


@pytest.mark.parametrize(
    "path", ["js/standalone/standalone_words.js", "js/standalone/setup_words.js"]
)
def test_the_words_are_complete(path: str) -> None:
    """Each of the three languages says all that the app says."""
    source = text(path)
    blocks = re.split(r"\n  (?:en|de|fr): \{", source)[1:]
    keys = [set(re.findall(r"(?<![\w\"])(\w+):\s*\n?\s*\"", block)) for block in blocks]
    assert 3 == len(keys)
    assert keys[0] == keys[1] == keys[2]


def test_other_files_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a folder with somebody's files WHEN the app is to be written there THEN nothing is
    touched, and another folder is asked for.
    """
    (tmp_path / "thesis.txt").write_text("years of work")
    assert 2 == main(["export-app", str(tmp_path)])
    assert "name a new folder" in capsys.readouterr().err
    assert ["thesis.txt"] == [each.name for each in tmp_path.iterdir()]
