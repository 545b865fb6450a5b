"""A session's repetitions, in a runner's words."""

from collections.abc import Iterator
from typing import Final

from kickcue.analysis.review.model import Repeats, Review
from kickcue.core.clock_format import timed
from kickcue.report.formats import clock, count, percent

_SAME_PERCENT: Final = 0.05
_LEAST_ALIKE: Final = 2


def repeat_sentences(review: Review) -> Iterator[str]:
    """Yield what the repetitions came to; nothing where it was no session."""
    repeats = review.repeats
    if repeats is None:
        return
    yield _how_many(repeats)
    if repeats.alike >= _LEAST_ALIKE and repeats.mean_s is not None:
        yield _how_long(repeats)
    yield from _last(repeats)
    if repeats.mean_rest_s is not None:
        spread_s = repeats.rest_spread_s
        spread = "" if spread_s is None else f", give or take {spread_s:.0f} s"
        yield f"You rested for {clock(repeats.mean_rest_s, 0)} on average{spread}."


def _how_many(repeats: Repeats) -> str:
    done = len(repeats.each)
    if not done:
        return "No repetition was run."
    of = "" if repeats.planned in (None, done) else f"; the plan has {repeats.planned}"
    return f"You ran {count(done, 'repetition')}{of}."


def _how_long(repeats: Repeats) -> str:
    assert repeats.mean_s is not None
    which = "They" if repeats.alike == len(repeats.each) else f"The {repeats.alike} alike"
    spread = "" if repeats.spread_s is None else f", give or take {repeats.spread_s:.1f} s"
    ends = ""
    if repeats.fastest_s is not None and repeats.slowest_s is not None:
        ends = f" (fastest {timed(repeats.fastest_s)}, slowest {timed(repeats.slowest_s)})"
    return f"{which} took {timed(repeats.mean_s)} on average{spread}{ends}."


def _last(repeats: Repeats) -> Iterator[str]:
    faster = repeats.last_percent
    if faster is None:
        return
    if abs(faster) < _SAME_PERCENT:
        yield "The last one was as fast as the others."
    else:
        how = "faster" if faster > 0 else "slower"
        yield f"The last one was {percent(faster)} {how} than the mean of the others."
