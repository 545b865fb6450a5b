"""What the demo knows while the race is on: each lap beside what was published, and the news."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean
from typing import Final

from kickcue.cli.demo.entry import DemoLogEntry
from kickcue.cli.tui.formatting import coming
from kickcue.core.course import Course
from kickcue.core.events import (
    Ack,
    Arm,
    Cue,
    Disarm,
    Estimate,
    Input,
    Level,
    Notice,
    Output,
    Phase,
    PhaseChange,
    mark_source,
)
from kickcue.core.units import ns_to_s
from kickcue.lab.historic_races import FamousRace
from kickcue.lab.reconstruct import line_presses
from kickcue.lab.simulate import SimulatedRace

MISSED_AFTER_S: Final = 3.0
"""A thumb is some 0.4 s late; after this long nobody waits for it any more."""
SETTLED_AFTER_S: Final = 7.0
"""A press may come twice within 5 s."""
KEPT: Final = 6
_QUIET: Final = frozenset({"rules", "line", "mark_doubted", "sensor_fresh"})


class PressOutcome(StrEnum):
    """What became of the lap button at one line."""

    PRESSED = "pressed"
    MISSED = "missed"
    IGNORED = "double ignored"
    DOUBTED = "rejected"
    BELIEVED = "double accepted"


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """One line crossed. ``split_s`` is the race's own lap.

    ``published`` is whether both its ends were published; None: not known yet.
    """

    line: int
    distance_m: float
    split_s: float
    published: bool
    kickcue_s: float | None
    cadence_spm: float | None
    heart_rate_bpm: float | None
    press: PressOutcome | None
    last_lap: bool


@dataclass(slots=True)
class _Lap:
    cadence: list[float] = field(default_factory=list)
    heart: list[float] = field(default_factory=list)
    presses_taken: int = 0
    presses: int = 0


class DemoBoard:
    """Takes in the race as it goes on; ``rows`` and ``log`` are what is drawn."""

    def __init__(self, famous: FamousRace, course: Course, race: SimulatedRace) -> None:
        self.famous = famous
        self.course = course
        self.now_s = 0.0
        self.rate: float | None = None
        """How many times as fast as the race it is being played, where somebody set it."""
        self.estimate: Estimate | None = None
        self.phase = Phase.WAITING
        self.log: deque[DemoLogEntry] = deque(maxlen=KEPT)
        self._lines_s = [race.truth.time_at(line_m) for line_m in course.crossings_m]
        self._truth = race.truth
        self._silent = [not moments for moments in line_presses(race.truth, course, race.inputs)]
        self._laps = [_Lap() for _ in course.crossings_m]
        self._crossed_s: list[float] = []
        self._reported_missed = 0
        self._armed = False
        self._felt: set[str] = set()

    # ---- what comes in

    def take(self, event: Input, outputs: tuple[Output, ...]) -> None:
        """Take in one event and what the engine made of it."""
        self.now_s = ns_to_s(event.t_ns)
        while (
            self._reported_missed < self.passed
            and self.now_s >= self._lines_s[self._reported_missed] + MISSED_AFTER_S
        ):
            if self._silent[self._reported_missed]:
                self._log_line(
                    f"line {self._reported_missed + 1}: the lap button was not pressed",
                    Level.WARNING,
                )
            self._reported_missed += 1
        if mark_source(event) is not None:
            self._press(taken=any(isinstance(o, Notice) and o.code == "line" for o in outputs))
        elif isinstance(event, Ack):
            self._answer(event)
        for output in outputs:
            self._output(output)

    def _press(self, *, taken: bool) -> None:
        lap = self._laps[max(self.passed - 1, 0)]
        lap.presses += 1
        lap.presses_taken += taken
        if lap.presses > 1:
            what = "believed" if taken else "recognised and ignored"
            self._log_line(
                f"line {self.passed}: the lap button was pressed again: {what}", Level.WARNING
            )

    def _answer(self, ack: Ack) -> None:
        if ack.felt and ack.cue_id not in self._felt:
            # A watch answers the armed timer and the cue that follows it.
            self._felt.add(ack.cue_id)
            self._log_line(f"felt on the watch: {ack.cue_id}")

    def _output(self, output: Output) -> None:
        match output:
            case Estimate():
                self._where(output)
            case PhaseChange():
                self.phase = output.phase
                if output.phase is Phase.FINISHED and len(self._crossed_s) == len(self._laps) - 1:
                    # The end is known by the phase, no estimate follows it.
                    self._crossed_s.append(ns_to_s(output.t_ns))
            case Cue():
                self._log_line(f"cue: {output.text}")
            case Arm() if not self._armed:
                self._armed = True
                eta_sd_s = None if self.estimate is None else self.estimate.eta_bell_sd_s
                self._log_line(
                    "armed in case the connection is lost: last lap in "
                    f"{coming(output.due_in_ms / 1000, eta_sd_s)}"
                )
            case Notice() if output.code not in _QUIET:
                self._log_line(output.text, output.level)
            case Disarm():
                self._log_line(f"disarmed: {output.why}", Level.WARNING)

    def _where(self, estimate: Estimate) -> None:
        before, self.estimate = self.estimate, estimate
        done = len(self._crossed_s)
        if estimate.distance_m is None or done == len(self._laps):
            return
        lap = self._laps[done]
        lap.cadence += [] if estimate.cadence_spm is None else [estimate.cadence_spm]
        lap.heart += [] if estimate.heart_rate_bpm is None else [estimate.heart_rate_bpm]
        crossed = [
            line_m for line_m in self.course.crossings_m[done:] if line_m <= estimate.distance_m
        ]
        self._crossed_s += [_crossing_s(before, estimate, line_m) for line_m in crossed]

    def _log_line(self, text: str, level: Level = Level.INFO) -> None:
        self.log.append(DemoLogEntry(self.now_s, text, level))

    # ---- what is shown

    @property
    def passed(self) -> int:
        """How many lines the runner has truly crossed."""
        return sum(self.now_s >= t_s - 1e-6 for t_s in self._lines_s)

    @property
    def run_m(self) -> float:
        """How far the runner truly is."""
        return min(self._truth.distance_at(self.now_s), self.course.distance_m)

    def settled(self, line: int) -> bool:
        """Return whether nothing more can happen at a line, which counts from 1."""
        return self.now_s >= self._lines_s[line - 1] + SETTLED_AFTER_S

    def row(self, line: int) -> CrossingRow:
        """Return what is known of a line, which counts from 1."""
        i = line - 1
        lap, ends = self._laps[i], (0.0, *self.course.crossings_m)[i : i + 2]
        starts_s = (0.0, *self._lines_s)
        crossed_s = (0.0, *self._crossed_s)
        return CrossingRow(
            line=line,
            distance_m=ends[1],
            split_s=self._lines_s[i] - starts_s[i],
            published=all(self.famous.published(metres) is not None for metres in ends),
            kickcue_s=crossed_s[line] - crossed_s[i] if line < len(crossed_s) else None,
            cadence_spm=fmean(lap.cadence) if lap.cadence else None,
            heart_rate_bpm=fmean(lap.heart) if lap.heart else None,
            press=self._press_at(i),
            last_lap=ends[1] > self.course.bell_m,
        )

    def _press_at(self, i: int) -> PressOutcome | None:
        lap = self._laps[i]
        if lap.presses == 0:
            return (
                PressOutcome.MISSED
                if self._silent[i] and self.now_s >= self._lines_s[i] + MISSED_AFTER_S
                else None
            )
        if lap.presses == 1:
            return PressOutcome.PRESSED if lap.presses_taken else PressOutcome.DOUBTED
        return PressOutcome.BELIEVED if lap.presses_taken > 1 else PressOutcome.IGNORED


def _crossing_s(before: Estimate | None, now: Estimate, line_m: float) -> float:
    """Return when the estimates crossed the line, between the last before it and the next."""
    assert now.distance_m is not None
    if before is None or before.distance_m is None or before.distance_m >= line_m:
        return ns_to_s(now.t_ns)
    share = (line_m - before.distance_m) / (now.distance_m - before.distance_m)
    return ns_to_s(before.t_ns) + share * ns_to_s(now.t_ns - before.t_ns)
