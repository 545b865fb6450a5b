"""The Python of the app as one zip: what the browser's entrance imports, and nothing else."""

import ast
import io
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import files as files_of
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from kickcue.core.errors import DataError

ROOTS: Final = (
    "kickcue.standalone.browser",
    "kickcue.standalone.after_race",
    "kickcue.recording.mcap_writer",
    *(
        f"kickcue.recording.{kind}"
        for kind in ("bangle_csv", "fit", "gpx", "imported_activity", "polar_flow", "tcx")
    ),
    "kickcue.recording.strava_streams",
)
"""What JavaScript calls, and what that loads only when it is asked for."""
DATA: Final = ("report/assets",)
"""Folders of kickcue that its modules read files of."""
LIBRARIES: Final = ("fitdecode", "mcap")
"""Pure Python from elsewhere, that comes with its licence."""
_LICENCES: Final = ("LICENSE", "LICENCE", "COPYING", "METADATA")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The same files make the same zip."""


def python_zip() -> bytes:
    """Return the zip."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted({**dict(_own()), **dict(_libraries())}.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return found.getvalue()


def modules() -> dict[str, Path]:
    """Return the files of kickcue's modules that the app needs, by dotted name."""
    found: dict[str, Path] = {}
    wanted = list(ROOTS)
    while wanted:
        name = wanted.pop()
        path = _path(name)
        if name in found or path is None:
            continue
        found[name] = path
        wanted += [name.rpartition(".")[0], *_imported(path)]
    return found


def _own() -> Iterator[tuple[str, bytes]]:
    for name, path in modules().items():
        parts = name.replace(".", "/")
        is_package = path.name == "__init__.py"
        yield f"{parts}/__init__.py" if is_package else f"{parts}.py", path.read_bytes()
    for folder in DATA:
        for each in (files("kickcue") / folder).iterdir():
            yield f"kickcue/{folder}/{each.name}", each.read_bytes()


def _libraries() -> Iterator[tuple[str, bytes]]:
    for library in LIBRARIES:
        for each in files_of(library) or ():
            if each.suffix == ".py" or each.name.startswith(_LICENCES):
                yield each.as_posix(), Path(str(each.locate())).read_bytes()


def _path(name: str) -> Path | None:
    """Return the file of a module of ours, None for any other."""
    if name.partition(".")[0] != "kickcue":
        return None
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None  # a name in a module, and no module itself
    if spec is None or spec.origin is None:
        return None
    if not Path(spec.origin).is_file():
        raise DataError(f"kickcue's own files cannot be read here: {spec.origin}")
    return Path(spec.origin)


def _imported(path: Path) -> Iterator[str]:
    """Yield what a module imports as it is loaded; what a function imports is not."""
    for node in _at_once(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _at_once(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run as a module is loaded, but those for a type checker."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.dump(node.test):
            yield from _at_once([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from _at_once(node.body)
