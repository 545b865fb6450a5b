"""What a script's placeholders say of the runner's own race."""

import pytest

from kickcue.coaching.imagined_race import ImaginedRace
from kickcue.coaching.place import place, position
from kickcue.coaching.script import ScriptLine
from kickcue.coaching.script_files import load_script
from kickcue.core.course import course_for


def told(  # the race, the line, where
    event: str, goal_s: float, say: str, at: str, language: str = "en", belief: str = ""
) -> tuple[str, str] | None:
    course = course_for(event)
    imagined = ImaginedRace(course, goal_s, load_script("calm", language).words, belief=belief)
    where = position(place(at), course)
    assert where is not None
    return imagined.told(ScriptLine(place(at), say, 1.0), where)


@pytest.mark.parametrize(
    ("event", "goal_s", "at", "expected"),
    [
        ("5000m", 930.0, "gun", "0:00, lap 1, 13 to go, 5000 m"),
        ("5000m", 930.0, "lap 2", "0:37, lap 2, 12 to go, 4800 m"),
        ("5000m", 930.0, "50 %", "6:49, lap 7, 7 to go, 2800 m"),
        ("5000m", 930.0, "bell", "14:16, lap 13, 1 to go, 400 m"),
        ("5000m", 930.0, "line", "15:30, lap 13, 0 to go, 0 m"),
        ("mile", 270.0, "bell", "3:23, lap 5, 1 to go, 400 m"),
        ("1500m", 240.0, "80 %", "1:52, lap 3, 2 to go, 800 m"),
        ("10k", 2400.0, "50 %", "16:00, lap 5, 6 to go, 6000 m"),
    ],
)
def test_where_the_runner_is(event: str, goal_s: float, at: str, expected: str) -> None:
    """GIVEN an even pace THEN time, lap and what is left are those of the line that was crossed."""
    say = "{elapsed}, lap {lap}, {laps_to_go} to go, {to_go} m"
    found = told(event, goal_s, say, at)
    assert found is not None
    assert expected == found[0]


@pytest.mark.parametrize(
    ("language", "event", "goal_s", "text", "say"),
    [
        ("en", "5000m", 930.0, "5000 metres 15:30 12.5 74.4", "5000 metres 15 30 12.5 74.4"),
        ("de", "5000m", 930.0, "5000 Meter 15:30 12,5 74,4", "5000 Meter 15 30 12,5 74,4"),
        ("fr", "1500m", 238.5, "1500 mètres 3:58,5 3,75 63,6", "1500 mètres 3 58,5 3,75 63,6"),
        ("en", "mile", 240.0, "mile 4:00 4 59.7", "mile 4 minutes 4 59.7"),
        ("de", "half", 4830.0, "Halbmarathon 1:20:30 21,1 3:49", "Halbmarathon 1 20 30 21,1 3 49"),
        ("en", "5mile", 1800.0, "5 miles 30:00 8 3:44", "5 miles 30 minutes 8 3 44"),
    ],
)
def test_the_race_in_words(language: str, event: str, goal_s: float, text: str, say: str) -> None:
    """Event, goal, laps and split are as runners of that language say them, without colons for
    voices that would read a time of day.
    """
    assert (text, say) == told(event, goal_s, "{event} {goal} {laps} {lap_split}", "gun", language)


def test_nothing_is_said_that_is_not_so() -> None:
    """A line of belief is left out where there is none, a split before the first line of the
    course, and one right after the gun, as the mile's.
    """
    assert told("5000m", 930.0, "{belief}", "before") is None
    assert ("I can.", "I can.") == told("5000m", 930.0, "{belief}", "before", belief="I can.")
    assert told("800m", 125.0, "{elapsed}", "70 %") is None
    assert told("mile", 270.0, "{elapsed}", "20 %") is None
    assert ("1:09", "1 09") == told("mile", 270.0, "{elapsed}", "40 %")


def test_a_pace_in_a_belief_is_no_time_of_day() -> None:
    """GIVEN a belief with a pace THEN it is shown as it is, and a voice gets it without a colon."""
    belief = "The last kilometre in 3:05, at 4:00 before."
    assert told("5000m", 930.0, "{belief}", "before", belief=belief) == (
        belief,
        "The last kilometre in 3 05, at 4 minutes before.",
    )
