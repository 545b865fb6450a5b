"""What a data message of a FIT file says: its values by name, developer fields apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fitdecode.records import FitDataMessage  # type: ignore[import-untyped]
from fitdecode.types import DevField  # type: ignore[import-untyped]

TAKEN: Final = ("file_id", "session", "lap", "record", "event", "hr")
# Native numbers of record fields.
HEART_RATE, CADENCE, DISTANCE, SPEED, ENHANCED_SPEED = 3, 4, 5, 6, 73
STAND_INS: Final = frozenset({HEART_RATE, CADENCE, DISTANCE, SPEED, ENHANCED_SPEED})
"""What a developer field may stand in for, where the native one is missing."""


@dataclass(frozen=True, slots=True)
class FitMessage:
    """A data message: values by field name (scaled), and those of developer fields by name.

    ``stands_for`` are native field numbers.
    """

    name: str
    values: dict[str, Any]
    developer: Mapping[str, Any]
    stands_for: Mapping[int, Any]


def message_of(frame: FitDataMessage) -> FitMessage:
    """Return what a decoded message says; fields without a value are left out."""
    values: dict[str, Any] = {}
    developer: dict[str, Any] = {}
    stands_for: dict[int, Any] = {}
    for item in frame.fields:
        if item.value is None:
            continue
        if isinstance(item.field, DevField):
            if item.field.native_field_num in STAND_INS:
                stands_for[item.field.native_field_num] = item.value
            else:
                developer[item.name or "unnamed"] = item.value  # its description may have been lost
        elif item.field_def is None:  # the library unpacked it from another field
            if frame.name == "hr":  # see fit_heart: it takes the packed times itself
                continue
            values.setdefault(item.name, item.value)
        else:
            values[item.name] = item.value
    return FitMessage(frame.name, values, developer, stands_for)
