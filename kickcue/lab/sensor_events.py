"""From readings, simulated or recorded, to a daemon's events under a scenario's faults."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from kickcue.core.course import Course
from kickcue.core.events import Command, CommandKind, Input, Link, Mark, Notification
from kickcue.core.units import STEPS_PER_STRIDE, ns_to_s, s_to_ns
from kickcue.lab.athlete import Truth
from kickcue.lab.beacon import advertisements
from kickcue.lab.faults import MASS_KG, cadence_byte, restarted, through_air
from kickcue.lab.mishaps import STANDING_S, Befallen
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import Counted, Thumb, TrueMark, marks
from kickcue.recording.sensor_encoding import POD, pod_octets


@dataclass(frozen=True, slots=True)
class Sensed:
    """The events in order of time, the pod's readings that arrived intact, and the marks.

    Each mark has what it was made for.
    """

    inputs: tuple[Input, ...]
    counted: tuple[Counted, ...]
    marks: tuple[TrueMark, ...]
    gun_s: float = 0.0
    """The true gun, on the events' clock."""
    befallen: Befallen | None = None


@dataclass(frozen=True, slots=True)
class Chances:
    """Two streams: one for runner, sensors and marks, one for faults.

    So a fault more or less leaves all other draws as they are.
    """

    race: Random
    faults: Random


def sensed(
    chances: Chances,
    truth: Truth,
    course: Course,
    scenario: Scenario,
    readings: tuple[Sequence[Counted], Iterable[Notification]],
) -> Sensed:
    """Return what becomes of the pod's readings, the strap's notifications and the marks."""
    counted, strap = list(readings[0]), list(readings[1])
    faults, air = chances.faults, scenario.air
    what, mass_kg = faults.choice(scenario.cadence_byte), faults.uniform(*MASS_KG)
    counted = list(restarted(faults, counted)) if scenario.restart else counted
    if scenario.mishap is not None:
        return _mishandled(chances, truth, course, scenario, counted, strap)
    cadences = [cadence_byte(what, sample, mass_kg) for sample in counted]
    pod = [_sent(s_to_ns(s.t_s), s, by) for s, by in zip(counted, cadences, strict=True)]
    made = (
        ()
        if scenario.marks is None
        else tuple(marks(chances.race, truth, course.crossings_m, scenario.marks))
    )
    events: list[Notification | Link] = (
        [*pod, *strap]
        if air is None
        else [e for sent in (pod, strap) for e in through_air(faults, sent, air)]
    )
    inputs: list[Input] = [Command(0, CommandKind.START), *events]
    if scenario.marks is not None:
        inputs.extend(Mark(s_to_ns(mark.t_s), scenario.marks.source) for mark in made)
    if scenario.beacon is not None:
        inputs.extend(advertisements(faults, truth, course, scenario.beacon))
    arrived = tuple(counted) if air is None else tuple(_intact(counted, pod, events))
    return Sensed(tuple(sorted(inputs, key=lambda event: event.t_ns)), arrived, made)


def _intact(
    counted: Sequence[Counted], sent: Sequence[Notification], events: Iterable[Input]
) -> Iterator[Counted]:
    """Yield the readings whose notifications arrived as they were sent."""
    whole = {(event.t_ns, event.data) for event in events if isinstance(event, Notification)}
    for sample, event in zip(counted, sent, strict=True):
        if (event.t_ns, event.data) in whole:
            yield sample


def _mishandled(  # noqa: PLR0913, PLR0917  a race and what befell it
    chances: Chances,
    truth: Truth,
    course: Course,
    scenario: Scenario,
    counted: Sequence[Counted],
    strap: Sequence[Notification],
) -> Sensed:
    """Return what is sensed of a race in which something happens that is no sensor's fault.

    The gun comes after some standing about.
    """
    assert scenario.mishap is not None
    assert isinstance(scenario.marks, Thumb)
    made = marks(chances.race, truth, course.crossings_m, scenario.marks)
    race = scenario.mishap(chances.faults, course, truth, Befallen(counted, made))
    heard_s = race.counted[0].t_s if race.counted else 0.0
    shift_s = STANDING_S - min(race.starts_s[0], heard_s, 0.0)

    def at_ns(t_s: float) -> int:
        return s_to_ns(shift_s + race.clock_s(t_s))

    inputs: list[Input] = [Command(at_ns(start_s), CommandKind.START) for start_s in race.starts_s]
    if race.counted:
        first_m, first_s = race.counted[0].distance_m, race.counted[0].t_s
        standing = [
            Counted(first_s - s, 0.0, first_m, 0.0) for s in range(int(STANDING_S) - 1, 0, -1)
        ]
        for each in (*standing, *race.counted):
            strides = each.cadence_spm / STEPS_PER_STRIDE
            inputs.append(_sent(at_ns(each.t_s), each, strides, race.sends))
    for beat in strap:
        t_s = ns_to_s(beat.t_ns)
        if not race.is_asleep(t_s):
            inputs.append(Notification(at_ns(t_s), beat.sensor, beat.char, beat.data))
    inputs += [Mark(at_ns(mark.t_s), scenario.marks.source) for mark in race.marks]
    return Sensed(
        tuple(sorted(inputs, key=lambda event: event.t_ns)),
        tuple(race.counted),
        tuple(race.marks),
        shift_s,
        race,
    )


_WHOLE: Final = {"speed": True, "total": True}


def _sent(
    t_ns: int,
    sample: Counted,
    cadence: float,
    sends: Mapping[str, bool] = _WHOLE,
) -> Notification:
    _, speed_mps, distance_m, spm = sample
    if sends["speed"] and sends["total"]:
        stride_length_m = 120.0 * speed_mps / spm if spm > 60.0 else None
        data = pod_octets(speed_mps, cadence, distance_m, stride_length_m)
    else:
        data = pod_octets(speed_mps if sends["speed"] else 0.0, cadence, running=True)
    return Notification(t_ns, POD, "2a53", data)
