"""What may have been meant: a slip away, or begun; nothing else."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.nearest import did_you_mean, nearest

KNOWN = ("replay", "record", "calibrate", "lap_m", "lat_deg", "url", "infinitime")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("replya", "replay"),
        ("relay", "replay"),
        ("replaay", "replay"),
        ("uri", "url"),
        ("lat", "lat_deg"),
        ("calibrte", "calibrate"),
        ("infinitmie", "infinitime"),
    ],
)
def test_a_slip_is_near(word: str, near: str) -> None:
    """A letter left out, put in, changed or swapped, and a beginning, are near."""
    assert f"did you mean {near}?" == did_you_mean(word, KNOWN)


@pytest.mark.parametrize("word", ["serve", "report", "x", "", "lunch", "recital", "garmin"])
def test_what_is_not_near_is_not_guessed(word: str) -> None:
    """GIVEN another word THEN nothing is said rather than something odd."""
    assert "" == did_you_mean(word, KNOWN)


@given(st.sampled_from(KNOWN), st.integers(0, 8), st.characters())
def test_any_slip_in_a_long_name_finds_it(name: str, place: int, letter: str) -> None:
    """GIVEN any letter put in anywhere THEN the name is found."""
    place = min(place, len(name))
    assert name in nearest(name[:place] + letter + name[place:], KNOWN, most=3)
