"""A runner for tests of sessions: says what the sensors would while somebody runs, walks, presses.

``script = Script(); script.order(START); script.stands(10); script.runs(200, mps=5.0);
script.presses(); told = script.told(plan)``. The pod speaks once a second, in real bytes; the
engine gets its ticks when it asks for them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kickcue.config.phrase_files import load_vocabulary
from kickcue.config.profile_files import load_profile
from kickcue.core import events as ev
from kickcue.core.engine_config import EngineConfig
from kickcue.core.plan import Effort, Plan, Repeat, Rest, Run, Step, TimedRun, straight
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.session.session_engine import SessionEngine
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from kickcue.replay.run_engine import drive

STEP_S = 0.25
VOCABULARY = load_vocabulary("en")
SENSORS = {"pod": load_profile("generic-rsc"), "strap": load_profile("generic-hr")}
KNOWN_SCALE = ScalePrior(1.0, 0.007)
START, LAP, UNDO, FINISH, ABORT = (
    ev.CommandKind.START,
    ev.CommandKind.LAP,
    ev.CommandKind.UNDO_LAP,
    ev.CommandKind.FINISH,
    ev.CommandKind.ABORT,
)
WHEN_READY = Rest(until=START)


def rep(metres: float, *cues: Any, imagery: str | None = None) -> Run:
    """Return a repetition."""
    return Run(straight(metres), cues, imagery=imagery)


def easy(seconds: float | None) -> TimedRun:
    """Return an easy run."""
    return TimedRun(seconds, Effort.EASY)


def plan(*steps: Step, name: str = "test") -> Plan:
    """Return a plan of these steps."""
    return Plan(name, steps)


def repeats(times: int, *steps: Step) -> Plan:
    """Return a plan of ``times`` times these steps."""
    return plan(Repeat(times, steps))


def setup(of: Plan, **more: Any) -> EngineConfig:
    """Return the engine's configuration, with a calibrated pod unless told."""
    config = EngineConfig(of, SENSORS, VOCABULARY, scale=KNOWN_SCALE)
    return replace(config, **more)


@dataclass(frozen=True)
class TrueRun:
    """When a run began and ended, in s."""

    began_s: float
    ended_s: float


@dataclass
class Script:
    """What happens, in order of time; every action takes its time."""

    pod: bool = True
    totals: bool = True
    cadence: bool = True
    sensors: tuple[str, ...] = ("pod",)
    t_s: float = 0.0
    done_m: float = 0.0
    mps: float = 0.0
    inputs: list[ev.Input] = field(default_factory=list)
    runs_done: list[TrueRun] = field(default_factory=list)
    make: Callable[["Script", str], ev.Input] | None = None
    """What a sensor sends, in place of a foot pod's bytes."""

    def moves(self, mps: float, seconds: float, *, rise_s: float = 0.0) -> None:
        """Move at ``mps`` for ``seconds``, after the speed has changed evenly in ``rise_s``."""
        before, steps = self.mps, round(seconds / STEP_S)
        for n in range(1, steps + 1):
            share = 1.0 if rise_s <= 0.0 else min(n * STEP_S / rise_s, 1.0)
            self._step(before + (mps - before) * share)

    def stands(self, seconds: float) -> None:
        """Stand."""
        self.moves(0.0, seconds, rise_s=2.0 if self.mps > 2.0 else 0.0)

    def walks(self, seconds: float, mps: float = 1.4) -> None:
        """Walk."""
        self.moves(mps, seconds, rise_s=2.0 if self.mps > 2.0 else 0.0)

    def runs(self, metres: float, mps: float = 5.0, *, rise_s: float = 2.0) -> TrueRun:
        """Run a repetition of so many metres."""
        began_s, began_m, before = self.t_s, self.done_m, self.mps
        while self.done_m < began_m + metres - 1e-9:
            share = 1.0 if rise_s <= 0 else min((self.t_s + STEP_S - began_s) / rise_s, 1.0)
            self._step(before + (mps - before) * share)
        beyond_s = (self.done_m - began_m - metres) / mps
        self.runs_done.append(TrueRun(began_s, self.t_s - beyond_s))
        return self.runs_done[-1]

    def order(self, kind: ev.CommandKind, **more: Any) -> None:
        """Give a command now."""
        self.inputs.append(ev.Command(s_to_ns(self.t_s), kind, **more))

    def presses(self, late_s: float = 0.4, *, at_s: float | None = None) -> None:
        """Press the lap button, ``late_s`` after now, or after ``at_s``."""
        at_s = self.t_s if at_s is None else at_s
        self.inputs.append(ev.Mark(s_to_ns(at_s + late_s), ev.MarkSource.BUTTON))

    def timer(self, *, running: bool) -> None:
        """Stop the watch's timer, or go on."""
        self.inputs.append(ev.Timer(s_to_ns(self.t_s), running))

    def pod_falls_silent(self) -> None:
        """Let no sensor send anything until ``pod_returns``."""
        self.pod = False

    def pod_returns(self) -> None:
        """Let them send again."""
        self.pod = True

    def told(self, of: Plan, **more: Any) -> "Told":
        """Return what the engine says of it all."""
        return told_by(SessionEngine(setup(of, **more)), self.inputs)

    def _step(self, mps: float) -> None:
        before_s = self.t_s
        self.done_m += 0.5 * (self.mps + mps) * STEP_S
        self.mps, self.t_s = mps, self.t_s + STEP_S
        if self.pod and int(self.t_s) > int(before_s):
            self.inputs += [self._says(sensor) for sensor in self.sensors]

    def _says(self, sensor: str) -> ev.Input:
        if self.make is not None:
            return self.make(self, sensor)
        strides = 0.0 if self.mps < 0.3 else (55.0 if self.mps < 2.0 else 82.0 + 2.0 * self.mps)
        total_m = self.done_m if self.totals else None
        read_mps = self.mps * (1.0 + 0.01 * math.sin(self.t_s))  # the same bytes mean a frozen pod
        sample = PodSample(read_mps, strides if self.cadence else None, total_m)
        return pod_notification(s_to_ns(self.t_s), sample, sensor)


@dataclass(frozen=True)
class Told:
    """What came of a script."""

    outputs: tuple[ev.Output, ...]
    engine: SessionEngine

    @property
    def cues(self) -> list[ev.Cue]:
        """The cues, in order."""
        return [each for each in self.outputs if isinstance(each, ev.Cue)]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the cues, in order."""
        return [cue.kind.value for cue in self.cues]

    @property
    def notices(self) -> list[str]:
        """The codes of the notices, but for the rules that are told at first."""
        found = [each.code for each in self.outputs if isinstance(each, ev.Notice)]
        return [code for code in found if code not in ("rules", "timer")]

    @property
    def begins(self) -> list[ev.LegBegin]:
        """The beginnings of legs, in order."""
        return [each for each in self.outputs if isinstance(each, ev.LegBegin)]

    @property
    def results(self) -> list[ev.LegResult]:
        """The last result of each leg, in order of their numbers."""
        found = {each.leg: each for each in self.outputs if isinstance(each, ev.LegResult)}
        return [found[number] for number in sorted(found)]

    @property
    def reps(self) -> list[ev.LegResult]:
        """The last result of each repetition, the extra ones included."""
        wanted = (ev.LegKind.REP, ev.LegKind.EXTRA)
        return [each for each in self.results if each.kind in wanted]

    @property
    def phase(self) -> ev.Phase:
        """The phase at the end."""
        return self.engine.phase

    def cue_times_s(self, kind: ev.CueKind) -> list[float]:
        """Return when the cues of a kind came, in s."""
        return [ns_to_s(cue.t_ns) for cue in self.cues if cue.kind is kind]


def told_by(engine: SessionEngine, inputs: Sequence[ev.Input]) -> Told:
    """Return what the engine says of these inputs, brought in order of time."""
    ordered = sorted(inputs, key=lambda event: event.t_ns)
    outputs = [
        output for _, found in drive(engine, ordered, ticks_recorded=False) for output in found
    ]
    return Told(tuple(outputs), engine)
