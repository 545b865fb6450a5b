"""A runner for tests: says what the sensors would say while somebody runs, and keeps what the
engine answered.

``race = Race("1500m"); race.gun(); race.runs(5.0, metres=300); race.marks_line();
race.pod.falls_silent(8)``. The sensors' bytes are real ones, once a second each unless told
otherwise (the strap a little after the pod); the engine gets its ticks when it asks for them.
"""

import math
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core import events as ev
from kickcue.core.engine import Engine
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

Kind = TypeVar("Kind", bound=ev.Output)
GENERIC = {"pod": SensorChoice(profile="generic-rsc"), "strap": SensorChoice(profile="generic-hr")}


@dataclass
class Sensor:
    """What all sensors can do wrong."""

    next_s: float = 0.0
    every_s: float = 1.0
    worn: bool = True
    silent: int = 0
    frozen: int = 0
    last: ev.Notification | None = None

    def falls_silent(self, words: int) -> None:
        """Leave out the next ``words``, which are as many seconds unless the sensor is slow."""
        self.silent = words

    def freezes(self, seconds: int) -> None:
        """Send the same bytes again and again for the next ``seconds``."""
        self.frozen = seconds

    def says(self, fresh: ev.Notification) -> ev.Notification | None:
        """Return what is really sent in the place of ``fresh``."""
        self.next_s += self.every_s
        if self.silent or not self.worn:
            self.silent = max(self.silent - 1, 0)
            return None
        if self.frozen and self.last is not None:
            self.frozen -= 1
            fresh = replace(self.last, t_ns=fresh.t_ns)
        self.last = fresh
        return fresh


@dataclass
class Pod(Sensor):
    """A foot pod; ``total_m`` None: it sends none. ``scale``: its metres per true metre. What it
    has run is counted while ``counts``.
    """

    scale: float = 1.0
    total_m: float | None = 0.0
    counts: bool = True
    quantum_m: float = 0.1
    sends_speed: bool = True
    spm: float = 180.0
    in_steps: bool = False

    def reading(self, t_s: float, mps: float) -> ev.Notification:
        """Return the 2A53 bytes of this moment."""
        total_m = None if self.total_m is None else self.total_m // self.quantum_m * self.quantum_m
        cadence = (self.spm if self.in_steps else self.spm / 2) if mps > 0.0 else 0.0
        return pod_notification(
            s_to_ns(t_s), PodSample(mps * self.scale if self.sends_speed else 0.0, cadence, total_m)
        )


@dataclass
class Strap(Sensor):
    """A chest strap."""

    next_s: float = 0.37
    bpm: float = 160.0

    def reading(self, t_s: float) -> ev.Notification:
        """Return the 2A37 bytes of this moment; the intervals differ a little each second, as a
        heart's do.
        """
        return strap_notification(s_to_ns(t_s), self.bpm, rr_1024=(380 + int(t_s) % 7,))


@dataclass
class Race:
    """One runner, one engine. ``wishes`` are fields of the race document; true metres since the gun
    are ``run_m``.
    """

    event: str = "1500m"
    sensors: dict[str, SensorChoice] = field(default_factory=lambda: dict(GENERIC))
    wishes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        document = RaceDocument.parse(
            {"race": self.event, "sensors": self.sensors, **self.wishes}, "test"
        )
        self.setup = document.engine_config()
        self.course = self.setup.race.course
        self.engine = Engine(self.setup)
        self.pod, self.strap = Pod(), Strap()
        self.t_s = self.run_m = 0.0
        self._when_s, self._where_m = [0.0], [0.0]
        self.said: list[ev.Output] = []

    # ---- GIVEN and WHEN

    def gun(self) -> None:
        self.run_m = 0.0
        self._when_s, self._where_m = [self.t_s], [0.0]
        self.orders(ev.CommandKind.START)

    def stands(self, seconds: float) -> None:
        self.runs(0.0, seconds=seconds)

    def runs(self, mps: float, *, seconds: float = 0.0, metres: float = 0.0) -> None:
        """Let the race go on for ``seconds``, or for ``metres``."""
        end_s = self.t_s + (seconds or metres / mps)
        while (next_s := min(self.pod.next_s, self.strap.next_s)) < end_s:
            self._move(next_s, mps)
            pod_speaks = self.pod.next_s == next_s
            sent = (
                self.pod.says(self.pod.reading(next_s, mps))
                if pod_speaks
                else self.strap.says(self.strap.reading(next_s))
            )
            if sent is not None:
                self.feed(sent)
        self._move(end_s, mps)
        self.tick_until(s_to_ns(end_s))

    def runs_to(self, true_m: float, mps: float) -> None:
        """Run on until ``true_m`` metres after the gun."""
        self.runs(mps, metres=true_m - self.run_m)

    def runs_and_presses(self, mps: float, *, upto_m: float = math.inf) -> None:
        """Run to ``upto_m``, or a little past the finish, and press at each line as a thumb does:
        0.4 s late.
        """
        for line_m in self.course.crossings_m:
            if line_m <= upto_m:
                self.runs_to(line_m + 0.4 * mps, mps)
                self.marks_line()
        self.runs_to(min(upto_m, self.course.distance_m + 10.0), mps)

    def marks_line(self, source: ev.MarkSource = ev.MarkSource.BUTTON) -> None:
        self.feed(ev.Mark(s_to_ns(self.t_s), source))

    def orders(self, kind: ev.CommandKind) -> None:
        self.feed(ev.Command(s_to_ns(self.t_s), kind))

    def loses(self, sensor: str) -> None:
        self.feed(ev.Link(s_to_ns(self.t_s), sensor, up=False))

    def feed(self, event: ev.Input) -> None:
        """Give the engine the ticks it asked for, then the event."""
        self.tick_until(event.t_ns)
        self.said += self.engine.feed(event)

    def tick_until(self, t_ns: int) -> None:
        while self.engine.wake_ns is not None and self.engine.wake_ns < t_ns:
            self.said += self.engine.feed(ev.Tick(self.engine.wake_ns))

    def _move(self, t_s: float, mps: float) -> None:
        dd_m = mps * (t_s - self.t_s)
        self.t_s, self.run_m = t_s, self.run_m + dd_m
        self._when_s.append(t_s)
        self._where_m.append(self.run_m)
        if self.pod.total_m is not None and self.pod.counts:
            self.pod.total_m += dd_m * self.pod.scale

    # ---- THEN

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [o for o in self.said if isinstance(o, kind)]

    def cues(self) -> list[ev.CueKind]:
        return [c.kind for c in self.all(ev.Cue) if c.kind is not ev.CueKind.READY]

    def phases(self) -> list[str]:
        return [p.phase.value for p in self.all(ev.PhaseChange)]

    def notices(self, code: str) -> list[ev.Notice]:
        return [n for n in self.all(ev.Notice) if n.code == code]

    def told(self) -> ev.Estimate:
        """Return the last estimate."""
        return self.all(ev.Estimate)[-1]

    def off_m(self) -> float:
        """Return by how much the last estimate is too far,
        compared with the truth at its own time.
        """
        told = self.told()
        assert told.distance_m is not None
        return told.distance_m - self.true_m(told)

    def true_m(self, said: ev.Output) -> float:
        """Return how far the runner was when that was said."""
        return float(np.interp(ns_to_s(said.t_ns), self._when_s, self._where_m))
