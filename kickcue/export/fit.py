"""An activity as FIT, the form that every training site takes.

A whole activity file: who made it, when the timer ran, a record a second, laps, the session they
add up to. Beside FIT's own fields each record has two of kickcue's: how far was left, and what was
cued.
"""

import zlib
from typing import TYPE_CHECKING, Any, Final

from kickcue.config.extras import how_to_get
from kickcue.core.errors import DataError, UsageError
from kickcue.core.units import NS_PER_MS, NS_PER_S, STEPS_PER_STRIDE
from kickcue.export.activity import (
    ExportActivity,
    ExportLap,
    Intensity,
    Trigger,
    whole_seconds_ns,
)
from kickcue.export.fit_records import CUE, TO_GO, RecordWriter
from kickcue.recording.utc import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fit_tool.data_message import DataMessage  # type: ignore[import-untyped]

APPLICATION: Final = bytes.fromhex("6b69636b637565000000000000000001")
"""By this kickcue's own fields are known: its name, and the number of their first form."""

_LAP, _EVENT, _REST_OF_IT = 5, 6, 0  # local message types; see fit_records for the others
_DEVELOPMENT: Final = 255
_TRACK: Final = 4
_RUNNING: Final = 1
_TRIGGERS: Final = {
    Trigger.MANUAL: 0,
    Trigger.TIME: 1,
    Trigger.DISTANCE: 2,
    Trigger.POSITION: 4,
    Trigger.SESSION_END: 7,
}
_INTENSITIES: Final = {
    Intensity.ACTIVE: 0,
    Intensity.REST: 1,
    Intensity.WARM_UP: 2,
    Intensity.COOL_DOWN: 3,
}
_TIMER, _LAP_EVENT, _SESSION_EVENT, _ACTIVITY_EVENT = 0, 9, 8, 26
_START, _STOP, _STOP_ALL = 0, 1, 4
_MS_PER_S: Final = 1000
_CM_PER_M: Final = 100
_MOST_SPEED_MPS: Final = 65.0
_EPOCH_S: Final = 631_065_600
"""FIT counts seconds from the end of 1989, in 32 bits; a low number counts from power-on."""
_EARLIEST_S: Final = _EPOCH_S + 0x1000_0000
_LATEST_S: Final = _EPOCH_S + 0xFFFF_FFFF
_DAY_S: Final = 86_400
_LONGEST_S: Final = 49 * _DAY_S
"""It counts how long in milliseconds, in 32 bits."""


def fit_bytes(activity: ExportActivity) -> bytes:
    """Return the bytes of the file.

    UsageError where the library is missing, DataError for times that FIT cannot hold.
    """
    try:
        from fit_tool.fit_file_builder import (  # type: ignore[import-untyped]  # noqa: PLC0415
            FitFileBuilder,
        )
    except ImportError:
        raise UsageError(
            f"writing FIT files needs the fit-tool library: {how_to_get('export')}"
        ) from None
    _check_times(activity)
    builder = FitFileBuilder(auto_define=True)
    for message in _messages(activity):
        builder.add(message)
    return bytes(builder.build_bytes())


def _check_times(activity: ExportActivity) -> None:
    first_ns, last_ns = activity.utc_ns(activity.start_ns), activity.utc_ns(activity.end_ns)
    if not _EARLIEST_S * NS_PER_S <= first_ns <= last_ns < _LATEST_S * NS_PER_S:
        raise DataError(
            f"FIT holds times from {_day(_EARLIEST_S)} to {_day(_LATEST_S)}, and this recording "
            f"is of {_day(first_ns // NS_PER_S)} to {_day(last_ns // NS_PER_S)}"
        )
    if last_ns - first_ns > _LONGEST_S * NS_PER_S:
        raise DataError(
            f"FIT holds {_LONGEST_S // _DAY_S} days, and this recording is of "
            f"{_day(first_ns // NS_PER_S)} to {_day(last_ns // NS_PER_S)}"
        )


def _day(since_1970_s: int) -> str:
    return utc_text(since_1970_s * NS_PER_S)[: len("1998-07-03")]


def _messages(activity: ExportActivity) -> "Iterator[DataMessage]":
    yield _file_id(activity)
    yield from _own_fields()
    yield _timer(activity, activity.start_ns, running=True)
    yield from _in_order(activity)
    yield _timer(activity, activity.end_ns, running=False)
    yield _session(activity)
    yield _whole(activity)


def _in_order(activity: ExportActivity) -> "Iterator[DataMessage]":
    """Yield records, turns of the timer and laps as a watch would have written them."""
    found: list[tuple[int, int, DataMessage]] = []
    found += [(t_ns, 1, message) for t_ns, message in RecordWriter(activity).messages()]
    for stop_ns, go_ns in activity.stops:
        found.append((stop_ns, 2, _timer(activity, stop_ns, running=False)))
        if go_ns < activity.end_ns:
            found.append((go_ns, 0, _timer(activity, go_ns, running=True)))
    found += [(lap.to_ns, 3, _lap(activity, lap)) for lap in activity.laps]
    found.sort(key=lambda each: each[:2])
    for _, _, message in found:
        yield message


def _ms(activity: ExportActivity, t_ns: int) -> int:
    """Return a moment in milliseconds since 1970, at FIT's whole seconds."""
    return whole_seconds_ns(activity.utc_ns(t_ns)) // NS_PER_MS


def _file_id(activity: ExportActivity) -> "DataMessage":
    from fit_tool.profile.messages.file_id_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FileIdMessage,
    )
    from fit_tool.profile.profile_type import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FileType,
    )

    message = FileIdMessage(local_id=_REST_OF_IT)
    message.type = FileType.ACTIVITY
    message.manufacturer = _DEVELOPMENT
    message.product = 0
    message.product_name = "kickcue"
    message.time_created = _ms(activity, activity.start_ns)
    # Sites know a file that they have already by this number and the time.
    ends = tuple(lap.elapsed_ms for lap in activity.laps)
    message.serial_number = zlib.crc32(repr(ends).encode()) or 1
    return message


def _own_fields() -> "Iterator[DataMessage]":
    from fit_tool.base_type import BaseType  # type: ignore[import-untyped]  # noqa: PLC0415
    from fit_tool.profile.messages.developer_data_id_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        DeveloperDataIdMessage,
    )
    from fit_tool.profile.messages.field_description_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FieldDescriptionMessage,
    )

    whose = DeveloperDataIdMessage(local_id=_REST_OF_IT)
    whose.application_id = APPLICATION
    whose.application_version = 1
    whose.developer_data_index = 0
    yield whose
    for number, name, base_type, units in (
        (TO_GO, "to_go", BaseType.FLOAT32, "m"),
        (CUE, "cue", BaseType.STRING, ""),
    ):
        message = FieldDescriptionMessage(local_id=_REST_OF_IT)
        message.developer_data_index = 0
        message.field_definition_number = number
        message.fit_base_type_id = base_type.value
        message.field_name = name
        message.units = units
        message.native_mesg_num = 20
        yield message


def _timer(activity: ExportActivity, t_ns: int, *, running: bool) -> "DataMessage":
    from fit_tool.profile.messages.event_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        EventMessage,
    )

    message = EventMessage(local_id=_EVENT)
    message.timestamp = _ms(activity, t_ns)
    message.event = _TIMER
    message.event_type = _START if running else _STOP_ALL
    message.event_group = 0
    return message


def _lap(activity: ExportActivity, lap: ExportLap) -> "DataMessage":
    from fit_tool.profile.messages.lap_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        LapMessage,
    )

    message = LapMessage(local_id=_LAP)
    message.message_index = lap.number - 1
    message.timestamp = _ms(activity, lap.to_ns)
    message.start_time = _ms(activity, lap.from_ns)
    message.event, message.event_type = _LAP_EVENT, _STOP
    message.intensity = _INTENSITIES[lap.intensity]
    message.lap_trigger = _TRIGGERS[lap.trigger]
    _total(message, lap.timer_ms, lap.elapsed_ms, lap.length_cm)
    _means(message, lap.mean_heart_rate_bpm, lap.most_heart_rate_bpm, lap.mean_cadence_spm)
    message.sport = _RUNNING
    message.sub_sport = _TRACK if activity.track else 0
    return message


def _session(activity: ExportActivity) -> "DataMessage":
    from fit_tool.profile.messages.session_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        SessionMessage,
    )

    message = SessionMessage(local_id=_REST_OF_IT)
    message.message_index = 0
    message.timestamp = _ms(activity, activity.end_ns)
    message.start_time = _ms(activity, activity.start_ns)
    message.event, message.event_type = _SESSION_EVENT, _STOP
    message.sport = _RUNNING
    message.sub_sport = _TRACK if activity.track else 0
    _total(message, activity.timer_ms, activity.elapsed_ms, activity.length_cm)
    rates = [row.heart_rate_bpm for row in activity.rows if row.heart_rate_bpm is not None]
    cadences = [row.cadence_spm for row in activity.rows if row.cadence_spm]
    _means(message, _mean(rates), max(rates, default=None), _mean(cadences))
    message.first_lap_index = 0
    message.num_laps = len(activity.laps)
    message.trigger = 0  # the end of the activity
    return message


def _whole(activity: ExportActivity) -> "DataMessage":
    from fit_tool.profile.messages.activity_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        ActivityMessage,
    )

    message = ActivityMessage(local_id=_REST_OF_IT)
    message.timestamp = _ms(activity, activity.end_ns)
    message.total_timer_time = activity.timer_ms / _MS_PER_S
    message.num_sessions = 1
    message.type = 0  # manual: one sport
    message.event, message.event_type = _ACTIVITY_EVENT, _STOP
    return message


def _total(message: Any, timer_ms: int, elapsed_ms: int, length_cm: int | None) -> None:
    message.total_elapsed_time = elapsed_ms / _MS_PER_S
    message.total_timer_time = timer_ms / _MS_PER_S
    if length_cm is None:
        return
    message.total_distance = length_cm / _CM_PER_M
    if timer_ms and (mps := length_cm * _MS_PER_S / _CM_PER_M / timer_ms) <= _MOST_SPEED_MPS:
        message.enhanced_avg_speed = mps


def _means(
    message: Any, mean_bpm: float | None, most_bpm: float | None, mean_spm: float | None
) -> None:
    if mean_bpm is not None and most_bpm is not None and most_bpm < 0xFF:
        message.avg_heart_rate = round(mean_bpm)
        message.max_heart_rate = round(most_bpm)
    if mean_spm is not None and mean_spm < STEPS_PER_STRIDE * 0xFF:
        strides = mean_spm / STEPS_PER_STRIDE
        message.avg_cadence = int(strides)
        message.avg_fractional_cadence = strides - int(strides)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
