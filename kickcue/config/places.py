"""Where kickcue looks for its race file and where it keeps what it records."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from kickcue.core.errors import AskedWronglyError

RACE_FILE: Final = "race.toml"
SYSTEM_FOLDER: Final = Path("/etc/kickcue")


def race_file_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield where a race file is looked for, the nearest first: here, in the user's configuration, in the system's."""
    yield Path(RACE_FILE)
    yield _base("XDG_CONFIG_HOME", ".config", environ) / "kickcue" / RACE_FILE
    yield SYSTEM_FOLDER / RACE_FILE


def find_race_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the nearest race file there is."""
    return next((path for path in race_file_places(environ) if is_there(path)), None)


def is_there(path: Path) -> bool:
    """Tell whether there is such a file, as far as this user may know: a service may be kept out of a home folder."""
    try:
        return path.is_file()
    except OSError:
        return False


def default_state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for recordings where no setting names one: systemd's (StateDirectory=) or the user's own. It need not exist."""
    given = environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else _base("XDG_STATE_HOME", ".local/state", environ) / "kickcue"


def _base(variable: str, usual: str, environ: Mapping[str, str]) -> Path:
    """Return a base folder of the XDG specification, which says that a relative path is to be ignored."""
    told = environ.get(variable, "")
    return Path(told) if Path(told).is_absolute() else home(environ) / usual


def home(environ: Mapping[str, str]) -> Path:
    """Return the home folder; AskedWronglyError where there is none, as for some system users."""
    told = environ.get("HOME", "")
    try:
        return Path(told) if Path(told).is_absolute() else Path.home()
    except RuntimeError:
        raise AskedWronglyError("this user has no home folder: set state_dir (KICKCUE_STATE_DIR), and name the race file") from None
