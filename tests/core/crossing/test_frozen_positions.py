"""Positions that freeze, fall silent, come in a burst or jump back: no line twice, none at a wrong
time, none learned at a wrong place.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, strategies as st

from kickcue.core.course import course_for
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.gate import Plane
from kickcue.core.crossing.receiver_selection import ReceiverSelection
from kickcue.core.events import Fix
from kickcue.core.units import ns_to_s, s_to_ns
from tests.core.track import Venue
from tests.examples import rarer

MPS = 5.0
EVENT = "3000m"
LAST_S = 605
Spans = list[tuple[float, float]]


def frozen(fixes: Sequence[Fix], spans: Spans) -> list[Fix]:
    """Repeat the position before each span all through it."""
    found: list[Fix] = []
    for fix in fixes:
        held = _within(fix, spans)
        found.append(replace(found[-1], t_ns=fix.t_ns) if held and found else fix)
    return found


def wobbling(fixes: Sequence[Fix], spans: Spans) -> list[Fix]:
    """Freeze, but for some centimetres that a filter makes up."""
    return [
        replace(each, lat_deg=each.lat_deg + (number % 7 - 3) * 1e-6)
        if _within(each, spans)
        else each
        for number, each in enumerate(frozen(fixes, spans))
    ]


def missing(fixes: Sequence[Fix], spans: Spans) -> list[Fix]:
    return [fix for fix in fixes if not _within(fix, spans)]


def stamped_old(fixes: Sequence[Fix], spans: Spans) -> list[Fix]:
    """Let what comes in a span be of the time before it."""
    return [replace(fix, age_s=200.0) if _within(fix, spans) else fix for fix in fixes]


def burst(fixes: Sequence[Fix], spans: Spans) -> list[Fix]:
    """Give at the end of each span what was queued in it, 5 ms apart."""
    found: list[Fix] = []
    for fix in fixes:
        end_s = next((to_s for from_s, to_s in spans if from_s <= ns_to_s(fix.t_ns) < to_s), None)
        came_ns = fix.t_ns if end_s is None else s_to_ns(end_s)
        if found and came_ns <= found[-1].t_ns:
            came_ns = found[-1].t_ns + s_to_ns(0.005)
        found.append(replace(fix, t_ns=came_ns))
    return found


def jumped_back(fixes: Sequence[Fix], spans: Spans) -> list[Fix]:
    """Let the receiver say for 8 s where the runner was as long ago as the span is, 10 s at least.

    Two good positions may disagree by 20 m a second apart: what jumps by less has not jumped.
    """
    found = list(fixes)
    for from_s, to_s in spans:
        for at, fix in enumerate(fixes):
            if from_s <= ns_to_s(fix.t_ns) < from_s + 8.0:
                found[at] = replace(
                    fixes[max(at - max(round(to_s - from_s), 10), 0)], t_ns=fix.t_ns
                )
    return found


KINDS: list[Callable[[Sequence[Fix], Spans], list[Fix]]] = [
    frozen,
    wobbling,
    missing,
    stamped_old,
    burst,
    jumped_back,
]


def _within(fix: Fix, spans: Spans) -> bool:
    return any(from_s <= ns_to_s(fix.t_ns) < to_s for from_s, to_s in spans)


def marked(fixes: Sequence[Fix], line: FinishLine) -> list[float]:
    """Return when the line was crossed, of fixes as they come."""
    choice, found, started = ReceiverSelection((None,)), [], False
    for fix in fixes:
        if not started and fix.t_ns >= 0:
            line.start(0)
            started = True
        crossed = (line.feed(known.as_it_was()) for known in choice.update(fix, None))
        found += [ns_to_s(t_ns) for t_ns in crossed if t_ns is not None]
    return found


def troubled(
    kind: Callable[[Sequence[Fix], Spans], list[Fix]], seed: int, spans: Spans, *, is_set: bool
) -> tuple[list[float], FinishLine, Venue]:
    venue, course = Venue(Random(seed), noise_m=1.5), course_for(EVENT)
    fixes = list(venue.fixes(lambda t_s: MPS * t_s, 400.0 - course.first_crossing_m, LAST_S))
    line = FinishLine(course, venue.gate if is_set else None)
    return marked(kind(fixes, spans), line), line, venue


FIRST_LAP_S = 400.0 / MPS
"""The first whole lap from the start on; the line is learned then."""
LINES_S = [m / MPS for m in course_for(EVENT).crossings_m]

spans_of_a_race = st.lists(
    st.tuples(st.floats(5.0, 560.0), st.floats(5.0, 60.0)), min_size=1, max_size=3
).map(lambda found: [(from_s, from_s + length_s) for from_s, length_s in found])


@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@rarer(4)
@given(seed=st.integers(0, 10**6), spans=spans_of_a_race)
def test_no_line_is_marked_twice_or_at_a_wrong_time(
    kind: Callable[[Sequence[Fix], Spans], list[Fix]], is_set: bool, seed: int, spans: Spans
) -> None:
    """GIVEN positions that fail in any way for 5 to 60 s, once to three times THEN each mark is of
    a line of its own, within 3 s of it.

    A failure shorter than 10 s that hides the crossing may be taken for a slow runner: then the
    mark comes within it. Not of two jumps back within 30 s of each other: see below.
    """
    starts_s = sorted(from_s for from_s, _ in spans)
    assume(kind is not jumped_back or all(b - a >= 30.0 for a, b in pairwise(starts_s)))
    found, _, _ = troubled(kind, seed, spans, is_set=is_set)
    nearest = [min(range(len(LINES_S)), key=lambda n: abs(LINES_S[n] - t_s)) for t_s in found]
    assert len(set(nearest)) == len(found)
    for n, t_s in zip(nearest, found, strict=True):
        hidden_s = max(
            (to_s - from_s for from_s, to_s in spans if from_s - 1.0 < LINES_S[n] < to_s + 1.0),
            default=0.0,
        )
        within_s = hidden_s + 1.0 if 2.0 < hidden_s < 10.0 else 3.0
        assert abs(LINES_S[n] - t_s) < within_s


@pytest.mark.parametrize("kind", KINDS)
@rarer(4)
@given(seed=st.integers(0, 10**6), spans=spans_of_a_race)
def test_no_line_is_learned_at_a_wrong_place(
    kind: Callable[[Sequence[Fix], Spans], list[Fix]], seed: int, spans: Spans
) -> None:
    """GIVEN positions that fail in any way THEN where a line is learned, it lies as near as with
    good ones: within 4 m.
    """
    assume(kind is not wobbling or not any(blinks_as_the_lap_closes(*span) for span in spans))
    assert off_m(kind, seed, spans) < 4.0


def blinks_as_the_lap_closes(from_s: float, to_s: float) -> bool:
    """Tell whether it is one of the failures of which nothing is promised: see below."""
    return to_s - from_s < 8.0 and from_s < FIRST_LAP_S + 1.0 and to_s > FIRST_LAP_S - 1.0


def off_m(kind: Callable[[Sequence[Fix], Spans], list[Fix]], seed: int, spans: Spans) -> float:
    """Return how far the line that is learned lies from the true one; 0 where none is."""
    _, line, venue = troubled(kind, seed, spans, is_set=False)
    if line.gate is None:
        return 0.0
    true = Plane(venue.gate.lat_deg, venue.gate.lon_deg)
    return math.hypot(*true.east_north(line.gate.lat_deg, line.gate.lon_deg))


# ---- what is known to go wrong; found by the two properties above, tried 100 times


@pytest.mark.xfail(reason="the mark comes when the second jump is over, 10 s late")
def test_two_jumps_back_with_the_line_between_them() -> None:
    """GIVEN two jumps back, 15 s apart, and the line between them THEN its mark is within 3 s."""
    found, _, _ = troubled(jumped_back, 0, [(267.0, 272.0), (282.0, 287.0)], is_set=True)
    assert all(min(abs(line_s - t_s) for line_s in LINES_S) < 3.0 for t_s in found)


@pytest.mark.xfail(reason="the line is learned 12 m off, with most seeds")
def test_a_wobble_just_as_the_first_lap_closes() -> None:
    """GIVEN 5 s of wobbling positions at the end of the first whole lap THEN the line that is
    learned is within 4 m.
    """
    assert off_m(wobbling, 0, [(FIRST_LAP_S, FIRST_LAP_S + 5.0)]) < 4.0


@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.parametrize("kind", [frozen, wobbling, missing, stamped_old])
@pytest.mark.parametrize("seed", range(5))
def test_lines_apart_from_the_trouble_are_marked_as_ever(
    kind: Callable[[Sequence[Fix], Spans], list[Fix]], is_set: bool, seed: int
) -> None:
    """GIVEN positions that freeze for 45 s across a line of the fourth lap THEN that line is missed
    and no other.
    """
    across = [(LINES_S[4] - 25.0, LINES_S[4] + 20.0)]
    found, _, _ = troubled(kind, seed, across, is_set=is_set)
    wanted = [t_s for n, t_s in enumerate(LINES_S) if n != 4 and (is_set or n > 0)]
    assert found == pytest.approx(wanted, abs=2.5)


@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_a_line_within_a_burst_is_marked_at_its_time(is_set: bool, seed: int) -> None:
    """GIVEN a link that stands still for 45 s across a line and then gives all that was queued THEN
    that line is marked, too, at its time.
    """
    across = [(LINES_S[4] - 25.0, LINES_S[4] + 20.0)]
    found, _, _ = troubled(burst, seed, across, is_set=is_set)
    assert found == pytest.approx(LINES_S if is_set else LINES_S[1:], abs=2.5)


def test_who_stands_still_is_not_lost() -> None:
    """GIVEN a receiver that says the very same place for 60 s before the gun THEN the start is
    known: the line is learned and marked.
    """
    venue, course = Venue(Random(1), noise_m=1.0), course_for("2000m")
    fixes = list(venue.fixes(lambda t_s: MPS * t_s, 0.0, 405))
    pinned = [replace(fixes[0], t_ns=s_to_ns(float(s))) for s in range(-75, -15)]
    standing = [replace(fixes[0], t_ns=fix.t_ns) for fix in fixes if fix.t_ns < 0]
    found = marked(
        [*pinned, *standing, *(fix for fix in fixes if fix.t_ns >= 0)], FinishLine(course)
    )
    assert found == pytest.approx([m / MPS for m in course.crossings_m], abs=2.5)


def test_a_second_start_makes_the_first_line_count_again() -> None:
    """GIVEN the line set, and a start that is called back 100 m past a line WHEN the race begins
    anew THEN its first line is marked.
    """
    venue, line = (
        Venue(Random(2), noise_m=0.5),
        FinishLine(course_for("5000m"), Venue(Random(2), noise_m=0.5).gate),
    )
    first = list(venue.fixes(lambda t_s: MPS * t_s, 200.0, 60))
    assert marked(first, line) == pytest.approx([40.0], abs=1.0)
    again = [
        replace(fix, t_ns=fix.t_ns + s_to_ns(100.0))
        for fix in venue.fixes(lambda t_s: MPS * t_s, 200.0, 60)
    ]
    line.start(s_to_ns(100.0))
    crossed = [t_ns for fix in again if (t_ns := line.feed(fix)) is not None]
    assert [ns_to_s(t_ns) for t_ns in crossed] == pytest.approx([140.0], abs=1.0)
