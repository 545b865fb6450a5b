"""What happens to notifications between the sensor and kickcue, and pods that mix up their fields.

Silence and loss are radio; corrupt frames are not (Bluetooth checks every packet) but gateways and
firmware make them. Power in place of cadence is a mode of some pods: the byte holds a tenth of the
power, 210 W reads 21 (fellrnr.com, 2017). Pods that restart begin their total anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from kickcue.core.events import Link, Notification
from kickcue.core.units import NS_PER_S, STEPS_PER_STRIDE, s_to_ns
from kickcue.lab.sensors import Counted

LINK_LOST_AFTER_S: Final = 5.0
"""A usual supervision timeout: from then on the radio knows that the link is gone."""
RESTART_S: Final = (0.0, 6.0)
RESTART_FROM, RESTART_TO = 0.1, 0.95
WATT_PER_KG_MPS: Final = 1.04
"""What running power meters take for level ground, near enough."""
MASS_KG: Final = (50.0, 80.0)


@dataclass(frozen=True, slots=True)
class Air:
    """How notifications get lost.

    ``silent_every_s`` is the mean time between two silences of a sensor.
    """

    silent_every_s: float = 400.0
    silent_s: tuple[float, float] = (5.0, 60.0)
    lost: float = 0.02
    corrupt: float = 0.005


def through_air(
    random: Random, sent: Iterable[Notification], air: Air
) -> Iterator[Notification | Link]:
    """Yield what of one sensor's notifications arrives, in what state.

    A long silence comes with its link's loss and return.
    """
    sent = list(sent)
    silences = _silences(random, sent[-1].t_ns / NS_PER_S, air) if sent else []
    for began_s, ended_s in silences:
        if ended_s - began_s > LINK_LOST_AFTER_S:
            yield Link(s_to_ns(began_s + LINK_LOST_AFTER_S), sent[0].sensor, up=False)
            yield Link(s_to_ns(ended_s), sent[0].sensor, up=True)
    for event in sent:
        lost, corrupt = random.random() < air.lost, random.random() < air.corrupt
        if lost or any(began_s <= event.t_ns / NS_PER_S < ended_s for began_s, ended_s in silences):
            continue
        yield replace(event, data=corrupted(random, event.data)) if corrupt else event


def corrupted(random: Random, data: bytes) -> bytes:
    """Return the bytes with one to three bits flipped, or cut short."""
    if random.random() < 0.5:
        return data[: random.randrange(len(data))]
    octets = bytearray(data)
    for _ in range(random.randint(1, 3)):
        octets[random.randrange(len(octets))] ^= 1 << random.randrange(8)
    return bytes(octets)


def _silences(random: Random, duration_s: float, air: Air) -> list[tuple[float, float]]:
    found = []
    t_s = random.expovariate(1.0 / air.silent_every_s)
    while t_s < duration_s:
        ended_s = t_s + random.uniform(*air.silent_s)
        found.append((t_s, ended_s))
        t_s = ended_s + random.expovariate(1.0 / air.silent_every_s)
    return found


class CadenceByte(StrEnum):
    """What a pod puts where the strides belong."""

    STRIDES = "strides"
    STEPS = "steps"
    POWER = "power"


def cadence_byte(what: CadenceByte, sample: Counted, mass_kg: float) -> float:
    """Return the number for the cadence field."""
    if what is CadenceByte.STEPS:
        return sample.cadence_spm
    if what is CadenceByte.POWER:
        return WATT_PER_KG_MPS * mass_kg * sample.speed_mps / 10.0
    return sample.cadence_spm / STEPS_PER_STRIDE


def restarted(random: Random, samples: Iterable[Counted]) -> Iterator[Counted]:
    """Yield the readings of a pod that restarts once in the middle of the race.

    For some seconds it sends nothing, then a total from zero.
    """
    samples = list(samples)
    at_s = random.uniform(RESTART_FROM, RESTART_TO) * samples[-1].t_s
    back_s = at_s + random.uniform(*RESTART_S)
    began_m = max((sample.distance_m for sample in samples if sample.t_s < back_s), default=0.0)
    for sample in samples:
        if sample.t_s < at_s:
            yield sample
        elif sample.t_s >= back_s:
            yield sample._replace(distance_m=sample.distance_m - began_m)
