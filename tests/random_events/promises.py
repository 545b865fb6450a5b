"""What an engine promises whatever it is fed, checked at each event."""

import math
from typing import Final

from kickcue.core import events as ev
from kickcue.core.cueing.phases import OVER
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.engine import Engine
from kickcue.core.engine_config import EngineConfig
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.units import NS_PER_MS, NS_PER_S

BELL: Final = frozenset({ev.CueKind.LAST_LAP, ev.CueKind.HOLD})
AT_LINES: Final = frozenset({ev.CueKind.EVEN, ev.CueKind.SPLIT})
SPACING_S: Final = 12.0
SPACING_M: Final = 60.0
SPACING_NS: Final = 12 * NS_PER_S
EVEN_SPACING_NS: Final = 60 * NS_PER_S
MOST_IN_LAST_WINDOW: Final = 4
MOST_EVEN: Final = 6
SILENT_TO_GO_M: Final = 50.0
"""Written out again: a promise does not change with the constant that keeps it."""
ROUNDING: Final = 1e-6
MOST_TICKS: Final = 60
LEAST_NS: Final = 5 * NS_PER_MS
"""So many ticks in a row, each at the very moment that the engine asked for, take it on by this at
least: else it spins."""
LONGEST_TEXT: Final = 500


class Promises:
    """One engine, fed through here."""

    def __init__(self, setup: EngineConfig) -> None:
        self.engine = Engine(setup)
        self._setup = setup
        self._allowed = ALLOWED[setup.rules]
        self._now_ns: int | None = None
        self._ids: set[str] = set()
        self._last: ev.Cue | None = None
        self._last_line: ev.Cue | None = None
        self._last_even: ev.Cue | None = None
        self._last_counts_m = True
        self._evens = 0
        self._window: list[ev.CueKind] = []
        self._left: list[tuple[int, list[ev.CueKind]]] = []
        """What the races before each start had been given."""
        self._ended_ns: int | None = None
        """The last end of a race that was told."""
        self.seen: dict[str, int] = {}
        """How often each phase, cue and notice came."""

    def feed(self, event: ev.Input) -> None:
        """Feed it and look at everything that came of it."""
        self._now_ns = event.t_ns if self._now_ns is None else max(self._now_ns, event.t_ns)
        for output in self.engine.feed(event):
            self._is_in_order(output)
            self._look_at(output, event)
        wake_ns = self.engine.wake_ns
        assert wake_ns is None or wake_ns > self._now_ns, (
            "it asks for a tick that is over: whoever drives it spins"
        )

    def tick_until(self, t_ns: int) -> int:
        """Feed the ticks that the engine asks for before ``t_ns``, at most ``MOST_TICKS``; return
        how many.
        """
        began_ns = self._now_ns
        for count in range(MOST_TICKS):
            wake_ns = self.engine.wake_ns
            if began_ns is None or wake_ns is None or wake_ns >= t_ns:
                return count
            self.feed(ev.Tick(wake_ns))
        assert began_ns is not None
        assert self._now_ns is not None
        assert self._now_ns - began_ns >= LEAST_NS, (
            f"{MOST_TICKS} ticks within {self._now_ns - began_ns} ns"
        )
        return MOST_TICKS

    def _is_in_order(self, output: ev.Output) -> None:
        """See that it bears the time of now; the end of a race bears its own, and may be told
        later, or again.
        """
        assert self._now_ns is not None
        if isinstance(output, ev.PhaseChange) and output.phase in OVER:
            self._ended_ns = output.t_ns
            assert output.t_ns <= self._now_ns
        elif not (isinstance(output, ev.Disarm) and output.t_ns == self._ended_ns):
            assert output.t_ns == self._now_ns, "outputs come in order of time"

    def _look_at(self, output: ev.Output, event: ev.Input) -> None:
        if isinstance(output, ev.Estimate):
            self._look_at_estimate(output)
        elif isinstance(output, ev.Cue):
            self._look_at_cue(output)
        elif isinstance(output, ev.Arm):
            assert self._allowed.cues
            assert output.cue.id not in self._ids, "a watch ignores an id that it has felt"
            assert output.due_in_ms >= 0
        elif isinstance(output, ev.PhaseChange):
            self._note(output.phase)
            self._look_at_phase(output, event)
        elif isinstance(output, ev.Notice):
            self._note(output.code)
            assert len(output.text) < LONGEST_TEXT
            if output.code == "undone" and output.text.startswith("the start"):
                self._evens, self._window = self._left.pop()
                self._last_counts_m = False
            elif output.code in {"undone", "distance"}:
                # What somebody takes back may be felt again.
                self._window, self._last_counts_m = [], False

    def _look_at_phase(self, change: ev.PhaseChange, event: ev.Input) -> None:
        if (
            isinstance(event, ev.Command)
            and event.kind is ev.CommandKind.START
            and change.phase is ev.Phase.BODY
        ):
            self._left.append((self._evens, self._window))
            self._evens, self._window, self._last_counts_m = 0, [], False

    def _look_at_estimate(self, told: ev.Estimate) -> None:
        for name, value in told._asdict().items():
            assert not isinstance(value, float) or math.isfinite(value), f"{name} {value}"
        if told.lap is not None:
            assert told.lap_min is not None
            assert told.lap_max is not None
            assert (
                1 <= told.lap_min <= told.lap <= told.lap_max <= len(self.engine.course.crossings_m)
            )
        for sd in (told.distance_sd_m, told.eta_bell_sd_s, told.to_go_m, told.eta_bell_s):
            assert sd is None or sd >= 0.0

    def _look_at_cue(self, cue: ev.Cue) -> None:
        self._note(cue.kind)
        assert self._allowed.cues
        assert self._allowed.voice or cue.say is None
        assert cue.id not in self._ids, "no cue is felt twice"
        self._ids.add(cue.id)
        if cue.kind in AT_LINES:
            for before in (self._last, self._last_line):
                assert before is None or cue.t_ns - before.t_ns >= SPACING_NS
            self._last_line = cue
        if cue.kind is ev.CueKind.SPLIT:
            return
        last, self._last = self._last, cue
        counts_m, self._last_counts_m = self._last_counts_m, True
        if cue.kind is ev.CueKind.EVEN:
            before, self._last_even = self._last_even, cue
            assert before is None or cue.t_ns - before.t_ns >= EVEN_SPACING_NS
            self._evens += 1
            assert self._evens <= MOST_EVEN
        elif cue.kind is not ev.CueKind.READY:
            self._window.append(cue.kind)
            assert len(self._window) <= MOST_IN_LAST_WINDOW
            assert len(self._window) == len(set(self._window))
            self._is_not_silent_there(cue)
        if last is not None and cue.kind not in BELL and cue.kind not in AT_LINES:
            self._is_apart(last, cue, counts_m=counts_m)

    def _is_not_silent_there(self, cue: ev.Cue) -> None:
        assert cue.to_go_m is not None
        assert cue.sd_m is not None
        doubt_m = 0.0 if cue.kind in BELL else half_width_m(cue.sd_m)
        assert cue.to_go_m - doubt_m > SILENT_TO_GO_M - ROUNDING

    def _is_apart(self, last: ev.Cue, cue: ev.Cue, *, counts_m: bool) -> None:
        apart_s = (cue.t_ns - last.t_ns) / NS_PER_S
        assert apart_s >= SPACING_S - ROUNDING, f"{last} {cue}"
        if counts_m and last.to_go_m is not None and cue.to_go_m is not None:
            assert last.to_go_m - cue.to_go_m >= SPACING_M - ROUNDING

    def _note(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1
