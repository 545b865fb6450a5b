"""The leg before the one that is on: what a press or a slowing runner may still correct."""

from dataclasses import dataclass

from kickcue.core.events import LegEnd, LegResult
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.session.numbered_legs import NumberedLeg
from kickcue.core.session.rest_progress import RestProgress
from kickcue.core.session.stretch_progress import StretchProgress


@dataclass(slots=True)
class LegBefore:
    """The leg before, to come back to if the press that ended it was a mistake."""

    t_ns: int
    index: int
    leg: NumberedLeg
    began_ns: int
    stretch: StretchProgress | None
    rest: RestProgress | None
    by_press: bool
    slowed: bool = False
    """Whether the runner has slowed down since."""
    doubt_ns: int = 0
    """How much later than found a run may have ended."""
    ended_by: LegEnd = LegEnd.PRESS


@dataclass(frozen=True, slots=True)
class Correction:
    """What a press has put right, to go back to if that press was a mistake."""

    t_ns: int
    began_ns: int
    """The beginning of the leg as it had been found."""
    result: LegResult | None
    """That of the leg before, where the press moved its end."""
    prior: ScalePrior
