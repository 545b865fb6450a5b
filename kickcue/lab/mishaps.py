"""What happens to a race, as runners, coaches and owners of pods report it, beyond all models.

Each mishap takes a race as it would have been sensed and gives it as it was. Times are seconds on
the recording's clock, which need not be the true one: a machine that sleeps stops it. Sources of
the kinds: ``docs/evaluation.md``.
"""

# ruff: noqa: ARG001  every Mishap is given all that any of them wants
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from kickcue.core.course import Course
from kickcue.lab.athlete import Truth
from kickcue.lab.sensors import Counted, TrueMark

STANDING_S: Final = 10.0
"""The pod is heard for so long before the gun."""
SCALE_STEP: Final = (0.05, 0.15)
"""A scale that becomes another one does so by such a share, up or down."""
ELSEWHERE: Final = (0.1, 0.9)
"""Where in the lap presses at another place are made."""
ALL_LATE_S: Final = (2.0, 4.0)
"""How late all presses of a race are that are late by the same."""


@dataclass(frozen=True, slots=True)
class Befallen:
    """A race as it was sensed, in seconds after the true gun.

    ``starts_s``: when the start was pressed.
    """

    counted: Sequence[Counted]
    marks: Sequence[TrueMark]
    starts_s: tuple[float, ...] = (0.0,)
    asleep_s: tuple[float, float] | None = None
    """The machine slept from then to then: nothing was heard, and its clock stood still."""
    sends: Mapping[str, bool] = field(default_factory=lambda: {"speed": True, "total": True})
    """What the pod's notifications hold."""
    changed_s: tuple[float, ...] = ()
    """When the pod's total slipped, or its scale became another one and its old one again."""

    def clock_s(self, t_s: float) -> float:
        """Return what the machine's clock shows at a true moment."""
        if self.asleep_s is None or t_s < self.asleep_s[0]:
            return t_s
        began_s, ended_s = self.asleep_s
        return began_s if t_s < ended_s else t_s - (ended_s - began_s)

    def is_asleep(self, t_s: float) -> bool:
        """Tell whether the machine sleeps at a true moment."""
        return self.asleep_s is not None and self.asleep_s[0] <= t_s < self.asleep_s[1]

    def true_s(self, clock_s: float) -> float:
        """Return the true moment at which the machine's clock shows that."""
        if self.asleep_s is None or clock_s <= self.asleep_s[0]:
            return clock_s
        return clock_s + self.asleep_s[1] - self.asleep_s[0]


Mishap = Callable[[Random, Course, Truth, Befallen], Befallen]


def nothing(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let nothing go wrong; the pod is heard before the gun, as it is in all these races."""
    return race


def start_late(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Press the start 3 to 60 s after the gun; presses before it mark nothing."""
    late_s = random.uniform(3.0, 60.0)
    return replace(race, starts_s=(late_s,))


def false_start(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Call the runner back after some metres; press the start at both guns."""
    ago_s, run_s = random.uniform(60.0, 120.0), random.uniform(3.0, 10.0)
    began_m = 5.0 * run_s + 20.0
    first = [
        Counted(-ago_s + s + 0.02, speed, metres, 178.0 if speed > 2.0 else 60.0 * speed)
        for s, speed, metres in _recalled(ago_s, run_s, began_m)
    ]
    since = [sample._replace(distance_m=sample.distance_m + began_m) for sample in race.counted]
    return replace(race, counted=[*first, *since], starts_s=(-ago_s, 0.0))


def _recalled(ago_s: float, run_s: float, back_m: float) -> list[tuple[float, float, float]]:
    """Return second, speed and total of a start that is called back, up to the next gun."""
    rows, total_m = [], 0.0
    for second in range(int(ago_s)):
        running = second < run_s
        walking = not running and total_m < back_m and second > run_s + 5.0
        speed_mps = 5.0 if running else 1.3 if walking else 0.0
        rows.append((float(second), speed_mps, total_m))
        total_m = min(total_m + speed_mps, back_m)
    return rows


def slip(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let the pod count 40 to 200 m too many or too few once."""
    at_s = random.uniform(0.05, 0.95) * truth.duration_s
    off_m = random.choice((-1.0, 1.0)) * random.uniform(40.0, 200.0)
    floor_m = 0.0
    found = []
    for sample in race.counted:
        total_m = sample.distance_m
        if sample.t_s >= at_s:
            total_m = total_m + off_m if off_m > 0.0 else max(total_m + off_m, floor_m)
        else:
            floor_m = total_m  # metres lost: the total stands still until they are made up
        found.append(sample._replace(distance_m=total_m))
    return replace(race, counted=found, changed_s=(at_s,))


def scale_step(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let the pod's scale be another one, by up to 15 %, for a part of the race."""
    began_s, ended_s = sorted(random.uniform(0.0, 1.0) * truth.duration_s for _ in range(2))
    ended_s = random.choice((ended_s, truth.duration_s))
    factor = 1.0 + random.choice((-1.0, 1.0)) * random.uniform(*SCALE_STEP)
    total_m = before_m = 0.0
    found = []
    for sample in race.counted:
        by = factor if began_s <= sample.t_s < ended_s else 1.0
        total_m, before_m = total_m + by * (sample.distance_m - before_m), sample.distance_m
        found.append(sample._replace(distance_m=total_m, speed_mps=by * sample.speed_mps))
    return replace(race, counted=found, changed_s=(began_s, ended_s))


def burst(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let the link stall once a lap for 5 to 30 s and then give all it held up within 0.2 s."""
    stalls = []
    for line_m in course.crossings_m:
        began_s = truth.time_at(max(line_m - random.uniform(0.0, 1.0) * course.marker_m, 0.0))
        stalls.append((began_s, began_s + random.uniform(5.0, 30.0)))
    return replace(
        race,
        counted=sorted(
            (_queued(sample, stalls) for sample in race.counted), key=lambda sample: sample.t_s
        ),
    )


def _queued(sample: Counted, stalls: Sequence[tuple[float, float]]) -> Counted:
    for began_s, ended_s in stalls:
        if began_s <= sample.t_s < ended_s:
            return sample._replace(t_s=ended_s + 0.2 * (sample.t_s - began_s) / (ended_s - began_s))
    return sample


def sleep(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let the machine sleep for 60 to 120 s: its clock stands still, what is sent is lost."""
    length_s = random.uniform(60.0, 120.0)
    began_s = random.uniform(0.05, 0.9) * max(truth.duration_s - length_s, 1.0)
    asleep_s = (began_s, began_s + length_s)
    heard = [sample for sample in race.counted if not asleep_s[0] <= sample.t_s < asleep_s[1]]
    pressed = [mark for mark in race.marks if not asleep_s[0] <= mark.t_s < asleep_s[1]]
    return replace(race, counted=heard, marks=pressed, asleep_s=asleep_s)


def cadence_only(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let the sensor tell cadence alone: no speed, no total."""
    return replace(race, sends={"speed": False, "total": False})


def no_total(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Let the pod tell speed and no total."""
    return replace(race, sends={"speed": True, "total": False})


def strap_only(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Wear no pod; the helper begins to press at the first to the fifth line."""
    lines_m = course.crossings_m
    first = max(min(random.randrange(5), len(lines_m) - 3), 0)
    return replace(race, counted=[], marks=_from_line(race.marks, lines_m[first], truth))


def last_four(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Press from the fourth-last line on only."""
    return replace(race, marks=_from_line(race.marks, course.crossings_m[-4:][0], truth))


def _from_line(marks: Sequence[TrueMark], line_m: float, truth: Truth) -> list[TrueMark]:
    return [mark for mark in marks if mark.t_s >= truth.time_at(line_m)]


def helper_elsewhere(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Make all presses at one place of the lap, which is not the line."""
    past_m = random.uniform(*ELSEWHERE) * course.marker_m
    moved = []
    for mark in race.marks:
        if mark.line_m is None or mark.line_m + past_m > course.distance_m:
            continue
        moved.append(
            replace(
                mark,
                t_s=mark.t_s - truth.time_at(mark.line_m) + truth.time_at(mark.line_m + past_m),
            )
        )
    return replace(race, marks=moved)


def correlated_late(random: Random, course: Course, truth: Truth, race: Befallen) -> Befallen:
    """Make all presses of a race late by the same 2 to 4 s."""
    late_s = random.uniform(*ALL_LATE_S)
    return replace(
        race,
        marks=[
            replace(mark, t_s=mark.t_s + late_s)
            for mark in race.marks
            if mark.t_s + late_s < truth.duration_s
        ],
    )
