"""A Bluetooth device as a person writes it down: its address, or the name it advertises."""

import re
from typing import Final

_MAC: Final = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")
_UUID: Final = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")


def device_address(address: str | None) -> str | None:
    """Return it in upper case; ValueError where it is none."""
    if address is None or _MAC.fullmatch(address.upper()) or _UUID.fullmatch(address.upper()):
        return None if address is None else address.upper()
    forms = "A0:9E:1A:00:00:01, or on macOS 6D1F3C2A-0B7E-4B7B-9B1E-2F6C1D0A9E11"
    raise ValueError(f"expected something like {forms}; 'kickcue scan' shows it")


def device_name(name: str | None) -> str | None:
    """Return it; ValueError where no device can bear it."""
    if name is not None and (not name.strip() or not name.isprintable()):
        raise ValueError("expected the name as the device advertises it; 'kickcue scan' shows it")
    return name
