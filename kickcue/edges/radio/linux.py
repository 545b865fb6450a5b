"""What Linux knows of its Bluetooth besides D-Bus: is it installed, does a switch hold it off."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

RFKILL: Final = Path("/sys/class/rfkill")
PROGRAMS: Final = (
    "bluetoothctl",
    "bluetoothd",
    "/usr/libexec/bluetooth/bluetoothd",
    "/usr/lib/bluetooth/bluetoothd",
)


def has_bluez() -> bool:
    """Tell whether BlueZ is installed, as far as its programs show."""
    return any(shutil.which(program) for program in PROGRAMS)


def is_blocked(how: str) -> bool:
    """Tell whether rfkill blocks Bluetooth, ``soft`` (by software) or ``hard`` (by a switch)."""
    for switch in RFKILL.glob("*"):
        with suppress(OSError):
            if (switch / "type").read_text().strip() == "bluetooth" and (
                switch / how
            ).read_text().strip() == "1":
                return True
    return False
