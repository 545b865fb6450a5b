"""How every part of a run is doing, in one list for the screen, the log and systemd's status.

A part that is looked for is ``waiting`` at first and ``bad`` when it has not come within
``PATIENCE_S``: a strap needs some seconds.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kickcue.daemon.recorder import Recorder
from kickcue.supervision.health import DeviceHealth, Stage

PATIENCE_S: Final = 10.0
AGAIN_S: Final = 60.0
"""What is bad is reported again this often: who looks at the journal later sees it too."""
MOST_REASONS: Final = 8
"""Reasons that are reported at once while a part is bad; one that fails in ever new ways is
reported each minute."""
WORDS: Final = {
    Stage.OFF: "no Bluetooth",
    Stage.LOOKING: "searching",
    Stage.CONNECTING: "connecting",
    Stage.CONNECTED: "connected",
    Stage.SILENT: "connected, but no data",
    Stage.WAITING: "waiting to retry",
}
_COUNTED: Final = re.compile(r"\d+")

Report = Callable[[int, str, str, str], None]
"""Level of the log, part, state, text."""


class State(StrEnum):
    """Of a part."""

    OK = "ok"
    WAITING = "waiting"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part of the run: a sensor, the watch, the recording.

    ``text`` is a sentence without its name, for people.
    """

    name: str
    state: State
    text: str


def of_device(name: str, health: DeviceHealth) -> PartHealth:
    """Return a sensor, a receiver or a watch that is held."""
    if health.stage is Stage.CONNECTED:
        return PartHealth(name, State.OK, WORDS[health.stage])
    patient = health.stage in (Stage.LOOKING, Stage.CONNECTING, Stage.WAITING)
    return PartHealth(
        name, State.WAITING if patient else State.BAD, health.why or WORDS[health.stage]
    )


def of_wrist(
    trouble: str | None, *, connecting: bool, there: bool = False, who: str = ""
) -> PartHealth:
    """Return the way to the wrist: ``trouble`` keeps cues from it, ``who`` is there to feel one."""
    if trouble is None:
        return PartHealth("watch", State.OK if there else State.WAITING, who)
    return PartHealth(
        "watch", State.WAITING if connecting else State.BAD, f"no cues to the wrist: {trouble}"
    )


def of_sound(trouble: str | None, *, there: bool) -> PartHealth:
    """Return this machine's own sound, where the settings want one."""
    if not there:
        return PartHealth("sound", State.BAD, "not available: no cues from this machine")
    return (
        PartHealth("sound", State.OK, "ready")
        if trouble is None
        else PartHealth("sound", State.BAD, trouble)
    )


def of_recording(recorder: Recorder | None, hindrance: str | None, *, wanted: bool) -> PartHealth:
    """Return the recording.

    ``wanted``: the settings want one. ``hindrance``: why none could begin, if that is known before.
    """
    if not wanted:
        return PartHealth("recording", State.OK, "off, as configured")
    if recorder is None:
        begins = "starts with the first data"
        return (
            PartHealth("recording", State.OK, begins)
            if hindrance is None
            else PartHealth("recording", State.BAD, hindrance)
        )
    if recorder.trouble is not None:
        return PartHealth("recording", State.BAD, f"stopped: {recorder.trouble}")
    return PartHealth(
        "recording", State.OK, "begins" if recorder.path is None else str(recorder.path)
    )


def summed_up(parts: Iterable[PartHealth]) -> str:
    """Return the parts in one line, those that are not well with their reasons."""
    return "; ".join(
        f"{part.name} {part.state}" if part.state is State.OK else f"{part.name}: {part.text}"
        for part in parts
    )


@dataclass(slots=True)
class _Reported:
    """What the log knows of a part."""

    state: State
    since_s: float
    reported_s: float
    reasons: set[str] = field(default_factory=set)


class HealthLog:
    """Tells what has changed since the last ``look`` and what has been bad for too long.

    What still is bad it reports again each minute.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._reported: dict[str, _Reported] = {}

    def look(self, parts: Iterable[PartHealth], now_s: float) -> None:
        """Look at all parts at ``now_s`` of a clock that goes on evenly."""
        for part in parts:
            last = self._reported.get(part.name)
            if last is None or (last.state is State.OK) is not (part.state is State.OK):
                self._reported[part.name] = last = _Reported(part.state, now_s, now_s)
                self._report_part(part, last, part.state)
            elif part.state is not State.OK:
                self._look_again(part, last, now_s)

    def _look_again(self, part: PartHealth, last: _Reported, now_s: float) -> None:
        state = (
            State.BAD
            if part.state is State.BAD or now_s - last.since_s >= PATIENCE_S
            else State.WAITING
        )
        worse = state is State.BAD and last.state is State.WAITING
        new = (
            state is State.BAD
            and _reason(part) not in last.reasons
            and len(last.reasons) < MOST_REASONS
        )
        if worse or new or now_s - last.reported_s >= AGAIN_S:
            last.state, last.reported_s = state, now_s
            self._report_part(part, last, state)

    def _report_part(self, part: PartHealth, last: _Reported, state: State) -> None:
        if state is State.BAD:
            last.reasons.add(_reason(part))
        self._report(
            logging.WARNING if state is State.BAD else logging.INFO, part.name, state, part.text
        )


def _reason(part: PartHealth) -> str:
    """Return what is wrong without its figures: "not seen for 12 s" and "13 s" are the same."""
    return _COUNTED.sub("#", part.text)
