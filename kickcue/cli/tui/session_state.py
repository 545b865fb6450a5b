"""What there is to be seen of a session at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from kickcue.core.events import LegBegin, LegKind, LegResult
from kickcue.core.session.numbered_legs import NumberedLeg


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session, the leg of it that is on, and the repetitions so far, in order.

    ``reps`` is how many the plan has. ``leg_s`` is for how many seconds the leg has been on,
    ``lasts_s`` how long the plan has it last; ``following`` is what the plan has after it, None
    where nothing is.
    """

    title: str
    reps: int
    leg: LegBegin | None = None
    leg_s: float | None = None
    lasts_s: float | None = None
    following: NumberedLeg | None = None
    runs: Sequence[LegResult] = ()

    @property
    def left_s(self) -> float | None:
        """How many seconds of the leg are left, below 0 once it is over; None without a length."""
        if self.leg_s is None or self.lasts_s is None:
            return None
        return self.lasts_s - self.leg_s


def planned_s(legs: Sequence[NumberedLeg], leg: LegBegin) -> float | None:
    """Return how long the plan has the leg last, None where it says nothing of that."""
    here = _planned(legs, leg)
    return here.duration_s if here is not None and here.kind is leg.kind else None


def following(legs: Sequence[NumberedLeg], leg: LegBegin) -> NumberedLeg | None:
    """Return what the plan has after ``leg``, None after the last and after what it has not."""
    here = _planned(legs, leg)
    if leg.kind is LegKind.REST and here is not None and here.kind is not LegKind.REST:
        return here if here.rep > leg.rep else None  # the runner is waited for, before or after it
    return legs[leg.leg] if leg.leg < len(legs) else None


def _planned(legs: Sequence[NumberedLeg], leg: LegBegin) -> NumberedLeg | None:
    return legs[leg.leg - 1] if 1 <= leg.leg <= len(legs) else None
