"""Pyodide is taken as it was tried, or not at all."""

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from kickcue.core.errors import DataError, UsageError
from kickcue.standalone import pyodide_files as taken
from kickcue.standalone.pyodide_files import pyodide_files

FILES = {"pyodide.mjs": b"script", "pyodide.asm.wasm": b"\0asm"}
LOCK = {"info": {"python": "3.14"}, "packages": {"numpy": {"version": "2"}}}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = {name: sha256(data).hexdigest() for name, data in FILES.items()}
    monkeypatch.setattr(taken, "SHA256", sums)


def files(**instead: bytes) -> dict[str, bytes]:
    return {**FILES, "pyodide-lock.json": json.dumps(LOCK).encode(), **instead}


def folder(path: Path, found: dict[str, bytes]) -> Path:
    path.mkdir(parents=True)
    for name, data in found.items():
        (path / name).write_bytes(data)
    return path


def package(path: Path, found: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in found.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_folder_and_package_give_the_same(tmp_path: Path) -> None:
    """GIVEN Pyodide as a folder, a folder with npm's in it, a package, and one kept before WHEN it
    is asked for THEN the files are there, and of the libraries that it could load none.
    """
    more = files(**{"README.md": b"not needed"})
    plain = folder(tmp_path / "a", more)
    folder(tmp_path / "b" / "package", more)
    packed = package(tmp_path / "p.tgz", more)
    kept = tmp_path / "kept"
    kept.mkdir()
    package(kept / f"pyodide-{taken.VERSION}.tgz", more)
    found = [
        *(pyodide_files(each, None) for each in (plain, tmp_path / "b", packed)),
        pyodide_files(None, kept),
    ]
    lock = json.dumps({"info": LOCK["info"], "packages": {}}).encode()
    assert [{**FILES, "pyodide-lock.json": lock}] * 4 == found


def test_another_is_refused(tmp_path: Path) -> None:
    """GIVEN a file that is not the one that was tried, a part, no package, nothing at all WHEN it
    is handed in THEN it is refused, and where to get it is said.
    """
    changed = folder(tmp_path / "changed", files(**{"pyodide.mjs": b"another"}))
    with pytest.raises(DataError, match=r"pyodide\.mjs is not that of Pyodide .* npm pack"):
        pyodide_files(changed, None)
    part = folder(tmp_path / "part", FILES)
    with pytest.raises(UsageError, match=r"pyodide-lock\.json is missing"):
        pyodide_files(part, None)
    text = tmp_path / "text.tgz"
    text.write_text("no package")
    with pytest.raises(DataError, match="npm's package"):
        pyodide_files(text, None)
    with pytest.raises(UsageError, match="cannot read"):
        pyodide_files(tmp_path / "nothing", None)


def test_without_npm_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no Pyodide and no npm WHEN it is needed THEN the error says how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"--pyodide pyodide-314\.0\.7\.tgz"):
        pyodide_files(None, tmp_path)
