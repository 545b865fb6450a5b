"""The legs of a plan with their numbers, as they are said to the runner."""

from collections.abc import Iterator
from dataclasses import dataclass

from kickcue.core.events import CommandKind, LegKind
from kickcue.core.plan import Effort, Leg, Plan, Rest, Run


@dataclass(frozen=True, slots=True)
class NumberedLeg:
    """One leg; ``rep`` counts the repetitions, of a rest or an easy run it is that of the last."""

    number: int
    leg: Leg
    kind: LegKind
    rep: int

    @property
    def distance_m(self) -> float | None:
        """How long the leg is, None where it has no length."""
        if isinstance(self.leg, Run):
            return self.leg.course.distance_m
        return self.leg.distance_m if isinstance(self.leg, Rest) else None

    @property
    def duration_s(self) -> float | None:
        """How long the leg lasts, None where it has no duration."""
        return None if isinstance(self.leg, Run) else self.leg.duration_s

    @property
    def text(self) -> str:
        """The leg in a few words: "200 m", "rest 2:00", "easy until the lap press"."""
        words = {LegKind.REST: "rest ", LegKind.EASY: "easy "}.get(self.kind, "")
        if self.distance_m is not None:
            return f"{words}{self.distance_m:g} m"
        if self.duration_s is not None:
            minutes, seconds = divmod(round(self.duration_s), 60)
            return f"{words}{minutes}:{seconds:02}"
        runs_off = isinstance(self.leg, Rest) and self.leg.until is CommandKind.START
        return f"{words}until {'you run off' if runs_off else 'the lap press'}".strip()


def numbered(plan: Plan) -> tuple[NumberedLeg, ...]:
    """Return the legs in the order they are run."""
    return tuple(_numbered(plan))


def repetitions(legs: tuple[NumberedLeg, ...]) -> int:
    """Return how many of the legs are repetitions."""
    return len([leg for leg in legs if leg.kind is LegKind.REP])


def _numbered(plan: Plan) -> Iterator[NumberedLeg]:
    rep = 0
    for number, leg in enumerate(plan.legs(), start=1):
        kind = _kind(leg)
        rep += kind is LegKind.REP
        yield NumberedLeg(number, leg, kind, rep)


def _kind(leg: Leg) -> LegKind:
    if isinstance(leg, Rest):
        return LegKind.REST
    return LegKind.EASY if leg.effort is Effort.EASY else LegKind.REP
