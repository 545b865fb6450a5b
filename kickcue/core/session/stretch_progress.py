"""What falls due in a repetition: its cues, the line, its end."""

from typing import Final, NamedTuple

from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.events import CueKind, LegEnd, LegKind, LegResult, Mode, Notice, Output
from kickcue.core.plan import CuePoint, Run, TimedRun
from kickcue.core.position.estimator import Position, PositionEstimator
from kickcue.core.position.firing_threshold import EVEN_PROBABILITY
from kickcue.core.session.numbered_legs import NumberedLeg
from kickcue.core.session.session_cues import SessionCues, WantedCue, silent_to_go_m
from kickcue.core.units import NS_PER_S, s_to_ns

THROUGH_AHEAD_S: Final = 2.5
"""The line is called so long before it: a second to understand (2.8 s from cue to answer with five
patterns, IJHCS 2016), the rest to push past it."""
THROUGH_SHARE: Final = 0.25
"""...but no earlier than in the last quarter of a short leg."""
HALF_WAY_FROM_M: Final = 150.0
"""A repetition of this length and more has one cue between its start and its line [the article:
as relaxed as possible, in good form]."""
TALL_FROM_M: Final = 150.0
"""In a shorter repetition there is no time to lose one's form and find it again."""
TALL_AFTER_NS: Final = 12 * NS_PER_S
TALL_CADENCE: Final = 1.03
TALL_SPEED: Final = 1.005
"""Steps three per cent quicker than in its first seconds and no faster: hurry, not speed."""
BLIND: Final = 2.0
"""A repetition that no pod has seen is over after so many times what it should take: only a press
or the line ends it earlier."""
SLOWEST_MPS: Final = 0.5
AT_END_NS: Final = NS_PER_S // 20
"""How often is looked whether it is over, by whom the mean estimate puts past the line and the odds
do not."""
AT_LINE: Final = 0.12
"""A press at an end that is off by less than this share of the leg was made at its line."""
SHORT_SHARE: Final = 0.03
"""Who stops so short of the line has run to it..."""
SCALE_SDS: Final = 2.5
"""...and so has who stops where the line may be, by the pod's scale as far as it is known."""

_WORDS: Final = {
    CueKind.LAST_LAP: PhraseKey.LAST_LAP,
    CueKind.TURNOVER: PhraseKey.TURNOVER,
    CueKind.DRIVE: PhraseKey.DRIVE,
    CueKind.RELAX: PhraseKey.RELAX,
    CueKind.TALL: PhraseKey.TALL,
}


class Expectation(NamedTuple):
    """What is known before a run: its usual speed, and the error of the pod's scale (1 sd)."""

    effort_mps: float
    scale_sd: float


def cue_points(leg: NumberedLeg) -> tuple[CuePoint, ...]:
    """Return the places of a run's cues: the plan's, or one half-way, "stay relaxed".

    A short or an easy run has none but its start and its line.
    """
    if not isinstance(leg.leg, Run) or leg.kind is LegKind.EASY:
        return ()
    length_m = leg.leg.course.distance_m
    if leg.leg.cues or length_m < HALF_WAY_FROM_M:
        return leg.leg.cues
    return (CuePoint(CueKind.RELAX, length_m / 2.0),)


class StretchProgress:
    """Follows one run of a session, from its beginning to its end."""

    def __init__(
        self,
        leg: NumberedLeg,
        began_ns: int,
        estimator: PositionEstimator,
        cues: SessionCues,
        expected: Expectation,
    ) -> None:
        assert isinstance(leg.leg, Run | TimedRun)
        self.leg = leg
        self.began_ns = began_ns
        self.estimator = estimator
        self.blind = True
        """Whether no pod has been heard in it."""
        self._read_ns = began_ns
        self._reps = 0
        self._cues = cues
        self._effort_mps = expected.effort_mps
        self._short_share = max(SHORT_SHARE, SCALE_SDS * expected.scale_sd)
        self._points = list(cue_points(leg))
        self._through_given = leg.kind is LegKind.EASY
        self._tall_given = leg.kind is LegKind.EASY
        self._first: tuple[float, float] | None = None
        """Cadence and speed of its first seconds."""

    @property
    def opens_with(self) -> CuePoint | None:
        """The cue point at the very start, such as the bell; it takes the place of the number."""
        at_start = self._points and self._points[0].to_go_m >= (self.leg.distance_m or 0.0)
        return self._points[0] if at_start else None

    def begin(self, t_ns: int, reps: int, out: list[Output]) -> None:
        """Give the cue of the start; the plan has ``reps`` repetitions."""
        self._reps = reps
        if self.leg.kind is LegKind.EASY:
            return
        point = self.opens_with
        if point is not None:
            self._points.pop(0)
            kind, key = point.kind, _WORDS.get(point.kind, PhraseKey.REP)
        elif self.leg.kind is LegKind.REP and self.leg.rep == reps > 1:
            kind, key = CueKind.LAST_REP, PhraseKey.LAST_REP
        else:
            kind, key = CueKind.REP, PhraseKey.REP
        self._give(t_ns, kind, key, None, out)

    def advance(
        self, t_ns: int, here: Position | None, cadence_spm: float | None, out: list[Output]
    ) -> int | None:
        """Give what is due with the runner ``here``; return when more is due, None: unknown."""
        length_m = self.leg.distance_m
        if length_m is None:
            end_s = self.leg.duration_s
            return None if end_s is None else self.began_ns + s_to_ns(end_s)
        if here is None or self.blind:
            return None
        to_go_m, speed_mps = length_m - here.distance_m, max(here.speed_mps, SLOWEST_MPS)
        dues_m = [0.0]
        if not self._through_given:
            ahead_m = self._through_ahead_s(length_m, speed_mps) * speed_mps
            dues_m.append(ahead_m)
            if to_go_m <= ahead_m:
                self._through_given = True
                if to_go_m > 0.0:  # of a start that was found late, it may be too late
                    self._give(t_ns, CueKind.THROUGH, PhraseKey.THROUGH, here, out)
        self._give_points(t_ns, here, to_go_m, length_m, out)
        dues_m += [point.to_go_m for point in self._points[:1]]
        self._watch_form(t_ns, here, cadence_spm, to_go_m, out)
        ahead_s = [(to_go_m - due_m) / speed_mps for due_m in dues_m if to_go_m > due_m]
        if not ahead_s:
            return t_ns + AT_END_NS
        return max(t_ns + s_to_ns(min(ahead_s)), t_ns + 1)

    def ended(self, t_ns: int) -> LegEnd | None:
        """Say by what the stretch is over at ``t_ns``, None where it is not."""
        if self.leg.duration_s is not None:
            over = t_ns >= self.began_ns + s_to_ns(self.leg.duration_s)
            return LegEnd.TIME if over else None
        length_m = self.leg.distance_m
        if length_m is None:
            return None
        if self.blind:
            longest_s = BLIND * length_m / self._effort_mps
            return LegEnd.TIME if t_ns - self.began_ns >= s_to_ns(longest_s) else None
        passed = self.estimator.passed_probability(length_m, t_ns)
        return LegEnd.DISTANCE if passed >= EVEN_PROBABILITY else None

    def distance_m(self, t_ns: int) -> float | None:
        """Return what has been run at ``t_ns``, None where nobody knows."""
        now_ns = max(t_ns, self._read_ns)  # an estimator does not look back
        here = self.estimator.position_at(now_ns)
        if here is None or self.blind:
            return None
        return max(here.distance_m - here.speed_mps * (now_ns - t_ns) / NS_PER_S, 0.0)

    def ran_m(self, ended_ns: int, by: LegEnd) -> float | None:
        """Return the metres of the run: those of the plan where its line was reached."""
        length_m, ran_m = self.leg.distance_m, self.distance_m(ended_ns)
        if length_m is None or by in (LegEnd.DISTANCE, LegEnd.LINE):
            return ran_m if length_m is None else length_m
        if ran_m is None:
            return length_m if by is LegEnd.PRESS else None
        least_m = (1.0 - (AT_LINE if by is LegEnd.PRESS else self._short_share)) * length_m
        return length_m if least_m <= ran_m <= (1.0 + AT_LINE) * length_m else ran_m

    def result(self, t_ns: int, ended_ns: int, by: LegEnd) -> LegResult:
        """Return what the run came to."""
        leg = self.leg
        ran_m = self.ran_m(ended_ns, by)
        return LegResult(t_ns, leg.kind, leg.number, leg.rep, self.began_ns, ended_ns, by, ran_m)

    def notice_short(self, t_ns: int, ended_ns: int, by: LegEnd) -> list[Notice]:
        """Say that the run was cut short, if it was."""
        length_m, ran_m = self.leg.distance_m, self.ran_m(ended_ns, by)
        if length_m is None or ran_m is None or ran_m >= (1.0 - SHORT_SHARE) * length_m:
            return []
        told = f"repetition {self.leg.rep} ended after {ran_m:.0f} of {length_m:g} m"
        return [Notice(t_ns, "rep_short", told)]

    def end_sd_s(self, t_ns: int) -> float:
        """Return how well its end by distance is known, one standard deviation, in s."""
        here = self.estimator.position_at(max(t_ns, self._read_ns))
        if here is None or self.blind:
            return 0.0
        return here.sd_m / max(here.speed_mps, self._effort_mps / 2.0)

    def note_reading(self, t_ns: int) -> None:
        """Take note that the estimator has handled a reading at ``t_ns``."""
        self._read_ns = t_ns
        self.blind = self.blind and self.estimator.mode(t_ns) is Mode.CLOCK

    def _through_ahead_s(self, length_m: float, speed_mps: float) -> float:
        return min(THROUGH_AHEAD_S, THROUGH_SHARE * length_m / speed_mps)

    def _give_points(
        self, t_ns: int, here: Position, to_go_m: float, length_m: float, out: list[Output]
    ) -> None:
        while self._points and to_go_m <= self._points[0].to_go_m:
            point = self._points.pop(0)
            if to_go_m > silent_to_go_m(length_m) and not self._through_given:
                self._give(t_ns, point.kind, _WORDS.get(point.kind, PhraseKey.DRIVE), here, out)

    def _watch_form(
        self,
        t_ns: int,
        here: Position,
        cadence_spm: float | None,
        to_go_m: float,
        out: list[Output],
    ) -> None:
        length_m = self.leg.distance_m
        if self._tall_given or cadence_spm is None or length_m is None or length_m < TALL_FROM_M:
            return
        if t_ns - self.began_ns < TALL_AFTER_NS:
            self._first = (cadence_spm, here.speed_mps)
            return
        if self._first is None or to_go_m <= silent_to_go_m(length_m):
            return
        spm, mps = self._first
        if cadence_spm >= TALL_CADENCE * spm and here.speed_mps <= TALL_SPEED * mps:
            self._tall_given = True
            self._give(t_ns, CueKind.TALL, PhraseKey.TALL, here, out)

    def _give(
        self, t_ns: int, kind: CueKind, key: PhraseKey, here: Position | None, out: list[Output]
    ) -> None:
        length_m = self.leg.distance_m
        to_go_m = sd_m = None
        if here is not None and length_m is not None:
            to_go_m, sd_m = length_m - here.distance_m, here.sd_m
        wanted = WantedCue(
            kind,
            key,
            leg_m=length_m,
            to_go_m=to_go_m,
            sd_m=sd_m,
            n=self.leg.rep,
            reps=max(self._reps, self.leg.rep),
        )
        out.extend(self._cues.give(t_ns, wanted))
