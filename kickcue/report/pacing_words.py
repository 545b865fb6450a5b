"""How a race was paced, in a runner's words: what the last lap was against the rest."""

from collections.abc import Iterator
from typing import Final

from kickcue.analysis.review.model import Pacing, PacingClass, Review, ReviewKind
from kickcue.analysis.review.pacing import ALIKE_PERCENT, faster_percent, is_even
from kickcue.core.clock_format import timed
from kickcue.core.length_format import metres
from kickcue.report.formats import clock, percent

_SAME_PERCENT: Final = 0.05
"""Less is 0.0 % as it is printed."""
_SAME_S: Final = 0.05
_FINISHES: Final = {
    PacingClass.RESERVE: "A strong finish, with something still in reserve.",
    PacingClass.HELD_BACK: (
        "A very fast finish: either the race was tactical, or there was more in you before it."
    ),
    PacingClass.SLOWER: (
        "You gave it all early. A slightly calmer start would have left more for the end."
    ),
}


def window_name(review: Review, pacing: Pacing) -> str:
    """Return what the last window is called: "last lap", "last kilometre", "last 600 m"."""
    return f"last {metres(pacing.last_m)}" if review.course is None else review.course.window_name


def pacing_sentences(review: Review) -> Iterator[str]:
    """Yield how it was paced, the most important first; nothing where that is unknown."""
    pacing = review.pacing
    if pacing is None:
        return
    name = window_name(review, pacing)
    yield (
        f"Your {name} took {timed(pacing.last_s)}, and the same distance before it "
        f"{timed(pacing.rest_s)} on average: you ran it {faster(pacing.kick_speed_percent)}."
    )
    yield _verdict(pacing)
    if pacing.last_200_s is not None and pacing.last_200_kick_percent is not None:
        yield (
            f"The last 200 m took {timed(pacing.last_200_s)}: "
            f"{_than_before(faster_percent(pacing.last_200_kick_percent))} 200 m before it."
        )
    yield _halves(pacing)
    yield from _evenness(pacing)
    yield from _saved_up(review, pacing)


def _verdict(pacing: Pacing) -> str:
    if pacing.tactical:
        return "A tactical race: it was run for the place, not for the time."
    even = is_even(pacing)
    if pacing.pacing is PacingClass.END_SPURT:
        return "A good finish after even running." if even else "A good finish."
    if pacing.pacing is not PacingClass.EVEN:
        return _FINISHES[pacing.pacing]
    if even:
        return "Evenly paced: that is how records are run."
    if pacing.half_percent > ALIKE_PERCENT:
        return "You slowed down on the way, and then held on to the end."
    if pacing.half_percent < -ALIKE_PERCENT:
        return "You got faster on the way, and kept that to the end."
    return "At the end you were as fast as on average."


def faster(percent_faster: float) -> str:
    """Return "9.7 % faster", "3.1 % slower" or "as fast"."""
    if abs(percent_faster) < _SAME_PERCENT:
        return "as fast"
    return f"{percent(percent_faster)} {'faster' if percent_faster > 0 else 'slower'}"


def _than_before(percent_faster: float) -> str:
    return f"{faster(percent_faster)} {'as' if abs(percent_faster) < _SAME_PERCENT else 'than'}"


def _halves(pacing: Pacing) -> str:
    gained_s = pacing.first_half_s - pacing.second_half_s
    both = f"{clock(pacing.first_half_s)} and {clock(pacing.second_half_s)}"
    if abs(gained_s) < _SAME_S:
        return f"Both halves were equally fast: {both}."
    how = "faster" if gained_s > 0 else "slower"
    return f"The second half was {abs(gained_s):.1f} s {how} than the first: {both}."


def _evenness(pacing: Pacing) -> Iterator[str]:
    cv_percent = pacing.inner_lap_cv_percent
    if cv_percent is not None:
        rmssd = pacing.lap_rmssd_s
        step = "" if rmssd is None else f", from one to the next by {rmssd:.1f} s"
        yield f"The laps between the first and the last varied by {percent(cv_percent)}{step}."


def _saved_up(review: Review, pacing: Pacing) -> Iterator[str]:
    if pacing.saved_up_s is None or pacing.saved_up_s < _SAME_S:
        return
    what = "race" if review.kind is ReviewKind.RACE else "run"
    yield (
        f"Spread over the whole {what}, the same effort might have been worth up to "
        f"{pacing.saved_up_s:.1f} s: at most that, and nothing if you ran for the place."
    )
