"""The radio edge: sensors found, pinned, held and won back over Bluetooth Low Energy.

For engineers: ``docs/radio.md``. The vocabulary comes at once. What needs bleak (``api``,
``diagnosis`` and ``watch_handle``) is imported when it is asked for, so that a command that only
names a pin does not pay for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kickcue.edges.radio.beacon import BeaconPin
from kickcue.edges.radio.beacon_listener import BeaconListener
from kickcue.edges.radio.model import (
    WITHOUT_BLUETOOTH,
    Pin,
    Radio,
    RadioError,
    Sighting,
    WatchPin,
)

if TYPE_CHECKING:
    from kickcue.edges.radio.api import (
        listening,
        listening_for_beacon,
        looked_into,
        looking_around,
        missing,
        sensors,
        wearable,
    )
    from kickcue.edges.radio.diagnosis import explain
    from kickcue.edges.radio.watch_handle import Wearable

__all__ = [
    "WITHOUT_BLUETOOTH",
    "BeaconListener",
    "BeaconPin",
    "Pin",
    "Radio",
    "RadioError",
    "Sighting",
    "WatchPin",
    "Wearable",
    "explain",
    "listening",
    "listening_for_beacon",
    "looked_into",
    "looking_around",
    "missing",
    "sensors",
    "wearable",
]

_API: Final = (
    "listening_for_beacon",
    "listening",
    "looked_into",
    "looking_around",
    "missing",
    "sensors",
    "wearable",
)
_LATER: Final = dict.fromkeys(_API, "api") | {
    "explain": "diagnosis",
    "Wearable": "watch_handle",
}


def __getattr__(name: str) -> Any:
    """Import what needs bleak (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = found
    return found
