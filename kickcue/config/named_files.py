"""Files that are asked for by name, those that kickcue brings and a user's own, or by path."""

import os
from pathlib import Path


def is_path(name_or_path: str) -> bool:
    """Tell whether this is a path: it has a slash or ends in .toml, a name does not."""
    return name_or_path.endswith(".toml") or os.sep in name_or_path


def files_by_name(folder: Path | None, inside: str | None = None) -> dict[str, Path]:
    """Return the files by the names they say, none where there is no folder.

    They are called ``NAME.toml``, or, where each has a folder, ``NAME/inside``.
    """
    if folder is None:
        return {}
    try:
        there = sorted(folder.glob("*.toml" if inside is None else "*"))
    except OSError:  # a service may be kept out of a home folder
        return {}
    if inside is None:
        return {path.stem: path for path in there}
    paths = {path.name: path / inside for path in there}
    return {name: path for name, path in paths.items() if os.path.lexists(path)}
