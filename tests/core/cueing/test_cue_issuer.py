"""From decisions to cues: words, ids, and the arming of the bell ahead of time."""

import pytest

from kickcue.config.phrase_files import load_vocabulary
from kickcue.core.cueing.arbiter import Candidate
from kickcue.core.cueing.cue_issuer import CueIssuer
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Arm, Cue, CueKind, Disarm
from kickcue.core.units import s_to_ns

VOCABULARY = load_vocabulary()
LAST_LAP = Candidate(CueKind.LAST_LAP, PhraseKey.LAST_LAP)
HOLD = Candidate(CueKind.HOLD, PhraseKey.HOLD)
ABOUT = Candidate(CueKind.LAST_LAP, PhraseKey.LAST_LAP_ABOUT)
TURNOVER = Candidate(CueKind.TURNOVER, PhraseKey.TURNOVER)
HERE = (400.0, 3.0)


def desk(rules: Rules = Rules.TRAINING) -> CueIssuer:
    return CueIssuer(VOCABULARY, rules)


def give(at: CueIssuer, t_s: float, candidate: Candidate) -> Cue:
    (cue,) = at.give(s_to_ns(t_s), 4600.0 + 5.0 * t_s, [candidate], HERE, last_window=True)
    assert isinstance(cue, Cue)
    return cue


def arm(at: CueIssuer, t_s: float, due_s: float, candidate: Candidate = LAST_LAP) -> Arm | None:
    out = at.arm(s_to_ns(t_s), due_s, candidate, HERE)
    assert all(isinstance(o, Arm) for o in out)
    return out[0] if out else None  # type: ignore[return-value]  # asserted above


def test_a_cue_carries_everything() -> None:
    """A cue has its words, voice, pulses, place and how sure that is."""
    cue = give(desk(), 0.0, LAST_LAP)
    phrase = VOCABULARY[PhraseKey.LAST_LAP]
    assert ("last_lap-1", phrase.text, phrase.say) == (cue.id, cue.text, cue.say)
    assert (PULSES[CueKind.LAST_LAP], 400.0, 3.0, 2000) == (
        cue.pulses,
        cue.to_go_m,
        cue.sd_m,
        cue.ttl_ms,
    )


def test_the_road_has_no_voice() -> None:
    """GIVEN a road race THEN the same cue says nothing aloud."""
    cue = give(desk(Rules.ROAD), 0.0, LAST_LAP)
    assert (None, VOCABULARY[PhraseKey.LAST_LAP].text) == (cue.say, cue.text)


def test_a_sanctioned_race_has_nothing() -> None:
    """GIVEN a sanctioned race THEN nothing is armed, given or called off."""
    at = desk(Rules.SANCTIONED)
    assert [] == at.arm(0, 100.0, LAST_LAP, HERE)
    assert [] == at.give(0, 0.0, [LAST_LAP], HERE, last_window=True)
    assert [] == at.disarm(0, "over")
    assert frozenset() == at.given


def test_arming_tells_only_news() -> None:
    """GIVEN an armed cue WHEN it is still due at the same moment THEN nothing is said, BUT WHEN the
    moment moved THEN it is told.
    """
    at = desk()
    first = arm(at, 0.0, 100.0)
    assert first is not None
    assert ("last_lap-1", 100_000) == (first.cue.id, first.due_in_ms)
    assert arm(at, 50.0, 50.0) is None
    assert arm(at, 50.0, 50.9) is None  # 2 % of what is left
    moved = arm(at, 50.0, 51.5)
    assert moved is not None
    assert ("last_lap-1", 51_500) == (moved.cue.id, moved.due_in_ms)
    assert arm(at, 100.0, 1.65) is None
    assert arm(at, 100.0, 1.75) is not None  # by more than 0.2 s


def test_hold_takes_the_place_of_the_last_lap() -> None:
    """GIVEN an armed last lap WHEN it becomes a hold THEN that is news at once, under the same id:
    the watch feels one of them.
    """
    at = desk()
    first, second = arm(at, 0.0, 100.0), arm(at, 1.0, 99.0, HOLD)
    assert first is not None
    assert second is not None
    assert (first.cue.id, CueKind.HOLD) == (second.cue.id, second.cue.kind)
    assert first.cue.id == give(at, 100.0, HOLD).id


def test_new_words_are_news_and_no_new_moment() -> None:
    """GIVEN an armed last lap WHEN its place is not known well any more THEN the watch is told the
    words, once, and the moment it had.
    """
    at = desk()
    first, second = arm(at, 0.0, 100.0), arm(at, 10.0004, 90.9, ABOUT)
    assert first is not None
    assert second is not None
    assert (
        VOCABULARY[PhraseKey.LAST_LAP_ABOUT].text,
        VOCABULARY[PhraseKey.LAST_LAP_ABOUT].say,
    ) == (second.cue.text, second.cue.say)
    assert (first.cue.id, 90_000) == (second.cue.id, second.due_in_ms)
    assert arm(at, 11.0, 89.9, ABOUT) is None
    again = arm(at, 12.0, 88.9)
    assert again is not None
    assert (first.cue.text, 88_000) == (again.cue.text, again.due_in_ms)
    moved = arm(at, 13.0, 95.0, ABOUT)
    assert moved is not None
    assert (second.cue.text, 95_000) == (moved.cue.text, moved.due_in_ms)


@pytest.mark.parametrize(
    ("first", "second"), [(LAST_LAP, LAST_LAP), (LAST_LAP, HOLD), (HOLD, LAST_LAP), (HOLD, HOLD)]
)
def test_a_bell_after_an_undone_one_is_felt(first: Candidate, second: Candidate) -> None:
    """GIVEN a bell that was taken back WHEN the true one is armed and given THEN under a new id, or
    the watch would take it for the old.
    """
    at = desk()
    old = give(at, 0.0, first)
    at.last_window_again()
    armed = arm(at, 1.0, 80.0, second)
    new = give(at, 81.0, second)
    assert armed is not None
    assert old.id != new.id == armed.cue.id


def test_an_undone_last_lap_comes_with_all_its_cues() -> None:
    """GIVEN bell and turnover were felt WHEN the lap is taken back THEN the last lap is still to
    come, with all its cues.
    """
    at = desk()
    give(at, 0.0, LAST_LAP)
    give(at, 40.0, TURNOVER)
    assert frozenset({CueKind.LAST_LAP, CueKind.TURNOVER}) == at.given
    at.last_window_again()
    assert frozenset() == at.given
    give(at, 80.0, LAST_LAP)
    assert "turnover-2" == give(at, 120.0, TURNOVER).id


def test_disarm() -> None:
    """An armed cue is called off once, with the reason; one that was given is not."""
    at = desk()
    assert [] == at.disarm(0, "nothing is armed")
    arm(at, 0.0, 100.0)
    assert [Disarm(7, "last_lap-1", ("the race is aborted"))] == at.disarm(
        7, ("the race is aborted")
    )
    assert [] == at.disarm(8, "again")
    arm(at, 1.0, 99.0)
    give(at, 100.0, LAST_LAP)
    assert [] == at.disarm(s_to_ns(101.0), "the race is finished")
