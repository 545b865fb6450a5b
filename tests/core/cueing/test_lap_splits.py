"""What is told of a lap."""

import pytest

from kickcue.config.phrase_files import languages, load_vocabulary
from kickcue.core.course import course_for
from kickcue.core.cueing.lap_splits import Splits, shown, split_cue
from kickcue.core.cueing.phrases import PhraseKey

COURSES = {"track": course_for("10000m"), "road": course_for("marathon"), "mi": course_for("5mile")}


@pytest.mark.parametrize(
    ("lap_s", "tenths", "text"),
    [
        (74.2, True, "74.2"),
        (74.16, True, "74.2"),
        (99.96, True, "1:40.0"),
        (60.0, True, "60.0"),
        (102.5, True, "1:42.5"),
        (245.04, True, "4:05.0"),
        (74.6, False, "75"),
        (119.7, False, "2:00"),
    ],
)
def test_how_a_split_is_written(lap_s: float, tenths: bool, text: str) -> None:
    """Seconds as a stopwatch has them, with minutes from 100 s on; in whole seconds where the line
    is not known to the tenth.
    """
    assert text == shown(lap_s, tenths=tenths)


@pytest.mark.parametrize(
    ("how", "felt", "heard"),
    [(Splits.HAPTIC, True, False), (Splits.SOUND, False, True), (Splits.BOTH, True, True)],
)
def test_splits_as_they_are_wanted(how: Splits, felt: bool, heard: bool) -> None:
    """GIVEN splits by one sense, or by both THEN they come that way."""
    candidate = split_cue(how, 3, 74.2, 0.0)
    assert candidate is not None
    assert (felt, heard) == (candidate.felt, candidate.heard)


def test_silent_rather_than_wrong() -> None:
    """GIVEN splits that are off THEN there is none; GIVEN a time that may be more than a second off
    THEN neither.
    """
    assert split_cue(Splits.OFF, 3, 74.2, 0.0) is None
    assert split_cue(Splits.BOTH, 3, 74.2, 1.01) is None
    whole = split_cue(Splits.BOTH, 3, 74.2, 0.99)
    assert whole is not None
    assert (("lap", "3"), ("seconds", "74")) == whole.told


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("course", COURSES)
def test_every_language_has_words_for_it(language: str, course: str) -> None:
    """GIVEN any language, on the track, the road or miles THEN number and time are shown and said,
    within the 40 letters of a watch's face, and no placeholder is left.
    """
    phrase = load_vocabulary(language, COURSES[course])[PhraseKey.SPLIT]
    filled = phrase.filled((("lap", "42"), ("seconds", "12:03.4")))
    for said in (filled.text, filled.say):
        assert "42" in said
        assert "12:03.4" in said
        assert "{" not in said
    assert len(filled.text) <= 40


def test_the_words_in_english() -> None:
    """A lap on the track, a kilometre or a mile on the road."""
    values = (("lap", "3"), ("seconds", "74.2"))
    said = {
        name: load_vocabulary("en", course)[PhraseKey.SPLIT].filled(values)
        for name, course in COURSES.items()
    }
    assert "Lap 3: 74.2" == said["track"].text
    assert "Lap 3, 74.2." == said["track"].say
    assert "Kilometre 3: 74.2" == said["road"].text
    assert "Mile 3: 74.2" == said["mi"].text
