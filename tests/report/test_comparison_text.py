"""What is said of a comparison, in words and in a terminal."""

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from kickcue.analysis.comparison import compare
from kickcue.analysis.review.model import Review, TimedBy
from kickcue.analysis.session_comparison import compare_sessions
from kickcue.report.comparison_text import comparison_text
from kickcue.report.comparison_words import headline, sentences, stretch_name
from tests.analysis.made_up_reviews import race, session, steady

EVEN = (38.0, *[76.0] * 12)


def faster_by(seconds: float, lap: int = 12) -> tuple[float, ...]:
    return tuple(each - seconds * (number == lap) for number, each in enumerate(EVEN))


def printed(reviews: Sequence[Review], columns: int = 80) -> str:
    out = StringIO()
    screen = Console(file=out, width=columns, color_system=None, legacy_windows=False)
    sessions = reviews[0].repeats is not None
    for part in comparison_text(compare_sessions(reviews) if sessions else compare(reviews)):
        screen.print(part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([faster_by(2.0)], "B was 2.0 s faster than A over 5000 m: 15:48.0 against 15:50.0."),
        ([faster_by(-2.0)], "B was 2.0 s slower than A over 5000 m: 15:52.0 against 15:50.0."),
        ([faster_by(-101.0)], "B was 1:41.0 slower than A over 5000 m: 17:31.0 against 15:50.0."),
        ([EVEN], "B was as fast as A over 5000 m: 15:50.0."),
        ([EVEN, faster_by(3.0)], "C was the fastest over 5000 m: 15:47.0."),
    ],
)
def test_the_headline(others: Sequence[Sequence[float]], said: str) -> None:
    """One sentence says who was faster, by how much and over what."""
    assert said == headline(compare([race("5000m", each) for each in (EVEN, *others)]))


def test_where_the_time_went() -> None:
    """GIVEN time lost in one lap and won in the last THEN both are named, and how each finished."""
    other = list(faster_by(4.0))
    other[3] += 1.5
    found = list(sentences(compare([race("5000m", EVEN), race("5000m", other)])))
    assert [
        "B lost most in lap 4 (1.5 s) and gained most in the last lap (4.0 s).",
        (
            "The last 400 m against the same distance before it: A 76.0 s (as fast), "
            "B 72.0 s (5.7 % faster)."
        ),
    ] == found


def test_different_lengths_are_said() -> None:
    """GIVEN a shorter race THEN it is said over what part they are compared."""
    found = compare([race("5000m", EVEN), race("3000m", (40.0, *[80.0] * 7))])
    assert "B was 30.0 s slower than A over the first 3000 m: 10:00.0 against 9:30.0." == (
        headline(found)
    )
    assert "They are not of one length: compared over 3000 m, the whole of B." in sentences(found)


def test_a_stopped_timer_is_said() -> None:
    """GIVEN a watch that was stopped for two minutes THEN it is said that these do not count."""
    paused = steady(5000.0, 4.0, stopped_s=120.0)
    assert "The timer of B was stopped for 2:00: that time does not count." in sentences(
        compare([steady(5000.0, 4.0), paused])
    )


def test_stretches_are_called_as_runners_call_them() -> None:
    """Laps by their number, the partial first one by its length, kilometres by where they lie."""
    laps = compare([race("5000m", EVEN)] * 2)
    names = [stretch_name(laps, stretch) for stretch in laps.stretches]
    assert ["first 200 m", "lap 2", "lap 12", "last lap"] == [*names[:2], *names[-2:]]
    road = compare([steady(5430.0, 4.0)] * 2)
    assert ["0 to 1 km", "4 to 5 km", "5 to 5.43 km"] == [
        stretch_name(road, road.stretches[at]) for at in (0, 4, 5)
    ]
    short = compare([steady(500.0, 4.0)] * 2)
    assert "400 to 500 m" == stretch_name(short, short.stretches[-1])


def test_the_table_marks_estimates() -> None:
    """GIVEN a line that was not timed THEN the laps at both its sides have a ~, which is explained;
    kilometres of a run have none, for all of them are like that.
    """
    doubted = race("5000m", EVEN)
    laps = list(doubted.laps)
    laps[3] = replace(laps[3], timed_by=TimedBy.ESTIMATE)
    found = printed([race("5000m", EVEN), replace(doubted, laps=tuple(laps))])
    assert 2 == found.count("~76.0")
    assert "Times with ~ are between lines where it was not timed" in found
    assert "~" not in printed([steady(5000.0, 4.0)] * 2)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_it_fits_any_terminal(columns: int) -> None:
    """No line is wider than the terminal, with three races or three sessions."""
    for reviews in (
        [race("5000m", each) for each in (EVEN, faster_by(2.0), faster_by(-3.0))],
        [session(200.0, [40.0 + each] * 4) for each in range(3)],
    ):
        found = printed(reviews, columns)
        assert max(map(len, found.splitlines())) <= columns
        assert "C" in found


def test_sessions_are_beside_each_other() -> None:
    """Each repetition has the times of both, and how they differ; the means are said first."""
    found = printed([session(200.0, (40.0, 39.0)), session(200.0, (39.0, 40.5, 41.0))])
    assert "A: 2 repetitions, 39.5 s on average" in found
    assert [
        ["1", "200", "m", "40.0", "39.0", "-1.0"],
        ["2", "200", "m", "39.0", "40.5", "+1.5"],
    ] == [line.split() for line in found.splitlines() if line.split()[:1] in (["1"], ["2"])]


def test_a_name_that_is_no_text_does_nothing() -> None:
    """GIVEN a title with a terminal's control characters THEN they are shown, not obeyed."""
    assert "\x1b" not in printed([race("5000m", EVEN, title="\x1b[2J")] * 2)
