"""Little-endian numbers and flagged groups of them: what the table-driven codecs share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kickcue.core.errors import DecodeError, DecodeOutcome, UsageError


@dataclass(frozen=True, slots=True)
class Number:
    """One number on the wire: ``size`` octets that count ``1 / per_unit`` of ``name``'s unit.

    ``low`` and ``high`` are the raw values allowed, both included; a negative ``low`` makes the
    number signed. ``unknown`` is the raw value that the sender writes for "not available"; it reads
    as None.
    """

    name: str
    size: int
    low: int
    high: int
    per_unit: int = 1
    unknown: int | None = None

    def read(self, data: bytes, at: int) -> float | None:
        """Return the value at offset ``at`` (an int where ``per_unit`` is 1), None for ``unknown``.

        DecodeError where out of range.
        """
        raw = int.from_bytes(data[at : at + self.size], "little", signed=self.low < 0)
        if raw == self.unknown:
            return None
        if not self.low <= raw <= self.high:
            raise DecodeError(
                DecodeOutcome.BROKEN,
                f"{self.name}: expected a raw value in {self.low}..{self.high}, got {raw}",
            )
        return raw if self.per_unit == 1 else raw / self.per_unit

    def write(self, value: float | None) -> bytes:
        """Return ``value`` rounded to the nearest step.

        UsageError where the wire cannot carry it.
        """
        if value is None:
            if self.unknown is None:
                raise UsageError(f"{self.name} is missing, and this field has no value for unknown")
            raw = self.unknown
        else:
            # False for NaN and infinity, which cannot be rounded.
            reachable = self.low - 1 <= value * self.per_unit <= self.high + 1
            raw = round(value * self.per_unit) if reachable else self.high + 1
            if not self.low <= raw <= self.high or raw == self.unknown:
                limits = f"{self.low / self.per_unit:g} to {self.high / self.per_unit:g}"
                raise UsageError(f"{self.name} {value} cannot be sent: the field holds {limits}")
        return raw.to_bytes(self.size, "little", signed=self.low < 0)


def unsigned(name: str, size: int, per_unit: int = 1, *, unknown: int | None = None) -> Number:
    """Return an unsigned Number that uses its whole range."""
    return Number(name, size, 0, (1 << 8 * size) - 1, per_unit, unknown)


def signed(name: str, size: int, per_unit: int = 1, *, unknown: int | None = None) -> Number:
    """Return a two's complement Number that uses its whole range."""
    half = 1 << (8 * size - 1)
    return Number(name, size, -half, half - 1, per_unit, unknown)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Numbers that one flag bit announces together."""

    mask: int
    numbers: tuple[Number, ...]


def announced_size(groups: Iterable[FieldGroup], present: int) -> int:
    """Return how many octets the flags announce."""
    return sum(number.size for group in groups if present & group.mask for number in group.numbers)


def read_groups(
    groups: Iterable[FieldGroup], present: int, data: bytes, at: int
) -> dict[str, float | None]:
    """Return the numbers by name from offset ``at`` on.

    Those not announced, or not in ``data`` as a whole, are left out.
    """
    values: dict[str, float | None] = {}
    for group in groups:
        if present & group.mask:
            for number in group.numbers:
                if at + number.size <= len(data):
                    values[number.name] = number.read(data, at)
                at += number.size
    return values


def write_groups(groups: Sequence[FieldGroup], values: Mapping[str, Any]) -> tuple[int, bytes]:
    """Return the presence bits and the octets.

    A group is sent as soon as one of its numbers is known.
    """
    present = 0
    octets = b""
    for group in groups:
        if any(values[number.name] is not None for number in group.numbers):
            present |= group.mask
            octets += b"".join(number.write(values[number.name]) for number in group.numbers)
    return present, octets


def too_short(char: str, needed: int, data: bytes) -> DecodeError:
    """Return the error for data that do not hold the fixed part of the format."""
    return DecodeError(
        DecodeOutcome.NOT_THIS_FORMAT, f"{char}: expected at least {needed} octets, got {len(data)}"
    )


def cut_short(char: str, announced: int, data: bytes) -> DecodeError:
    """Return the error for data whose flags announce more octets than there are."""
    return DecodeError(
        DecodeOutcome.BROKEN, f"{char}: expected {announced} octets by its flags, got {len(data)}"
    )
