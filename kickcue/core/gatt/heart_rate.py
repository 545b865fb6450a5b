"""Heart Rate Measurement (2A37) and Body Sensor Location (2A38).

Source: Bluetooth SIG Heart Rate Service 1.0 and its GATT XML. Reserved flag bits are ignored, and
so are octets that no flag announces.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from kickcue.core.gatt.fields import cut_short, too_short, unsigned

if TYPE_CHECKING:
    from kickcue.core.errors import DecodeError

_WIDE: Final = 0x01
_CONTACT_SHIFT: Final = 1
_ENERGY: Final = 0x08
_RR: Final = 0x10
_CONTACT: Final = (None, None, False, True)
_ONE_RR: Final = struct.Struct("<BBH")
# Nine fill a frame of 20 octets.
_RR_LISTS: Final = tuple(struct.Struct(f"<{count}H") for count in range(10))

_BPM_8 = unsigned("bpm", 1)
_BPM_16 = unsigned("bpm", 2)
_ENERGY_KJ = unsigned("energy_kj", 2)
_RR_1024 = unsigned("rr_1024", 2)
_CODE = unsigned("code", 1)


@dataclass(frozen=True, slots=True)
class HeartRateMeasurement:
    """One notification of a heart-rate sensor.

    ``contact`` is None where the sensor does not report it. ``energy_kj`` is the sum since the last
    reset. ``rr_1024`` are the times between beats in 1/1024 s, oldest first. A heart rate of 0 is
    handed on as it came: what it means is the sensor profile's business. ``half_rr``: the frame
    ended in the middle of one more time between beats, which is lost; encoding does not make such
    frames.
    """

    bpm: int
    contact: bool | None = None
    energy_kj: int | None = None
    rr_1024: tuple[int, ...] = ()
    half_rr: bool = False

    @property
    def rr_ms(self) -> tuple[float, ...]:
        """The times between beats in milliseconds."""
        return tuple(rr * 1000 / 1024 for rr in self.rr_1024)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where octets are missing.

        Half an RR value at the end costs that one alone, see ``half_rr``.
        """
        return cls(*heart_rate_values(data))

    def __bytes__(self) -> bytes:
        """Encode in the shortest form: 8 bit up to 255 bpm.

        UsageError where a value does not fit.
        """
        return heart_rate_octets(self.bpm, self.contact, self.energy_kj, self.rr_1024)


def heart_rate_octets(
    bpm: int, contact: bool | None, energy_kj: int | None, rr_1024: tuple[int, ...]
) -> bytes:
    """Encode the fields of ``HeartRateMeasurement``, in the shortest form.

    For who encodes a race of them and has no use for the object. UsageError where a value does not
    fit.
    """
    if contact is None and energy_kj is None and len(rr_1024) == 1:  # a strap's, each second
        try:
            return _ONE_RR.pack(_RR, bpm, *rr_1024)
        except struct.error:
            pass  # not in 8 bits, or not at all
    wide = bpm > _BPM_8.high
    flags = _WIDE if wide else 0
    octets = (_BPM_16 if wide else _BPM_8).write(bpm)
    if contact is not None:
        flags |= _CONTACT.index(contact) << _CONTACT_SHIFT
    if energy_kj is not None:
        flags |= _ENERGY
        octets += _ENERGY_KJ.write(energy_kj)
    if rr_1024:
        flags |= _RR
        octets += b"".join([_RR_1024.write(rr) for rr in rr_1024])
    return bytes((flags,)) + octets


def heart_rate_values(data: bytes) -> tuple[int, bool | None, int | None, tuple[int, ...], bool]:
    """Decode to the fields of ``HeartRateMeasurement`` in their order.

    For who decodes each second and has no use for the object. DecodeError where octets are missing.
    """
    try:
        flags = data[0]
        if flags == _RR and len(data) == 4:  # a strap's at running pulse: nearly always
            return data[1], None, None, (data[2] | data[3] << 8,), False
        if flags & _WIDE:
            bpm = data[1] | data[2] << 8
            at = 3
        else:
            bpm = data[1]
            at = 2
        energy_kj = None
        if flags & _ENERGY:
            energy_kj = data[at] | data[at + 1] << 8
            at += 2
    except IndexError:
        raise _short(data) from None
    has_rr = bool(flags & _RR)
    rr_1024 = _rr_list(data, at) if has_rr else ()
    return (
        bpm,
        _CONTACT[flags >> _CONTACT_SHIFT & 3],
        energy_kj,
        rr_1024,
        has_rr and (len(data) - at) % 2 == 1,
    )


def _rr_list(data: bytes, at: int) -> tuple[int, ...]:
    count = (len(data) - at) // 2 if len(data) > at else 0
    layout = _RR_LISTS[count] if count < len(_RR_LISTS) else struct.Struct(f"<{count}H")
    return layout.unpack_from(data, at)


def _short(data: bytes) -> DecodeError:
    if len(data) < 2:
        return too_short("2a37", 2, data)
    return cut_short("2a37", 2 + (data[0] & _WIDE) + (2 if data[0] & _ENERGY else 0), data)


_BODY_PLACES: Final = dict(
    enumerate(("other", "chest", "wrist", "finger", "hand", "ear lobe", "foot"))
)


@dataclass(frozen=True, slots=True)
class BodySensorLocation:
    """Where a heart-rate sensor is worn.

    Any ``code`` survives; ``place`` is None where the code has no name.
    """

    code: int

    @property
    def place(self) -> str | None:
        """The name of the place."""
        return _BODY_PLACES.get(self.code)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where there is no octet."""
        if not data:
            raise too_short("2a38", 1, data)
        return cls(data[0])

    def __bytes__(self) -> bytes:
        """Encode; UsageError where ``code`` is no octet."""
        return _CODE.write(self.code)
