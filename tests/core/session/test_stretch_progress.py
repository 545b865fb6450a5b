"""What falls due in a repetition: its cues at their places, the line, its end."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Cue, CueKind, LegEnd, LegKind, Output
from kickcue.core.plan import CuePoint, Run, Stretch, TimedRun
from kickcue.core.position.estimator import Position, PositionEstimator
from kickcue.core.session.numbered_legs import NumberedLeg
from kickcue.core.session.session_cues import SessionCues
from kickcue.core.session.stretch_progress import Expectation, StretchProgress
from kickcue.core.units import NS_PER_S, s_to_ns
from tests.core.session.scripted import KNOWN_SCALE, VOCABULARY, rep

TURNOVER, DRIVE = CuePoint(CueKind.TURNOVER, 200.0), CuePoint(CueKind.DRIVE, 100.0)


class Repetition:
    """One repetition, run at an even speed from its first step."""

    def __init__(self, leg: Stretch, number: int = 1, reps: int = 3) -> None:
        course = leg.course if isinstance(leg, Run) else rep(100_000.0).course
        estimator = PositionEstimator(course, KNOWN_SCALE, 4.5)
        estimator.start(0, seen=True)
        kind = LegKind.REP
        cues = SessionCues(VOCABULARY, Rules.TRAINING, {})
        numbered = NumberedLeg(number, leg, kind, number)
        self.stretch = StretchProgress(numbered, 0, estimator, cues, Expectation(5.0, 0.007))
        self.cues: list[tuple[float, Cue]] = []
        self.ended: tuple[float, LegEnd] | None = None
        self._reps, self._due_s = reps, 0.0

    def runs(
        self, mps: float, seconds: float, spm: float | None = 180.0, from_s: float = 0.0
    ) -> None:
        """Run; the pod speaks each second, and the stretch is asked when it wants to be."""
        t_s = due_s = from_s
        said = round(from_s)
        while t_s < from_s + seconds and self.ended is None:
            if t_s >= said:
                self.stretch.estimator.handle_reading(
                    s_to_ns(said), "pod", mps, mps * said, 180.0 + said % 2
                )
                self.stretch.note_reading(s_to_ns(said))
                said += 1
            self._advance(t_s, spm)
            due_s = min(self._due_s, float(said))
            ended = self.stretch.ended(s_to_ns(t_s))
            if ended is not None:
                self.ended = (t_s, ended)
            t_s = max(due_s, t_s + 1e-6)

    def begin(self) -> None:
        """Give the cue of the start."""
        out: list[Output] = []
        self.stretch.begin(0, self._reps, out)
        self._keep(0.0, out)

    def _advance(self, t_s: float, spm: float | None) -> None:
        out: list[Output] = []
        here = self.stretch.estimator.position_at(s_to_ns(t_s))
        due_ns = self.stretch.advance(s_to_ns(t_s), here, spm, out)
        self._due_s = t_s + 1.0 if due_ns is None else due_ns / NS_PER_S
        self._keep(t_s, out)

    def _keep(self, t_s: float, out: list[Output]) -> None:
        self.cues += [(t_s, each) for each in out if isinstance(each, Cue)]

    def times(self, kind: CueKind) -> list[float]:
        """Return when cues of a kind came."""
        return [t_s for t_s, cue in self.cues if cue.kind is kind]


def test_the_cues_at_their_places() -> None:
    """GIVEN points at 200 and 100 m to go THEN each comes there, the line 2.5 s before."""
    run = Repetition(rep(400.0, TURNOVER, DRIVE))
    run.begin()
    run.runs(5.0, 100.0)
    assert [40.0] == pytest.approx(run.times(CueKind.TURNOVER), abs=0.5)
    assert [60.0] == pytest.approx(run.times(CueKind.DRIVE), abs=0.5)
    assert [77.5] == pytest.approx(run.times(CueKind.THROUGH), abs=0.5)
    assert run.ended is not None
    assert run.ended[0] == pytest.approx(80.0, abs=0.5)
    assert LegEnd.DISTANCE is run.ended[1]


@given(st.floats(50.0, 1000.0), st.floats(4.0, 8.0), st.floats(0.02, 1.0))
def test_the_last_metres_are_silent(leg_m: float, mps: float, share: float) -> None:
    """GIVEN a point anywhere in a repetition of any length THEN in the last metres, 50 from 400 m
    on and in proportion below, only the line is called, and it is called once.
    """
    run = Repetition(rep(leg_m, CuePoint(CueKind.DRIVE, share * leg_m)))
    run.begin()
    run.runs(mps, 2.0 * leg_m / mps)
    silent_m = min(50.0 * leg_m / 400.0, 50.0)
    assert 1 == len(run.times(CueKind.THROUGH))
    for _, cue in run.cues:
        if cue.to_go_m is not None and cue.kind is not CueKind.THROUGH:
            assert cue.to_go_m > silent_m
    (line,) = (cue for _, cue in run.cues if cue.kind is CueKind.THROUGH)
    assert line.to_go_m is not None
    assert 0.0 < line.to_go_m <= 1.05 * min(2.5 * mps, 0.25 * leg_m)


@pytest.mark.parametrize(
    ("number", "points", "first"),
    [(1, (), "rep"), (3, (), "last_rep"), (3, (CuePoint(CueKind.LAST_LAP, 400.0),), "last_lap")],
)
def test_the_cue_of_the_start(number: int, points: tuple[CuePoint, ...], first: str) -> None:
    """GIVEN a repetition of three THEN its number is told as it begins, the last one as the last;
    the bell, where the plan has it at the start, takes its place.
    """
    run = Repetition(rep(400.0, *points), number)
    run.begin()
    assert [first] == [cue.kind for _, cue in run.cues]


@pytest.mark.parametrize(
    ("leg_m", "spm", "times"), [(400.0, 188.0, 1), (400.0, 183.0, 0), (140.0, 195.0, 0)]
)
def test_relaxed_and_tall(leg_m: float, spm: float, times: int) -> None:
    """GIVEN steps that become quicker by more than 3 % and no more speed THEN "relaxed, tall" comes
    once; not for less, and not in a short repetition.
    """
    run = Repetition(rep(leg_m))
    run.begin()
    run.runs(5.0, 14.0, spm=180.0)
    run.runs(5.0, 100.0, spm=spm, from_s=14.0)
    assert times == len(run.times(CueKind.TALL))


def test_past_the_line_and_not_sure() -> None:
    """GIVEN a mean estimate past the line while the odds are against it THEN the line is not called
    any more, and one looks again after some milliseconds, not at once.
    """
    run = Repetition(rep(200.0))
    run.runs(5.0, 10.0)
    out: list[Output] = []
    t_ns = s_to_ns(10.0)
    due_ns = run.stretch.advance(t_ns, Position(201.0, 40.0, 5.0, None), None, out)
    assert due_ns is not None
    assert due_ns >= t_ns + NS_PER_S // 1000
    assert [] == out


def test_a_run_by_time() -> None:
    """GIVEN three minutes THEN they are over after three minutes, without a line."""
    run = Repetition(TimedRun(180.0))
    run.begin()
    run.runs(4.5, 300.0)
    assert run.ended is not None
    assert run.ended[0] == pytest.approx(180.0, abs=0.01)
    assert LegEnd.TIME is run.ended[1]
    assert [] == run.times(CueKind.THROUGH)


def test_a_run_that_no_pod_has_seen() -> None:
    """GIVEN no reading THEN nothing is called, and after twice the usual time it is over."""
    run = Repetition(rep(200.0))
    run.begin()
    assert None is run.stretch.ended(s_to_ns(79.0))
    assert LegEnd.TIME is run.stretch.ended(s_to_ns(81.0))
    assert None is run.stretch.ran_m(s_to_ns(81.0), LegEnd.TIME)
    assert 200.0 == run.stretch.ran_m(s_to_ns(40.0), LegEnd.PRESS)


@pytest.mark.parametrize(
    ("seconds", "by", "metres"),
    [
        (38.0, LegEnd.PRESS, 200.0),
        (30.0, LegEnd.PRESS, 150.0),
        (39.5, LegEnd.STOPPED, 200.0),
        (36.0, LegEnd.STOPPED, 180.0),
    ],
)
def test_the_metres_of_a_run(seconds: float, by: LegEnd, metres: float) -> None:
    """GIVEN an end near the line THEN the whole length was run: a press is meant for the line when
    it is off by an eighth, a stop when it is off by what the pod may be; else it was cut short.
    """
    run = Repetition(rep(200.0))
    run.runs(5.0, seconds)
    ended_ns = s_to_ns(seconds)
    assert run.stretch.ran_m(ended_ns, by) == pytest.approx(metres, abs=2.0)
    notices = run.stretch.notice_short(ended_ns, ended_ns, by)
    assert (metres < 190.0) == bool(notices)
