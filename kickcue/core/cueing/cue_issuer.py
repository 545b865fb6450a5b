"""Turns decisions into cues: words, pulses, ids, and the arming of the bell cue ahead of time."""

from collections.abc import Iterable
from dataclasses import replace

from kickcue.core.cueing.arbiter import Arbiter, Candidate, CuesSoFar
from kickcue.core.cueing.phrases import Phrase, Vocabulary
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.cueing.race_rules import ALLOWED, Rules
from kickcue.core.events import Arm, Cue, CueKind, Disarm, Output
from kickcue.core.units import NS_PER_MS, NS_PER_S

ARM_AHEAD_S = 240.0
"""From some three laps before the bell the watch could do it alone."""
REARM_S, REARM_SHARE = 0.2, 0.02
"""A new due time is told when it moved by more than this, and by more than this share of the time
that is left."""
TTL_MS = 2000
"""SCIENCE: a cue older than two seconds is dropped."""


class CueIssuer:
    """Gives cues and remembers which were given."""

    def __init__(self, vocabulary: Vocabulary, rules: Rules) -> None:
        self._vocabulary = vocabulary
        self._allowed = ALLOWED[rules]
        self._arbiter = Arbiter()
        self._armed: Arm | None = None

    @property
    def given(self) -> frozenset[CueKind]:
        """The kinds given so far and not taken back."""
        return self._arbiter.given

    def arm(
        self, t_ns: int, due_s: float, candidate: Candidate, whereabouts: tuple[float, float]
    ) -> list[Output]:
        """Tell the watch when the bell cue is due and what it says, if that is news.

        ``whereabouts``: (to go m, sd m).
        """
        if not self._allowed.cues:
            return []
        if self._armed is not None and self._armed.cue.kind is candidate.kind:
            expected_s = (self._armed.t_ns - t_ns) / NS_PER_S + self._armed.due_in_ms / 1000
            if abs(due_s - expected_s) <= max(REARM_S, REARM_SHARE * due_s):
                return self._reworded(t_ns, self._armed, candidate, whereabouts)
        cue = self._cue(t_ns, candidate, whereabouts)
        self._armed = Arm(t_ns, cue, max(round(due_s * NS_PER_S / NS_PER_MS), 0))
        return [self._armed]

    def _reworded(
        self, t_ns: int, armed: Arm, candidate: Candidate, whereabouts: tuple[float, float]
    ) -> list[Output]:
        """Tell the watch what the armed cue says now, if that is news.

        Its moment stays to the millisecond.
        """
        if armed.cue.text == self._vocabulary[candidate.phrase].text:
            return []
        self._armed = replace(armed, cue=self._cue(t_ns, candidate, whereabouts))
        due_ms = armed.t_ns // NS_PER_MS + armed.due_in_ms
        return [replace(self._armed, t_ns=t_ns, due_in_ms=max(due_ms - t_ns // NS_PER_MS, 0))]

    def disarm(self, t_ns: int, why: str) -> list[Output]:
        """Call the armed cue off, if there is one."""
        if self._armed is None:
            return []
        armed, self._armed = self._armed, None
        return [Disarm(t_ns, armed.cue.id, why)]

    def give(
        self,
        t_ns: int,
        distance_m: float,
        candidates: Iterable[Candidate],
        whereabouts: tuple[float | None, float | None],
        *,
        last_window: bool,
    ) -> list[Output]:
        """Give the most urgent candidate that may be given now, if any."""
        if not self._allowed.cues:
            return []
        perceived = [c for c in candidates if c.felt or self._allowed.voice]
        chosen = self._arbiter.choose(t_ns, distance_m, perceived)
        if chosen is None:
            return []
        cue = self._cue(t_ns, chosen, whereabouts)
        self._arbiter.gave(t_ns, distance_m, chosen.kind, last_window=last_window)
        if _slot(chosen.kind) is CueKind.LAST_LAP:
            self._armed = None
        return [cue]

    def begin_race(self) -> None:
        """Start the race afresh: another start was pressed."""
        self._arbiter.begin_race()

    @property
    def cues_so_far(self) -> CuesSoFar:
        """What ``take_back`` needs to come back to this race."""
        return self._arbiter.cues_so_far

    def take_back(self, race: CuesSoFar) -> None:
        """Go back to a race that went on after all."""
        self._arbiter.take_back(race)

    def last_window_again(self) -> None:
        """Start the last window afresh, because the runner took a lap back after the bell."""
        self._arbiter.forget_last_window()

    def _cue(
        self, t_ns: int, candidate: Candidate, whereabouts: tuple[float | None, float | None]
    ) -> Cue:
        phrase = self._phrase(candidate)
        slot = _slot(candidate.kind)
        # A watch ignores an id it has felt.
        number = 1 + sum(self._arbiter.count(kind) for kind in CueKind if _slot(kind) == slot)
        return Cue(
            t_ns=t_ns,
            id=f"{slot}-{number}",
            kind=candidate.kind,
            text=phrase.text,
            say=self._say(candidate) if self._allowed.voice and candidate.heard else None,
            pulses=PULSES[candidate.kind] if candidate.felt else (),
            urgency=candidate.rank,
            ttl_ms=TTL_MS,
            to_go_m=whereabouts[0],
            sd_m=whereabouts[1],
        )

    def _phrase(self, candidate: Candidate) -> Phrase:
        return self._vocabulary[candidate.phrase].filled(candidate.told)

    def _say(self, candidate: Candidate) -> str:
        said = self._phrase(candidate).say
        before = candidate.after
        return f"{self._say(before)} {said}" if before is not None and before.heard else said


def _slot(kind: CueKind) -> CueKind:
    """HOLD takes LAST_LAP's place: armed with one and told the other, a watch feels one, once."""
    return CueKind.LAST_LAP if kind is CueKind.HOLD else kind
