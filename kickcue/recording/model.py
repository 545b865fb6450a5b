"""What a recording is, whatever file it came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, get_args

from kickcue.core.events import Input, Output
from kickcue.core.units import ns_to_s
from kickcue.recording.watch_records import WatchRecords

Entry = Input | Output

INPUTS: tuple[type, ...] = get_args(Input)
OUTPUTS: tuple[type, ...] = get_args(Output)


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata of a recording, before the first event; None is unknown.

    ``sensors`` maps sensor names to profile ids. ``setup`` is opaque JSON: everything needed to
    build the same engine again. ``ticks``: True if the ticks were recorded and a replay must feed
    exactly those; False if the replayer makes its own. ``utc`` is the moment of ``t_ns`` 0, ISO
    8601 with its zone. ``pins`` maps sensor names to the devices that were received, by address,
    name or MQTT id: only a live recording has any. ``made_by`` is the recorder, "kickcue 0.1.0" or
    a watch. ``live`` is opaque JSON too: what a process that takes up an interrupted race must know
    of the one that began it.
    """

    race: str | None = None
    lap_m: float | None = None
    utc: str | None = None
    sensors: Mapping[str, str] = field(default_factory=dict)
    setup: Mapping[str, Any] | None = None
    ticks: bool = False
    made_by: str | None = None
    live: Mapping[str, Any] | None = None
    pins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActivityFound:
    """One activity of a file that may hold several, counted from 1.

    ``taken``: the recording is made of it.
    """

    number: int
    utc: str | None
    sport: str
    duration_s: float
    distance_m: float | None
    taken: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that could be had from a file.

    ``entries`` holds inputs and outputs in the order of the file, which for kickcue's own forms is
    the order in which they happened; ``inputs`` and ``outputs`` are the two parts of it.
    ``problems`` lists what could not be read, ``notes`` what is worth knowing although nothing is
    lost, one sentence each. ``laps`` counts the laps of an imported activity by what ended them,
    ``activities`` are all that were in the file, ``activities_note`` names the one taken where
    that was a choice. ``laps_note`` names those that are no marks for a reason that the file
    does not give. ``watch`` is what the file of a watch held before it became events.
    """

    path: Path
    header: Header
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...] = ()
    problems: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    kind: str = ""
    notes: tuple[str, ...] = ()
    laps: Mapping[str, int] = field(default_factory=dict)
    laps_note: str | None = None
    activities: tuple[ActivityFound, ...] = ()
    activities_note: str | None = None
    watch: WatchRecords | None = None

    @classmethod
    def of(cls, path: Path, header: Header, entries: Iterable[Entry], **more: Any) -> Self:
        """Make a recording from interleaved entries; ``more`` are the remaining fields by name."""
        whole = tuple(entries)
        inputs: tuple[Any, ...] = tuple(entry for entry in whole if isinstance(entry, INPUTS))
        outputs: tuple[Any, ...] = tuple(entry for entry in whole if isinstance(entry, OUTPUTS))
        return cls(path, header, inputs, outputs, entries=whole, **more)

    @property
    def duration_s(self) -> float:
        """Seconds from the epoch to the last input (to the last output where there is no input)."""
        return ns_to_s(max((entry.t_ns for entry in self.inputs or self.outputs), default=0))
