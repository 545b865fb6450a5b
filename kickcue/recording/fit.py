"""FIT to an activity: which sessions, which fields."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kickcue.core.units import NS_PER_S, STEPS_PER_STRIDE, s_to_ns
from kickcue.recording.activity import Activity, Point
from kickcue.recording.fields import number
from kickcue.recording.fit_frames import Message, messages
from kickcue.recording.laps import Lap

FIT_EPOCH_S: Final = 631_065_600  # 1989-12-31T00:00:00Z
SYSTEM_TIME_BELOW: Final = 0x10000000  # FIT profile, date_time: below this it is seconds since power-on
SLACK_S: Final = 3600
SEMICIRCLE_DEG: Final = 180 / 2**31

_HEART_RATE, _CADENCE, _DISTANCE, _SPEED, _ENHANCED_SPEED = 3, 4, 5, 6, 73  # native numbers of record fields


@dataclass(frozen=True, slots=True, order=True)
class _Session:
    start_s: int
    sport: str


def read(data: bytes) -> Activity:
    """Return the running part of a FIT file, whatever can be decoded of it."""
    found, problems = messages(data)
    records = [message for message in found if message.name == "record" and _time(message) is not None]
    times_s = [time_s for message in records if (time_s := _time(message)) is not None]
    has_utc = bool(times_s) and times_s[0] >= SYSTEM_TIME_BELOW
    parts = [message for message in found if message.name in ("session", "lap") and _starts_within(message, times_s)]
    sessions = sorted(_Session(_start(part), str(part.values.get("sport", "unknown"))) for part in parts if part.name == "session")
    running = [session for session in sessions if session.sport == "running"] or sessions
    points = [_point(message, has_utc) for message in records if not sessions or _session_at(sessions, _time(message) or 0) in running]
    return Activity(
        kind="FIT",
        points=points,
        laps=_laps([message for message in parts if message.name == "lap"], sessions, running, has_utc),
        device=_device(found),
        has_utc=has_utc,
        problems=problems,
        notes=[*_session_notes(sessions, running), *_developer_notes(records)],
    )


def _time(message: Message) -> int | None:
    time_s = message.values.get("timestamp")
    return time_s if isinstance(time_s, int) else None


def _starts_within(message: Message, times_s: Sequence[int]) -> bool:
    """Say whether a lap or session starts in the time of the records: in a damaged file zeros look like a lap that was pressed."""
    start_s = message.values.get("start_time")
    return isinstance(start_s, int) and bool(times_s) and min(times_s) - SLACK_S <= start_s <= max(times_s) + SLACK_S


def _session_at(sessions: Sequence[_Session], time_s: int) -> _Session | None:
    """Return the session that a moment lies in: each lasts until the next begins, the first has begun always. None: there is none."""
    begun = [session for session in sessions if session.start_s <= time_s] or sessions[:1]
    return begun[-1] if begun else None


def _ns(time_s: float, has_utc: bool) -> int:
    return s_to_ns(time_s) + (FIT_EPOCH_S * NS_PER_S if has_utc else 0)


def _number(*candidates: Any) -> float | None:
    """Return the first that is a number; FIT's "invalid" comes as None, odd field sizes as tuples."""
    return next((value for value in map(number, candidates) if value is not None), None)


def _point(message: Message, has_utc: bool) -> Point:
    """Return the record; a developer field counts where the native field that it stands for is missing."""
    values, instead = message.values, message.stands_for
    cadence = _number(values.get("cadence"), instead.get(_CADENCE))
    step_mm = number(values.get("step_length"))
    lat, lon = number(values.get("position_lat")), number(values.get("position_long"))
    time_s = _time(message)
    assert time_s is not None  # read() keeps records with a time only
    return Point(
        time_ns=_ns(time_s, has_utc),
        distance_m=_number(values.get("distance"), instead.get(_DISTANCE)),
        speed_mps=_number(values.get("enhanced_speed"), values.get("speed"), instead.get(_ENHANCED_SPEED), instead.get(_SPEED)),
        cadence_per_min=None if cadence is None else cadence + (number(values.get("fractional_cadence")) or 0.0),
        heart_rate_bpm=_number(values.get("heart_rate"), instead.get(_HEART_RATE)),
        stride_length_m=step_mm * STEPS_PER_STRIDE / 1000 if step_mm else None,
        lat_deg=None if lat is None else lat * SEMICIRCLE_DEG,
        lon_deg=None if lon is None else lon * SEMICIRCLE_DEG,
    )


def _laps(found: Iterable[Message], sessions: Sequence[_Session], taken: Sequence[_Session], has_utc: bool) -> list[Lap]:
    """Return the laps of the taken sessions; the last of each session is final, whatever ended it.

    A lap ends at its start plus its elapsed time: a lap's own timestamp is the session's start in some files (seen: fr955).
    """
    laps: dict[_Session | None, list[Lap]] = {session: [] for session in (taken or (None,))}
    for message in sorted(found, key=_start):
        session = _session_at(sessions, _start(message))
        elapsed_s = number(message.values.get("total_elapsed_time"))
        end_s = _start(message) + elapsed_s if elapsed_s is not None else number(message.values.get("timestamp"))
        if session in laps and end_s is not None:
            trigger = str(message.values.get("lap_trigger", "unknown"))
            metres = number(message.values.get("total_distance"))
            end_ns = _ns(end_s, has_utc)
            laps[session].append(Lap(end_ns, trigger, trigger == "session_end", metres))
    return [replace(lap, final=lap.final or lap is whole[-1]) for whole in laps.values() for lap in whole]


def _start(message: Message) -> int:
    return int(message.values["start_time"])  # only laps and sessions that have one get here


def _device(found: Iterable[Message]) -> str | None:
    ids = next((message.values for message in found if message.name == "file_id"), {})
    parts = [ids.get("manufacturer"), ids.get("product_name") or ids.get("garmin_product") or ids.get("product")]
    return " ".join(str(part) for part in parts if part is not None) or None


def _session_notes(sessions: Sequence[_Session], taken: Sequence[_Session]) -> list[str]:
    if len(sessions) != len(taken):
        return [f"{len(sessions)} sessions ({', '.join(session.sport for session in sessions)}): only running is taken"]
    others = sorted({session.sport for session in taken} - {"running"})
    return [f"the activity is {', '.join(others)}, not running"] if others else []


def _developer_notes(records: Iterable[Message]) -> list[str]:
    """Say which developer fields are in the records and stay there: kickcue has no use for power or leg stiffness."""
    names = Counter(name for record in records for name in record.developer)
    return [f"developer fields not taken over: {', '.join(sorted(names))}"] if names else []
