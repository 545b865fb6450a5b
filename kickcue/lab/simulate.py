"""One simulated race as the events a daemon would receive, together with the truth."""

from dataclasses import dataclass, field, replace
from random import Random

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.course import Course
from kickcue.core.events import Command, CommandKind, Input, Notification
from kickcue.core.generic_profiles import GENERIC_POD, GENERIC_STRAP
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.position.scale_prior import learned
from kickcue.core.units import s_to_ns
from kickcue.lab.athlete import Truth, run_race
from kickcue.lab.mishaps import Befallen
from kickcue.lab.normals import normals
from kickcue.lab.pacing_profile import Along, drawn
from kickcue.lab.previous_races import history
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensor_events import Chances, Sensed, sensed
from kickcue.lab.sensors import Counted, TrueMark, pod_samples
from kickcue.recording.sensor_encoding import strap_notification


@dataclass(frozen=True, slots=True)
class SimulatedRace:
    """The true race, and its sensors' bytes and the marks in order of time."""

    truth: Truth
    inputs: tuple[Input, ...]
    scale: ScalePrior | None = None
    """What earlier races have taught about the pod; None: nothing."""
    counted: tuple[Counted, ...] = ()
    """What the pod counted, as far as it arrived intact."""
    marks: tuple[TrueMark, ...] = ()
    """The marks with what they were made for."""
    gun_s: float | None = None
    """The true gun on the events' clock; None: where the start was pressed first."""
    befallen: Befallen | None = None
    pacing: Along | None = field(default=None, compare=False)
    """How pace goes over the race, by the metres done: a factor on the mean pace.

    A function is equal to itself only: two of the same seed are the same race all the same.
    """

    @property
    def gun_ns(self) -> int:
        """The true gun, on the events' clock."""
        if self.gun_s is not None:
            return s_to_ns(self.gun_s)
        return next(
            (e.t_ns for e in self.inputs if isinstance(e, Command) and e.kind is CommandKind.START),
            0,
        )

    def clock_s(self, t_s: float) -> float:
        """Return when, on the events' clock after the gun, it is ``t_s`` seconds after the gun."""
        return t_s if self.befallen is None else self.befallen.clock_s(t_s)

    def true_s(self, clock_s: float) -> float:
        """Return the true seconds after the gun at a moment of the events' clock after the gun."""
        return clock_s if self.befallen is None else self.befallen.true_s(clock_s)

    def sleeps_over(self, began_s: float, ended_s: float) -> bool:
        """Return whether the machine sleeps all that time, in true seconds after the gun."""
        asleep_s = None if self.befallen is None else self.befallen.asleep_s
        return asleep_s is not None and asleep_s[0] <= began_s and ended_s <= asleep_s[1]

    def document(self, document: RaceDocument) -> RaceDocument:
        """Return the race's document with what was learned before it."""
        return (
            document
            if self.scale is None
            else document.model_copy(update={"scale": self.scale.mean, "scale_sd": self.scale.sd})
        )


def simulate(course: Course, scenario: Scenario, seed: int) -> SimulatedRace:
    """Return the race of this seed; the same seed gives the same bytes on every machine."""
    name = f"{scenario.name} {course.event} {course.marker_m:g} {seed}"
    random = Random(name)  # noqa: S311  a simulation, not a secret
    pace_mps = (
        None if scenario.pace_mps is None else stream(name, "pace").uniform(*scenario.pace_mps)
    )
    manner = drawn(stream(name, "manner"), scenario.style, course)
    truth = run_race(random, course.distance_m, course.kick_m, pace_mps, manner)
    prior, scale = earlier_scales(stream(name, "earlier"), scenario, course)
    found = _sensed(Chances(random, stream(name, "faults")), truth, course, scenario, scale)
    return replace(as_sensed(truth, found, prior), pacing=manner.pace)


def as_sensed(truth: Truth, found: Sensed, scale: ScalePrior | None) -> SimulatedRace:
    """Return a true race as it was sensed, with what earlier races taught of the pod's scale."""
    gun_s = None if found.befallen is None else found.gun_s
    counted, marks = found.counted, found.marks
    return SimulatedRace(truth, found.inputs, scale, counted, marks, gun_s, found.befallen)


def race_inputs(random: Random, truth: Truth, course: Course, scenario: Scenario) -> list[Input]:
    """Return what the sensors and the thumb make of a true race, in order of time."""
    return list(_sensed(Chances(random, _branched(random)), truth, course, scenario, None).inputs)


def simulated_document(race: str, lap_m: float | None = None) -> RaceDocument:
    """Return the set-up of the simulated races: one pod, one strap, nothing known beforehand.

    UsageError for a lap of NaN.
    """
    sensors = {
        "pod": SensorChoice(profile=GENERIC_POD),
        "strap": SensorChoice(profile=GENERIC_STRAP),
    }
    return RaceDocument.parse(
        {"race": race, "lap_m": lap_m, "sensors": sensors}, "the simulated race"
    )


def earlier_scales(
    random: Random, scenario: Scenario, course: Course
) -> tuple[ScalePrior | None, float | None]:
    """Return what earlier races taught, and the pod's scale today.

    Both are None in a scenario without earlier races.
    """
    if scenario.earlier is None:
        return None, None
    past = history(random, scenario.earlier, scenario.pod, course.distance_m)
    return ScalePrior(*learned(past.measured)), past.scale_today


def stream(name: str, what: str) -> Random:
    """Return a stream of chance of its own."""
    return Random(f"{name} {what}")  # noqa: S311  a simulation, not a secret


def _branched(random: Random) -> Random:
    """Return a stream that follows from the state of this one, without drawing from it."""
    twin = Random()  # noqa: S311  a simulation, not a secret
    twin.setstate(random.getstate())
    return stream(str(twin.getrandbits(64)), "faults")


def _sensed(
    chances: Chances, truth: Truth, course: Course, scenario: Scenario, scale: float | None
) -> Sensed:
    counted = tuple(pod_samples(chances.race, truth, scenario.pod, scale))
    return sensed(chances, truth, course, scenario, (counted, _strap_sent(chances.race, truth)))


def _strap_sent(random: Random, truth: Truth) -> list[Notification]:
    first, end = -int(truth.rolling_s), int(truth.duration_s)
    chance = iter(normals(random, 2 * (end - first))).__next__
    found = []
    for second, bpm in enumerate(truth.each_second(truth.heart_rate_bpm, first, end), start=first):
        beats = bpm + chance()
        rr_1024 = (round(60 * 1024 / max(beats, 30.0) + chance() * 8.0),)
        found.append(strap_notification(s_to_ns(second + 0.37), beats, rr_1024=rr_1024))
    return found
