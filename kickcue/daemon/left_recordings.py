"""What lies in the folder of recordings when a run starts, the newest first.

Whatever else somebody has put there may not keep a race from starting, and nothing is ever deleted:
what is no recording is passed over, what is damaged is renamed.
"""

import stat
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

SUFFIX: Final = ".mcap"
ASIDE: Final = ".damaged"
MOST_RECORDINGS: Final = 20
"""So many are looked at, at most: a start takes no longer for a folder full of strange files."""
NAMED: Final = 3

Report = Callable[[str], None]


def newest_first(folder: Path, report: Report) -> Iterator[Path]:
    """Yield the regular files with the name of a recording, the one written last first.

    Last written, for a name has the time of a machine that may not know it (a Pi without a
    network). ``report`` gets in one sentence which files are none.
    """
    files, odd = [], []
    for path in _named_so(folder, report):
        try:
            found = path.stat()
        except OSError as error:  # a link that leads nowhere or in a circle
            odd.append(f"{path.name} ({error.strerror})")
            continue
        if stat.S_ISREG(found.st_mode):
            files.append((found.st_mtime_ns, path.name))
        else:  # opening a pipe would wait for its writer, and a device may do anything
            odd.append(f"{path.name} (not a regular file)")
    if odd:
        more = f" and {len(odd) - NAMED} more" if len(odd) > NAMED else ""
        report(f"ignored in {folder}: {', '.join(sorted(odd)[:NAMED])}{more}")
    yield from (folder / name for _, name in sorted(files, reverse=True)[:MOST_RECORDINGS])


def set_aside(path: Path, why: str, report: Report) -> None:
    """Rename a damaged recording, so that it is looked at no more, and report that.

    Where it cannot be renamed it stays and is reported.
    """
    for aside in _names_aside(path):
        if not aside.exists():
            break
    try:
        path.rename(aside)
    except OSError as error:
        report(f"{path.name} is damaged ({why}) and cannot be moved aside: {error.strerror}")
    else:
        report(f"{path.name} is damaged ({why}): renamed to {aside.name}")


def _named_so(folder: Path, report: Report) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.endswith(SUFFIX)]
    except (
        FileNotFoundError,
        NotADirectoryError,
    ):  # whoever makes it reports what is wrong with it
        return []
    except OSError as error:
        report(f"cannot search {folder} for an interrupted race: {error.strerror}")
        return []


def _names_aside(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}{ASIDE}")
    yield from (path.with_name(f"{path.name}{ASIDE}-{number}") for number in count(2))
