"""Where a private broker leaves word of itself, so that ``kickcue watch`` on the same machine finds it."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kickcue.config.places import default_state_folder
from kickcue.core.errors import AskedWronglyError
from kickcue.edges.mqtt.address import Address, parse_address

RECORD: Final = "broker.json"
ELSEWHERE: Final = "XDG_RUNTIME_DIR may name a folder of your own (mode 700)"


def runtime_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of this user's private brokers, made if need be; nobody else may read it, or can make it first.

    In ``XDG_RUNTIME_DIR``, else in the folder for what is kept: the shared temporary folder is open to whoever comes first.
    """
    base = environ.get("XDG_RUNTIME_DIR")
    there = base and os.path.isdir(base)  # noqa: PTH112  Path's own raises where this user may not look
    folder = Path(base) / "kickcue" if base and there else _kept(environ) / "run"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise AskedWronglyError(f"folder {folder} for the private broker: {error.strerror}; {ELSEWHERE}") from None
    if not stat.S_ISDIR(found.st_mode):
        raise AskedWronglyError(f"folder {folder} for the private broker: expected a folder, got a link or a file; {ELSEWHERE}")
    if found.st_uid != os.getuid():
        raise AskedWronglyError(f"folder {folder} for the private broker: expected one of yours, got another user's; {ELSEWHERE}")
    if found.st_mode & 0o077:
        raise AskedWronglyError(f"folder {folder} must be closed to others, it holds the broker's passwords: chmod 700 {folder}")
    return folder


def _kept(environ: Mapping[str, str]) -> Path:
    try:
        return default_state_folder(environ)
    except AskedWronglyError:
        raise AskedWronglyError(f"the private broker needs a folder and this user has no home: {ELSEWHERE}") from None


def find_private_broker() -> Address | None:
    """Return the address for watches of the private broker started last on this machine, or ``None``."""
    records = sorted(runtime_folder().glob(f"broker-*/{RECORD}"), key=_age, reverse=True)
    for record in records:
        try:
            content = json.loads(record.read_text())
            if _alive(int(content["pid"])):
                return parse_address(content["url"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # it is just being removed
    return None


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _alive(pid: int) -> bool:
    """Tell whether the process is there; a folder that a power cut left behind has none."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
