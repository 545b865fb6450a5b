"""``kickcue reps``: a training session's repetitions, and how the last stood against the first."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Final

from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.repetitions import RepetitionSource, RepFigures, repetitions
from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.printing import complain
from kickcue.config.profile_files import load_profiles
from kickcue.core.clock_format import clock
from kickcue.core.cueing.policy import ANSWERED_RATIO
from kickcue.recording import MARKS, Recording
from kickcue.recording.laps import PRESSES

AUTO: Final = "auto"
FILLED_IN: Final = "~"
UNSEEN: Final = {
    RepetitionSource.SESSION: "the session was ended in it",
    RepetitionSource.POSITIONS: "the recording starts or ends in it",
    RepetitionSource.SPEED: "the recording starts or ends in it",
    RepetitionSource.MARKS: "an end without a press, filled in with the usual length",
}
SHARP: Final = frozenset({RepetitionSource.SESSION, RepetitionSource.MARKS})
"""Presses are good to tenths of a second, and a session's times are shown as they were when it was
run; positions and speeds are good to a second or two, so tenths of them would be made up."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "recording",
        type=Path,
        metavar="RECORDING",
        help="MCAP, JSONL, FIT, TCX or GPX, plain, gzipped or zipped",
    )
    parser.add_argument(
        "--from",
        dest="way",
        choices=(*(way.value for way in RepetitionSource), AUTO),
        default=AUTO,
        help=(
            "what to find them by (default: auto, which takes those of a session that kickcue "
            "led, else tries positions, then speeds, then lap presses)"
        ),
    )
    parser.add_argument(
        "--marks",
        choices=MARKS,
        default="manual",
        help="which laps of a watch's file count as presses (default: manual)",
    )
    add_activity_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the repetitions; 1 where there are none, or the file is damaged."""
    recording = opened(
        args, args.recording, marks=PRESSES if args.marks == "manual" else args.marks
    )
    for problem in recording.problems:
        complain(f"{args.recording}: {problem}")
    if args.way == RepetitionSource.MARKS and recording.laps_note:
        complain(f"{args.recording}: {recording.laps_note}")
    way, reps = repetitions(
        recording,
        sensor_profiles(recording, load_profiles()),
        None if args.way == AUTO else RepetitionSource(args.way),
    )
    print(
        json_line(_as_json(recording, way, reps))
        if args.json
        else "\n".join(_as_text(recording, way, reps))
    )
    return 1 if recording.problems else 0


# ---- for people


def _as_text(
    recording: Recording, way: RepetitionSource, reps: Sequence[RepFigures]
) -> Iterator[str]:
    digits = 1 if way in SHARP else 0
    found = "as the session had them" if way is RepetitionSource.SESSION else f"found by {way}"
    count = f"{len(reps)} repetition{'' if len(reps) == 1 else 's'}"
    yield f"{recording.path.name}: {count}, {found}"
    header = ("rep", "start", "time s", "m", "min/km", "spm", "rest s")
    yield table(
        header, (_row(number, rep, digits) for number, rep in enumerate(reps, 1)), align="rrrrrrr"
    )
    if not all(rep.whole for rep in reps):
        yield f"{FILLED_IN} {UNSEEN[way]}"
    yield from _spread([rep.seconds for rep in reps if rep.whole], digits)
    yield from _fade([rep for rep in reps if rep.whole or rep.distance_m is not None])


def _row(number: int, rep: RepFigures, digits: int) -> tuple[str, ...]:
    return (
        str(number),
        f"{'' if rep.start_seen else FILLED_IN}{clock(rep.start_s, digits)}",
        f"{'' if rep.whole else FILLED_IN}{rep.seconds:.{digits}f}",
        _shown(rep.distance_m, 0),
        "-" if not rep.speed_mps else clock(1000.0 / rep.speed_mps),
        _shown(rep.cadence_spm, 0),
        _shown(rep.rest_s, digits),
    )


def _spread(seconds: Sequence[float], digits: int) -> Iterator[str]:
    if len(seconds) > 1:
        yield (
            f"time   mean {fmean(seconds):.1f} s ± {stdev(seconds):.1f}, "
            f"{min(seconds):.{digits}f} to {max(seconds):.{digits}f}"
        )


def _fade(figures: Sequence[RepFigures]) -> Iterator[str]:
    """Yield how the last repetition compares, of those of which more than an end is known."""
    if len(figures) < 2:
        return
    *before, last = figures
    speed, cadence = _change(before[:1], last)
    also = "" if cadence is None else f", cadence {cadence:+.1%}"
    if speed is not None:
        yield f"fade   last against first: speed {speed:+.1%}{also}"
    else:
        yield (
            "fade   last against first: time "
            f"{last.seconds / before[0].seconds - 1.0:+.1%}{also}; distances unknown"
        )
    yield f"kick   {for_the_kick(*_change(before, last))}"


def _change(before: Sequence[RepFigures], last: RepFigures) -> tuple[float | None, float | None]:
    """Return by what share a repetition's speed and cadence differ from the mean of those before.

    None where unknown.
    """
    return (
        _share([rep.speed_mps for rep in before], last.speed_mps),
        _share([rep.cadence_spm for rep in before], last.cadence_spm),
    )


def _share(before: Sequence[float | None], last: float | None) -> float | None:
    known = [value for value in before if value is not None]
    return None if last is None or not known else last / fmean(known) - 1.0


def for_the_kick(speed: float | None, cadence: float | None) -> str:
    """Return what the last repetition shows of a kick: its cadence against what the cue asks.

    No more is concluded.
    """
    if cadence is None:
        return "unknown: the last lap calls for cadence, and there is no cadence data"
    text = f"cadence {cadence:+.1%} against those before"
    if cadence < ANSWERED_RATIO - 1.0:
        return f"{text}; the last-lap cue calls for {ANSWERED_RATIO - 1.0:+.0%}"
    if speed is not None and speed <= 0.0:
        return f"{text}, but no faster: steps were shorter"
    return f"{text}, as the last-lap cue calls for ({ANSWERED_RATIO - 1.0:+.0%})"


def _shown(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


# ---- for programs


def _as_json(
    recording: Recording, way: RepetitionSource, reps: Sequence[RepFigures]
) -> dict[str, Any]:
    known = [rep for rep in reps if rep.whole or rep.distance_m is not None]
    speed, cadence = _change(known[:1], known[-1]) if len(known) > 1 else (None, None)
    return {
        "file": str(recording.path),
        "from": way,
        "reps": [_rep_object(rep) for rep in reps],
        "last_against_first": {"speed": _rounded(speed, 4), "cadence": _rounded(cadence, 4)},
    }


def _rep_object(rep: RepFigures) -> dict[str, Any]:
    return {
        "start_s": round(rep.start_s, 3),
        "end_s": round(rep.end_s, 3),
        "start_seen": rep.start_seen,
        "end_seen": rep.end_seen,
        "rest_s": _rounded(rep.rest_s, 3),
        "distance_m": _rounded(rep.distance_m, 1),
        "speed_mps": _rounded(rep.speed_mps, 3),
        "cadence_spm": _rounded(rep.cadence_spm, 1),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
