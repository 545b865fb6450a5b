"""The repetitions of a session, found in its lap presses alone.

One press at each start and each end, in turn, but late, doubled and forgotten. Repetitions are alike, and so are the rests: most of them
one length, the longer ones between sets another. A story says of each press whether it was a start or an end, and how many presses were
forgotten between two. For given usual lengths the likeliest story is found by dynamic programming; the usual lengths are those with which
some story is likeliest of all. A second usual rest has its price, or every odd gap would be one.

An end nobody pressed is filled in with the length of the repetitions beside it and says so. A repetition with neither press cannot be told
from a long rest and is not made up.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import Final, NamedTuple

from kickcue.core.estimate.reps import Rep
from kickcue.core.units import NS_PER_S

DOUBLED_WITHIN_S: Final = 5.5
FORGOTTEN: Final = 0.1
ALIKE: Final = 0.10
"""Repetitions of one session differ by this share [judgement; 6 % in the session of sixteen that the tests use]..."""
RESTS_ALIKE: Final = 0.12
"""...and rests of one kind by this [judgement; 11 % there]."""
REST_S: Final = 60.0
REST_SPREAD: Final = 0.8
"""Any rest: 60 s within a factor of two or so (log-normal)."""
SHARES: Final = (0.7, 0.2)
"""Of the rests so many are of the commonest kind and of the second; what is left may be anything."""
LONGER: Final = 1.3
"""A rest between sets is longer than the others by this factor at least."""
STEP: Final = 1.04
"""Usual lengths nearer to each other than this need not both be tried."""
FEW: Final = 4
BESIDE: Final = 4
"""An end is filled in with the median of so many repetitions nearest to it: pace drifts within a session."""


class Usual(NamedTuple):
    """What is usual in a session, in seconds: a repetition, and the kinds of rest, the commonest first."""

    rep_s: float
    rests_s: tuple[float, ...] = ()


def reps_from_marks(presses_ns: Sequence[int]) -> tuple[Rep, ...]:
    """Return the repetitions that presses alone show, in order of time; none for fewer than two presses."""
    presses: list[int] = []
    for t_ns in sorted(presses_ns):
        if not presses or t_ns - presses[-1] > DOUBLED_WITHIN_S * NS_PER_S:
            presses.append(t_ns)
    gaps_s = [(b - a) / NS_PER_S for a, b in pairwise(presses)]
    if not gaps_s:
        return ()
    usual = _relearnt(gaps_s, _likeliest(gaps_s))
    _, starts = _story(gaps_s, usual)
    return _told(presses, starts, usual)


def _likeliest(gaps_s: Sequence[float]) -> Usual:
    """Return the usual lengths, each of them a gap or what is left of one, with which some story is the likeliest."""
    lengths = _thinned(gaps_s)
    simple = [Usual(rep_s, rests_s) for rep_s in lengths for rests_s in ((), *((rest_s,) for rest_s in lengths))]
    judged = [(_judged(gaps_s, usual), usual) for usual in simple]
    for _, usual in nlargest(FEW, [each for each in judged if each[1].rests_s], key=itemgetter(0)):
        (rest_s,) = usual.rests_s
        for longer_s in _thinned(gap_s - reps * usual.rep_s for gap_s in gaps_s for reps in (0, 1)):
            if longer_s > LONGER * rest_s:
                two = Usual(usual.rep_s, (rest_s, longer_s))
                judged.append((_judged(gaps_s, two), two))
    return max(judged, key=itemgetter(0))[1]


def _relearnt(gaps_s: Sequence[float], usual: Usual) -> Usual:
    """Return the usual lengths as the story found with them has them; they were taken from single gaps before."""
    _, starts = _story(gaps_s, usual)
    steps = list(zip(pairwise(starts), gaps_s, strict=True))
    reps_s = [gap_s for (was, now), gap_s in steps if was and not now and _in_one(gap_s, usual)]
    rests_s = [gap_s for (was, now), gap_s in steps if now and not was]
    near = [[rest_s for rest_s in rests_s if abs(math.log(rest_s / kind_s)) < 2.0 * RESTS_ALIKE] for kind_s in usual.rests_s]
    kinds = tuple(median(some) if some else kind_s for some, kind_s in zip(near, usual.rests_s, strict=True))
    return Usual(median(reps_s) if reps_s else usual.rep_s, kinds)


def _thinned(lengths_s: Iterable[float]) -> list[float]:
    """Return the lengths, in order, without those that hardly differ from the one before and those below a second."""
    kept: list[float] = []
    for length_s in sorted(lengths_s):
        if length_s >= 1.0 and (not kept or length_s > STEP * kept[-1]):
            kept.append(length_s)
    return kept


def _judged(gaps_s: Sequence[float], usual: Usual) -> float:
    """Return the log odds of the likeliest story; each kind of rest costs what it is worth to know that it lies just there."""
    price = sum(math.log(RESTS_ALIKE / REST_SPREAD) - 0.5 * (math.log(rest_s / REST_S) / REST_SPREAD) ** 2 for rest_s in usual.rests_s)
    return _story(gaps_s, usual)[0] + price


def _story(gaps_s: Sequence[float], usual: Usual) -> tuple[float, list[bool]]:
    """Return the log odds of the likeliest story, and which presses it takes for starts."""
    forgot = math.log(FORGOTTEN)
    start, end = 0.0, forgot
    steps: list[tuple[bool, bool]] = []
    """Whether the press before was a start if this one is a start, and if it is an end."""
    for gap_s in gaps_s:
        nothing, one = _with_rest(gap_s, 0, usual), forgot + _with_rest(gap_s, 1, usual)
        rep = max(_log_normal(gap_s, usual.rep_s, ALIKE), 2.0 * forgot + _with_rest(gap_s, 2, usual))
        steps.append((start + one >= end + nothing, start + rep >= end + one))
        start, end = max(start + one, end + nothing), max(start + rep, end + one)
    story = [start + forgot > end]
    for if_start, if_end in reversed(steps):
        story.append(if_start if story[-1] else if_end)
    return max(start + forgot, end), story[::-1]


def _with_rest(gap_s: float, reps: int, usual: Usual) -> float:
    """Return the log density of a gap that holds one rest and ``reps`` repetitions."""
    shares = SHARES[: len(usual.rests_s)]
    odds = math.log(1.0 - sum(shares)) + _log_normal(gap_s - reps * usual.rep_s, REST_S, REST_SPREAD)
    for share, rest_s in zip(shares, usual.rests_s, strict=True):
        mean_s = reps * usual.rep_s + rest_s
        spread_s = math.sqrt(reps * (ALIKE * usual.rep_s) ** 2 + (RESTS_ALIKE * rest_s) ** 2)
        odds = max(odds, math.log(share) + _log_normal(gap_s, mean_s, spread_s / mean_s))
    return odds


def _in_one(gap_s: float, usual: Usual) -> bool:
    """Tell whether a start and the end after it are of one repetition; else an end, a rest and a start lie between."""
    return _log_normal(gap_s, usual.rep_s, ALIKE) >= 2.0 * math.log(FORGOTTEN) + _with_rest(gap_s, 2, usual)


def _log_normal(seconds: float, usual_s: float, spread: float) -> float:
    if seconds < 1.0:
        return -1e3
    return -0.5 * (math.log(seconds / usual_s) / spread) ** 2 - math.log(spread * seconds)


def _told(presses: Sequence[int], starts: Sequence[bool], usual: Usual) -> tuple[Rep, ...]:
    """Return the story as repetitions, with what was forgotten filled in."""
    steps = list(pairwise(zip(presses, starts, strict=True)))
    whole = {a: b for (a, first), (b, second) in steps if first and not second and _in_one((b - a) / NS_PER_S, usual)}
    if not whole:
        return ()
    return tuple(_filled(presses, starts, whole))


def _filled(presses: Sequence[int], starts: Sequence[bool], whole: dict[int, int]) -> Iterator[Rep]:
    """Yield the repetitions; one that is filled in reaches no further than the press beside it, two in one gap to its middle at most."""
    ended = set(whole.values())
    lone = [t_ns not in whole and t_ns not in ended for t_ns in presses]
    for i, (t_ns, is_start) in enumerate(zip(presses, starts, strict=True)):
        if t_ns in whole:
            yield Rep(t_ns, whole[t_ns])
        elif lone[i] and is_start:
            limit_ns = math.inf if i + 1 == len(presses) else presses[i + 1]
            if i + 1 < len(presses) and lone[i + 1] and not starts[i + 1]:
                limit_ns = (t_ns + presses[i + 1]) // 2
            yield Rep(t_ns, int(min(t_ns + _length_ns(whole, t_ns), limit_ns)), end_seen=False)
        elif lone[i]:
            limit_ns = -math.inf if i == 0 else presses[i - 1]
            if i > 0 and lone[i - 1] and starts[i - 1]:
                limit_ns = (t_ns + presses[i - 1]) // 2
            yield Rep(int(max(t_ns - _length_ns(whole, t_ns), limit_ns)), t_ns, start_seen=False)


def _length_ns(whole: dict[int, int], t_ns: int) -> int:
    """Return the usual length of a repetition about ``t_ns``, from the nearest of those that were seen whole."""
    beside = sorted(whole.items(), key=lambda rep: abs(rep[0] - t_ns))[:BESIDE]
    return round(median(b - a for a, b in beside))
