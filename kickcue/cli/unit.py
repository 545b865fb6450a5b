"""``kickcue unit``: the systemd unit that runs kickcue here, with this machine's paths in it."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from kickcue.config.paths import SYSTEM_FOLDER
from kickcue.core.errors import UsageError

TEMPLATE: Final = Path(__file__).with_name("kickcue.service")
# A service gets empty ones of its own.
HIDDEN: Final = (Path("/tmp"), Path("/var/tmp"), Path("/run/user"), Path("/dev"))  # noqa: S108
STATE: Final = Path("/var/lib/kickcue")
_PLAIN: Final = frozenset("/._-+@: ")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="race.toml",
        help=f"which race file (default: {SYSTEM_FOLDER / 'race.toml'})",
    )
    parser.add_argument(
        "--user",
        metavar="NAME",
        help="the user it runs as, who owns the recordings (default: you)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the unit."""
    if sys.platform != "linux":
        raise UsageError(
            "systemd only exists on Linux; elsewhere start `kickcue run --headless` with the "
            "system's own service manager"
        )
    race_file = SYSTEM_FOLDER / "race.toml"
    if args.file is not None:
        race_file = Path(os.path.abspath(args.file))  # noqa: PTH100  links stay links
    user = args.user or _who(os.environ)
    _check_user(user)
    print(unit(Path(sys.executable), race_file, user, _state_dir(race_file)), end="")
    return 0


def unit(python: Path, race_file: Path, user: str, state_dir: Path | None) -> str:
    """Return the unit's text.

    UsageError for a place that a service cannot see, or that cannot be written into a unit.

    ``state_dir`` is where recordings go if not to systemd's own folder for them.
    """
    program = {python, Path(sys.prefix), Path(sys.base_prefix), Path(__file__)}
    for path in (*program, race_file, *([] if state_dir is None else [state_dir])):
        _check_place(path, program)
    elsewhere = state_dir is not None and not state_dir.is_relative_to(STATE)
    # -: a stick that is not plugged in must not stop the race.
    writable = f"ReadWritePaths={_word(f'-{state_dir}')}" if elsewhere else ""
    return TEMPLATE.read_text(encoding="utf-8").format(
        python=_word(python), race_file=_word(race_file), user=user, writable=writable
    )


def _who(environ: Mapping[str, str]) -> str:
    """Return who asks, also through sudo."""
    import pwd  # noqa: PLC0415  only where there are such users

    try:
        return environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise UsageError(
            "you have no user name on this machine: give one with --user NAME"
        ) from None


def _check_user(name: str) -> None:
    import pwd  # noqa: PLC0415  only where there are such users

    try:
        number = pwd.getpwnam(name).pw_uid
    except KeyError:
        raise UsageError(
            f"--user {name}: no such user on this machine; create it with `sudo adduser --system "
            f"{name}`"
        ) from None
    if number == 0:
        raise UsageError("kickcue does not need root: give the user to run as with --user NAME")


def _state_dir(race_file: Path) -> Path | None:
    """Return where the race file wants recordings.

    None where it names none, or is not there yet.
    """
    from kickcue.config.settings import load_settings  # noqa: PLC0415  pydantic is slow to import

    return load_settings(race_file, environ={}).state_dir if race_file.exists() else None


def _check_place(path: Path, program: Iterable[Path]) -> None:
    if _within(path, HIDDEN):
        what = "kickcue is installed in" if path in program else "this is in"
        raise UsageError(
            f"{path}: {what} a temporary folder that a service cannot see; use /opt/kickcue or "
            "/etc/kickcue"
        )
    if not all(letter.isalnum() or letter in _PLAIN for letter in str(path)):
        raise UsageError(
            f"{path}: expected a path of letters, digits and {''.join(sorted(_PLAIN - {' '}))} "
            "for a service"
        )


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _word(path: Path | str) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
