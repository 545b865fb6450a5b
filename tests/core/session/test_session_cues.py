"""The words, pulses, ids and spacing of a session's cues, and what switches them off."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.cueing.cue_output import CueOutput
from kickcue.core.cueing.phrases import Phrase, PhraseKey
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import CueKind
from kickcue.core.session.session_cues import (
    NEVER_HELD_BACK,
    SessionCues,
    WantedCue,
    silent_to_go_m,
    window_share,
)
from kickcue.core.units import s_to_ns
from tests.core.session.scripted import VOCABULARY

REP = WantedCue(CueKind.REP, PhraseKey.REP, leg_m=200.0, n=2, reps=3)


def cues(rules: Rules = Rules.TRAINING, **outputs: CueOutput) -> SessionCues:
    return SessionCues(VOCABULARY, rules, {CueKind(name): out for name, out in outputs.items()})


def test_the_numbers_are_filled_in() -> None:
    """GIVEN the second of three THEN text and voice say so, with the pulses of its kind."""
    (cue,) = cues().give(0, REP)
    assert ("rep-1", "Rep 2 of 3", "Number 2 of 3.") == (cue.id, cue.text, cue.say)
    assert PULSES[CueKind.REP] == cue.pulses


@pytest.mark.parametrize("words", ["Rep {number}", "{", "}", "{0}", "{n.x}", "{{n}}"])
def test_own_phrases_may_have_any_braces(words: str) -> None:
    """GIVEN a phrase file of one's own with a slot that is none WHEN its cue is due THEN the words
    come as they stand: a session goes on.
    """
    own = SessionCues({**VOCABULARY, PhraseKey.REP: Phrase(words, words)}, Rules.TRAINING, {})
    (cue,) = own.give(0, REP)
    assert words.replace("{n}", "2") == cue.text == cue.say


@pytest.mark.parametrize("rules", Rules)
def test_what_the_rules_allow(rules: Rules) -> None:
    """Sanctioned sessions have no cue, those on the road no voice."""
    found = cues(rules).give(0, REP)
    assert (rules is Rules.SANCTIONED) == (found == [])
    assert all((cue.say is None) == (rules is Rules.ROAD) for cue in found)


def test_switched_off() -> None:
    """GIVEN a kind that is off THEN it never comes, and holds no other cue back."""
    some = cues(rep=CueOutput.OFF)
    assert [] == some.give(0, REP)
    assert 1 == len(some.give(1, WantedCue(CueKind.TALL, PhraseKey.TALL, leg_m=200.0)))


def test_felt_or_heard_alone() -> None:
    """GIVEN a kind that is only to be felt, or only heard THEN there is no voice, or no
    pulse.
    """
    (felt,) = cues(rep=CueOutput.HAPTIC).give(0, REP)
    (heard,) = cues(rep=CueOutput.SOUND).give(0, REP)
    assert (None, PULSES[CueKind.REP]) == (felt.say, felt.pulses)
    assert heard.say is not None
    assert () == heard.pulses


@given(st.text(min_size=1, max_size=300).filter(lambda words: words.strip()))
def test_own_words_fit(words: str) -> None:
    """GIVEN any words of the runner's own THEN what is shown fits a watch's face, and a speech is
    not read out.
    """
    (cue,) = cues().give(0, WantedCue(CueKind.IMAGE, PhraseKey.IMAGE, words=words))
    assert len(cue.text) <= 40
    assert cue.say is not None
    assert len(cue.say) <= 200


@pytest.mark.parametrize(("length", "part"), [(41, "text"), (201, "say")])
def test_one_letter_too_many(length: int, part: str) -> None:
    """GIVEN one letter more than fits THEN words are left out, and dots say so."""
    words = f"{'a' * 20} {'b' * (length - 21)}"
    (cue,) = cues().give(0, WantedCue(CueKind.IMAGE, PhraseKey.IMAGE, words=words))
    assert f"{'a' * 20}..." == getattr(cue, part)


@pytest.mark.parametrize(("after_s", "times"), [(3.9, 0), (4.1, 1)])
def test_marks_of_the_plan(after_s: float, times: int) -> None:
    """GIVEN a mark that comes 4 s after another cue THEN it comes; sooner it does not."""
    some = cues()
    some.give(0, REP)
    mark = WantedCue(CueKind.DRIVE, PhraseKey.DRIVE, leg_m=300.0)
    assert times == len(some.give(s_to_ns(after_s), mark))


def test_short_words_stay() -> None:
    """GIVEN words that fit THEN they are said and shown as they are, braces and all."""
    (cue,) = cues().give(0, WantedCue(CueKind.IMAGE, PhraseKey.IMAGE, words="Go {n}, now"))
    assert ("Go {n}, now", "Go {n}, now") == (cue.text, cue.say)


@given(st.floats(10.0, 5000.0), st.floats(0.0, 20.0), st.sampled_from(sorted(CueKind)))
def test_spacing_scales_with_the_leg(leg_m: float, after_s: float, kind: CueKind) -> None:
    """GIVEN a leg of any length THEN a cue that belongs to no moment comes 12 s after another at
    least, in a leg below 400 m in proportion; the marks of the plan 4 s.
    """
    some = cues()
    some.give(0, REP)
    given_now = some.give(s_to_ns(after_s), WantedCue(kind, PhraseKey.TALL, leg_m=leg_m))
    spacing_s = 12.0 * min(leg_m / 400.0, 1.0)
    if kind in (CueKind.TURNOVER, CueKind.DRIVE, CueKind.RELAX):
        spacing_s = min(spacing_s, 4.0)
    expected = kind in NEVER_HELD_BACK or s_to_ns(after_s) >= spacing_s * 1e9
    assert expected == bool(given_now)


def test_silence_scales_with_the_leg() -> None:
    """The silent metres are 50 from 400 m on, and in proportion below: 6.25 in a stride."""
    assert [6.25, 25.0, 50.0, 50.0] == [silent_to_go_m(m) for m in (50.0, 200.0, 400.0, 1000.0)]
    assert 1.0 == window_share(None)


def test_ids_are_used_once() -> None:
    """Cues of a kind are counted."""
    some = cues()
    assert ["rep-1", "rep-2"] == [some.give(n, REP)[0].id for n in range(2)]
