"""The records of a FIT file, with kickcue's own two fields.

A message of fit-tool has all of the hundred fields that FIT knows for it. With those alone that are
written, an hour of records takes a fourth of the time.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from kickcue.core.units import NS_PER_MS, STEPS_PER_STRIDE
from kickcue.export.activity import ExportActivity, ExportRow, whole_seconds_ns

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage  # type: ignore[import-untyped]
    from fit_tool.developer_field import DeveloperField  # type: ignore[import-untyped]

FIRST_LOCAL: Final = 1
"""Local message types: this and the three behind it, for records with and without each own field.

A record could say "unknown" in such a field, but readers disagree on what that looks like.
"""
TO_GO, CUE = 0, 1
"""Numbers of kickcue's own fields."""
MOST_CUE_BYTES: Final = 48

_MESSAGE: Final = 20
_FRACTIONS: Final = 128
_MOST: Final = {"heart_rate": 0xFE, "cadence": 0xFE, "distance": 0xFFFFFFFE / 100}
_MM_PER_M: Final = 1000
_MOST_SPEED_MPS: Final = 65.0
_MOST_STEP_MM: Final = 6500.0

Values = dict[str, float | None]


def values_of(row: ExportRow, utc_ns: int) -> Values:
    """Return what a record says, by FIT's names of its fields; what does not fit is left out."""
    strides = None if row.cadence_spm is None else row.cadence_spm / STEPS_PER_STRIDE
    cadence, fraction = divmod(round(strides * _FRACTIONS), _FRACTIONS) if strides else (strides, 0)
    if not _fits(cadence, _MOST["cadence"]):
        cadence = None
    return {
        "timestamp": whole_seconds_ns(utc_ns) // NS_PER_MS,
        "distance": _within(row.distance_m, _MOST["distance"]),
        "enhanced_speed": _within(row.mps, _MOST_SPEED_MPS),
        "heart_rate": _whole(_within(row.heart_rate_bpm, _MOST["heart_rate"])),
        "cadence": cadence,
        "fractional_cadence": None if cadence is None else fraction / _FRACTIONS,
        "step_length": None
        if row.step_m is None
        else _within(row.step_m * _MM_PER_M, _MOST_STEP_MM),
        "position_lat": row.lat_deg,
        "position_long": row.lon_deg,
    }


def _fits(value: float | None, most: float) -> bool:
    return value is not None and 0 <= value <= most


def _within(value: float | None, most: float) -> float | None:
    return value if value is not None and 0 <= value <= most else None


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


class RecordWriter:
    """Makes the record messages of one activity.

    Fields that no row has are not in the file at all.
    """

    def __init__(self, activity: ExportActivity) -> None:
        self._rows = rows_by_second(activity)
        used = {
            name for _, values in self._rows for name, value in values.items() if value is not None
        }
        self._fields = [each for each in _field_classes() if each[0] in used]

    def messages(self) -> "list[tuple[int, DataMessage]]":
        """Return each record with its ``t_ns``, in order."""
        return [(row.t_ns, self._message(row, values)) for row, values in self._rows]

    def _message(self, row: ExportRow, values: Values) -> "DataMessage":
        from fit_tool.data_message import DataMessage  # noqa: PLC0415  an optional library

        fields = []
        for name, make in self._fields:
            field = make()
            field.set_value(0, values[name])
            fields.append(field)
        own = []
        if row.to_go_m is not None:
            own.append(_own_field(TO_GO, row.to_go_m))
        if words := cut(row.cue or ""):
            own.append(_own_field(CUE, words))
        local_id = FIRST_LOCAL + sum(1 << field.field_id for field in own)
        return DataMessage(local_id, _MESSAGE, name="record", fields=fields, developer_fields=own)


def rows_by_second(activity: ExportActivity) -> list[tuple[ExportRow, Values]]:
    """Return the rows with their values; FIT has whole seconds, so of two in one the later stays.

    A cue of the earlier one goes with the later.
    """
    found: dict[float | None, tuple[ExportRow, Values]] = {}
    for row in activity.rows:
        values = values_of(row, activity.utc_ns(row.t_ns))
        found[values["timestamp"]] = (row, values)
    return list(found.values())


def cut(text: str) -> str:
    """Return the text in one line, of at most so many bytes."""
    line = " ".join(text.replace("\0", " ").split()).encode(errors="replace")
    return line[:MOST_CUE_BYTES].decode(errors="ignore")


def _own_field(number: int, value: Any) -> "DeveloperField":
    from fit_tool.base_type import BaseType  # type: ignore[import-untyped]  # noqa: PLC0415
    from fit_tool.developer_field import DeveloperField  # noqa: PLC0415

    kinds = {TO_GO: ("to_go", BaseType.FLOAT32, 4), CUE: ("cue", BaseType.STRING, 0)}
    name, base_type, size = kinds[number]
    field = DeveloperField(
        field_id=number, name=name, base_type=base_type, size=size, growable=True
    )
    field.set_value(0, value)
    if number == CUE:
        field.size = MOST_CUE_BYTES + 1  # one definition for cues of any length
    return field


def _field_classes() -> Sequence[tuple[str, Callable[[], Any]]]:
    from fit_tool.profile.messages import (  # type: ignore[import-untyped]  # noqa: PLC0415
        common_fields,
        record_message as fields,
    )

    return (
        ("timestamp", common_fields.TimestampField),
        ("position_lat", fields.RecordPositionLatField),
        ("position_long", fields.RecordPositionLongField),
        ("distance", fields.RecordDistanceField),
        ("enhanced_speed", fields.RecordEnhancedSpeedField),
        ("heart_rate", fields.RecordHeartRateField),
        ("cadence", fields.RecordCadenceField),
        ("fractional_cadence", fields.RecordFractionalCadenceField),
        ("step_length", fields.RecordStepLengthField),
    )
