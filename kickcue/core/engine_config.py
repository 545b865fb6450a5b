"""Everything an engine needs to know before the first event."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kickcue.core.crossing.gate import Gate
from kickcue.core.cueing.cue_output import CueOutput
from kickcue.core.cueing.lap_splits import Splits
from kickcue.core.cueing.phrases import Vocabulary
from kickcue.core.cueing.policy import SILENT_TO_GO_M
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError
from kickcue.core.events import CueKind
from kickcue.core.plan import Plan, Run
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.profiles import SensorProfile

USUAL_MPS = 4.5
"""Planned pace where nobody told one: 3:42 a kilometre."""


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """The race, its sensors and the athlete's wishes.

    Raises UsageError for a plan the engine cannot run.
    """

    plan: Plan
    sensors: Mapping[str, SensorProfile]
    vocabulary: Vocabulary
    rules: Rules = Rules.TRAINING
    scale: ScalePrior = field(default_factory=ScalePrior)
    target_s: float | None = None
    """Wanted finishing time in seconds; without one there is no even-pace cue."""
    splits: Splits = Splits.OFF
    """Whether the time of each lap is told at its line."""
    hr_ceiling_bpm: float | None = None
    """At or above it for 20 s before the bell: "hold form" in place of the kick. Off by default."""
    smile: bool = True
    """Say "smile" with "stay relaxed"."""
    lead_ms: int = 0
    """How long the watch takes from message to feeling; cues are sent this much earlier."""

    gate: Gate | None = None
    """The finish line where it is known; else it is learned from the fixes of the first lap."""
    session_cues: Mapping[CueKind, CueOutput] = field(default_factory=dict)
    """How the cues of a session are given; what is not named is felt and heard."""

    def __post_init__(self) -> None:
        if self.plan.is_race:
            self._check_race()

    def _check_race(self) -> None:
        kick_m = self.race.course.kick_m
        if kick_m <= SILENT_TO_GO_M:
            raise UsageError(
                f"kick: expected more than {SILENT_TO_GO_M:g} m (no cue comes in the last "
                f"{SILENT_TO_GO_M:g} m), got {kick_m:g} m"
            )
        if self.gate is not None and self.race.course.lap_m is None:
            raise UsageError(
                f"gate: only applies to a track race, and {self.race.course.event} is run on the "
                "road"
            )

    @property
    def race(self) -> Run:
        """The one stretch of a race."""
        leg = self.plan.legs()[0]
        assert isinstance(leg, Run)
        return leg

    @property
    def planned_mps(self) -> float:
        """Pace to fall back on when nothing else is known."""
        if self.target_s is None or not self.plan.is_race:
            return USUAL_MPS
        return self.race.course.distance_m / self.target_s
