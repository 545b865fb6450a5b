"""Cues are arbitrated: whatever a race brings, the wrist is touched seldom, apart, and never twice
for the same reason.
"""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kickcue.config.phrase_files import load_vocabulary
from kickcue.core.cueing.arbiter import Arbiter, Candidate
from kickcue.core.cueing.cue_issuer import CueIssuer
from kickcue.core.cueing.lap_splits import Splits, split_cue
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.cueing.policy import Moment, in_last_window, off_even_pace
from kickcue.core.cueing.pulse_patterns import URGENCY
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Cue, CueKind, Output
from kickcue.core.plan import CuePoint
from kickcue.core.units import s_to_ns

POINTS = (CuePoint(CueKind.TURNOVER, 200.0), CuePoint(CueKind.DRIVE, 100.0))
VOCABULARY = load_vocabulary()
LAST_LAP = Candidate(CueKind.LAST_LAP, PhraseKey.LAST_LAP)


def candidate(kind: CueKind) -> Candidate:
    return Candidate(kind, PhraseKey.READY)


@dataclass(frozen=True)
class Given:
    """A cue, and when, where and in which state of the legs it was given."""

    cue: Cue
    t_s: float
    run_m: float
    answered: bool


class Races(RuleBasedStateMachine):
    """GIVEN any race, with laps that are even or not, a bell, moments of every kind after it, a lap
    taken back, a bell again.

    THEN at most 4 cues in the last window, 12 s and 60 m apart, none in the last 50 m, none against
    the legs' answer, no id twice.
    """

    @initialize(start_m=st.floats(3000.0, 4600.0))
    def begins(self, start_m: float) -> None:
        self.desk = CueIssuer(VOCABULARY, Rules.TRAINING)
        self.t_s, self.run_m = 0.0, start_m
        self.in_window = False
        self.window: list[Given] = []
        self.evens: list[Given] = []
        self.splits: list[Given] = []
        self.ids: list[str] = []

    @precondition(lambda self: not self.in_window)
    @rule(
        lap_s=st.floats(5.0, 120.0),
        off_s=st.floats(-20.0, 20.0),
        wanted=st.sets(st.sampled_from(["pace", "split"])),
    )
    def runs_a_lap(self, lap_s: float, off_s: float, wanted: set[str]) -> None:
        self.t_s += lap_s
        due = {
            "pace": off_even_pace(off_s, early=off_s < -10.0),
            "split": split_cue(Splits.BOTH, 3, lap_s, 0.0),
        }
        self._keep(
            self.desk.give(
                s_to_ns(self.t_s),
                self.run_m,
                [each for name, each in due.items() if each is not None and name in wanted],
                (1.0, 1.0),
                last_window=False,
            )
        )

    @precondition(lambda self: not self.in_window)
    @rule(wait_s=st.floats(0.0, 100.0))
    def hears_the_bell(self, wait_s: float) -> None:
        self.in_window = True
        self.t_s, self.run_m = self.t_s + wait_s, 4600.0
        self._keep(
            self.desk.give(
                s_to_ns(self.t_s), self.run_m, [LAST_LAP], (400.0, 1.0), last_window=True
            )
        )

    @precondition(lambda self: self.in_window)
    @rule(
        dt_s=st.floats(0.0, 20.0),
        dm=st.floats(0.0, 100.0),
        spm=st.sampled_from([None, 178.0, 190.0]),
        mps=st.sampled_from([None, 5.0, 5.5]),
    )
    def runs_on(self, dt_s: float, dm: float, spm: float | None, mps: float | None) -> None:
        self.t_s, self.run_m = self.t_s + dt_s, self.run_m + dm
        moment = Moment(5000.0 - self.run_m, 1.96, spm, 178.0, mps, 5.0, self.desk.given)
        wanted = list(in_last_window(moment, POINTS, smile=True))
        answered = spm == 190.0 if spm is not None else mps == 5.5
        out = self.desk.give(
            s_to_ns(self.t_s), self.run_m, wanted, (moment.to_go_m, 1.0), last_window=True
        )
        self._keep(out, answered=answered)

    @precondition(lambda self: self.in_window)
    @rule()
    def takes_the_lap_back(self) -> None:
        self.in_window = False
        self.window = []
        self.run_m = 4300.0
        self.desk.last_window_again()

    def _keep(self, outputs: list[Output], *, answered: bool = False) -> None:
        for cue in outputs:
            assert isinstance(cue, Cue)
            self.ids.append(cue.id)
            kept = {CueKind.EVEN: self.evens, CueKind.SPLIT: self.splits}
            kept.get(cue.kind, self.window).append(Given(cue, self.t_s, self.run_m, answered))

    @invariant()
    def the_promises_hold(self) -> None:
        kinds = [g.cue.kind for g in self.window]
        assert len(kinds) <= 4
        assert len(kinds) == len(set(kinds))
        for before, after in zip(self.window, self.window[1:], strict=False):
            assert after.t_s - before.t_s >= 12.0 - 1e-6
            assert after.run_m - before.run_m >= 60.0
        for g in self.window:
            assert g.run_m < 4950.0
            assert not (g.answered and g.cue.kind in (CueKind.TURNOVER, CueKind.DRIVE))
            assert g.answered or g.cue.kind is not CueKind.RELAX
        assert len(self.evens) <= 6
        assert all(
            b.t_s - a.t_s >= 60.0 - 1e-6 for a, b in zip(self.evens, self.evens[1:], strict=False)
        )
        body = sorted(given.t_s for given in self.evens + self.splits)
        assert all(b - a >= 12.0 - 1e-6 for a, b in pairwise(body))
        assert len(self.ids) == len(set(self.ids))


Races.TestCase.settings = settings(stateful_step_count=40)
TestRaces = Races.TestCase


@given(st.permutations([*CueKind]), st.integers(1, len(CueKind)))
def test_the_most_urgent_wins(order: list[CueKind], number: int) -> None:
    """GIVEN several cues that may be given WHEN they want the same moment THEN the most urgent gets
    it, whatever their order.
    """
    wanted = order[:number]
    chosen = Arbiter().choose(0, 0.0, [candidate(kind) for kind in wanted])
    assert chosen is not None
    assert max(URGENCY[kind] for kind in wanted) == URGENCY[chosen.kind]


def test_the_bell_is_never_held_back() -> None:
    """GIVEN a cue was felt a moment ago and the even cues are used up WHEN the bell comes THEN it
    is given all the same.
    """
    arbiter = Arbiter()
    for n in range(6):
        assert arbiter.choose(s_to_ns(60.0 * n), 0.0, [candidate(CueKind.EVEN)]) is not None
        arbiter.gave(s_to_ns(60.0 * n), 0.0, CueKind.EVEN, last_window=False)
    assert arbiter.choose(s_to_ns(600.0), 0.0, [candidate(CueKind.EVEN)]) is None
    assert CueKind.LAST_LAP is getattr(
        arbiter.choose(s_to_ns(300.1), 0.0, [candidate(CueKind.LAST_LAP)]), "kind", None
    )


def test_spacing_needs_time_and_way() -> None:
    """GIVEN a cue WHEN the next wants its moment THEN it waits for 12 s and for 60 m, whichever
    comes later.
    """
    arbiter = Arbiter()
    arbiter.gave(0, 4600.0, CueKind.LAST_LAP, last_window=True)
    wanted = [candidate(CueKind.TURNOVER)]
    assert arbiter.choose(s_to_ns(11.9), 4700.0, wanted) is None
    assert arbiter.choose(s_to_ns(30.0), 4659.0, wanted) is None
    assert arbiter.choose(s_to_ns(12.0), 4660.0, wanted) is not None


def test_another_start_is_no_reason_for_two_cues_in_a_row() -> None:
    """GIVEN a cue WHEN another start is pressed a moment later THEN the next cue still waits for 12
    s, and for no metres of the race before.
    """
    arbiter = Arbiter()
    arbiter.gave(s_to_ns(600.0), 4700.0, CueKind.TURNOVER, last_window=True)
    arbiter.begin_race()
    wanted = [candidate(CueKind.TURNOVER)]
    assert arbiter.choose(s_to_ns(611.0), 50.0, wanted) is None
    assert arbiter.choose(s_to_ns(612.0), 55.0, wanted) is not None


def test_a_race_that_is_come_back_to_has_the_cues_it_had() -> None:
    """GIVEN a race with all its even cues, one in the last window and the metres of that WHEN a
    start is taken back THEN all three count on.
    """
    arbiter = Arbiter()
    for n in range(6):
        arbiter.gave(s_to_ns(60.0 * n), 400.0 * n, CueKind.EVEN, last_window=False)
    arbiter.gave(s_to_ns(900.0), 4600.0, CueKind.LAST_LAP, last_window=True)
    race = arbiter.cues_so_far
    arbiter.begin_race()
    arbiter.take_back(race)
    assert arbiter.choose(s_to_ns(2000.0), 4800.0, [candidate(CueKind.EVEN)]) is None
    assert frozenset({CueKind.EVEN, CueKind.LAST_LAP}) == arbiter.given
    assert arbiter.choose(s_to_ns(950.0), 4659.0, [candidate(CueKind.TURNOVER)]) is None
    for n in range(3):
        assert (
            arbiter.choose(
                s_to_ns(1000.0 + 20.0 * n), 4700.0 + 60.0 * n, [candidate(CueKind.TURNOVER)]
            )
            is not None
        )
        arbiter.gave(
            s_to_ns(1000.0 + 20.0 * n), 4700.0 + 60.0 * n, CueKind.TURNOVER, last_window=True
        )
    assert arbiter.choose(s_to_ns(1100.0), 4900.0, [candidate(CueKind.TURNOVER)]) is None


@pytest.mark.parametrize("kind", [CueKind.LAST_LAP, CueKind.HOLD])
def test_what_opens_the_last_window_waits_for_nothing(kind: CueKind) -> None:
    """GIVEN a cue was felt a moment ago WHEN the bell comes, with the kick or without THEN it is
    given all the same.
    """
    arbiter = Arbiter()
    arbiter.gave(0, 4590.0, CueKind.EVEN, last_window=False)
    assert arbiter.choose(s_to_ns(1.0), 4595.0, [candidate(kind)]) is not None


def test_a_lap_taken_back_leaves_room_for_all_cues_of_the_last_window() -> None:
    """GIVEN a last window with all its four cues WHEN the runner takes the lap back THEN the next
    one has four again, and no fifth.
    """
    arbiter = Arbiter()
    wanted = [candidate(CueKind.TURNOVER)]
    for n in range(4):
        arbiter.gave(s_to_ns(20.0 * n), 4600.0 + 60.0 * n, CueKind.TURNOVER, last_window=True)
    assert arbiter.choose(s_to_ns(100.0), 4900.0, wanted) is None

    arbiter.forget_last_window()
    for n in range(4):
        t_ns, run_m = s_to_ns(100.0 + 20.0 * n), 4900.0 + 60.0 * n
        assert arbiter.choose(t_ns, run_m, wanted) is not None
        arbiter.gave(t_ns, run_m, CueKind.TURNOVER, last_window=True)
    assert arbiter.choose(s_to_ns(200.0), 5300.0, wanted) is None


def test_another_start_has_all_its_even_cues() -> None:
    """GIVEN a race with all its six even cues WHEN it is started afresh THEN it has six again."""
    arbiter = Arbiter()
    wanted = [candidate(CueKind.EVEN)]
    for start in range(2):
        for n in range(6):
            t_ns = s_to_ns(60.0 * (6 * start + n))
            assert arbiter.choose(t_ns, 400.0 * n, wanted) is not None
            arbiter.gave(t_ns, 400.0 * n, CueKind.EVEN, last_window=False)
        assert arbiter.choose(s_to_ns(360.0 * (start + 1)), 2400.0, wanted) is None
        arbiter.begin_race()


@pytest.mark.parametrize("kind", [CueKind.TURNOVER, CueKind.DRIVE, CueKind.LAST_LAP])
def test_a_split_pushes_out_nothing(kind: CueKind) -> None:
    """GIVEN a split was felt a moment ago WHEN anything else wants its moment THEN it has it, and
    in the same moment it wins.
    """
    arbiter = Arbiter()
    arbiter.gave(s_to_ns(100.0), 4600.0, CueKind.SPLIT, last_window=False)
    wanted = [candidate(CueKind.SPLIT), candidate(kind)]
    for t_s, run_m in ((101.0, 4605.0), (300.0, 4700.0)):
        chosen = arbiter.choose(s_to_ns(t_s), run_m, wanted)
        assert chosen is not None
        assert kind is chosen.kind


def test_off_pace_outranks_a_split() -> None:
    """GIVEN a runner who is off pace at a line where the lap is wanted too THEN off pace is told;
    a split a moment before holds it up for 12 s, no longer.
    """
    arbiter = Arbiter()
    wanted = [candidate(CueKind.SPLIT), candidate(CueKind.EVEN)]
    arbiter.gave(0, 200.0, CueKind.SPLIT, last_window=False)
    assert arbiter.choose(s_to_ns(11.9), 250.0, wanted) is None
    assert candidate(CueKind.EVEN) == arbiter.choose(s_to_ns(12.0), 250.0, wanted)


@pytest.mark.parametrize("before", [CueKind.EVEN, CueKind.SPLIT, CueKind.READY])
def test_a_split_waits_its_turn(before: CueKind) -> None:
    """GIVEN a cue WHEN a split wants its moment within 12 s THEN it is silent."""
    arbiter = Arbiter()
    arbiter.gave(0, 200.0, before, last_window=False)
    assert arbiter.choose(s_to_ns(11.9), 600.0, [candidate(CueKind.SPLIT)]) is None
    assert arbiter.choose(s_to_ns(12.0), 600.0, [candidate(CueKind.SPLIT)]) is not None


def test_off_pace_waits_a_minute_for_its_like_alone() -> None:
    """GIVEN another cue WHEN the runner is off pace 12 s later THEN that is told; a second time not
    within a minute.
    """
    arbiter = Arbiter()
    arbiter.gave(0, 0.0, CueKind.READY, last_window=False)
    assert arbiter.choose(s_to_ns(11.9), 60.0, [candidate(CueKind.EVEN)]) is None
    assert arbiter.choose(s_to_ns(12.0), 60.0, [candidate(CueKind.EVEN)]) is not None
    arbiter.gave(s_to_ns(12.0), 60.0, CueKind.EVEN, last_window=False)
    assert arbiter.choose(s_to_ns(71.9), 400.0, [candidate(CueKind.EVEN)]) is None
    assert arbiter.choose(s_to_ns(72.0), 400.0, [candidate(CueKind.EVEN)]) is not None


def test_nobody_wants_nothing() -> None:
    """WHEN nobody wants the moment THEN nobody gets it."""
    assert Arbiter().choose(0, 0.0, []) is None
