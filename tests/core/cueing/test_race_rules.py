"""Race rules as modes."""

import pytest

from kickcue.core.cueing.race_rules import ALLOWED, Rules, refusal
from kickcue.core.events import Command, CommandKind, Input, Mark, MarkSource, Orderer, Tick


@pytest.mark.parametrize(
    ("rules", "cues", "voice"),
    [
        (Rules.TRAINING, True, True),
        (Rules.TIMETRIAL, True, True),
        (Rules.ROAD, True, False),
        (Rules.SANCTIONED, False, False),
    ],
)
def test_what_a_mode_allows(rules: Rules, cues: bool, voice: bool) -> None:
    """Training and time trial have everything, the road has no voice, a sanctioned race has
    neither; each tells its reason in one line.
    """
    allowed = ALLOWED[rules]
    assert (cues, voice) == (allowed.cues, allowed.voice)
    assert allowed.reason
    assert "\n" not in allowed.reason


def test_every_mode_is_decided() -> None:
    """No mode is left to a default."""
    assert set(Rules) == set(ALLOWED)


def test_the_reason_names_the_rule() -> None:
    """A sanctioned race is told which rule silences it."""
    assert "World Athletics TR 6.3.1" in ALLOWED[Rules.SANCTIONED].reason


HELPS: list[Input] = [
    Mark(0, MarkSource.TRACKSIDE),
    *(Command(0, kind, Orderer.TRACKSIDE) for kind in CommandKind),
]
OWN: list[Input] = [
    *(Mark(0, source) for source in MarkSource if source is not MarkSource.TRACKSIDE),
    *(Command(0, kind, by) for kind in CommandKind for by in (None, Orderer.RUNNER)),
    Tick(0),
]


@pytest.mark.parametrize("rules", Rules)
def test_who_may_press(rules: Rules) -> None:
    """What a helper beside the track sends counts in training and time trials alone; everything
    else counts always.
    """
    helped = [refusal(event, rules) is None for event in HELPS]
    assert {rules in (Rules.TRAINING, Rules.TIMETRIAL)} == set(helped)
    assert {None} == {refusal(event, rules) for event in OWN}


def test_a_refusal_tells_what_and_why() -> None:
    """A helper's press in a race is refused in one line, with the order,
    the rules and the reason.
    """
    said = refusal(Command(0, CommandKind.UNDO_LAP, Orderer.TRACKSIDE), Rules.ROAD)
    assert (
        "undo_lap from a trackside helper ignored under road rules: it would count as "
        "assistance (World Athletics TR 6.3)" == said
    )
