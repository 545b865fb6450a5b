"""What the engine of sessions promises whatever it is fed, checked at each event."""

import math
from typing import Final

from kickcue.core import events as ev
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.engine_config import EngineConfig
from kickcue.core.session.session_engine import SessionEngine
from kickcue.core.units import NS_PER_MS

ROUNDING: Final = 1e-6
MOST_TICKS: Final = 60
LEAST_NS: Final = 5 * NS_PER_MS
"""So many ticks in a row take the session on by this at least: else it spins."""
RUN: Final = (ev.LegKind.REP, ev.LegKind.EXTRA)
LONGEST_TEXT: Final = 40
LONGEST_NOTICE: Final = 500


def silent_m(leg_m: float) -> float:
    """Return the last metres of a leg without a cue; written out again, as it is a promise."""
    return min(50.0 * leg_m / 400.0, 50.0)


class SessionPromises:
    """One engine, fed through here."""

    def __init__(self, setup: EngineConfig) -> None:
        self.engine = SessionEngine(setup)
        self.outputs: list[ev.Output] = []
        self.seen: dict[str, int] = {}
        """How often each cue, notice and end of a leg came."""
        self._allowed = ALLOWED[setup.rules]
        self._now_ns: int | None = None
        self._ids: set[str] = set()
        self._through: set[int] = set()
        self._extras: set[int] = set()
        self._reps: set[int] = set()
        self._leg, self._leg_m = 0, 0.0

    def feed(self, event: ev.Input) -> None:
        """Feed it and look at everything that came of it."""
        self._now_ns = event.t_ns if self._now_ns is None else max(self._now_ns, event.t_ns)
        for output in self.engine.feed(event):
            assert output.t_ns == self._now_ns, "outputs come in order of time"
            self.outputs.append(output)
            self._look_at(output)
        wake_ns = self.engine.wake_ns
        assert wake_ns is None or wake_ns > self._now_ns, "it asks for a tick that is over"

    def tick_until(self, t_ns: int) -> int:
        """Feed the ticks that it asks for before ``t_ns``, at most ``MOST_TICKS``; say how many."""
        began_ns = self._now_ns
        for count in range(MOST_TICKS):
            wake_ns = self.engine.wake_ns
            if began_ns is None or wake_ns is None or wake_ns >= t_ns:
                return count
            self.feed(ev.Tick(wake_ns))
        assert began_ns is not None
        assert self._now_ns is not None
        assert self._now_ns - began_ns >= LEAST_NS, "it spins"
        return MOST_TICKS

    def _look_at(self, output: ev.Output) -> None:
        if isinstance(output, ev.Cue):
            self._look_at_cue(output)
        elif isinstance(output, ev.Estimate):
            for name, value in output._asdict().items():
                assert not isinstance(value, float) or math.isfinite(value), f"{name} {value}"
            for sd in (output.distance_sd_m, output.to_go_m):
                assert sd is None or sd >= 0.0
        elif isinstance(output, ev.LegBegin):
            self._look_at_begin(output)
        elif isinstance(output, ev.LegResult):
            self._note(output.by)
            assert output.began_ns <= output.ended_ns <= output.t_ns
            assert output.distance_m is None or 0.0 <= output.distance_m < math.inf
        elif isinstance(output, ev.Notice):
            self._note(output.code)
            assert len(output.text) < LONGEST_NOTICE
        else:
            assert isinstance(output, ev.PhaseChange), "a session arms nothing"

    def _look_at_begin(self, begin: ev.LegBegin) -> None:
        assert begin.began_ns <= begin.t_ns
        self._leg = begin.leg
        self._leg_m = (
            float(begin.text[:-2]) if begin.kind in RUN and begin.text.endswith(" m") else 0.0
        )
        if begin.kind is ev.LegKind.REP:
            self._reps.add(begin.leg)
            assert len(self._reps) <= begin.reps
            assert 1 <= begin.rep <= begin.reps
        elif begin.kind is ev.LegKind.EXTRA:
            assert begin.leg not in self._extras or begin.leg > begin.legs
            self._extras.add(begin.leg)

    def _look_at_cue(self, cue: ev.Cue) -> None:
        self._note(cue.kind)
        assert self._allowed.cues
        assert self._allowed.voice or cue.say is None
        assert 1 <= len(cue.text) <= LONGEST_TEXT
        assert cue.id not in self._ids, "no cue is felt twice"
        self._ids.add(cue.id)
        if cue.kind is ev.CueKind.THROUGH:
            assert self._leg not in self._through, "through the line once"
            self._through.add(self._leg)
        elif cue.to_go_m is not None:
            assert cue.to_go_m > silent_m(self._leg_m) - ROUNDING, "the last metres are silent"

    def _note(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1
