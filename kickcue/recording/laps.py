"""Which laps of an imported activity are laps of a track, by its file and the distance run.

A lap that a person ended at the line is evidence of where the runner was. These are not, whatever
the file calls them:

- automatic laps: each as long as every other by the watch's own distance, to the metre. Some
  exporters call all laps manual.
- laps by position that are no lap of a track: the watch was taught a place in some park.
- laps whose end has no reason in the file.
- presses at both ends of a repetition: fast and slow in turn. They are presses all the same.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, compress, pairwise
from statistics import fmean, median
from typing import Final

from kickcue.core.repetitions.repetition import two_levels
from kickcue.core.units import ns_to_s
from kickcue.recording.interpolation import Interpolated

PRESSES: Final = "presses"
"""Marks of all presses are asked for, those at the ends of repetitions, too."""
MILE_M: Final = 1609.344
EXACT_M: Final = 0.5
"""No runner presses most laps this exactly; a watch writes 1000.00 or 1609.35."""
NEAR_SHARE: Final = 0.005
"""An exporter ends a lap at the first record beyond, a second or two of running later."""
RECORD_M: Final = 5.0
"""Who runs goes so far from one record of a second to the next..."""
FEWEST_TO_DRIFT: Final = 6
"""...and so many laps it takes to see that the watch's distance never drifts against them."""
LONGER_THAN_TRACKS_M: Final = 450.0
"""Up to here laps of a runner who presses differ no more than that; no track is longer."""
TRACKS_M: Final = (200.0, 250.0, 300.0, 1000.0 / 3.0, 400.0)
SHORT, LONG = 0.96, 1.06
"""A watch measures a lap of a track so much shorter or longer [judgement]."""
FEWEST_TURNS: Final = 3
"""Fast, slow, fast, slow: a race with one slow or one fast lap turns twice at most."""


@dataclass(frozen=True, slots=True)
class Lap:
    """When a lap ended and what ended it, in FIT's words (``manual``, ``distance`` and others).

    ``distance_m`` is its length by the file, ``timer_s`` how long the watch ran in it.
    """

    end_ns: int
    trigger: str
    final: bool = False
    distance_m: float | None = None
    timer_s: float | None = None


class LapKind(Enum):
    """What a lap's end is evidence of."""

    PRESS = "pressed at the line"
    POSITION = "at the line's position"
    WATCH = "by the watch's own distance or time"
    AUTOMATIC = "automatic, though marked as manual"
    ELSEWHERE = "by a position that is not a line of a track"
    REPETITION = "pressed at the ends of repetitions"
    UNKNOWN = "with no trigger recorded"


SURPRISING: Final = (LapKind.AUTOMATIC, LapKind.ELSEWHERE, LapKind.REPETITION, LapKind.UNKNOWN)
"""These are no marks for a reason that does not stand in the file."""


@dataclass(frozen=True, slots=True)
class _LapRun:
    """What was run in a lap; metres None: unknown."""

    metres: float | None
    seconds: float


def kinds_of(laps: Sequence[Lap], way: Interpolated | None, start_ns: int) -> tuple[LapKind, ...]:
    """Return what each lap is, in their order; ``way``: the metres run over time."""
    kinds = [_by_trigger(lap.trigger) for lap in laps]
    starts_ns = [start_ns, *(lap.end_ns for lap in laps)]
    runs = [_run(lap, way, began_ns) for lap, began_ns in zip(laps, starts_ns, strict=False)]
    pressed = _among(LapKind.PRESS, laps, kinds)
    automatic = _automatic([runs[at].metres for at in pressed])
    _relabel(kinds, compress(pressed, automatic), LapKind.AUTOMATIC)
    by_position = _among(LapKind.POSITION, laps, kinds)
    if way is not None and not _on_a_track(
        _ends_m([laps[at] for at in by_position], way, start_ns)
    ):
        _relabel(kinds, by_position, LapKind.ELSEWHERE)
    pressed = _among(LapKind.PRESS, laps, kinds)
    if _fast_and_slow([runs[at] for at in pressed]):
        _relabel(kinds, pressed, LapKind.REPETITION)
    return tuple(kinds)


def _relabel(kinds: list[LapKind], among: Iterable[int], kind: LapKind) -> None:
    for at in among:
        kinds[at] = kind


def _among(kind: LapKind, laps: Sequence[Lap], kinds: Sequence[LapKind]) -> list[int]:
    """Return which laps are of a kind; the final one ended with the recording and counts not."""
    return [at for at, lap in enumerate(laps) if kinds[at] is kind and not lap.final]


def note_on(laps: Sequence[Lap], kinds: Sequence[LapKind], marks: str) -> str | None:
    """Return in one line which laps are no marks for a reason that the file does not give."""
    if marks not in ("manual", PRESSES):
        return None  # that was asked for
    taken = LapKind.REPETITION if marks == PRESSES else None
    counts = Counter(
        kind
        for lap, kind in zip(laps, kinds, strict=True)
        if kind is LapKind.UNKNOWN or not lap.final  # the last lap's end is no mark anyway
    )
    groups = [
        f"{counts[kind]} {kind.value}" for kind in SURPRISING if counts[kind] and kind is not taken
    ]
    return (
        f"laps not used as marks: {', '.join(groups)} (--marks all uses them)" if groups else None
    )


def triggers_of(laps: Iterable[Lap], kinds: Iterable[LapKind]) -> Mapping[str, int]:
    """Return how many laps each trigger ended, automatic ones by distance whatever it is called."""
    return Counter(
        "distance" if kind is LapKind.AUTOMATIC else lap.trigger
        for lap, kind in zip(laps, kinds, strict=True)
    )


def _by_trigger(trigger: str) -> LapKind:
    if trigger.startswith("position"):
        return LapKind.POSITION
    return {"manual": LapKind.PRESS, "unknown": LapKind.UNKNOWN}.get(trigger, LapKind.WATCH)


def _run(lap: Lap, way: Interpolated | None, began_ns: int) -> _LapRun:
    metres = lap.distance_m or None  # 0: an exporter's way to leave it out
    if metres is None and way is not None:
        metres = way.at(lap.end_ns) - way.at(began_ns)
    return _LapRun(metres, ns_to_s(lap.end_ns - began_ns))


# ---- automatic


def _automatic(lengths_m: Sequence[float | None]) -> list[bool]:
    """Tell which laps the watch made by its distance: most of all have one round length."""
    if _never_drift(lengths_m):
        return [True] * len(lengths_m)
    for near_share, most_long, most in ((0.0, 0.5, 0.75), (NEAR_SHARE, 0.75, math.inf)):
        rounds = [_round_m(length_m, near_share) for length_m in lengths_m]
        counts = Counter(each for each in rounds if each is not None)
        for length_m, count in counts.most_common(1):
            share = most_long if length_m > LONGER_THAN_TRACKS_M else most
            if count >= max(share * len(rounds), min(len(rounds), 2)):
                return [each == length_m for each in rounds]
    return [False] * len(lengths_m)


def _never_drift(lengths_m: Sequence[float | None]) -> bool:
    """Tell whether laps as long as a track's end at multiples of one round length, lap after lap.

    That is what a watch does that ends them at its next record; by it a runner's laps of 400 m are
    402 or 397, and after ten of them far from a multiple.
    """
    known = [length_m for length_m in lengths_m if length_m is not None]
    if len(known) < max(len(lengths_m), FEWEST_TO_DRIFT):
        return False
    length_m = round(median(known) / 100.0) * 100.0
    ahead = [end_m - n * length_m for n, end_m in enumerate(accumulate(known), 1)]
    return length_m >= TRACKS_M[0] and max(ahead) - min(ahead) <= RECORD_M


def _round_m(metres: float | None, near_share: float) -> float | None:
    """Return the round length that a lap has, None where it has none."""
    if metres is None:
        return None
    for unit_m in (100.0, MILE_M / 4.0):
        length_m = round(metres / unit_m) * unit_m
        within_m = max(EXACT_M, near_share * length_m)
        if length_m >= TRACKS_M[0] and abs(metres - length_m) <= within_m:
            return length_m
    return None


# ---- by position


def _ends_m(laps: Sequence[Lap], way: Interpolated, start_ns: int) -> list[float]:
    """Return where the laps ended; of a single one its beginning, too, for its length."""
    times_ns = [lap.end_ns for lap in laps]
    return [way.at(t_ns) for t_ns in ([start_ns, *times_ns] if len(times_ns) == 1 else times_ns)]


def _on_a_track(ends_m: Sequence[float]) -> bool:
    """Tell whether half or more of the laps between these are as long as a track's."""
    laps_m = [after - before for before, after in pairwise(ends_m)]
    fitting = [any(SHORT * lap_m <= each <= LONG * lap_m for lap_m in TRACKS_M) for each in laps_m]
    return 2 * sum(fitting) >= len(fitting)


# ---- repetitions


def _fast_and_slow(runs: Sequence[_LapRun]) -> bool:
    """Tell whether laps are fast and slow in turn."""
    speeds = [
        run.metres / run.seconds for run in runs if run.metres is not None and run.seconds > 0.0
    ]
    levels = two_levels(speeds)
    if levels is None or len(speeds) < len(runs):
        return False
    fast = [mps > levels.parting for mps in speeds]
    turns = [a is not b for a, b in pairwise(fast)]
    return sum(turns) >= FEWEST_TURNS and fmean(turns) > 0.5
