"""Which cues would help now.

The last lap's opening, then turnover and drive only while the legs have not answered, relax once
they have. Nothing is said in the last 50 m, wherever these may be: the finish counts as near as it
may plausibly be.

The schedule is SCIENCE's proposal: discrete, short, external prompts. No metronome: runners told to
match a beat ran slower and with shorter steps than with the same music left alone (Van Dyck 2021).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kickcue.core.cueing.arbiter import Candidate
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.events import CueKind
from kickcue.core.plan import CuePoint

ANSWERED_RATIO = 1.03
"""Cadence or, where it is unknown, speed this far above the race's own baseline counts as an
answer; real kicks span 0 to +14 %."""
SILENT_TO_GO_M = 50.0
EARLY_URGENCY = 2
"""Too fast early is what costs most: more urgent than the same later."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the policy looks at; distances in metres, None is unknown.

    In 95 of 100 cases ``to_go_m`` is right to ``error_m``.
    """

    to_go_m: float
    error_m: float
    cadence_spm: float | None
    baseline_spm: float | None
    speed_mps: float | None
    baseline_mps: float | None
    given: frozenset[CueKind]


def bell_cue(*, hold: bool, about: bool) -> Candidate:
    """Return the cue that opens the last window.

    ``hold`` asks for form in place of the kick, ``about`` where the place is not known well.
    """
    if hold:
        return Candidate(CueKind.HOLD, PhraseKey.HOLD_ABOUT if about else PhraseKey.HOLD)
    return Candidate(CueKind.LAST_LAP, PhraseKey.LAST_LAP_ABOUT if about else PhraseKey.LAST_LAP)


def answered(moment: Moment) -> bool:
    """Say whether the legs have answered; not knowing is not an answer."""
    for now, before in (
        (moment.cadence_spm, moment.baseline_spm),
        (moment.speed_mps, moment.baseline_mps),
    ):
        if now is not None and before is not None:
            return now >= ANSWERED_RATIO * before
    return False


def in_last_window(
    moment: Moment, points: Sequence[CuePoint], *, smile: bool
) -> Iterator[Candidate]:
    """Yield the cues that would help now, after the bell."""
    if moment.to_go_m - moment.error_m <= SILENT_TO_GO_M:
        return
    if answered(moment):
        if CueKind.RELAX not in moment.given:
            yield Candidate(CueKind.RELAX, PhraseKey.RELAX_SMILE if smile else PhraseKey.RELAX)
        return
    due = [p.kind for p in points if p.kind in _WORDS and moment.to_go_m <= p.to_go_m]
    if due and due[-1] not in moment.given:
        yield Candidate(due[-1], _WORDS[due[-1]])


_WORDS = {CueKind.TURNOVER: PhraseKey.TURNOVER, CueKind.DRIVE: PhraseKey.DRIVE}


def off_even_pace(off_s: float, *, early: bool) -> Candidate:
    """Return the cue for a runner who is ``off_s`` behind an even schedule, below 0: ahead of it.

    It says the seconds. Nobody is told to hold back for a kick: ahead means back to even pace.
    """
    fast = off_s < 0.0
    return Candidate(
        CueKind.EVEN,
        PhraseKey.EVEN_EASE if fast else PhraseKey.EVEN_LIFT,
        (("seconds", f"{abs(off_s):.0f}"),),
        urgency=EARLY_URGENCY if fast and early else None,
    )
