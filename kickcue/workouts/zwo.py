"""Zwift's ``.zwo``: a row of blocks, whose messages are what is shown during them.

Zwift has published no description of it; what counts here is what its own workouts and the apps
that export for it write. Names differ in upper and lower case from app to app.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from kickcue.core.errors import DataError, UsageError
from kickcue.core.plan import Effort, Repeat, Step
from kickcue.recording import xml_events
from kickcue.recording.fields import number
from kickcue.recording.xml_events import Element
from kickcue.workouts.workout import End, Workout, build, check_size, rest, stretch, words

EASY_POWER: Final = 0.75
"""Up to here, as a share of threshold, a block is Zwift's recovery or endurance: no repetition."""

_ROOT: Final = "workout_file"
_BLOCKS: Final = "workout"
_SETTINGS: Final = frozenset({"name", "sporttype", "durationtype"})
_EASY: Final = frozenset({"warmup", "cooldown", "freerun", "freeride"})
_STEADY: Final = frozenset({"steadystate", "ramp"})
_HARD: Final = frozenset({"maxeffort"})
_INTERVALS: Final = "intervalst"
_MESSAGES: Final = ("textevent", "textnotification")
_LENGTHS: Final = frozenset({"duration", "onduration"})
"""What has one of these is part of the session, and must not be left out."""

_KNOWN: Final = "Warmup, SteadyState, IntervalsT, Ramp, FreeRun, MaxEffort or Cooldown"


@dataclass(slots=True)
class _WorkoutFile:
    """What was found up to now."""

    settings: dict[str, str] = field(default_factory=dict)
    root: str = ""
    blocks: list[Element] = field(default_factory=list)

    def start(self, element: Element) -> None:
        self.root = self.root or element.name

    def end(self, element: Element) -> None:
        if element.name == _BLOCKS:
            self.blocks += element.children
        elif element.name.lower() in _SETTINGS:
            self.settings.setdefault(element.name.lower(), element.text.strip())


@dataclass(frozen=True, slots=True)
class _WorkoutBlock:
    """One block, with its attributes by their names in lower case."""

    name: str
    line: int
    attributes: dict[str, str]
    messages: tuple[str | None, ...]
    by_distance: bool

    @property
    def kind(self) -> str:
        return self.name.lower()

    def end(self, name: str) -> End:
        """Return how a part of the block ends; UsageError where it has no length."""
        told = self.attributes.get(name.lower())
        length = number(told)
        if length is None or length <= 0:
            unit = "m" if self.by_distance else "s"
            got = "none" if told is None else repr(told[:40])
            raise UsageError(f"expected {name} above 0 {unit}, got {got}")
        return End(distance_m=length) if self.by_distance else End(duration_s=length)

    def has_rest(self) -> bool:
        told = self.attributes.get("offduration")
        return told is not None and number(told) != 0

    def is_easy(self) -> bool:
        powers = [number(self.attributes.get(name)) for name in ("power", "powerlow", "powerhigh")]
        told = [power for power in powers if power is not None]
        return bool(told) and max(told) <= EASY_POWER


def read(data: bytes, fallback_name: str) -> Workout:
    """Return the workout of a ``.zwo``; DataError, with the line, where it is none."""
    check_size(data)
    found = _WorkoutFile()
    damage = xml_events.read(data, frozenset({_BLOCKS}), found.start, found.end)
    if found.root not in ("", _ROOT):
        raise DataError(f"expected a Zwift workout (<{_ROOT}>), got <{found.root[:40]}>")
    if damage:
        raise DataError(damage)
    sport = found.settings.get("sporttype", "").lower()
    if sport not in ("", "run"):
        raise DataError(f"expected a workout with <sportType>run, got {sport[:40]!r}")
    by_distance, notes = _measure(found.settings.get("durationtype", "").lower(), sport)
    steps = tuple(_steps(found.blocks, by_distance))
    if not steps:
        raise DataError(f"expected blocks ({_KNOWN}) in <{_BLOCKS}>, got none")
    return build(found.settings.get("name") or fallback_name, steps, notes)


def _measure(told: str, sport: str) -> tuple[bool, list[str]]:
    """Tell whether lengths are metres, and what had to be assumed.

    Where a run does not say it, Zwift takes them for metres, and where nothing is said, for
    seconds.
    """
    if told in ("distance", "time"):
        return told == "distance", []
    if told:
        raise DataError(f"expected <durationType>time or distance, got {told[:40]!r}")
    by_distance = sport == "run"
    unit = "metres" if by_distance else "seconds"
    other = "time" if by_distance else "distance"
    note = (
        f"no <durationType>: lengths are taken for {unit}, as Zwift does; should they not be, add "
        f"<durationType>{other}</durationType>"
    )
    return by_distance, [note]


def _steps(elements: Iterable[Element], by_distance: bool) -> Iterable[Step]:
    for element in elements:
        attributes = {name.lower(): value for name, value in element.attributes.items()}
        block = _WorkoutBlock(
            element.name, element.line, attributes, tuple(_messages(element)), by_distance
        )
        try:
            step = _step(block)
        except UsageError as error:
            raise DataError(f"line {block.line}: {block.name[:40]}: {error}") from None
        if step is not None:
            yield step


def _step(block: _WorkoutBlock) -> Step | None:
    """Return what a block asks for; None for what is no part of the session."""
    text = words(block.messages)
    if block.kind == _INTERVALS:
        return _intervals(block, text)
    if block.kind in _EASY or block.kind in _STEADY or block.kind in _HARD:
        easy = block.kind in _EASY or (block.kind in _STEADY and block.is_easy())
        return stretch(block.end("Duration"), Effort.EASY if easy else Effort.HARD, text)
    if _LENGTHS & block.attributes.keys() and block.kind not in _MESSAGES:
        raise UsageError(f"this block is not known: expected {_KNOWN}")
    return None


def _intervals(block: _WorkoutBlock, text: str | None) -> Step:
    told = block.attributes.get("repeat", "1")
    times = number(told)
    if times is None or not times.is_integer():
        raise UsageError(f"expected Repeat to be a whole number, got {told[:40]!r}")
    hard = stretch(block.end("OnDuration"), Effort.HARD, text)
    pause = (rest(block.end("OffDuration")),) if block.has_rest() else ()
    return Repeat(int(times), (hard, *pause))


def _messages(element: Element) -> Iterable[str | None]:
    """Yield the words of a block in the order in which they come up."""
    events = [child for child in element.children if child.name.lower() in _MESSAGES]
    for event in sorted(events, key=_offset):
        attributes = {name.lower(): value for name, value in event.attributes.items()}
        yield attributes.get("message") or attributes.get("text")


def _offset(event: Element) -> float:
    attributes = {name.lower(): value for name, value in event.attributes.items()}
    return number(attributes.get("timeoffset", attributes.get("distoffset"))) or 0.0
