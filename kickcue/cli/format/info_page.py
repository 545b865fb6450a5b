"""A recording as lines of label and text: what a runner asks, then what sensors and engine did."""

from collections.abc import Iterator, Mapping
from typing import Final

from kickcue.analysis.recorded_session import RecordedSession
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.spans import GAP_S, TimeSpan
from kickcue.analysis.summary import Range, RecordingSummary, SensorSummary
from kickcue.cli.format.info_run import RunFacts
from kickcue.cli.format.session_text import session_text
from kickcue.core.clock_format import clock
from kickcue.core.position.uncertainty import to_go
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import Recording

PROBLEM: Final = "PROBLEM"
SHOWN_GAPS: Final = 4  # gaps; cues are shown all, a race has a handful
MOST_ACTIVITIES: Final = 30
SPORT_LETTERS: Final = 12  # letters of a sport that are shown
WALK_MPS: Final = 0.7
"""Slower than this a pace means nothing."""
ESTIMATED: Final = "~"
MORE: Final = "kickcue info --verbose: each sensor, the gaps, the engine's outputs"

BY: Final = {
    "manual": "by hand",
    "distance": "by distance",
    "time": "by time",
    "session_end": "at the end",
    "unknown": "(trigger not recorded)",
}


def rows(
    recording: Recording,
    summary: RecordingSummary,
    run: RunFacts,
    session: RecordedSession | None,
    *,
    verbose: bool,
) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line."""
    yield from _for_the_runner(recording, summary, run, session)
    if verbose:
        yield from _for_the_engineer(summary, run.time)
    yield from (("note", _sentence(note)) for note in notes(recording))
    yield from ((PROBLEM, _sentence(problem)) for problem in recording.problems)
    if not verbose:
        yield "more", MORE


def notes(recording: Recording) -> list[str]:
    """Return what is worth knowing although nothing is lost."""
    return [*recording.notes, *([recording.laps_note] if recording.laps_note else [])]


# ---- for the runner


def _for_the_runner(
    recording: Recording,
    summary: RecordingSummary,
    run: RunFacts,
    session: RecordedSession | None,
) -> Iterator[tuple[str, str]]:
    header = recording.header
    yield "kind", f"{recording.kind}{f' by {header.made_by}' if header.made_by else ''}"
    yield "start", header.utc or "date unknown"
    if session is not None:
        yield from _session(session)
    elif header.race:
        yield "race", header.race + (f", laps of {header.lap_m:g} m" if header.lap_m else "")
    yield from _activities(recording)
    yield "time", _time(run)
    run_m = run.distance_m
    if run_m is not None:
        yield "distance", f"{run_m:.1f} m" + (", rests and all" if session is not None else "")
    if run_m is not None and session is None:  # a mean over repetitions and rests is no pace
        yield from _pace(run_m, run.seconds)
    if run.kick is not None:
        yield "kick", run.kick
    yield from _body(summary)
    yield from _laps(recording, summary, run, session)
    for cue in summary.cues:
        where = "" if cue.to_go_m is None else f", {to_go(cue.to_go_m, cue.sd_m)}"
        yield "cue", f"{clock(run.time.at(cue.t_ns), 1)}  {cue.kind}{where}: {cue.text}"


def _session(session: RecordedSession) -> Iterator[tuple[str, str]]:
    """Yield the plan, and the repetitions with their times."""
    yield "session", session.title or session.name
    if session.title:
        yield "plan", session.name
    head, *others = session_text(session.runs).splitlines()
    of = "" if len(session.runs) == session.reps else f" (the plan has {session.reps})"
    yield "reps", f"{head.strip()}{of if not others else ''}"
    for number, line in enumerate(others, 1):
        yield "", f"{line.strip()}{of if number == len(others) else ''}"


def _time(run: RunFacts) -> str:
    known = clock(run.seconds, 1)
    if run.stopped_s:
        return f"{known}, and stopped for {clock(run.stopped_s, 1)}"
    return known if run.started else f"{known} (the whole recording; it has no start)"


def _activities(recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield a line for each of several activities, a star before those that are taken."""
    if len(recording.activities) < 2:
        return
    for each in recording.activities[:MOST_ACTIVITIES]:
        start = "date unknown" if each.utc is None else each.utc[:16].replace("T", " ")
        metres = "" if each.distance_m is None else f"{each.distance_m:.0f} m"
        star = "*" if each.taken else " "
        text = (
            f"{star}{each.number:2d}  {start}  {each.sport[:SPORT_LETTERS]:<{SPORT_LETTERS}} "
            f"{clock(each.duration_s, 1):>9} {metres:>8}"
        )
        yield "activity" if each.number == 1 else "", text
    more = len(recording.activities) - MOST_ACTIVITIES
    if more > 0:
        yield "", f"and {more} more (--json has all)"


def _pace(run_m: float, run_s: float) -> Iterator[tuple[str, str]]:
    if run_s > 0 and run_m / run_s >= WALK_MPS:
        yield "pace", f"{clock(1000 * run_s / run_m)} min/km"


def _body(summary: RecordingSummary) -> Iterator[tuple[str, str]]:
    """Yield cadence and heart rate, each of the sensor that sent most."""
    by_size = sorted(summary.sensors, key=lambda sensor: -sensor.notifications)
    cadence = next(
        (sensor.cadence_spm for sensor in by_size if sensor.cadence_spm is not None), None
    )
    heart = next(
        (sensor.heart_rate_bpm for sensor in by_size if sensor.heart_rate_bpm is not None), None
    )
    if cadence is not None:
        yield "cadence", f"{_range(cadence, 0)} spm"
    if heart is not None:
        yield "heart", f"{_range(heart, 0)} bpm"


def _laps(
    recording: Recording,
    summary: RecordingSummary,
    run: RunFacts,
    session: RecordedSession | None,
) -> Iterator[tuple[str, str]]:
    if recording.laps:
        yield (
            "laps",
            ", ".join(
                f"{count} {BY.get(trigger, f'by {trigger}')}"
                for trigger, count in recording.laps.items()
            ),
        )
    hint = "none (--marks all uses the laps as marks)" if recording.laps else "none"
    yield "marks", _counted(summary.marks) or hint
    if run.laps_s and session is None:
        each = [
            f"{ESTIMATED if estimated else ''}{clock(lap_s, 1)}"
            for lap_s, estimated in zip(run.laps_s, run.estimated, strict=True)
        ]
        by = f"  ({ESTIMATED} an end by the estimate)" if any(run.estimated) else ""
        yield "lap times", f"{'  '.join(each)}{by}"


# ---- for the engineer


def _for_the_engineer(summary: RecordingSummary, time: RaceTime) -> Iterator[tuple[str, str]]:
    gun_s = ns_to_s(time.start_ns)
    before = f", {clock(gun_s, 1)} of it before the start" if gun_s else ""
    yield "length", f"{clock(summary.duration_s, 1)}{before}"
    for sensor in summary.sensors:
        yield from _sensor_rows(sensor, time)
    if summary.counts:
        yield "also", _counted(summary.counts)
    if summary.pauses:
        yield "pauses", _longest(summary.pauses, time)
    yield "gaps", _gaps(summary.gaps, time)
    if summary.outputs:
        yield "outputs", _counted(summary.outputs)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _sensor_rows(sensor: SensorSummary, time: RaceTime) -> Iterator[tuple[str, str]]:
    parts = [f"{sensor.profile or 'profile not recorded'}: {sensor.notifications} notifications"]
    if sensor.rate_hz is not None:
        parts.append(f"{sensor.rate_hz:.3g} Hz")
    if sensor.silence.seconds > GAP_S:
        parts.append(f"silent for {_when(sensor.silence, time)}")
    if sensor.broken:
        parts.append(f"{sensor.broken} broken")
    if sensor.half_rr:
        parts.append(f"{sensor.half_rr} ending in a truncated RR interval")
    yield sensor.name, ", ".join(parts)
    if sensor.distance_m is not None:
        yield "", f"distance    {sensor.distance_m:.1f} m"
    for name, unit, values, digits in (
        ("speed", "m/s", sensor.speed_mps, 2),
        ("cadence", "spm", sensor.cadence_spm, 0),
        ("heart rate", "bpm", sensor.heart_rate_bpm, 0),
    ):
        if values is not None:
            yield "", f"{name:<10}  {_range(values, digits)} {unit}"


def _range(values: Range, digits: int) -> str:
    return f"{values.low:.{digits}f} to {values.high:.{digits}f}, median {values.median:.{digits}f}"


def _gaps(gaps: tuple[TimeSpan, ...], time: RaceTime) -> str:
    if not gaps:
        return f"none over {GAP_S:g} s"
    return _longest(gaps, time, f" over {GAP_S:g} s")


def _longest(spans: tuple[TimeSpan, ...], time: RaceTime, what: str = "") -> str:
    longest = sorted(spans, key=lambda span: -span.seconds)[:SHOWN_GAPS]
    shown = ", ".join(_when(span, time) for span in sorted(longest, key=lambda span: span.from_s))
    return f"{len(spans)}{what}{'; the longest' if len(spans) > SHOWN_GAPS else ''}: {shown}"


def _when(span: TimeSpan, time: RaceTime) -> str:
    return f"{span.seconds:.0f} s at {clock(time.at(s_to_ns(span.from_s)), 1)}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
