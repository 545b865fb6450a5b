"""Checks a profile: its vectors decode as stated, it matches its own examples alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from kickcue.config import profile_schema as schema
from kickcue.config.profile_files import SensorFile, example_adverts
from kickcue.config.watch_files import WatchFile
from kickcue.core.errors import DecodeError
from kickcue.core.profiles import Advertisement, SensorProfile, holds
from kickcue.core.readings import interpret, unit_keys

TOLERANCE: Final = 0.005  # sources round to two decimals
RR_TOLERANCE_MS: Final = 1.0  # some sources round, some cut


Vector = TypeVar("Vector")


@dataclass(frozen=True, slots=True)
class VectorResult(Generic[Vector]):
    """How one vector of a profile went; ``failure`` is None where it keeps its word."""

    vector: Vector
    failure: str | None


def run_vectors(file: SensorFile) -> tuple[VectorResult[schema.Vector], ...]:
    """Run every vector of the file through the profile."""
    return tuple(
        VectorResult(vector, _failure(file.profile, vector)) for vector in file.document.vector
    )


def match_problems(file: SensorFile, others: Iterable[SensorFile]) -> tuple[str, ...]:
    """Say where the profile misses its own examples, or one profile matches another's."""
    problems = [
        f"{_title(advert)}: none of the profile's own [[match]] blocks matches"
        for advert in example_adverts(file.document)
        if not _matches(file.profile, advert)
    ]
    for other in others:
        if other.profile.id in (file.profile.id, file.document.profile.replaces):
            continue
        for owner, intruder in ((file, other), (other, file)):
            problems += [
                f"{_title(advert)} of {owner.profile.id} also matches {intruder.profile.id}"
                for advert in example_adverts(owner.document)
                if _matches(intruder.profile, advert)
            ]
    return tuple(problems)


def best_proof(file: SensorFile | WatchFile) -> str:
    """Return the best kind of vector there is.

    ``real`` (captured), ``sample`` (another project's test), ``synthetic`` (made up).
    """
    kinds = {vector.kind for vector in file.document.vector}
    return next(kind for kind in ("real", "sample", "synthetic") if kind in kinds)


def _matches(profile: SensorProfile, advert: Advertisement) -> bool:
    return any(holds(block, advert) for block in profile.matches)


def _title(advert: Advertisement) -> str:
    return f"example {advert.name!r}" if advert.name is not None else "example without a name"


def _failure(profile: SensorProfile, vector: schema.Vector) -> str | None:
    try:
        reading = interpret(profile, vector.char, bytes.fromhex(vector.hex))
    except DecodeError as error:
        return None if vector.refused else f"was refused ({error})"
    if vector.refused:
        return "expected to be refused, but was read"
    found: Mapping[str, Any] = {} if reading is None else unit_keys(reading)
    expected = {
        key: getattr(vector.expect, key) for key in vector.expect.model_fields_set
    } | dict.fromkeys(vector.unknown)
    for key, value in expected.items():
        if key not in found:
            return f"{key} is not a value of {vector.char}"
        if not _same(value, found[key]):
            return f"{key}: expected {_plain(value)}, got {_plain(found[key])}"
    return None


def _same(expected: Any, found: Any) -> bool:
    if expected is None or found is None or isinstance(expected, bool):
        return expected is found
    if isinstance(expected, list):
        return len(expected) == len(found) and all(
            abs(a - b) <= RR_TOLERANCE_MS for a, b in zip(expected, found, strict=True)
        )
    return bool(abs(expected - found) <= TOLERANCE)


def _plain(value: Any) -> str:
    return "unknown" if value is None else str(value)
