"""From a runner's readings, simulated or recorded, to the events a daemon would receive under a scenario's faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from kickcue.core.course import Course
from kickcue.core.events import Command, CommandKind, Input, Link, Mark, Notification
from kickcue.core.units import s_to_ns
from kickcue.lab.athlete import Truth
from kickcue.lab.beacon import advertisements
from kickcue.lab.faults import MASS_KG, cadence_byte, restarted, through_air
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import Counted, TrueMark, marks
from kickcue.recording.encode import PodSample, pod_notification


@dataclass(frozen=True, slots=True)
class Sensed:
    """The events in order of time; what of the pod's readings arrived intact; the marks with what they were made for."""

    inputs: tuple[Input, ...]
    counted: tuple[Counted, ...]
    marks: tuple[TrueMark, ...]


@dataclass(frozen=True, slots=True)
class Chances:
    """Two streams: one for runner, sensors and marks, one for faults; so a fault more or less leaves all other draws as they are."""

    race: Random
    faults: Random


def sensed(
    chances: Chances, truth: Truth, course: Course, scenario: Scenario, readings: tuple[Sequence[Counted], Iterable[Notification]]
) -> Sensed:
    """Return what becomes of the pod's readings and the strap's notifications, together with the marks that are made."""
    counted, strap = list(readings[0]), list(readings[1])
    faults, air = chances.faults, scenario.air
    what, mass_kg = faults.choice(scenario.cadence_byte), faults.uniform(*MASS_KG)
    counted = list(restarted(faults, counted)) if scenario.restart else counted
    pod = [_sent(sample, cadence_byte(what, sample, mass_kg)) for sample in counted]
    made = () if scenario.marks is None else tuple(marks(chances.race, truth, course.crossings_m, scenario.marks))
    events: list[Notification | Link] = (
        [*pod, *strap] if air is None else [e for sent in (pod, strap) for e in through_air(faults, sent, air)]
    )
    whole = {(event.t_ns, event.data) for event in events if isinstance(event, Notification)}
    inputs: list[Input] = [Command(0, CommandKind.START), *events]
    if scenario.marks is not None:
        inputs.extend(Mark(s_to_ns(mark.t_s), scenario.marks.source) for mark in made)
    if scenario.beacon is not None:
        inputs.extend(advertisements(faults, truth, course, scenario.beacon))
    arrived = tuple(sample for sample, event in zip(counted, pod, strict=True) if (event.t_ns, event.data) in whole)
    return Sensed(tuple(sorted(inputs, key=lambda event: event.t_ns)), arrived, made)


def _sent(sample: Counted, cadence: float) -> Notification:
    stride_length_m = 120.0 * sample.speed_mps / sample.cadence_spm if sample.cadence_spm > 60.0 else None
    return pod_notification(s_to_ns(sample.t_s), PodSample(sample.speed_mps, cadence, sample.distance_m, stride_length_m))
