"""Race rules as modes."""

import pytest

from kickcue.core.cueing.rules import ALLOWED, Rules


@pytest.mark.parametrize(
    ("rules", "cues", "voice"),
    [(Rules.TRAINING, True, True), (Rules.TIMETRIAL, True, True), (Rules.ROAD, True, False), (Rules.SANCTIONED, False, False)],
)
def test_what_a_mode_allows(rules: Rules, cues: bool, voice: bool) -> None:
    """Training and time trial have everything, the road has no voice, a sanctioned race has neither; each tells its reason in one line."""
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
