"""What a season needs of one recording: a few figures of its review, small enough to be kept."""

from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from types import NoneType
from typing import Any, Self, get_args, get_type_hints

from kickcue.analysis.repetitions import ALIKE_LENGTH_SHARE
from kickcue.analysis.review.model import (
    Ending,
    PacingClass,
    Repeat,
    Repeats,
    Review,
    ReviewKind,
)
from kickcue.analysis.review.pacing import faster_percent
from kickcue.core.errors import DataError
from kickcue.core.events import LegKind
from kickcue.recording.json_text import shown
from kickcue.recording.utc import utc_ns


@dataclass(frozen=True, slots=True)
class RepeatGroup:
    """The whole repetitions of about one length; ``metres`` is the mean, None where unknown."""

    metres: float | None
    count: int
    mean_s: float


@dataclass(frozen=True, slots=True)
class ReviewDigest:
    """Of a race its finish and how even it was, of a session what was run; times in seconds.

    ``last_s`` is the last window of ``last_m``; ``even_percent`` the coefficient of variation of
    the laps (on the road of the kilometres). ``problems``: how many the recording has.
    """

    kind: ReviewKind
    title: str
    utc: str | None
    seconds: float
    distance_m: float | None
    ending: Ending
    event: str | None
    last_m: float | None
    last_s: float | None
    kick_percent: float | None
    even_percent: float | None
    pacing: PacingClass | None
    saved_up_s: float | None
    pod_scale: float | None
    groups: tuple[RepeatGroup, ...]
    problems: int

    @property
    def faster_percent(self) -> float | None:
        """By how much faster the last window was run than the rest; None where unknown."""
        return None if self.kick_percent is None else faster_percent(self.kick_percent)

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object; what is unknown is left out."""
        found = _written(self)
        found["groups"] = [_written(group) for group in self.groups]
        return found

    @classmethod
    def from_json(cls, given: Any) -> Self:
        """Return what ``as_json`` wrote; DataError where it is anything else."""
        if type(given) is not dict or type(groups := given.get("groups")) is not list:
            raise DataError("expected an object with a list of groups")
        read = tuple(RepeatGroup(**_read(RepeatGroup, group)) for group in groups)
        found = cls(**_read(cls, {**given, "groups": None}), groups=read)
        utc_ns(found.utc)
        return found


def digest(review: Review) -> ReviewDigest:
    """Return the figures of a review that a season is made of."""
    pacing, course = review.pacing, review.course
    even = None
    if pacing is not None:
        even = pacing.lap_cv_percent
        even = pacing.kilometre_cv_percent if even is None else even
    return ReviewDigest(
        kind=review.kind,
        title=review.title,
        utc=review.utc,
        seconds=review.seconds,
        distance_m=review.distance_m,
        ending=review.ending,
        event=None if course is None else course.event,
        last_m=None if pacing is None else pacing.last_m,
        last_s=None if pacing is None else pacing.last_s,
        kick_percent=None if pacing is None else pacing.kick_percent,
        even_percent=even,
        pacing=None if pacing is None else pacing.pacing,
        saved_up_s=None if pacing is None else pacing.saved_up_s,
        pod_scale=None if review.position is None else review.position.pod_scale,
        groups=() if review.repeats is None else tuple(_groups(review.repeats)),
        problems=len(review.problems),
    )


def _groups(repeats: Repeats) -> list[RepeatGroup]:
    """Return the repetitions by length, in the order in which each length came first."""
    groups: list[list[Repeat]] = []
    for repeat in repeats.each:
        if not repeat.whole or repeat.kind not in (LegKind.REP, LegKind.EXTRA):
            continue
        group = next((each for each in groups if _alike(each[0].metres, repeat.metres)), None)
        if group is None:
            groups.append([repeat])
        else:
            group.append(repeat)
    return [_group(each) for each in groups]


def _alike(a_m: float | None, b_m: float | None) -> bool:
    if a_m is None or b_m is None:
        return a_m is b_m
    return abs(a_m - b_m) <= ALIKE_LENGTH_SHARE * a_m


def _group(repeats: list[Repeat]) -> RepeatGroup:
    known = [repeat.metres for repeat in repeats if repeat.metres is not None]
    return RepeatGroup(
        metres=fsum(known) / len(known) if known else None,
        count=len(repeats),
        mean_s=fsum(repeat.seconds for repeat in repeats) / len(repeats),
    )


# ---- JSON


def _written(value: Any) -> dict[str, Any]:
    given = ((name, getattr(value, name)) for name in get_type_hints(type(value)))
    return {name: each for name, each in given if each is not None}


def _read(cls: type, given: Any) -> dict[str, Any]:
    """Return the values of a class's fields, those that are tuples left out."""
    hints = get_type_hints(cls)
    if type(given) is not dict or not hints.keys() >= given.keys():
        raise DataError(f"expected an object with no other keys than {', '.join(hints)}")
    return {
        name: _value(name, hint, given.get(name))
        for name, hint in hints.items()
        if hint != tuple[RepeatGroup, ...]
    }


def _value(name: str, hint: Any, given: Any) -> Any:
    parts = get_args(hint) or (hint,)
    if given is None and NoneType in parts:
        return None
    kind = parts[0]
    if issubclass(kind, StrEnum):
        if given in tuple(kind):
            return kind(given)
    elif type(given) is kind:
        return given
    elif kind is float and type(given) is int:
        return float(given)
    raise DataError(f"{name}: expected {kind.__name__}, got {shown(given)}")
