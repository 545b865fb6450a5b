"""The app's files on a host, without Pyodide and without what begins by itself: for its parts."""

from collections.abc import Sequence
from pathlib import Path

from kickcue.standalone.app_files import app_files


def write_parts(folder: Path, brokers: Sequence[str] = ()) -> Path:
    """Write the files below the folder, and return it."""
    for path, data in app_files({}, brokers=brokers).items():
        where = folder / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(data)
    (folder / "js/standalone/app.js").write_text("")
    return folder
