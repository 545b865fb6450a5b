"""The profiles that read a sensor by the Bluetooth standard alone, where nothing more is known.

They are among those that kickcue brings. This file names them and reads none, so that it costs
nothing to import.
"""

from collections.abc import Mapping
from typing import Final

from kickcue.core.gatt import short_uuid

GENERIC_POD: Final = "generic-rsc"
GENERIC_STRAP: Final = "generic-hr"
GENERIC_TREADMILL: Final = "treadmill-ftms"
_BY_CHARACTERISTIC: Final[Mapping[str, str]] = {
    "2a37": GENERIC_STRAP,
    "2a53": GENERIC_POD,
    "2a67": GENERIC_POD,  # a position and its speed are read alike by every profile
    "2acd": GENERIC_TREADMILL,
}


def generic_profile(char: str) -> str | None:
    """Return the id of the profile for a characteristic, a UUID of 16 or 128 bits.

    None where no sensor of a race sends it.
    """
    return _BY_CHARACTERISTIC.get(short_uuid(char))
