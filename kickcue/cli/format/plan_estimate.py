"""How long a session takes and how far it goes, as far as a plan tells and a runner's pace."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kickcue.core.events import CommandKind
from kickcue.core.plan import Effort, Leg, Rest, Run, TimedRun

_JOG_MPS: Final = 2.0
_WALK_MPS: Final = 1.4
_LONGEST_WAIT_S: Final = 180.0
_WAIT_S: Final = 120.0
_OPEN_RUN_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Paces:
    """Seconds for a kilometre."""

    hard_s: float = 240.0
    easy_s: float = 360.0

    def speed_mps(self, effort: Effort) -> float:
        """Return metres a second."""
        return 1000.0 / (self.hard_s if effort is Effort.HARD else self.easy_s)


@dataclass(frozen=True, slots=True)
class LegGuess:
    """Seconds and metres of a leg, and whether each follows from the plan or is guessed."""

    leg: Leg
    duration_s: float
    distance_m: float
    open: bool = False
    """It ends when the runner says so, and the plan does not tell when that is."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a session comes to; a length in metres is exact unless ``about``."""

    hard_m: float
    easy_m: float
    rest_m: float
    duration_s: float
    hard_about: bool
    easy_about: bool
    open: bool


def guesses(legs: Sequence[Leg], paces: Paces) -> tuple[LegGuess, ...]:
    """Return a guess for each leg.

    A rest that waits for the runner is the walk back over the stretch before it, at most 3
    minutes; after a stretch by time it is 2 minutes. A stretch until a press is 10 minutes.
    """
    return tuple(_guesses(legs, paces))


def totals(legs: Sequence[LegGuess]) -> Totals:
    """Return the sums over the legs of a session."""
    by = {effort: [each for each in legs if _effort(each.leg) is effort] for effort in Effort}
    about = {effort: any(isinstance(it.leg, TimedRun) for it in by[effort]) for effort in Effort}
    return Totals(
        hard_m=_metres(by[Effort.HARD]),
        easy_m=_metres(by[Effort.EASY]),
        rest_m=_metres([each for each in legs if isinstance(each.leg, Rest)]),
        duration_s=math.fsum(each.duration_s for each in legs),
        hard_about=about[Effort.HARD],
        easy_about=about[Effort.EASY],
        open=any(each.open for each in legs),
    )


def _guesses(legs: Sequence[Leg], paces: Paces) -> Iterator[LegGuess]:
    back_s = _WAIT_S
    for leg in legs:
        if isinstance(leg, Run):
            distance_m = leg.course.distance_m
            back_s = min(distance_m / _WALK_MPS, _LONGEST_WAIT_S)
            yield LegGuess(leg, distance_m / paces.speed_mps(leg.effort), distance_m)
        elif isinstance(leg, TimedRun):
            back_s = _WAIT_S
            duration_s = _OPEN_RUN_S if leg.duration_s is None else leg.duration_s
            run_m = duration_s * paces.speed_mps(leg.effort)
            yield LegGuess(leg, duration_s, run_m, open=leg.duration_s is None)
        else:
            yield _rest(leg, back_s)


def _rest(rest: Rest, back_s: float) -> LegGuess:
    if rest.distance_m is not None:
        return LegGuess(rest, rest.distance_m / _JOG_MPS, rest.distance_m)
    if rest.duration_s is not None:
        return LegGuess(rest, rest.duration_s, 0.0)
    # Who waits for the start walks back to it; who waits for a press may stand.
    wait_s = back_s if rest.until is CommandKind.START else _WAIT_S
    return LegGuess(rest, wait_s, 0.0, open=True)


def _effort(leg: Leg) -> Effort | None:
    return None if isinstance(leg, Rest) else leg.effort


def _metres(legs: Sequence[LegGuess]) -> float:
    return math.fsum(each.distance_m for each in legs)
