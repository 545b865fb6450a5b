"""``kickcue export-app``: writes the app that runs a race on a phone alone, for any static host."""

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from kickcue.config.paths import cache_folder
from kickcue.core.errors import UsageError

OURS: Final = "app_files.js"
"""By this file a folder is known for one of the app's, and may be written anew."""
_OWN: Final = (
    ("plan", "PLAN", "take along a session of your own, by its name or its file"),
    ("language", "LANGUAGE", "take along a language of your own, by its name or its .toml file"),
    ("profile", "ID", "take along a sensor profile of your own, by its id or its file"),
)
_PARTS: Final = {"pyodide": "Python (Pyodide)", "python": "kickcue's core", "": "the page"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="where to write it: a new folder, or an older app"
    )
    own = parser.add_argument_group("your own, which else stay here")
    for option, metavar, what in _OWN:
        own.add_argument(
            f"--{option}", action="append", default=[], metavar=metavar, help=f"{what} (may repeat)"
        )
    own.add_argument(
        "--own",
        action="store_true",
        help="all sessions, languages and sensor profiles in your folder ~/.config/kickcue",
    )
    parser.add_argument(
        "--broker",
        action="append",
        default=[],
        metavar="URL",
        help="let the app send cues to a watch by this broker, wss://HOST:PORT/PATH (may repeat)",
    )
    parser.add_argument(
        "--pyodide",
        type=Path,
        metavar="PATH",
        help="Pyodide as npm packs it, a .tgz or the folder it is unpacked in (default: fetched "
        "once by npm)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the app, and say how large it is and what to do with it."""
    # What reads all profiles and plans is loaded by who writes an app.
    from kickcue.standalone.app_files import app_files  # noqa: PLC0415
    from kickcue.standalone.own_files import own_things  # noqa: PLC0415
    from kickcue.standalone.pyodide_files import pyodide_files  # noqa: PLC0415

    folder: Path = args.folder
    _check_place(folder)
    own = own_things(args.plan, args.language, args.profile, whole_folder=args.own)
    found = app_files(pyodide_files(args.pyodide, cache_folder(os.environ)), own, args.broker)
    _write(folder, found)
    print("\n".join([*_told(folder, found), *_taken_along(own, whole_folder=args.own)]))
    return 0


def _check_place(folder: Path) -> None:
    """UsageError unless the folder is new, empty, or one of the app's."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / OURS).is_file():
            raise UsageError(
                f"{folder}: has other files in it, which stay as they are: name a new folder"
            )
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}") from None


def _write(folder: Path, found: Mapping[str, bytes]) -> None:
    try:
        for path, data in found.items():
            where = folder / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(data)
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from None


def _told(folder: Path, found: Mapping[str, bytes]) -> list[str]:
    from kickcue.standalone.app_files import zipped_bytes  # noqa: PLC0415  as above

    parts = {
        title: [data for path, data in found.items() if _part(path) == start]
        for start, title in _PARTS.items()
    }
    return [
        f"{folder}: kickcue as an app",
        *(
            f"  {title:<17}{len(part):>3} files  {sum(map(len, part)) / 1e6:5.2f} MB, "
            f"{sum(map(zipped_bytes, part)) / 1e6:5.2f} MB compressed"
            for title, part in {**parts, "all": list(found.values())}.items()
        ),
        "Put the folder on any host that serves files by HTTPS, open it on the phone once and",
        "install it: from then on it works in flight mode. Its _headers file is for hosts that",
        "read one. To try it here, open http://localhost:8018/ after:",
        f"  python3 -m http.server -d {folder} 8018",
    ]


def _taken_along(own: Iterable[tuple[str, str]], *, whole_folder: bool) -> Iterator[str]:
    """Yield what of one's own is in the app now, which may lie on a host for everybody."""
    names = [f"{kind} {name}" for kind, name in own]
    if names:
        yield f"Your own in it, for all who open it: {', '.join(names)}."
    elif whole_folder:
        yield "You have no session, language or sensor profile of your own: none went along."


def _part(path: str) -> str:
    start = path.partition("/")[0]
    return start if start in _PARTS else ""
