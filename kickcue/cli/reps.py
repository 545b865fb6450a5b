"""``kickcue reps``: a training session's repetitions, and how the last stood against the first."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from kickcue.analysis.recorded_race import recorded_run
from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.repetitions import RepetitionSource, RepFigures, repetitions
from kickcue.analysis.review.model import Repeat, Repeats
from kickcue.analysis.review.repeats import repeats_of
from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.printing import complain
from kickcue.config.profile_files import load_profiles
from kickcue.core.clock_format import clock
from kickcue.core.cueing.policy import ANSWERED_RATIO
from kickcue.core.units import s_to_ns
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


Reps = Sequence[tuple[RepFigures, Repeat]]
"""Each repetition as it was found, and with its place beside the others."""


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
    way, found = repetitions(
        recording,
        sensor_profiles(recording, load_profiles()),
        None if args.way == AUTO else RepetitionSource(args.way),
    )
    run = recorded_run(recording)
    repeats = repeats_of(recording, way, found, s_to_ns(run.from_s))
    reps = tuple(zip(found, repeats.each, strict=True))
    print(
        json_line(_as_json(recording, repeats, reps))
        if args.json
        else "\n".join(_as_text(recording, repeats, reps))
    )
    return 1 if recording.problems else 0


# ---- for people


def _as_text(recording: Recording, repeats: Repeats, reps: Reps) -> Iterator[str]:
    way = RepetitionSource(repeats.found_by)
    digits = 1 if way in SHARP else 0
    found = "as the session had them" if way is RepetitionSource.SESSION else f"found by {way}"
    count = f"{len(reps)} repetition{'' if len(reps) == 1 else 's'}"
    yield f"{recording.path.name}: {count}, {found}"
    header = ("rep", "start", "time s", "m", "min/km", "spm", "bpm", "rest s")
    rows = [_row(found, rep, digits) for found, rep in reps]
    beats = any(rep.body.heart_rate_bpm is not None for _, rep in reps)
    shown = [name for name in header if beats or name != "bpm"]
    kept = [[row[header.index(name)] for name in shown] for row in rows]
    yield table(shown, kept, align="r" * len(shown))
    if not all(rep.whole for _, rep in reps):
        yield f"{FILLED_IN} {UNSEEN[way]}"
    yield from _spread(repeats, digits)
    yield from _fade([rep for _, rep in reps if rep.whole or rep.metres is not None])


def _row(found: RepFigures, rep: Repeat, digits: int) -> tuple[str, ...]:
    return (
        str(rep.number),
        f"{'' if found.start_seen else FILLED_IN}{clock(rep.race_s, digits)}",
        f"{'' if rep.whole else FILLED_IN}{rep.seconds:.{digits}f}",
        _shown(rep.metres, 0),
        "-" if not rep.mps else clock(1000.0 / rep.mps),
        _shown(rep.body.cadence_spm, 0),
        _shown(rep.body.heart_rate_bpm, 0),
        _shown(rep.rest_s, digits),
    )


def _spread(repeats: Repeats, digits: int) -> Iterator[str]:
    """Yield how alike the repetitions of one length were, and their rests."""
    if repeats.spread_s is None or repeats.fastest_s is None or repeats.slowest_s is None:
        return
    whole = len([rep for rep in repeats.each if rep.whole])
    of = "" if repeats.alike == whole else f" (the {repeats.alike} of one length)"
    yield (
        f"time   mean {repeats.mean_s:.1f} s ± {repeats.spread_s:.1f}, "
        f"{repeats.fastest_s:.{digits}f} to {repeats.slowest_s:.{digits}f}{of}"
    )
    if repeats.rest_spread_s is not None:
        yield f"rest   mean {repeats.mean_rest_s:.1f} s ± {repeats.rest_spread_s:.1f}"
    if repeats.last_percent is not None:
        yield f"last   against the mean of the others: speed {repeats.last_percent / 100.0:+.1%}"


def _fade(figures: Sequence[Repeat]) -> Iterator[str]:
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


def _change(before: Sequence[Repeat], last: Repeat) -> tuple[float | None, float | None]:
    """Return by what share a repetition's speed and cadence differ from the mean of those before.

    None where unknown.
    """
    return (
        _share([rep.mps for rep in before], last.mps),
        _share([rep.body.cadence_spm for rep in before], last.body.cadence_spm),
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


def _as_json(recording: Recording, repeats: Repeats, reps: Reps) -> dict[str, Any]:
    known = [rep for _, rep in reps if rep.whole or rep.metres is not None]
    speed, cadence = _change(known[:1], known[-1]) if len(known) > 1 else (None, None)
    return {
        "file": str(recording.path),
        "from": repeats.found_by,
        "reps": [_rep_object(found, rep) for found, rep in reps],
        "alike": repeats.alike,
        "mean_s": _rounded(repeats.mean_s, 3),
        "spread_s": _rounded(repeats.spread_s, 3),
        "mean_rest_s": _rounded(repeats.mean_rest_s, 3),
        "rest_spread_s": _rounded(repeats.rest_spread_s, 3),
        "last_percent": _rounded(repeats.last_percent, 2),
        "last_against_first": {"speed": _rounded(speed, 4), "cadence": _rounded(cadence, 4)},
    }


def _rep_object(found: RepFigures, rep: Repeat) -> dict[str, Any]:
    return {
        "start_s": round(found.start_s, 3),
        "end_s": round(found.end_s, 3),
        "race_s": round(rep.race_s, 3),
        "start_seen": found.start_seen,
        "end_seen": found.end_seen,
        "rest_s": _rounded(rep.rest_s, 3),
        "distance_m": _rounded(rep.metres, 1),
        "speed_mps": _rounded(rep.mps, 3),
        "cadence_spm": _rounded(rep.body.cadence_spm, 1),
        "heart_rate_bpm": _rounded(rep.body.heart_rate_bpm, 1),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
