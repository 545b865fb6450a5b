"""Plain running data as a sensor's bytes, for imported activities and the simulator.

The fields of a 2A53 have limits, and speed and cadence cannot be left out of it. Speed and cadence
beyond their field stop at the field's largest value, unknown ones are sent as 0; a stride length or
distance that its field cannot hold is left out.
"""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from kickcue.core.events import Notification
from kickcue.core.gatt.heart_rate import heart_rate_octets
from kickcue.core.gatt.rsc import rsc_octets

POD: Final = "pod"
STRAP: Final = "strap"

RUNNING_FROM_MPS: Final = 2.0
"""Between walking and running people change over at about 2 m/s (Hreljac 1993)."""

_SPEED_MAX_MPS: Final = 0xFFFF / 256
_CADENCE_MAX: Final = 0xFF
_STRIDE_MAX_M: Final = 0xFFFF / 100
_DISTANCE_MAX_M: Final = 0xFFFFFFFF / 10
_BPM_MAX: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class PodSample:
    """What a foot pod measures; ``cadence_per_min`` in the pod's own unit, strides for most.

    With ``running`` None the speed decides it.
    """

    speed_mps: float | None
    cadence_per_min: float | None
    distance_m: float | None = None
    stride_length_m: float | None = None
    running: bool | None = None


_VALUES: Final = attrgetter(*(each.name for each in fields(PodSample)))


def pod_notification(t_ns: int, sample: PodSample, sensor: str = POD) -> Notification:
    """Return the 2A53 notification."""
    return Notification(t_ns, sensor, "2a53", pod_octets(*_VALUES(sample)))


def pod_octets(
    speed_mps: float | None,
    cadence_per_min: float | None,
    distance_m: float | None = None,
    stride_length_m: float | None = None,
    running: bool | None = None,
) -> bytes:
    """Return the 2A53 notification's bytes, for who makes one each second."""
    speed_mps = min(max(speed_mps or 0.0, 0.0), _SPEED_MAX_MPS)
    return rsc_octets(
        speed_mps,
        min(max(round(cadence_per_min or 0.0), 0), _CADENCE_MAX),
        _within(stride_length_m, _STRIDE_MAX_M),
        _within(distance_m, _DISTANCE_MAX_M),
        running=speed_mps >= RUNNING_FROM_MPS if running is None else running,
    )


def strap_notification(
    t_ns: int,
    bpm: float,
    sensor: str = STRAP,
    *,
    rr_1024: tuple[int, ...] = (),
    contact: bool | None = None,
) -> Notification:
    """Return the 2A37 notification; a rate beyond the field stops at its largest value."""
    data = heart_rate_octets(min(max(round(bpm), 0), _BPM_MAX), contact, None, rr_1024)
    return Notification(t_ns, sensor, "2a37", data)


def _within(value: float | None, largest: float) -> float | None:
    return value if value is not None and 0 <= value <= largest else None
