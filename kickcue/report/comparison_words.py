"""A comparison in a runner's words; its sides are called A, B, C ... in the order given."""

from collections.abc import Iterator
from typing import Final

from kickcue.analysis.comparison import Comparison, Side, Stretch
from kickcue.analysis.session_comparison import SessionComparison
from kickcue.core.clock_format import lap_time, timed
from kickcue.core.length_format import metres
from kickcue.report.formats import clock, count, percent
from kickcue.report.pacing_words import faster

SAME_S: Final = 0.05
"""Less is 0.0 s as it is printed."""
SAME_PERCENT: Final = 0.05
ESTIMATED: Final = "Times with ~ are between lines where it was not timed: estimates."


def letter(number: int) -> str:
    """Return the name of a side, by its place from 0: A, B, C ..."""
    return chr(ord("A") + number)


def signed(seconds: float) -> str:
    """Return "+1.8" for lost, "-1.1" for won, "0.0" for neither."""
    return "0.0" if abs(seconds) < SAME_S else f"{seconds:+.1f}"


def headline(found: Comparison) -> str:
    """Return who was faster, in one sentence."""
    over = f"over {'' if found.one_length else 'the first '}{_length(found.common_m)}"
    first, second = found.sides[:2]
    lost_s = second.common_s - first.common_s
    if len(found.sides) > 2:
        best = min(range(len(found.sides)), key=lambda number: found.sides[number].common_s)
        return f"{letter(best)} was the fastest {over}: {clock(found.sides[best].common_s)}."
    if abs(lost_s) < SAME_S:
        return f"B was as fast as A {over}: {clock(first.common_s)}."
    both = f"{clock(second.common_s)} against {clock(first.common_s)}"
    return f"B was {_slower(lost_s)} than A {over}: {both}."


def sentences(found: Comparison) -> Iterator[str]:
    """Yield the rest: what is compared, where the time went, how each finished."""
    if not found.one_length:
        shortest = min(found.sides, key=lambda side: side.distance_m)
        name = letter(found.sides.index(shortest))
        yield (
            f"They are not of one length: compared over {_length(found.common_m)}, the whole of "
            f"{name}."
        )
    for number in range(1, len(found.sides)):
        if len(found.sides) > 2:
            yield _against_first(found, number)
        yield from _where(found, number)
    yield from _finishes(found)
    for number, side in enumerate(found.sides):
        if side.stopped_s >= 1.0:
            yield (
                f"The timer of {letter(number)} was stopped for {clock(side.stopped_s, 0)}: that "
                "time does not count."
            )


def stretch_name(found: Comparison, stretch: Stretch) -> str:
    """Return what a stretch is called: "first 200 m", "lap 3", "last lap", "3 to 4 km"."""
    length_m = stretch.to_m - stretch.from_m
    number = found.stretches.index(stretch) + 1
    if found.by_lap and abs(length_m - found.piece_m) < 1.0:
        is_last = number == len(found.stretches) and found.one_length
        return "last lap" if is_last else f"lap {number}"
    if found.by_lap and number == 1:
        return f"first {metres(length_m)}"
    if found.piece_m >= 1000.0:
        return f"{stretch.from_m / 1000:g} to {round(stretch.to_m / 1000, 2):g} km"
    return f"{stretch.from_m:g} to {stretch.to_m:.0f} m"


def stretch_time(found: Comparison, stretch: Stretch, number: int) -> str:
    """Return a side's time, with a ~ where a lap's is an estimate."""
    doubt = "~" if found.by_lap and not stretch.timed[number] else ""
    return f"{doubt}{lap_time(stretch.seconds[number])}"


def estimated(found: Comparison) -> bool:
    """Tell whether the time of a lap is an estimate; those of kilometres always are."""
    return found.by_lap and not all(all(stretch.timed) for stretch in found.stretches)


def session_sentences(found: SessionComparison) -> Iterator[str]:
    """Yield how the sessions stand: their means, how even they were, their last repetition."""
    for number, side in enumerate(found.sides):
        repeats = side.repeats
        done = count(len(repeats.each), "repetition")
        mean = "" if repeats.mean_s is None else f", {timed(repeats.mean_s)} on average"
        spread = "" if repeats.spread_s is None else f", give or take {repeats.spread_s:.1f} s"
        rest = "" if repeats.mean_rest_s is None else f"; rests of {clock(repeats.mean_rest_s, 0)}"
        yield f"{letter(number)}: {done}{mean}{spread}{rest}.{_last_one(repeats.last_percent)}"


def _last_one(faster: float | None) -> str:
    if faster is None:
        return ""
    if abs(faster) < SAME_PERCENT:
        return " The last was as fast as the others."
    how = "faster" if faster > 0 else "slower"
    return f" The last was {percent(faster)} {how} than the others."


def _length(length_m: float) -> str:
    return metres(round(length_m))


def _against_first(found: Comparison, number: int) -> str:
    lost_s = found.sides[number].common_s - found.sides[0].common_s
    if abs(lost_s) < SAME_S:
        return f"{letter(number)} was as fast as A."
    return f"{letter(number)} was {_slower(lost_s)} than A."


def _slower(lost_s: float) -> str:
    return f"{timed(abs(lost_s))} {'slower' if lost_s > 0 else 'faster'}"


def _where(found: Comparison, number: int) -> Iterator[str]:
    """Yield where most was lost and where most was won; nothing of a single stretch."""
    if len(found.stretches) < 2:
        return
    worst = max(found.stretches, key=lambda stretch: stretch.lost_s[number])
    best = min(found.stretches, key=lambda stretch: stretch.lost_s[number])
    parts = [
        f"{verb} most in {_the(stretch_name(found, stretch))} ({timed(abs(lost_s))})"
        for verb, stretch, lost_s in (
            ("lost", worst, max(worst.lost_s[number], 0.0)),
            ("gained", best, min(best.lost_s[number], 0.0)),
        )
        if abs(lost_s) >= SAME_S
    ]
    if parts:
        yield f"{letter(number)} {' and '.join(parts)}."


def _the(name: str) -> str:
    return f"the {name}" if name.startswith(("first", "last")) else name


def _finishes(found: Comparison) -> Iterator[str]:
    known = [
        (letter(number), side.pacing)
        for number, side in enumerate(found.sides)
        if side.pacing is not None
    ]
    if len(known) < 2:
        return
    lengths = {pacing.last_m for _, pacing in known}
    one = len(lengths) == 1
    each = [
        f"{name} {'' if one else f'{metres(pacing.last_m)} in '}{timed(pacing.last_s)} "
        f"({faster(pacing.kick_speed_percent)})"
        for name, pacing in known
    ]
    over = f"last {metres(lengths.pop())}" if one else "finish"
    yield f"The {over} against the same distance before it: {', '.join(each)}."


def side_line(number: int, side: Side) -> str:
    """Return one side as a line: "A  race.mcap, 5000m, 2026-06-14, 15:42.3"."""
    date = "" if side.utc is None else f", {side.utc[:10]}"
    return f"{letter(number)}  {side.file}, {side.title}{date}, {clock(side.seconds)}"
