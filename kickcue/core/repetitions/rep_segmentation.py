"""The repetitions of a session, found in its lap presses alone.

One press at each start and each end, in turn, but late, doubled and forgotten. Repetitions are
alike, and so are the rests: most of them one length, the longer ones between sets another. A story
says of each press whether it was a start or an end, and how many presses were forgotten between
two. For given usual lengths the likeliest story is found by dynamic programming; the usual lengths
are those with which some story is likeliest of all. A second usual rest has its price, or every odd
gap would be one.

Where the way is known, it is asked which gaps were run fast: rests are no repetitions, however
alike they are. Presses between which nothing is faster than the rest are of no session.

An end nobody pressed is filled in with the length of the repetitions beside it and says so. A
repetition with neither press cannot be told from a long rest and is not made up.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import Final, NamedTuple

from kickcue.core.repetitions.repetition import WALK_MPS, Levels, Rep, two_levels
from kickcue.core.units import NS_PER_S

DOUBLED_WITHIN_S: Final = 5.5
FORGOTTEN: Final = 0.1
ALIKE: Final = 0.10
"""Repetitions of one session differ by this share [judgement; 6 % in the session of sixteen that
the tests use]..."""
RESTS_ALIKE: Final = 0.12
"""...and rests of one kind by this [judgement; 11 % there]."""
REST_S: Final = 60.0
REST_SPREAD: Final = 0.8
"""Any rest: 60 s within a factor of two or so (log-normal)."""
SHARES: Final = (0.7, 0.2)
"""Of the rests so many are of the commonest kind and of the second; the others may be anything."""
LONGER: Final = 1.3
"""A rest between sets is longer than the others by this factor at least."""
STEP: Final = 1.04
"""Usual lengths nearer to each other than this need not both be tried."""
FEW: Final = 4
BESIDE: Final = 4
"""An end is filled in with the median of so many repetitions nearest to it: pace drifts within a
session."""


APART_MPS: Final = 0.5
"""Repetitions are faster than what lies between them by this at least; a press is sharp, so that it
need not be much."""
SURE: Final = 3.0
"""Log odds that a gap run as fast as the fast ones is a repetition [judgement]."""
FILLED_IN_SHARE: Final = 0.85
"""One with an end filled in is run as fast as the others, less what the wrong end may cost; a
cool-down is not."""
MOST_WHOLE: Final = 0.5
"""Of the repetitions so many have both presses, or the presses are of something else."""


_Gap = tuple[float, float]
"""Seconds between two presses, and the log odds that they were run fast (0: nobody knows)."""


class Usual(NamedTuple):
    """What is usual in a session, in s: a repetition, and kinds of rest, the commonest first."""

    rep_s: float
    rests_s: tuple[float, ...] = ()


def reps_from_marks(
    presses_ns: Sequence[int], way_m: Callable[[int], float] | None = None
) -> tuple[Rep, ...]:
    """Return the repetitions that presses show, in order of time; none for fewer than two presses.

    ``way_m`` gives the metres run until ``t_ns``. Where it contradicts the presses there are none.
    """
    presses = _without_doubles(presses_ns)
    gaps_s = [(b - a) / NS_PER_S for a, b in pairwise(presses)]
    if not gaps_s:
        return ()
    if way_m is None:
        return _by_lengths(presses, gaps_s, [0.0] * len(gaps_s))

    def mps(a_ns: int, b_ns: int) -> float:
        return (way_m(b_ns) - way_m(a_ns)) / ((b_ns - a_ns) / NS_PER_S)

    speeds = [mps(a_ns, b_ns) for a_ns, b_ns in pairwise(presses)]
    levels = two_levels(speeds, APART_MPS)
    if levels is None or levels.fast <= WALK_MPS:
        return ()
    reps = _by_lengths(presses, gaps_s, [_fast(speed, levels) for speed in speeds])
    return tuple(_run_fast(reps, mps, levels))


def _without_doubles(presses_ns: Sequence[int]) -> list[int]:
    """Return the presses in order of time, without the second of two at once."""
    presses: list[int] = []
    for t_ns in sorted(presses_ns):
        if not presses or t_ns - presses[-1] > DOUBLED_WITHIN_S * NS_PER_S:
            presses.append(t_ns)
    return presses


def _run_fast(
    reps: Sequence[Rep], mps: Callable[[int, int], float], levels: Levels
) -> Iterator[Rep]:
    """Yield the repetitions that were run fast; one filled in about as fast as those seen."""
    usual_mps = [mps(rep.start_ns, rep.end_ns) for rep in reps if rep.start_seen and rep.end_seen]
    least_mps = max(levels.parting, FILLED_IN_SHARE * median(usual_mps)) if usual_mps else math.inf
    for rep in reps:
        enough_mps = levels.parting if rep.start_seen and rep.end_seen else least_mps
        if rep.ns > 0 and mps(rep.start_ns, rep.end_ns) >= enough_mps:
            yield rep


def _fast(mps: float, levels: Levels) -> float:
    """Return the log odds that a gap was run fast."""
    return SURE * max(-1.0, min((mps - levels.parting) / (levels.fast - levels.parting), 1.0))


def _by_lengths(
    presses: Sequence[int], gaps_s: Sequence[float], fast: Sequence[float]
) -> tuple[Rep, ...]:
    gaps = list(zip(gaps_s, fast, strict=True))
    usual = _relearnt(gaps, _likeliest(gaps))
    _, starts = _story(gaps, usual)
    return _told(presses, starts, usual)


def _likeliest(gaps: Sequence[_Gap]) -> Usual:
    """Return the usual lengths with which some story is the likeliest.

    Each is a gap or what is left of one.
    """
    gaps_s = [gap_s for gap_s, _ in gaps]
    lengths = _thinned(gaps_s)
    simple = [
        Usual(rep_s, rests_s)
        for rep_s in lengths
        for rests_s in ((), *((rest_s,) for rest_s in lengths))
    ]
    judged = [(_judged(gaps, usual), usual) for usual in simple]
    best = nlargest(FEW, [each for each in judged if each[1].rests_s], key=itemgetter(0))
    judged += [
        (_judged(gaps, two), two) for _, usual in best for two in _with_longer_rest(gaps_s, usual)
    ]
    return max(judged, key=itemgetter(0))[1]


def _with_longer_rest(gaps_s: Sequence[float], usual: Usual) -> Iterator[Usual]:
    """Yield the usual lengths with each longer kind of rest that a gap leaves room for."""
    (rest_s,) = usual.rests_s
    for longer_s in _thinned(gap_s - reps * usual.rep_s for gap_s in gaps_s for reps in (0, 1)):
        if longer_s > LONGER * rest_s:
            yield Usual(usual.rep_s, (rest_s, longer_s))


def _relearnt(gaps: Sequence[_Gap], usual: Usual) -> Usual:
    """Return the usual lengths as the story found with them has them; they were single gaps."""
    _, starts = _story(gaps, usual)
    steps = [(step, gap_s) for step, (gap_s, _) in zip(pairwise(starts), gaps, strict=True)]
    reps_s = [gap_s for (was, now), gap_s in steps if was and not now and _in_one(gap_s, usual)]
    rests_s = [gap_s for (was, now), gap_s in steps if now and not was]
    kinds = tuple(_usual_rest(rests_s, kind_s) for kind_s in usual.rests_s)
    return Usual(median(reps_s) if reps_s else usual.rep_s, kinds)


def _usual_rest(rests_s: Sequence[float], kind_s: float) -> float:
    """Return the median of the rests of a kind, which was taken for ``kind_s`` so far."""
    near = [rest_s for rest_s in rests_s if abs(math.log(rest_s / kind_s)) < 2.0 * RESTS_ALIKE]
    return median(near) if near else kind_s


def _thinned(lengths_s: Iterable[float]) -> list[float]:
    """Return the lengths in order, without near twins and those below a second."""
    kept: list[float] = []
    for length_s in sorted(lengths_s):
        if length_s >= 1.0 and (not kept or length_s > STEP * kept[-1]):
            kept.append(length_s)
    return kept


def _judged(gaps: Sequence[_Gap], usual: Usual) -> float:
    """Return the log odds of the likeliest story.

    Each kind of rest costs what it is worth to know that it lies just there.
    """
    price = math.fsum(
        math.log(RESTS_ALIKE / REST_SPREAD) - 0.5 * (math.log(rest_s / REST_S) / REST_SPREAD) ** 2
        for rest_s in usual.rests_s
    )
    return _story(gaps, usual)[0] + price


def _story(gaps: Sequence[_Gap], usual: Usual) -> tuple[float, list[bool]]:
    """Return the log odds of the likeliest story, and which presses it takes for starts."""
    forgot = math.log(FORGOTTEN)
    start, end = 0.0, forgot
    steps: list[tuple[bool, bool]] = []
    """Whether the press before was a start if this one is a start, and if it is an end."""
    for gap_s, fast in gaps:
        nothing, one = _with_rest(gap_s, 0, usual) - fast, forgot + _with_rest(gap_s, 1, usual)
        rep = max(
            _log_normal(gap_s, usual.rep_s, ALIKE) + fast,
            2.0 * forgot + _with_rest(gap_s, 2, usual),
        )
        steps.append((start + one >= end + nothing, start + rep >= end + one))
        start, end = max(start + one, end + nothing), max(start + rep, end + one)
    story = [start + forgot > end]
    for if_start, if_end in reversed(steps):
        story.append(if_start if story[-1] else if_end)
    return max(start + forgot, end), story[::-1]


def _with_rest(gap_s: float, reps: int, usual: Usual) -> float:
    """Return the log density of a gap that holds one rest and ``reps`` repetitions."""
    shares = SHARES[: len(usual.rests_s)]
    odds = math.log(1.0 - math.fsum(shares)) + _log_normal(
        gap_s - reps * usual.rep_s, REST_S, REST_SPREAD
    )
    for share, rest_s in zip(shares, usual.rests_s, strict=True):
        mean_s = reps * usual.rep_s + rest_s
        spread_s = math.sqrt(reps * (ALIKE * usual.rep_s) ** 2 + (RESTS_ALIKE * rest_s) ** 2)
        odds = max(odds, math.log(share) + _log_normal(gap_s, mean_s, spread_s / mean_s))
    return odds


def _in_one(gap_s: float, usual: Usual) -> bool:
    """Tell whether a start and the end after it are of one repetition.

    Else an end, a rest and a start lie between.
    """
    return _log_normal(gap_s, usual.rep_s, ALIKE) >= 2.0 * math.log(FORGOTTEN) + _with_rest(
        gap_s, 2, usual
    )


def _log_normal(seconds: float, usual_s: float, spread: float) -> float:
    if seconds < 1.0:
        return -1e3
    return -0.5 * (math.log(seconds / usual_s) / spread) ** 2 - math.log(spread * seconds)


def _told(presses: Sequence[int], starts: Sequence[bool], usual: Usual) -> tuple[Rep, ...]:
    """Return the story as repetitions, with what was forgotten filled in."""
    steps = list(pairwise(zip(presses, starts, strict=True)))
    whole = {
        a: b
        for (a, first), (b, second) in steps
        if first and not second and _in_one((b - a) / NS_PER_S, usual)
    }
    reps = tuple(_filled(presses, starts, whole)) if whole else ()
    return reps if len(whole) >= MOST_WHOLE * len(reps) else ()


def _filled(presses: Sequence[int], starts: Sequence[bool], whole: dict[int, int]) -> Iterator[Rep]:
    """Yield the repetitions.

    One that is filled in reaches no further than the press beside it; of two in one gap each stops
    at its middle.
    """
    ended = set(whole.values())
    lone = [t_ns not in whole and t_ns not in ended for t_ns in presses]
    for i, (t_ns, is_start) in enumerate(zip(presses, starts, strict=True)):
        if t_ns in whole:
            yield Rep(t_ns, whole[t_ns])
        elif lone[i] and is_start:
            latest_ns = _limit_ns(presses, starts, lone, i, i + 1)
            end_ns = t_ns + _length_ns(whole, t_ns)
            yield Rep(t_ns, end_ns if latest_ns is None else min(end_ns, latest_ns), end_seen=False)
        elif lone[i]:
            earliest_ns = _limit_ns(presses, starts, lone, i, i - 1)
            start_ns = t_ns - _length_ns(whole, t_ns)
            yield Rep(
                start_ns if earliest_ns is None else max(start_ns, earliest_ns),
                t_ns,
                start_seen=False,
            )


def _limit_ns(
    presses: Sequence[int], starts: Sequence[bool], lone: Sequence[bool], i: int, beside: int
) -> int | None:
    """Return how far a repetition filled in from press ``i`` may reach towards that ``beside`` it.

    None where there is no other press.
    """
    if not 0 <= beside < len(presses):
        return None
    both_filled_in = lone[beside] and starts[beside] is not starts[i]
    return (presses[i] + presses[beside]) // 2 if both_filled_in else presses[beside]


def _length_ns(whole: dict[int, int], t_ns: int) -> int:
    """Return the usual length of a repetition about ``t_ns``, by the nearest seen whole."""
    beside = sorted(whole.items(), key=lambda rep: abs(rep[0] - t_ns))[:BESIDE]
    return round(median(b - a for a, b in beside))
