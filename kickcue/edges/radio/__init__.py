"""The radio edge: sensors found, pinned, held and won back over Bluetooth Low Energy. For engineers: ``docs/radio.md``.

The vocabulary comes at once. What needs bleak (``sensors``, ``looking_around``, ``listening``, ``explain``) is imported when it is asked
for, so that a command that only names a pin does not pay for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kickcue.edges.radio.model import Health, Pin, Radio, RadioError, Sighting, Stage

if TYPE_CHECKING:
    from kickcue.edges.radio.entrances import listening, looking_around, sensors
    from kickcue.edges.radio.explain import explain

__all__ = ["Health", "Pin", "Radio", "RadioError", "Sighting", "Stage", "explain", "listening", "looking_around", "sensors"]

_LATER: Final = {"sensors": "entrances", "looking_around": "entrances", "listening": "entrances", "explain": "explain"}


def __getattr__(name: str) -> Any:
    """Import what needs bleak (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = found
    return found
