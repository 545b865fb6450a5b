"""One simulated race as the events a daemon would receive, together with the truth."""

from dataclasses import dataclass
from random import Random

from kickcue.config.race import RaceDocument, SensorChoice
from kickcue.core.course import Course
from kickcue.core.events import Command, CommandKind, Input, Mark
from kickcue.core.units import STEPS_PER_STRIDE, s_to_ns
from kickcue.lab.athlete import Truth, run_race
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import pod_samples, presses
from kickcue.recording.encode import PodSample, pod_notification, strap_notification


@dataclass(frozen=True, slots=True)
class SimulatedRace:
    """The true race, and its sensors' bytes and the thumb's presses in order of time."""

    truth: Truth
    inputs: tuple[Input, ...]


def simulate(course: Course, scenario: Scenario, seed: int) -> SimulatedRace:
    """Return the race of this seed; the same seed gives the same bytes on every machine."""
    random = Random(f"{scenario.name} {course.event} {course.marker_m:g} {seed}")  # noqa: S311  a simulation, not a secret
    truth = run_race(random, course.distance_m, course.kick_m)
    return SimulatedRace(truth, tuple(race_inputs(random, truth, course, scenario)))


def race_inputs(random: Random, truth: Truth, course: Course, scenario: Scenario) -> list[Input]:
    """Return what the sensors and the thumb make of a true race, in order of time."""
    events: list[Input] = [Command(0, CommandKind.START)]
    for sample in pod_samples(random, truth, scenario.pod):
        stride_length_m = 120.0 * sample.speed_mps / sample.cadence_spm if sample.cadence_spm > 60.0 else None
        pod = PodSample(sample.speed_mps, sample.cadence_spm / STEPS_PER_STRIDE, sample.distance_m, stride_length_m)
        events.append(pod_notification(s_to_ns(sample.t_s), pod))
    for second in range(int(truth.duration_s)):
        beats = truth.heart_rate_at(second) + random.gauss(0.0, 1.0)
        rr_1024 = (round(60 * 1024 / max(beats, 30.0) + random.gauss(0.0, 8.0)),)
        events.append(strap_notification(s_to_ns(second + 0.37), beats, rr_1024=rr_1024))
    if scenario.thumb is not None:
        events.extend(Mark(s_to_ns(t_s), scenario.source) for t_s in presses(random, truth, course.crossings_m, scenario.thumb))
    return sorted(events, key=lambda event: event.t_ns)


def simulated_document(race: str, lap_m: float | None = None) -> RaceDocument:
    """Return the set-up of the simulated races: one pod, one strap, nothing known beforehand. AskedWronglyError for a lap of nan."""
    sensors = {"pod": SensorChoice(profile="generic-rsc"), "strap": SensorChoice(profile="generic-hr")}
    return RaceDocument.parse({"race": race, "lap_m": lap_m, "sensors": sensors}, "the simulated race")
