"""Simulated runs with an optical sensor that may take steps for beats, and how well that is
noticed.

``python -m tests.core.optical 1000`` prints the figures of docs/cadence-and-heart-rate.md for the
seeds from 0; a second number is the first seed (tuning used those from 1,000,000 on).
"""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from statistics import median

from kickcue.core.profiles import CadenceUnit, PodRules, SensorProfile
from kickcue.core.sensors.hub import SensorHub
from kickcue.core.units import STEPS_PER_STRIDE, s_to_ns
from kickcue.lab.athlete import STEP_S, SpeedShape, Truth, run, run_race
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

STANDING_S = 40
RESTING_BPM, MAX_BPM = 95.0, 200.0
WRONG_BPM = 5.0
"""A reading this far off matters; a lock nearer to the truth does no harm and looks the same."""
SENSORS = {
    "watch": SensorProfile("watch", "x", "x", "guess", (), optical=True),
    "pod": SensorProfile(
        "pod", "x", "x", "guess", (), pod=PodRules(cadence_unit=CadenceUnit.STRIDE)
    ),
}


class Kind(StrEnum):
    """How the runner runs."""

    RACE = "race"
    SURGES = "surges"
    STRIDES = "strides"


@dataclass(frozen=True, slots=True)
class Lock:
    """The sensor counts steps from here to there; it takes ``glide_s`` to come to them."""

    from_s: float
    to_s: float
    glide_s: float
    lag_s: float


@dataclass(frozen=True, slots=True)
class Second:
    """What was sent and true, and what was shown of it (None: not plausible)."""

    t_s: float
    sent_bpm: float
    true_bpm: float
    shown_bpm: float | None
    lock: Lock | None
    called: bool


def body(random: Random, kind: Kind) -> Truth:
    """Return 15 to 20 minutes of running."""
    if kind is Kind.RACE:
        return run_race(random, 5000.0, 400.0)
    pace = random.uniform(3.8, 5.6)
    surge = [random.uniform(-0.1, 0.1) for _ in range(30)]
    rest_m = random.uniform(80.0, 250.0)

    def surges(t_s: float, done_m: float) -> float:
        kick = 1.0 + 0.25 * min(max((done_m - 4600.0) / 200.0, 0.0), 1.0)
        return (
            pace * (1.0 + surge[int(done_m / 400.0) % 30]) * kick * min((t_s + STEP_S) / 3.0, 1.0)
        )

    def strides(t_s: float, done_m: float) -> float:
        into_m = done_m % (100.0 + rest_m)
        quick = (
            min(into_m / 20.0, 1.0) if into_m < 100.0 else max(1.0 - (into_m - 100.0) / 15.0, 0.0)
        )
        return (2.6 + quick * (pace + 1.4 - 2.6)) * min((t_s + STEP_S) / 3.0, 1.0)

    shape: SpeedShape = surges if kind is Kind.SURGES else strides
    return run(5000.0 if kind is Kind.SURGES else 3500.0, shape, random)


def heart(random: Random, truth: Truth, *, like_the_legs: bool) -> list[float]:
    """Return the true heart rate of each second: a lag of 38 to 132 s behind the effort, and a slow
    wander of 1.5.

    ``like_the_legs``: a runner whose heart settles within 2 of the cadence.
    """
    lag_s = math.exp(random.uniform(math.log(38.0), math.log(132.0)))
    seconds = int(truth.duration_s)
    mean_mps = sum(truth.speed_mps) / len(truth.speed_mps)
    mean_spm = sum(truth.cadence_spm) / len(truth.cadence_spm)
    settled = (
        mean_spm + random.uniform(-2.0, 2.0) if like_the_legs else random.uniform(150.0, 190.0)
    )
    bpm, wander, rates = RESTING_BPM, 0.0, []
    for second in range(seconds):
        goal = min(settled + 17.0 * (truth.speed_at(second) - mean_mps), MAX_BPM)
        bpm += (goal - bpm) / lag_s
        wander = 0.97 * wander + random.gauss(0.0, 1.5 * math.sqrt(1.0 - 0.97**2))
        rates.append(bpm + wander)
    return rates


def some_locks(random: Random, duration_s: float) -> list[Lock]:
    """Return up to three locks of half a minute to three minutes,
    the first often from the gun on.
    """
    locks: list[Lock] = []
    t_s = random.choice([random.uniform(3.0, 10.0), random.uniform(60.0, 250.0)])
    while t_s < duration_s - 60.0 and len(locks) < 3:
        end_s = min(t_s + random.uniform(30.0, 180.0), duration_s - 10.0)
        locks.append(Lock(t_s, end_s, random.uniform(0.0, 6.0), random.uniform(0.0, 3.0)))
        t_s = end_s + random.uniform(60.0, 200.0)
    return locks


def wear(seed: int, kind: Kind, *, locks: bool, like_the_legs: bool) -> list[Second]:
    """Return a run as the sensors sent it and what the hub made of it."""
    random = Random(f"{kind} {locks} {like_the_legs} {seed}")
    truth = body(random, kind)
    rates = heart(random, truth, like_the_legs=like_the_legs)
    plan = some_locks(random, truth.duration_s) if locks else []
    hub = SensorHub(SENSORS, None)
    shown = rates[0]
    seconds: list[Second] = []
    for second in range(-STANDING_S, len(rates)):
        gone = second >= 0
        true_bpm = rates[max(second, 0)]
        t_ns = s_to_ns(STANDING_S + second)
        spm = max(truth.cadence_at(second) + random.gauss(0.0, 1.0), 0.0) if gone else 0.0
        speed_mps, distance_m = (
            (truth.speed_at(second), truth.distance_at(second)) if gone else (0.0, 0.0)
        )
        hub.handle_notification(
            pod_notification(t_ns, PodSample(speed_mps, spm / STEPS_PER_STRIDE, distance_m)),
            t_ns,
            body=gone,
        )
        lock = next((a for a in plan if a.from_s <= second <= a.to_s), None)
        goal = true_bpm if lock is None else truth.cadence_at(second - lock.lag_s)
        shown += (goal - shown) * (
            1.0 - math.exp(-1.0 / max(3.0 if lock is None else lock.glide_s / 2.0, 0.1))
        )
        sent = round(shown + random.gauss(0.0, 1.0))
        t_ns += s_to_ns(0.4)
        hub.handle_notification(strap_notification(t_ns, sent, "watch"), t_ns, body=True)
        monitor = hub._heart_monitors["watch"].lock
        called = monitor is not None and monitor.locked
        seconds.append(
            Second(float(second), sent, true_bpm, hub.heart_rate_bpm(t_ns), lock, called)
        )
    return seconds


@dataclass(frozen=True, slots=True)
class Figures:
    """Locks that mattered and those called; seconds to the call; how wrong what was shown; shares
    of time called without a lock.
    """

    locks: int
    called: int
    delay_s: float
    wrong_shown: float
    """Share of the seconds with a reading that was wrong by more than WRONG_BPM which was shown all
    the same."""
    harmless: int
    false_runs: int
    runs: int
    false_time: float


def figures(runs: Sequence[list[Second]]) -> Figures:
    """Measure."""
    locks = called = harmless = wrong = wrong_shown = free = false = false_runs = 0
    delays: list[float] = []
    for seconds in runs:
        for lock in dict.fromkeys(s.lock for s in seconds if s.lock is not None):
            during = [s for s in seconds if s.lock is lock and s.t_s > lock.from_s + lock.glide_s]
            if sum(abs(s.sent_bpm - s.true_bpm) > WRONG_BPM for s in during) < 20:
                harmless += 1
                continue
            locks += 1
            at = next((s.t_s for s in during if s.called), None)
            if at is not None:
                called += 1
                delays.append(at - lock.from_s)
        off = [
            s for s in seconds if s.lock is not None and abs(s.sent_bpm - s.true_bpm) > WRONG_BPM
        ]
        wrong += len(off)
        wrong_shown += sum(
            s.shown_bpm is not None and abs(s.shown_bpm - s.true_bpm) > WRONG_BPM for s in off
        )
        without = [s for s in seconds if s.lock is None]
        free += len(without)
        false += sum(s.called for s in without)
        false_runs += any(s.called for s in without)
    share = wrong_shown / wrong if wrong else 0.0
    return Figures(
        locks,
        called,
        median(delays) if delays else math.nan,
        share,
        harmless,
        false_runs,
        len(runs),
        false / max(free, 1),
    )


def lines(count: int, first: int) -> Iterator[str]:
    """Yield the figures of all kinds of running as text."""
    for kind in Kind:
        f = figures(
            [
                wear(seed, kind, locks=True, like_the_legs=False)
                for seed in range(first, first + count)
            ]
        )
        recall, shown = 100 * f.called / max(f.locks, 1), 100 * f.wrong_shown
        yield (
            f"{kind}: {f.locks} locks, {recall:.1f} % called after {f.delay_s:.0f} s, wrong "
            f"shown {shown:.1f} %, harmless {f.harmless}"
        )
        for like in (True, False):
            f = figures(
                [
                    wear(seed, kind, locks=False, like_the_legs=like)
                    for seed in range(first, first + count)
                ]
            )
            runs, time = 100 * f.false_runs / f.runs, 100 * f.false_time
            yield (
                f"{kind}, no lock, heart like the legs {like}: {runs:.1f} % of runs called, "
                f"{time:.2f} % of the time"
            )


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0):
        sys.stdout.write(f"{line}\n")
