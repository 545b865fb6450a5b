"""FIT to an activity: which sessions, which fields."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kickcue.core.units import NS_PER_S, STEPS_PER_STRIDE, s_to_ns
from kickcue.recording.bounds import Bounds
from kickcue.recording.fields import label, metres, number, seconds
from kickcue.recording.fit_frames import Progress, messages
from kickcue.recording.fit_heart import HeartRates
from kickcue.recording.fit_messages import (
    CADENCE,
    DISTANCE,
    ENHANCED_SPEED,
    HEART_RATE,
    SPEED,
    FitMessage,
)
from kickcue.recording.imported_activity import Activity
from kickcue.recording.interpolation import Interpolated
from kickcue.recording.laps import Lap
from kickcue.recording.parts import UNKNOWN, Part, chosen
from kickcue.recording.pauses import Turn
from kickcue.recording.points import Point
from kickcue.recording.time_order import Ordered, in_order

FIT_EPOCH_S: Final = 631_065_600  # 1989-12-31T00:00:00Z
SYSTEM_TIME_BELOW: Final = (
    0x10000000  # FIT profile, date_time: below this it is seconds since power-on
)
LAST_S: Final = 0xFFFFFFFF
SLACK_S: Final = 3600
SEMICIRCLE_DEG: Final = 180 / 2**31


@dataclass(frozen=True, slots=True, order=True)
class _Session:
    start_ns: int
    sport: str


def read(data: bytes, wanted: int | None = None, progress: Progress | None = None) -> Activity:
    """Return an activity of a FIT file, whatever can be decoded of it.

    ``wanted``: which of several, counted from 1; UsageError where there is no such one.
    ``progress`` is called now and then with the share of the file that has been read.
    """
    found, problems = messages(data, progress)
    parts: list[Part] = []
    notes: list[str] = []
    bounds = Bounds()
    for outing, file in enumerate(_files(found)):
        legs, its_notes = _legs(file, outing, bounds)
        parts += legs
        notes += its_notes
    choice = chosen(
        parts, wanted, "activities" if len({part.outing for part in parts}) > 1 else "sessions"
    )
    records = [message for message in found if message.name == "record"]
    return Activity(
        kind="FIT",
        points=choice.part.points,
        laps=choice.part.laps,
        turns=choice.part.turns,
        device=_device(found),
        problems=[*problems, *bounds.sentences()],
        notes=[*choice.notes, *notes, *_developer_notes(records)],
        found=choice.rows,
        choice=choice.note,
    )


def _files(found: Iterable[FitMessage]) -> list[list[FitMessage]]:
    """Return the messages of each file: several may be chained, and each begins with its id."""
    files: list[list[FitMessage]] = [[]]
    for message in found:
        if message.name == "file_id" and any(before.name == "record" for before in files[-1]):
            files.append([])
        files[-1].append(message)
    return files


def _legs(
    found: Sequence[FitMessage], outing: int, bounds: Bounds
) -> tuple[list[Part], tuple[str, ...]]:
    """Return the sessions of a file with their records, and what was done about their times."""
    records = [
        message for message in found if message.name == "record" and _time(message) is not None
    ]
    hearts = HeartRates(found)
    ordered = in_order(bounds.kept(_point(message, hearts) for message in records))
    within = _within_records(found, records)
    sessions = _sessions(within, ordered)
    laps = _laps([message for message in within if message.name == "lap"], sessions, ordered)
    turns = [Turn(ordered.at(turn.time_ns), turn.running) for turn in _turns(found)]
    if len(sessions) < 2:
        first = sessions[0] if sessions else None
        sport = UNKNOWN if first is None else first.sport
        return [Part(sport, ordered.points, laps[first], turns, outing)], ordered.notes
    return list(_parts(sessions, ordered, laps, turns, outing)), ordered.notes


def _within_records(found: Iterable[FitMessage], records: Iterable[FitMessage]) -> list[FitMessage]:
    """Return the sessions and laps that start while there are records, or near that."""
    times_s = [time_s for message in records if (time_s := _time(message)) is not None]
    span_s = (min(times_s) - SLACK_S, max(times_s) + SLACK_S) if times_s else (0, -1)
    return [
        message
        for message in found
        if message.name in ("session", "lap") and _starts_within(message, span_s)
    ]


def _sessions(within: Iterable[FitMessage], ordered: Ordered) -> list[_Session]:
    return sorted(
        _Session(ordered.at(_ns(_start(message))), str(message.values.get("sport", UNKNOWN)))
        for message in within
        if message.name == "session"
    )


def _parts(
    sessions: Sequence[_Session],
    ordered: Ordered,
    laps: Mapping[_Session | None, Sequence[Lap]],
    turns: Sequence[Turn],
    outing: int,
) -> Iterator[Part]:
    """Yield each of several sessions with what belongs to it."""
    points: dict[_Session, list[Point]] = {session: [] for session in sessions}
    for point in ordered.points:
        points[_session_at(sessions, point.time_ns)].append(point)
    ends_m = _totals_at([session.start_ns for session in sessions[1:]], ordered.points)
    for session, end_m in zip(sessions, [*ends_m, None], strict=True):
        its_turns = [turn for turn in turns if _session_at(sessions, turn.time_ns) == session]
        yield Part(session.sport, points[session], laps[session], its_turns, outing, end_m)


def _totals_at(times_ns: Iterable[int], points: Iterable[Point]) -> list[float | None]:
    """Return what the recorder had counted at some times; None where it counts nothing."""
    totals = [(point.time_ns, point.distance_m) for point in points if point.distance_m is not None]
    way = Interpolated(totals) if totals else None
    return [None if way is None else way.at(time_ns) for time_ns in times_ns]


def _turns(found: Iterable[FitMessage]) -> Iterator[Turn]:
    """Yield the starts and stops of the timer, pressed or automatic."""
    for message in found:
        time_s, kind = _time(message), str(message.values.get("event_type"))
        if (
            message.name == "event"
            and message.values.get("event") == "timer"
            and time_s is not None
        ):
            if kind == "start":
                yield Turn(_ns(time_s), running=True)
            elif kind.startswith("stop"):
                yield Turn(_ns(time_s), running=False)


def _time(message: FitMessage) -> int | None:
    time_s = message.values.get("timestamp")
    return time_s if isinstance(time_s, int) and 0 <= time_s <= LAST_S else None


def _starts_within(message: FitMessage, span_s: tuple[int, int]) -> bool:
    """Tell whether a lap or session starts in the time of the records.

    In a damaged file zeros look like a lap that was pressed.
    """
    start_s = message.values.get("start_time")
    return isinstance(start_s, int) and span_s[0] <= start_s <= span_s[1]


def _session_at(sessions: Sequence[_Session], time_ns: int) -> _Session:
    """Return the session that a moment lies in: each lasts until the next, the first from ever."""
    return sessions[
        max(bisect_right(sessions, time_ns, key=lambda session: session.start_ns) - 1, 0)
    ]


def _ns(time_s: float) -> int:
    """Return nanoseconds since 1970.

    A device that does not know the date counts from when it was switched on.
    """
    return s_to_ns(time_s) + (FIT_EPOCH_S * NS_PER_S if time_s >= SYSTEM_TIME_BELOW else 0)


def _number(*candidates: Any) -> float | None:
    """Return the first that is a number.

    FIT's "invalid" comes as None, odd field sizes as tuples.
    """
    return next((value for value in map(number, candidates) if value is not None), None)


def _point(message: FitMessage, hearts: HeartRates) -> Point:
    """Return the record; a developer field counts where its native field is missing."""
    values, instead = message.values, message.stands_for
    cadence = _number(values.get("cadence"), instead.get(CADENCE))
    step_mm = number(values.get("step_length"))
    lat, lon = number(values.get("position_lat")), number(values.get("position_long"))
    time_s = _time(message)
    assert time_s is not None  # read() keeps records with a time only
    return Point(
        time_ns=_ns(time_s),
        distance_m=_number(values.get("distance"), instead.get(DISTANCE)),
        speed_mps=_number(
            values.get("enhanced_speed"),
            values.get("speed"),
            instead.get(ENHANCED_SPEED),
            instead.get(SPEED),
        ),
        cadence_per_min=None
        if cadence is None
        else cadence + (number(values.get("fractional_cadence")) or 0.0),
        heart_rate_bpm=_number(
            values.get("heart_rate"), instead.get(HEART_RATE), hearts.at(time_s)
        ),
        stride_length_m=step_mm * STEPS_PER_STRIDE / 1000 if step_mm else None,
        lat_deg=None if lat is None else lat * SEMICIRCLE_DEG,
        lon_deg=None if lon is None else lon * SEMICIRCLE_DEG,
    )


def _laps(
    found: Iterable[FitMessage], sessions: Sequence[_Session], ordered: Ordered
) -> dict[_Session | None, list[Lap]]:
    """Return the laps of each session, of None where there is none.

    The last of each is final, whatever ended it. A lap ends at its start plus its elapsed time: a
    lap's own timestamp is the session's start in some files (seen: fr955).
    """
    laps: dict[_Session | None, list[Lap]] = {session: [] for session in (sessions or (None,))}
    for message in sorted(found, key=_start):
        elapsed_s = seconds(message.values.get("total_elapsed_time"))
        end_s = _start(message) + elapsed_s if elapsed_s is not None else _time(message)
        if end_s is not None:
            trigger = str(message.values.get("lap_trigger", "unknown"))
            length_m = metres(message.values.get("total_distance"))
            session = _session_at(sessions, ordered.at(_ns(_start(message)))) if sessions else None
            timer_s = seconds(message.values.get("total_timer_time"))
            final = trigger == "session_end"
            laps[session].append(Lap(ordered.at(_ns(end_s)), trigger, final, length_m, timer_s))
    return {
        session: [replace(lap, final=lap.final or lap is whole[-1]) for lap in whole]
        for session, whole in laps.items()
    }


def _start(message: FitMessage) -> int:
    return int(message.values["start_time"])  # only laps and sessions that have one get here


def _device(found: Iterable[FitMessage]) -> str | None:
    ids = next((message.values for message in found if message.name == "file_id"), {})
    parts = [
        ids.get("manufacturer"),
        ids.get("product_name") or ids.get("garmin_product") or ids.get("product"),
    ]
    return label(" ".join(str(part) for part in parts if part is not None))


def _developer_notes(records: Iterable[FitMessage]) -> list[str]:
    """Say which developer fields are in the records and stay there.

    kickcue has no use for power or leg stiffness.
    """
    names = Counter(name for record in records for name in record.developer)
    return [f"developer fields ignored: {', '.join(sorted(names))}"] if names else []
