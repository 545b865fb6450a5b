"""The marks of a race by what the engine said of each, in whatever words."""

from dataclasses import replace
from typing import TypeGuard

import pytest

from kickcue.analysis.review.race_marks import SAID, race_marks
from kickcue.core.course import course_for
from kickcue.core.events import Notice
from kickcue.recording import Recording
from tests.analysis.review import made_up

EVENT = "3000m"
COURSE = course_for(EVENT)
ALWAYS = (0, 10**18)


def in_other_words(recording: Recording) -> Recording:
    """Return a recording of a kickcue that says something else where a line was passed."""
    return Recording.of(
        recording.path,
        recording.header,
        [
            replace(entry, text="a line") if is_of_a_line(entry) else entry
            for entry in recording.entries
        ],
    )


def is_of_a_line(entry: object) -> TypeGuard[Notice]:
    return isinstance(entry, Notice) and entry.code == "line"


@pytest.mark.parametrize("scenario", ["button", "button-bad", "gate", "beacon"])
def test_the_engines_words_and_its_estimates_say_the_same(scenario: str) -> None:
    """GIVEN races that were marked by hand, position and beacon WHEN the engine's notices of lines
    are worded as the review knows them, and in words that it does not know THEN the marks are of
    the same lines: by the estimate that each mark has set right.
    """
    recording = made_up.race_recording(EVENT, scenario)
    said = [entry.text for entry in recording.entries if is_of_a_line(entry)]
    assert said
    assert all(SAID.search(text) for text in said)

    told = race_marks(recording, COURSE, *ALWAYS)
    seen = race_marks(in_other_words(recording), COURSE, *ALWAYS)

    assert [mark.line_m for mark in told] == [mark.line_m for mark in seen]
    assert any(mark.line_m is not None for mark in seen)
    if scenario.startswith("button"):
        assert [(mark.t_ns, mark.source) for mark in told] == [
            (mark.t_ns, mark.source) for mark in seen
        ]
