"""From notification bytes to what the engine may believe: codec, then the profile's rules.

Three rules hold for every device:

* A heart rate of 0 is unknown. Optical sensors send runs of it while they search (polar-ble-sdk
  issues 143 and 197), treadmills send it without a strap, and nobody runs with it.
* "Contact not detected" does not take the heart rate away: devices were seen that say so and count
  on. Contact is told beside it.
* Beat-to-beat intervals no heart has (outside 250 to 2500 ms: 240 and 24 a minute) are dropped,
  whoever sends them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from kickcue.core.gatt import decode, short_uuid
from kickcue.core.gatt.battery import BatteryLevel
from kickcue.core.gatt.heart_rate import heart_rate_values
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.gatt.rsc import rsc_values
from kickcue.core.gatt.treadmill import TreadmillData
from kickcue.core.profiles import CadenceUnit, SensorProfile
from kickcue.core.units import STEPS_PER_STRIDE

# Looking up a member costs as much as a reading's arithmetic.
_STEP, _STRIDE = CadenceUnit.STEP, CadenceUnit.STRIDE
RR_MIN_MS: Final = 250.0
RR_MAX_MS: Final = 2500.0
_MS_PER_1024TH: Final = 1000 / 1024
_made: Final = tuple.__new__
"""Makes a named tuple of a tuple: each second makes two, and their own way takes thrice as long."""

FASTEST_MPS: Final = 12.0
"""Nobody runs faster: a total or a position that does has jumped."""
RUNNING_MPS: Final = 2.2
"""Above this people run, and a runner's cadence is in a narrow band; below it a slow step and a
fast stride look alike."""

POWER_BELOW: Final = 45
"""At running speed fewer strides than this do not happen; Stryd's legacy mode puts power / 10 there
(210 W: 21)."""
STRIDES_FROM: Final = 65
STRIDES_TO: Final = 115
STEPS_FROM: Final = 130
STEPS_TO: Final = 240
LONGEST_STEP_M: Final = 2.4
"""Farah's longest in the finish of a championship was 2.25 m. Power / 10 read as strides means a
step of 288 / kg metres (1.04 W per kg and m/s), longer than this for every runner below 120 kg."""
SPRINT_STEP_M: Final = 1.6
"""More than 240 steps a minute are a sprinter's, whose steps are not shorter than this."""


class HeartReading(NamedTuple):
    """Heart rate per minute, beat-to-beat intervals in ms (oldest first), skin contact.

    None is unknown. ``half_rr``: one more interval was cut in half and is lost.
    """

    bpm: float | None
    rr_ms: tuple[float, ...]
    contact: bool | None
    half_rr: bool = False


class PodReading(NamedTuple):
    """Speed, cadence as sent with its declared unit, lengths in metres.

    ``cadence_spm`` turns the cadence into steps per minute. ``stride_length_m`` is as sent too:
    some sensors mean a step by it (Technogym, Polar).
    """

    speed_mps: float | None
    cadence_raw: float | None
    cadence_unit: CadenceUnit
    stride_length_m: float | None
    distance_m: float | None
    running: bool | None


class BatteryReading(NamedTuple):
    """Charge in percent."""

    percent: int


class LocationReading(NamedTuple):
    """Speed, distance and position (WGS 84 degrees)."""

    speed_mps: float | None
    distance_m: float | None
    lat_deg: float | None
    lon_deg: float | None


Reading = HeartReading | PodReading | BatteryReading | LocationReading


def interpret(profile: SensorProfile, char: str, data: bytes) -> Reading | None:
    """Decode one notification and apply the profile's rules.

    ``char`` is a UUID, best as four lower-case hex digits. None: well-formed, but nothing the
    engine uses. Raises DecodeError and nothing else, for any bytes.
    """
    reader = _READERS.get(char)
    if reader is None:
        reader = _READERS.get(short_uuid(char))
        if reader is None:
            decode(char, data)
            return None
    return reader(profile, data)


def cadence_spm(reading: PodReading, unit: CadenceUnit | None = None) -> float | None:
    """Return the cadence in steps per minute, both feet.

    None where the number cannot be one, or its unit cannot be known.

    The standard's unit is one revolution, a stride, but sensors that count steps exist, and some
    can be set to send power / 10 instead. So the unit (``unit`` where the caller knows better than
    the profile) is taken, except where the number itself tells: every runner's cadence, 130 to 240
    steps a minute at running speed, is either a number that only strides give or one that only
    steps do. Outside of that the unit is believed as long as a human can step like that, the other
    unit if only that is human, and without a unit an ambiguous number is unknown. This looks at one
    reading; what a sensor's earlier ones have shown is kept in ``sensors/cadence.py``.
    """
    raw = reading.cadence_raw
    if raw is None or raw > STEPS_TO:
        return None
    if raw >= STEPS_FROM:
        return raw
    speed_mps = reading.speed_mps
    if speed_mps is not None and speed_mps > RUNNING_MPS:
        if STRIDES_FROM <= raw <= STRIDES_TO:
            return raw * STEPS_PER_STRIDE
        return _beyond_runners(raw, speed_mps, unit or reading.cadence_unit)
    unit = unit or reading.cadence_unit
    if unit is CadenceUnit.STRIDE:
        return raw * STEPS_PER_STRIDE
    if unit is CadenceUnit.STEP or raw == 0:
        return raw
    return None


def unit_shown(reading: PodReading) -> CadenceUnit | None:
    """Return the unit that the number alone proves, None where it proves none."""
    raw = reading.cadence_raw
    if raw is None or raw < STRIDES_FROM or raw > STEPS_TO:
        return None
    if raw >= STEPS_FROM:
        return _STEP
    running = reading.speed_mps is not None and reading.speed_mps > RUNNING_MPS
    return _STRIDE if running and raw <= STRIDES_TO else None


def _beyond_runners(raw: float, speed_mps: float, unit: CadenceUnit) -> float | None:
    """Return steps per minute of a number that is no runner's cadence in either unit.

    It is a stumble, a sprint, or no cadence at all.
    """
    if raw < POWER_BELOW:
        return None
    strides = raw * STEPS_PER_STRIDE
    if raw < STRIDES_FROM:
        return strides if unit is CadenceUnit.STRIDE and _human(strides, speed_mps) else None
    possible = [spm for spm in (strides, raw) if _human(spm, speed_mps)]
    meant = {CadenceUnit.STRIDE: strides, CadenceUnit.STEP: raw}.get(unit)
    if meant in possible:
        return meant
    return possible[0] if len(possible) == 1 else None


def _human(spm: float, speed_mps: float) -> bool:
    """Say whether somebody can run like that: the length of a step tells."""
    step_m = 60.0 * speed_mps / spm
    return step_m <= LONGEST_STEP_M and (spm <= STEPS_TO or step_m >= SPRINT_STEP_M)


def unit_keys(reading: Reading) -> dict[str, Any]:
    """Return the reading under keys with units, as printed and as in profiles; None is unknown."""
    if isinstance(reading, HeartReading):
        return {
            "heart_rate_bpm": reading.bpm,
            "rr_ms": list(reading.rr_ms),
            "contact": reading.contact,
        }
    if isinstance(reading, PodReading):
        return {
            "speed_mps": reading.speed_mps,
            "cadence_spm": cadence_spm(reading),
            "stride_length_m": reading.stride_length_m,
            "total_distance_m": reading.distance_m,
            "running": reading.running,
        }
    if isinstance(reading, BatteryReading):
        return {"battery_percent": reading.percent}
    return {
        "speed_mps": reading.speed_mps,
        "total_distance_m": reading.distance_m,
        "lat_deg": reading.lat_deg,
        "lon_deg": reading.lon_deg,
    }


def _heart(profile: SensorProfile, data: bytes) -> HeartReading:
    sent_bpm, contact, _, rr_1024, half_rr = heart_rate_values(data)
    rules = profile.heart
    bpm = sent_bpm or None
    rr_ms: tuple[float, ...] = ()
    if rr_1024:
        low, high, factor = RR_MIN_MS, RR_MAX_MS, rules.rr_unlike_bpm_factor
        if factor is not None and bpm is not None:
            expected_ms = 60_000 / bpm
            low, high = max(low, expected_ms / factor), min(high, expected_ms * factor)
        if len(rr_1024) == 1:
            ms = rr_1024[0] * _MS_PER_1024TH
            rr_ms = (ms,) if low <= ms <= high else ()
        else:
            rr_ms = tuple([ms for rr in rr_1024 if low <= (ms := rr * _MS_PER_1024TH) <= high])
    told = None if rules.ignore_contact else contact
    return _made(HeartReading, (bpm, rr_ms, told, half_rr))


def _pod(profile: SensorProfile, data: bytes) -> PodReading:
    speed_mps, per_min, running, stride_length_m, distance_m = rsc_values(data)
    rules = profile.pod
    cadence: float | None = per_min
    if (per_min < rules.reject_cadence_below and speed_mps > rules.reject_above_mps) or (
        cadence == 0 and rules.zero_cadence_is_unknown and speed_mps > 0
    ):
        cadence = None
    told = (speed_mps, cadence, rules.cadence_unit, stride_length_m, distance_m, running)
    return _made(PodReading, told)


def _treadmill(profile: SensorProfile, data: bytes) -> PodReading | None:
    sent = TreadmillData.from_bytes(data)
    if sent.speed_mps is None and sent.distance_m is None:
        return None
    return PodReading(sent.speed_mps, None, profile.pod.cadence_unit, None, sent.distance_m, None)


def _battery(_profile: SensorProfile, data: bytes) -> BatteryReading:
    return BatteryReading(BatteryLevel.from_bytes(data).percent)


def _location(_profile: SensorProfile, data: bytes) -> LocationReading:
    sent = LocationAndSpeed.from_bytes(data)
    # a position that the sensor calls its last known one is a silent sensor's value
    here = sent.position_status in (PositionStatus.OK, PositionStatus.ESTIMATED)
    return LocationReading(
        sent.speed_mps,
        sent.distance_m,
        sent.lat_deg if here else None,
        sent.lon_deg if here else None,
    )


_READERS: Final[Mapping[str, Callable[[SensorProfile, bytes], Reading | None]]] = {
    "2a37": _heart,
    "2a53": _pod,
    "2acd": _treadmill,
    "2a67": _location,
    "2a19": _battery,
}
