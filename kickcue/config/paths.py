"""Where kickcue looks for its files and keeps what it records: all that knows of XDG and homes."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from kickcue.core.errors import UsageError

RACE_FILE: Final = "race.toml"
SYSTEM_FOLDER: Final = Path("/etc/kickcue")


def race_file_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield where a race file is looked for, the nearest first: here, the user's, the system's."""
    yield Path(RACE_FILE)
    own = config_folder(environ)
    if own is not None:
        yield own / RACE_FILE
    yield SYSTEM_FOLDER / RACE_FILE


def find_race_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the nearest race file there is.

    A folder or a dangling link of that name counts, so that it is reported.
    """
    return next((path for path in race_file_places(environ) if os.path.lexists(path)), None)


def is_there(path: Path) -> bool:
    """Tell whether there is such a file, as far as this user may know.

    A service may be kept out of a home folder.
    """
    try:
        return path.is_file()
    except OSError:
        return False


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the user's folder for race file and profiles; None: this user can have none."""
    base = _base("XDG_CONFIG_HOME", ".config", environ)
    return None if base is None else base / "kickcue"


def default_state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for recordings where no setting names one. It need not exist.

    It is systemd's (StateDirectory=) or the user's own. UsageError where there is neither.
    """
    given = environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else user_state_folder(environ)


def user_state_folder(environ: Mapping[str, str]) -> Path:
    """Return the user's own folder for recordings; UsageError where there can be none."""
    base = _base("XDG_STATE_HOME", ".local/state", environ)
    return (_homeless() if base is None else base) / "kickcue"


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the user's folder for what can be fetched again; None: this user can have none."""
    base = _base("XDG_CACHE_HOME", ".cache", environ)
    return None if base is None else base / "kickcue"


def default_runtime_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for what lasts as long as a login, such as a private broker's address.

    It is in ``XDG_RUNTIME_DIR`` where there is such a folder, else in the one for recordings. It
    need not exist. UsageError where there is neither.
    """
    base = environ.get("XDG_RUNTIME_DIR")
    # Path's own raises where this user may not look.
    if base and os.path.isdir(base):  # noqa: PTH112
        return Path(base) / "kickcue"
    return default_state_folder(environ) / "run"


def home(environ: Mapping[str, str]) -> Path:
    """Return the home folder; UsageError where there is none, as for some system users."""
    return known_home(environ) or _homeless()


def known_home(environ: Mapping[str, str]) -> Path | None:
    """Return the home folder: by HOME, else by the list of users; None where neither gives it."""
    given = Path(environ.get("HOME", ""))
    if given.is_absolute():
        return given
    with suppress(ImportError, KeyError):  # no such list (Windows); this user is not in it
        import pwd  # noqa: PLC0415  only where there are such users

        listed = Path(pwd.getpwuid(os.getuid()).pw_dir)
        return listed if listed.is_absolute() else None
    return None


def _base(variable: str, usual: str, environ: Mapping[str, str]) -> Path | None:
    """Return a base folder of the XDG specification, by which a relative path is to be ignored."""
    given = Path(environ.get(variable, ""))
    if given.is_absolute():
        return given
    found = known_home(environ)
    return None if found is None else found / usual


def _homeless() -> NoReturn:
    raise UsageError(
        "this user has no home folder: set state_dir (KICKCUE_STATE_DIR) or XDG_STATE_HOME, and "
        "give the race file"
    )
