"""Pyodide, Python for browsers: too large to come with kickcue, so it is found or fetched once.

Its version is pinned, and so are the sums of all that is taken of it: whatever is handed in or
fetched is exactly what was tried.
"""

import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from hashlib import sha256, sha512
from pathlib import Path
from typing import Final

from kickcue.config.atomic_write import replace_file
from kickcue.core.errors import DataError, UsageError
from kickcue.standalone.stdlib_zip import stdlib_zip

VERSION: Final = "314.0.7"
PACKAGE_SHA512: Final = (
    "d18bd7c4485f11da4b7dbfd790cd8114078c44eab488c517d9bcf31fda4eb6dc"
    "8c716930abe1db139bb2b860fcd8b37bcb6abe48dbe2ffa579244b0e943d91d4"
)
SHA256: Final[Mapping[str, str]] = {
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
}
"""Of the files that a browser needs."""
LOCK: Final = "pyodide-lock.json"
STDLIB: Final = "python_stdlib.zip"
LARGEST_BYTES: Final = 64 << 20
FETCH_S: Final = 300
HOW: Final = (
    f"npm pack pyodide@{VERSION} fetches it where npm is; then --pyodide pyodide-{VERSION}.tgz, or "
    "the folder it is unpacked in"
)


def pyodide_files(given: Path | None, cache: Path | None) -> dict[str, bytes]:
    """Return Pyodide's files by name: of a folder or .tgz, of the ``cache`` folder, else fetched.

    UsageError where there is none, DataError where it is not the one that was tried.
    """
    if given is not None:
        return _checked(_folder(given) if given.is_dir() else _unpacked(_read(given)), str(given))
    kept = None if cache is None else cache / f"pyodide-{VERSION}.tgz"
    if kept is not None and kept.is_file():
        return _checked(_unpacked(_read(kept)), str(kept))
    package = _fetched()
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        replace_file(kept, package)
    return _checked(_unpacked(package), "the package that npm has fetched")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DataError(f"{path}: expected Pyodide {VERSION}, got a file far too large")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _folder(folder: Path) -> dict[str, bytes]:
    inside = folder / "package" if (folder / "package").is_dir() else folder
    missing = [name for name in (*SHA256, LOCK) if not (inside / name).is_file()]
    if missing:
        raise UsageError(f"{folder}: not Pyodide {VERSION}: {missing[0]} is missing. {HOW}")
    return {name: _read(inside / name) for name in (*SHA256, LOCK)}


def _unpacked(package: bytes) -> dict[str, bytes]:
    """Return the files of npm's package: nothing else of it is looked at, and nothing written."""
    wanted = {f"package/{name}": name for name in (*SHA256, LOCK)}
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            for member in archive:
                if member.name in wanted and member.isfile() and member.size <= LARGEST_BYTES:
                    content = archive.extractfile(member)
                    assert content is not None
                    found[wanted[member.name]] = content.read()
    except (tarfile.TarError, EOFError, OSError):
        raise DataError(f"expected npm's package of Pyodide {VERSION} (.tgz). {HOW}") from None
    return found


def _checked(found: dict[str, bytes], where: str) -> dict[str, bytes]:
    """Return the files: all that the app may need, and what they are is checked.

    Of the list of libraries nothing is left but for which Pyodide it is; of the standard library
    what a page has a use for.
    """
    for name, digest in SHA256.items():
        if sha256(found.get(name, b"")).hexdigest() != digest:
            raise DataError(f"{where}: {name} is not that of Pyodide {VERSION}. {HOW}")
    lock = json.loads(found[LOCK])
    return {
        **{name: found[name] for name in SHA256},
        **{name: stdlib_zip(found[name]) for name in SHA256 if name == STDLIB},
        LOCK: json.dumps({"info": lock["info"], "packages": {}}).encode(),
    }


def _fetched() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError(f"Pyodide {VERSION} is needed, and is not here: {HOW}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(  # noqa: S603  the package is named here
                [npm, "pack", f"pyodide@{VERSION}", "--pack-destination", folder],
                capture_output=True,
                text=True,
                check=False,
                timeout=FETCH_S,
                cwd=folder,
            )
        except subprocess.TimeoutExpired:
            raise DataError(f"npm has not fetched Pyodide within {FETCH_S} s. {HOW}") from None
        packages = sorted(Path(folder).glob("*.tgz"))
        if done.returncode or not packages:
            why = (done.stderr.strip().splitlines() or ["nothing came"])[-1]
            raise DataError(f"npm cannot fetch Pyodide {VERSION}: {why}. {HOW}")
        package = _read(packages[0])
    if sha512(package).hexdigest() != PACKAGE_SHA512:
        raise DataError(f"npm has fetched something that is not Pyodide {VERSION}. {HOW}")
    return package
