"""How well simulated sessions are followed: the errors of starts, ends and cues, in seconds.

``python -m tests.core.session.session_errors`` prints the table of docs/estimation.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from kickcue.config.plan_files import load_plan
from kickcue.core.events import CueKind, LegResult
from kickcue.core.plan import Plan
from kickcue.core.session.session_engine import SessionEngine
from kickcue.core.session.stretch_progress import THROUGH_AHEAD_S, THROUGH_SHARE
from kickcue.core.units import NS_PER_S
from kickcue.lab.sensors import PodFaults, Thumb
from kickcue.lab.simulate_session import TrueLeg, simulate_session
from tests.core.session.scripted import Told, setup, told_by

PLANS: Final = (
    "strides",
    "two-hundreds",
    "adrenaline-points",
    "simulated-finish",
    "tempo-into-kick",
    "intervals",
)
CALIBRATED: Final = PodFaults(scale_sd=0.005)
PRESSED: Final = Thumb(missed=0.0)


@dataclass
class Errors:
    """Of all repetitions of some sessions: found less true, in s."""

    sessions: int = 0
    missed: list[str] = field(default_factory=list)
    """The sessions in which not every repetition was found, or one too many."""
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    """How long after the true start its cue came."""
    through: list[float] = field(default_factory=list)
    """The cue for the line, against its place before the true one."""

    def add(self, plan: Plan, seed: int, pod: PodFaults | None, thumb: Thumb | None) -> None:
        """Add the session of this seed."""
        session = simulate_session(plan, seed, pod, thumb)
        told = told_by(SessionEngine(setup(plan)), session.inputs)
        self.sessions += 1
        if len(told.reps) != len(session.repetitions):
            self.missed.append(
                f"{plan.name} {seed}: {len(told.reps)} of {len(session.repetitions)}"
            )
            return
        for true, found in zip(session.repetitions, told.reps, strict=True):
            self._add_repetition(true, found, told)

    def _add_repetition(self, true: TrueLeg, found: LegResult, told: Told) -> None:
        self.starts.append(found.began_ns / NS_PER_S - true.began_s)
        self.ends.append(found.ended_ns / NS_PER_S - true.ended_s)
        first = next(o for o in told.begins if o.leg == found.leg and o.kind is found.kind)
        self.told.append(first.t_ns / NS_PER_S - true.began_s)
        if true.leg.distance_m is None:
            return
        ahead_s = min(THROUGH_AHEAD_S, THROUGH_SHARE * (true.ended_s - true.began_s))
        cues = [
            cue.t_ns / NS_PER_S
            for cue in told.cues
            if cue.kind is CueKind.THROUGH
            and true.began_s < cue.t_ns / NS_PER_S < true.ended_s + 5.0
        ]
        self.through.append(cues[0] - (true.ended_s - ahead_s) if len(cues) == 1 else 99.0)


def errors_of(
    name: str, seeds: Iterable[int], pod: PodFaults | None = CALIBRATED, thumb: Thumb | None = None
) -> Errors:
    """Return the errors of the sessions of a shipped plan."""
    plan, errors = load_plan(name).plan(), Errors()
    for seed in seeds:
        errors.add(plan, seed, pod, thumb)
    return errors


def share_within(errors: list[float], within_s: float) -> float:
    """Return which share of the errors is at most ``within_s``."""
    return sum(abs(error) <= within_s for error in errors) / len(errors)


def p95(errors: list[float]) -> float:
    """Return what 95 % of the errors do not exceed."""
    ordered = sorted(map(abs, errors))
    return ordered[max(round(0.95 * len(ordered)) - 1, 0)]


def main() -> None:
    """Print one line for each plan and each way to measure."""
    ways = (("calibrated", CALIBRATED, None), ("generic", PodFaults(), None))
    for way, pod, thumb in (*ways, ("pressed", CALIBRATED, PRESSED)):
        for name in PLANS:
            found = errors_of(name, range(100), pod, thumb)
            cells = (found.starts, found.ends, found.told, found.through)
            numbers = " ".join(
                f"{median(map(abs, each)):.2f}/{p95(each):.2f}" for each in cells if each
            )
            within = f"{share_within(found.starts, 1.0):.3f}"
            print(way, name, found.sessions, len(found.missed), within, numbers, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
