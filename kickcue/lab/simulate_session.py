"""A simulated session of a plan: what a runner makes of it, as sensors and thumb tell it."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from kickcue.core.events import Command, CommandKind, Input, LegKind, Mark, MarkSource
from kickcue.core.plan import Plan, Rest
from kickcue.core.session.numbered_legs import NumberedLeg, numbered
from kickcue.core.units import STEPS_PER_STRIDE, s_to_ns
from kickcue.lab.athlete import CADENCE_AT_5_SPM, RESTING_BPM, SPM_PER_MPS, STEP_S, Truth
from kickcue.lab.sensors import PodFaults, Thumb, pod_samples
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

EASY_MPS: Final = 3.0
STRIDE_M: Final = 100.0
"""A repetition no longer than this is a stride, and run so."""
STRIDE_MPS: Final = (6.0, 7.5)
REP_MPS: Final = (4.6, 6.2)
RISE_S: Final = (1.5, 3.0)
"""From the rest's speed to the repetition's."""
FALL_S: Final = (2.0, 4.0)
"""Back again, past the line."""
WANDER: Final = 0.01
STROLL_MPS: Final = (0.0, 1.3, 1.5, 2.5)
"""A rest is stood, walked or jogged."""
WAIT_S: Final = (15.0, 40.0)
"""How long a runner takes who is free to begin."""
AFTER_GO_S: Final = (0.6, 0.5)
"""When the runner is off after the countdown: mean and standard deviation."""
OPEN_LEG_S: Final = 60.0
"""How long a leg takes that a press ends."""
AFTER_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class TrueLeg:
    """One leg as it was: seconds after the start of the session."""

    leg: NumberedLeg
    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """The truth, and its sensors' bytes and presses in order of time.

    ``truth`` counts from the start of the session, its metres through all legs.
    """

    legs: tuple[TrueLeg, ...]
    inputs: tuple[Input, ...]
    truth: Truth

    @property
    def repetitions(self) -> tuple[TrueLeg, ...]:
        """The repetitions, in order."""
        return tuple(each for each in self.legs if each.leg.kind is LegKind.REP)


@dataclass(slots=True)
class _Runner:
    """Runs, a quarter of a second at a time."""

    random: Random
    mps: list[float] = field(default_factory=lambda: [0.0])
    done_m: list[float] = field(default_factory=lambda: [0.0])

    @property
    def t_s(self) -> float:
        return (len(self.done_m) - 1) * STEP_S

    def step(self, mps: float) -> None:
        self.done_m.append(self.done_m[-1] + 0.5 * (self.mps[-1] + mps) * STEP_S)
        self.mps.append(mps)

    def reach(self, mps: float, seconds: float) -> None:
        """Change the speed evenly."""
        steps = max(round(seconds / STEP_S), 1)
        before = self.mps[-1]
        for n in range(1, steps + 1):
            self.step(before + (mps - before) * n / steps)

    def hold(self, mps: float, seconds: float) -> None:
        """Go on at about that speed."""
        for _ in range(round(seconds / STEP_S)):
            self.step(max(mps * (1.0 + self.random.gauss(0.0, WANDER)), 0.0))

    def hold_until(self, mps: float, metres: float) -> None:
        """Go on at about that speed until so many metres are done."""
        while self.done_m[-1] < metres:
            self.step(mps * (1.0 + self.random.gauss(0.0, WANDER)))

    def when(self, metres: float) -> float:
        """Return when so many metres were done, in s."""
        i = bisect_left(self.done_m, metres)
        before, after = self.done_m[i - 1], self.done_m[i]
        return (i - 1 + (metres - before) / (after - before)) * STEP_S


def simulate_session(
    plan: Plan, seed: int, pod: PodFaults | None, thumb: Thumb | None = None
) -> SimulatedSession:
    """Return the session of this seed; the same seed gives the same bytes on every machine.

    ``pod`` None: nothing but presses and a strap. ``thumb``: how starts and ends of repetitions
    are pressed; None: not at all, but where the plan waits for a press.
    """
    random = Random(f"session {plan.name} {seed}")  # noqa: S311  a simulation, not a secret
    runner = _Runner(random)
    legs = tuple(_run_legs(runner, numbered(plan)))
    runner.hold(0.0, AFTER_S)
    truth = _truth(random, runner)
    inputs: list[Input] = [Command(0, CommandKind.START)]
    if pod is not None:
        for each in pod_samples(random, truth, pod):
            sample = PodSample(each.speed_mps, each.cadence_spm / STEPS_PER_STRIDE, each.distance_m)
            inputs.append(pod_notification(s_to_ns(each.t_s), sample))
    inputs += [
        strap_notification(s_to_ns(second + 0.37), truth.heart_rate_at(second))
        for second in range(int(truth.duration_s))
    ]
    inputs += _presses(random, legs, thumb)
    return SimulatedSession(legs, tuple(sorted(inputs, key=lambda event: event.t_ns)), truth)


def _run_legs(runner: _Runner, legs: tuple[NumberedLeg, ...]) -> Iterator[TrueLeg]:
    random = runner.random
    stroll_mps = random.choice(STROLL_MPS)
    usual_mps = random.uniform(*REP_MPS)
    before: LegKind | None = None
    for leg in legs:
        if leg.kind is LegKind.REP and before not in (LegKind.REST, LegKind.REP):
            runner.reach(stroll_mps, 2.0)
            runner.hold(stroll_mps, random.uniform(*WAIT_S))
        began_s = runner.t_s
        if leg.kind is LegKind.REST:
            _rest(runner, leg, stroll_mps)
            yield TrueLeg(leg, began_s, runner.t_s)
        else:
            mps = EASY_MPS if leg.kind is LegKind.EASY else _rep_mps(random, leg, usual_mps)
            yield TrueLeg(leg, began_s, _stretch(runner, leg, mps))
        before = leg.kind
    runner.reach(0.0, 3.0)


def _rep_mps(random: Random, leg: NumberedLeg, usual_mps: float) -> float:
    if leg.distance_m is not None and leg.distance_m <= STRIDE_M:
        return random.uniform(*STRIDE_MPS)
    return usual_mps * random.gauss(1.0, 0.015)


def _stretch(runner: _Runner, leg: NumberedLeg, mps: float) -> float:
    """Run a stretch; return when it was over, in s."""
    began_s, began_m = runner.t_s, runner.done_m[-1]
    runner.reach(mps, runner.random.uniform(*RISE_S))
    if leg.distance_m is not None:
        runner.hold_until(mps, began_m + leg.distance_m)
        return runner.when(began_m + leg.distance_m)
    lasts_s = leg.duration_s or OPEN_LEG_S
    runner.hold(mps, max(lasts_s - (runner.t_s - began_s), 0.0))
    return began_s + lasts_s


def _rest(runner: _Runner, leg: NumberedLeg, stroll_mps: float) -> None:
    assert isinstance(leg.leg, Rest)
    random, began_s, began_m = runner.random, runner.t_s, runner.done_m[-1]
    runner.reach(stroll_mps, random.uniform(*FALL_S))
    if leg.leg.duration_s is not None:
        go_s = leg.leg.duration_s + max(random.gauss(*AFTER_GO_S), 0.0)
        runner.hold(stroll_mps, max(go_s - (runner.t_s - began_s), 1.0))
    elif leg.leg.distance_m is not None:
        runner.hold_until(max(stroll_mps, 1.2), began_m + leg.leg.distance_m)
        runner.hold(stroll_mps, random.uniform(1.0, 4.0))
    else:
        runner.hold(stroll_mps, random.uniform(*WAIT_S))


def _truth(random: Random, runner: _Runner) -> Truth:
    at_5 = random.gauss(*CADENCE_AT_5_SPM)
    cadence = [
        at_5 + SPM_PER_MPS * (v - 5.0) if v > 2.0 else (110.0 if v > 0.3 else 0.0)
        for v in runner.mps
    ]
    bpm, beats = RESTING_BPM, []
    for v in runner.mps:
        bpm += (min(100.0 + 17.0 * v, 198.0) - bpm) * (1.0 - math.exp(-STEP_S / 60.0))
        beats.append(bpm)
    done = tuple(runner.done_m)
    return Truth(done, tuple(runner.mps), tuple(cadence), tuple(beats), done)


def _presses(random: Random, legs: tuple[TrueLeg, ...], thumb: Thumb | None) -> Iterator[Mark]:
    """Yield the presses at starts and ends of repetitions, and those that the plan waits for."""
    for each in legs:
        is_rep = each.leg.kind is LegKind.REP
        if is_rep and thumb is not None:
            yield from _press(random, each.began_s, thumb)
        if _waits_for_press(each.leg):
            yield from _press(random, each.ended_s, replace(thumb or Thumb(), missed=0.0))
        elif is_rep and thumb is not None:
            yield from _press(random, each.ended_s, thumb)


def _press(random: Random, t_s: float, thumb: Thumb) -> Iterator[Mark]:
    late_s = max(random.gauss(thumb.delay_s, thumb.delay_sd_s), 0.0)
    if random.random() >= thumb.missed:
        yield Mark(s_to_ns(t_s + late_s), MarkSource.BUTTON)


def _waits_for_press(leg: NumberedLeg) -> bool:
    if isinstance(leg.leg, Rest):
        return leg.leg.until is CommandKind.LAP
    return leg.duration_s is None and leg.distance_m is None
