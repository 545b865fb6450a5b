"""Where a private broker leaves word of itself, so that ``kickcue watch`` on the same machine finds it."""

import json
import os
import tempfile
from pathlib import Path
from typing import Final

from kickcue.core.errors import AskedWronglyError
from kickcue.edges.mqtt.address import Address, parse_address

RECORD: Final = "broker.json"


def runtime_folder() -> Path:
    """Return the folder of this user's private brokers, made if need be; nobody else may read it."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "kickcue" if base and Path(base).is_dir() else Path(tempfile.gettempdir()) / f"kickcue-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise AskedWronglyError(f"folder {folder} for the private broker: {error.strerror}; XDG_RUNTIME_DIR may name another one") from None
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise AskedWronglyError(f"folder {folder} must belong to you and be closed to others (chmod 700): it holds the broker's passwords")
    return folder


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
