"""Where a private broker leaves word, for this machine's ``kickcue watch`` to find it."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kickcue.config.paths import default_runtime_folder
from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address, parse_address
from kickcue.edges.mqtt.errors import BrokerError

RECORD: Final = "broker.json"
ELSEWHERE: Final = "set XDG_RUNTIME_DIR to a folder of your own (mode 700)"
WAITING: Final = "waiting for `kickcue run` on this machine"


def runtime_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of this user's private brokers, made if need be.

    Nobody else may read it, or can make it first: it is in ``XDG_RUNTIME_DIR``, else in the folder
    for what is kept. The shared temporary folder is open to whoever comes first.
    """
    try:
        folder = default_runtime_folder(environ)
    except UsageError:
        raise UsageError(
            f"the private broker needs a folder, and this user has no home: {ELSEWHERE}"
        ) from None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise UsageError(
            f"folder {folder} for the private broker: {error.strerror}; {ELSEWHERE}"
        ) from None
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(
            f"folder {folder} for the private broker: expected a folder, got a link or a file; "
            f"{ELSEWHERE}"
        )
    if found.st_uid != os.getuid():
        raise UsageError(
            f"folder {folder} for the private broker: expected one of yours, got another user's; "
            f"{ELSEWHERE}"
        )
    if found.st_mode & 0o077:
        raise UsageError(
            f"folder {folder}: expected mode 700, as it holds the broker's passwords: chmod 700 "
            f"{folder}"
        )
    return folder


def find_private_broker() -> Address | None:
    """Return the watches' address of the private broker started last on this machine, or None."""
    return next(iter(private_brokers()), None)


def private_brokers() -> tuple[Address, ...]:
    """Return the watches' addresses of this machine's private brokers, the latest first."""
    records = sorted(runtime_folder().glob(f"broker-*/{RECORD}"), key=_age, reverse=True)
    return tuple(address for record in records if (address := _address_in(record)) is not None)


class PrivateBrokerFinder:
    """Finds a private broker of this machine anew at each call.

    ``kickcue run`` comes back with another port and password. ``prefix``: only one with these
    topics. The one found before is kept to while it is there, whatever was started since.
    """

    def __init__(self, prefix: str | None = None) -> None:
        self._prefix = prefix
        self._last: Address | None = None

    def __call__(self) -> Address:
        """Return its address for watches; ``BrokerError`` while there is none."""
        try:
            there = [each for each in private_brokers() if self._prefix in (None, each.prefix)]
        except UsageError as error:
            raise BrokerError(str(error)) from None
        if not there:
            raise BrokerError(WAITING)
        if self._last not in there:
            self._last = there[0]
        assert self._last is not None
        return self._last


def _address_in(record: Path) -> Address | None:
    """Return the address in a record; None for a dead process's, or one just being removed."""
    try:
        content = json.loads(record.read_text())
        return parse_address(content["url"]) if _alive(int(content["pid"])) else None
    except (OSError, ValueError, KeyError, TypeError, UsageError):
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
