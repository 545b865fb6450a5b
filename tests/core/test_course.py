import math
import re
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kickcue.core.course import EVENTS, Course, corrected, course_for, lane_lap_m, race_distance_m
from kickcue.core.errors import UsageError

# Event, lap told, distance, lines, first crossing, bell: the figures of the usual tables, typed in
# and not computed.
TABLE = [
    ("800m", None, 800.0, 2, 400.0, 400.0),
    ("1500m", None, 1500.0, 4, 300.0, 1100.0),
    ("mile", None, 1609.344, 5, 9.344, 1209.344),
    ("3000m", None, 3000.0, 8, 200.0, 2600.0),
    ("2mile", None, 3218.688, 9, 18.688, 2818.688),
    ("5000m", None, 5000.0, 13, 200.0, 4600.0),
    ("10000m", None, 10_000.0, 25, 400.0, 9600.0),
    ("3000sc", 396.084, 3000.0, 8, 227.412, 2603.916),
    ("3000sc", 419.407, 3000.0, 8, 64.151, 2580.593),
    ("1500m", 200.0, 1500.0, 8, 100.0, 1300.0),
    ("mile", 200.0, 1609.344, 9, 9.344, 1409.344),
    ("3000m", 200.0, 3000.0, 15, 200.0, 2800.0),
    ("5000m", 200.0, 5000.0, 25, 200.0, 4800.0),
]


@pytest.mark.parametrize(("event", "lap_m", "distance_m", "lines", "first_m", "bell_m"), TABLE)
def test_event_table(
    event: str, lap_m: float | None, distance_m: float, lines: int, first_m: float, bell_m: float
) -> None:
    """Every track event has the lines, the first crossing and the bell that the tables give, to the
    digit.
    """
    course = course_for(event, lap_m=lap_m)
    assert (distance_m, lines, first_m, bell_m) == (
        course.distance_m,
        course.laps,
        course.first_crossing_m,
        course.bell_m,
    )


def test_mile_crossings_are_exact() -> None:
    """The mile's first line comes 9.344 m after the gun, and no binary fraction shows in any of
    them.
    """
    assert (9.344, 409.344, 809.344, 1209.344, 1609.344) == course_for("mile").crossings_m


def test_windows_of_the_5000() -> None:
    """The last windows open with exactly 200, 100 and 50 m to go."""
    course = course_for("5000m")
    assert (4800.0, 4900.0, 4950.0) == (course.last_200_m, course.last_100_m, course.last_50_m)


@pytest.mark.parametrize(
    ("lane", "lap_m"),
    [
        (1, 400.00),
        (2, 407.04),
        (3, 414.70),
        (4, 422.37),
        (5, 430.03),
        (6, 437.70),
        (7, 445.37),
        (8, 453.03),
        (9, 460.70),
    ],
)
def test_lane_lengths(lane: int, lap_m: float) -> None:
    """The lanes of a 400 m track have their surveyed lengths, not those of the 407.67, 415.33 ...
    rule of thumb.
    """
    assert lap_m == round(lane_lap_m(lane), 2)
    assert lane_lap_m(lane) == course_for("5000m", lane=lane).lap_m


@pytest.mark.parametrize(
    ("event", "distance_m", "lines", "bell_m"),
    [
        ("5k", 5000.0, 5, 4000.0),
        ("10k", 10_000.0, 10, 9000.0),
        ("15k", 15_000.0, 15, 14_000.0),
        ("8k", 8000.0, 8, 7000.0),
    ],
)
def test_road_has_kilometre_markers(
    event: str, distance_m: float, lines: int, bell_m: float
) -> None:
    """On the road there is no lap: a line each kilometre, the finish last, and the last kilometre
    is the last window.
    """
    course = course_for(event)
    assert (None, 1000.0) == (course.lap_m, course.marker_m)
    assert (distance_m, lines, bell_m) == (course.distance_m, course.laps, course.bell_m)
    assert course.first_crossing_m == 1000.0


@pytest.mark.parametrize(
    ("event", "distance_m", "lines"), [("half", 21_097.5, 22), ("marathon", 42_195.0, 43)]
)
def test_road_finish_is_a_line_of_its_own(event: str, distance_m: float, lines: int) -> None:
    """After the last whole kilometre of a half or a marathon comes one line more: the finish."""
    course = course_for(event)
    assert lines == course.laps
    assert (1000.0 * (lines - 1), distance_m) == course.crossings_m[-2:]


@pytest.mark.parametrize(
    ("written", "event"),
    [
        ("10,000m", "10000m"),
        ("10 000 m", "10000m"),
        ("10_000", "10000m"),
        ("5000", "5000m"),
        (" Mile ", "mile"),
        ("1mile", "mile"),
        ("2miles", "2mile"),
        ("3000 SC", "3000sc"),
        ("3000mSC", "3000sc"),
        ("steeplechase", "3000sc"),
        ("2000sc", "2000sc"),
        ("half-marathon", "half"),
        ("10K", "10k"),
        ("10km", "10k"),
        ("21.1k", "21.1k"),
        ("3200m", "3200m"),
        ("1500metres", "1500m"),
    ],
)
def test_spellings(written: str, event: str) -> None:
    """The usual ways to write an event lead to the same course as its own name."""
    assert event == course_for(written).event
    assert course_for(event) == course_for(written)


def test_steeple_without_a_venue_says_what_it_assumed() -> None:
    """A steeplechase lap depends on the venue: where nothing is told the course carries a note, and
    otherwise none.
    """
    guessed = course_for("3000sc")
    assert guessed.lap_m == 396.084
    assert guessed.note is not None
    assert "inside" in guessed.note
    assert [None, None, None] == [
        course_for("3000sc", lap_m=400.0).note,
        course_for("3000sc", water_jump="inside").note,
        course_for("mile").note,
    ]
    assert course_for("3000sc", water_jump="outside").lap_m == 419.407


@pytest.mark.parametrize(("event", "lap_m"), [("400m", 400.0), ("300m", 400.0), ("800m", 1000.0)])
def test_race_no_longer_than_its_lap_is_all_last_lap(event: str, lap_m: float) -> None:
    """Where the race is no longer than a lap the only line is the finish,
    and the bell is the gun.
    """
    course = course_for(event, lap_m=lap_m)
    assert ((course.distance_m,), 0.0) == (course.crossings_m, course.bell_m)


def test_told_kick_moves_the_bell_and_no_line() -> None:
    """A kick of one's own, on the track or on the road, changes where the window opens and nothing
    else.
    """
    assert (4400.0, course_for("5000m").crossings_m) == (
        course_for("5000m", kick_m=600).bell_m,
        course_for("5000m", kick_m=600).crossings_m,
    )
    assert course_for("half", kick_m=400.0).bell_m == 20_697.5


def test_indoor_is_200_m() -> None:
    """Indoors the lap is 200 m, whether said by name or by length."""
    assert (
        course_for("mile", lap_m=200.0)
        == course_for("mile", indoor=True)
        == course_for("mile", indoor=True, lap_m=200.0)
    )


@given(distance_m=st.floats(200, 100_000), lap_m=st.floats(50, 2000))
def test_track_lines_are_spaced_by_the_lap_and_end_at_the_finish(
    distance_m: float, lap_m: float
) -> None:
    """For any distance and lap: lines strictly increase, each a lap apart, first + n laps is the
    distance, the last one exactly.
    """
    course = Course("any", distance_m, lap_m, lap_m, min(lap_m, distance_m))
    lines = course.crossings_m
    assert distance_m == lines[-1]
    assert 0 < lines[0] <= min(lap_m, distance_m) + 0.0011
    assert all(
        math.isclose(lap_m, after - before, abs_tol=2e-6) for before, after in pairwise(lines)
    )
    assert math.isclose(distance_m, lines[0] + (len(lines) - 1) * lap_m, abs_tol=2e-6)


@given(laps=st.integers(1, 60), lap_mm=st.integers(50_000, 2_000_000))
def test_whole_laps_start_at_the_line(laps: int, lap_mm: int) -> None:
    """A race of whole laps has as many lines as laps,
    whatever binary fractions the lap is made of.
    """
    lap_m = lap_mm / 1000
    course = Course("any", laps * lap_m, lap_m, lap_m, lap_m)
    assert (laps, lap_m) == (course.laps, course.first_crossing_m)


@given(distance_m=st.floats(200, 100_000))
def test_road_lines_are_whole_kilometres_and_the_finish(distance_m: float) -> None:
    """For any road distance: each whole kilometre before the finish is a line, and the finish is
    the last.
    """
    course = Course("any", distance_m, None, 1000.0, min(1000.0, distance_m))
    *markers, finish = course.crossings_m
    assert distance_m == finish
    assert [1000.0 * (index + 1) for index in range(len(markers))] == markers
    assert distance_m - 1000.001 <= len(markers) * 1000.0 < distance_m


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ("5000n", "5000m"),
        ("marathn", "marathon"),
        ("15k.", "15k"),
        ("milee", "mile"),
        ("halve", "half"),
        ("steepl", "steeple"),
    ],
)
def test_unknown_event_names_the_near_ones(event: str, named: str) -> None:
    """A misspelt event is refused in one line that names what was probably meant, and what is
    known.
    """
    with pytest.raises(
        UsageError,
        match=rf"unknown event '{re.escape(event)}': did you mean [^?]*\b{named}\b",
    ) as caught:
        course_for(event)
    assert "\n" not in str(caught.value)
    assert all(known in str(caught.value) for known in EVENTS)


@pytest.mark.parametrize(
    "event",
    [
        "",
        "m",
        "-5000m",
        "nan",
        "inf",
        "1,5k",
        "10,00m",
        "5000.m",
        "\u0665\u0660\u0660\u0660m",
        "5e3m",
        "five",
        "0x10m",
    ],
)
def test_what_is_no_event_is_refused(event: str) -> None:
    """Signs, exponents, odd commas and other scripts are not guessed at: "1,5k" must never become
    15k.
    """
    with pytest.raises(UsageError, match="unknown event"):
        course_for(event)


@pytest.mark.parametrize(
    ("event", "told", "message"),
    [
        ("100m", {}, "200 m to 500 km"),
        ("0m", {}, "200 m to 500 km"),
        ("9" * 400 + "m", {}, "200 m to 500 km"),
        ("501k", {}, "200 m to 500 km"),
        ("5000m", {"lap_m": 2001.0}, "lap: expected 50 to 2000 m, got 2001.0 m"),
        ("5000m", {"lap_m": -400.0}, "got -400.0 m"),
        ("5000m", {"lap_m": math.nan}, "got nan m"),
        ("5000m", {"lap_m": math.inf}, "got inf m"),
        ("5000m", {"kick_m": 0.0}, "got 0.0 m"),
        (
            "5000m",
            {"kick_m": 5001.0},
            "kick: expected more than 0 and at most the distance, 5000 m, got 5001.0 m",
        ),
        ("5000m", {"kick_m": math.nan}, "kick: .* got nan m"),
        ("5000m", {"lane": 0}, "lane: expected 1 to 9, got 0"),
        ("5000m", {"lane": 10}, "lane: expected 1 to 9, got 10"),
        ("5000m", {"lane": 2, "lap_m": 300.0}, "lap with lane 2: expected 400 m .*, got 300.0 m"),
        ("5000m", {"lane": 2, "indoor": True}, "expected lane or indoor, got both"),
        (
            "5000m",
            {"indoor": True, "lap_m": 400.0},
            "lap with indoor: expected 200 m .*, got 400.0 m",
        ),
        ("5000m", {"water_jump": "inside"}, "water_jump only applies to a steeplechase"),
        ("3000sc", {"lane": 2}, "lane only applies to a race on the flat track"),
        (
            "3000sc",
            {"water_jump": "middle"},
            "water_jump: expected inside or outside, got 'middle'",
        ),
        (
            "3000sc",
            {"water_jump": "inside", "lap_m": 400.0},
            "expected lap or water_jump, got both",
        ),
        ("10k", {"lap_m": 400.0}, "on the track it is 10000m"),
        ("10k", {"indoor": True}, "indoor only applies to a race on the flat track"),
    ],
)
def test_nonsense_is_refused_with_what_would_be_right(
    event: str, told: dict[str, float], message: str
) -> None:
    """A length or a mixture that cannot be is refused, with the value and what would be right."""
    with pytest.raises(UsageError, match=message):
        course_for(event, **told)  # type: ignore[arg-type] # mixed keywords from a table


def test_course_itself_refuses_a_distance_of_nothing() -> None:
    """A course built by hand obeys the same law as one that was asked for by name."""
    with pytest.raises(UsageError, match=r"distance: expected more than 0 .*, got 0 m"):
        Course("none", 0, 400.0, 400.0, 400.0)


@pytest.mark.parametrize(
    ("event", "name", "metres", "lap_m"),
    [
        ("10 miles", "10mile", 16_093.44, None),
        ("10mi", "10mile", 16_093.44, None),
        ("10-mile", "10mile", 16_093.44, None),
        ("5 Miles", "5mile", 8_046.72, None),
        ("5mile", "5mile", 8_046.72, None),
        ("2 miles", "2mile", 3_218.688, 400.0),
        ("1.5 miles", "1.5mile", 2_414.016, 400.0),
        ("one", None, 0, None),
        ("Mile", "mile", 1_609.344, 400.0),
        ("1000", "1000m", 1000.0, 400.0),
        ("1000 metres", "1000m", 1000.0, 400.0),
        ("600 m", "600m", 600.0, 400.0),
        ("600meters", "600m", 600.0, 400.0),
        ("5 kilometres", "5k", 5000.0, None),
        ("10 KM", "10k", 10_000.0, None),
        ("3000m steeplechase", "3000sc", 3000.0, 396.084),
        ("2000 st", "2000sc", 2000.0, 396.084),
        ("Half Marathon", "half", 21_097.5, None),
    ],
)
def test_events_as_people_write_them(
    event: str, name: str | None, metres: float, lap_m: float | None
) -> None:
    """Miles, metres and kilometres may be spelt out, with blanks or a hyphen; a word that is no
    event stays none.
    """
    if name is None:
        with pytest.raises(UsageError, match="unknown event"):
            course_for(event)
        return
    course = course_for(event)
    assert (name, lap_m) == (course.event, course.lap_m)
    assert metres == pytest.approx(course.distance_m)
    assert course == course_for(course.event)


def test_a_race_in_miles_has_a_line_each_mile() -> None:
    """Five miles on the road are counted in miles, and the last kilometre is the window all the
    same.
    """
    course = course_for("5 miles")
    assert 5 == course.laps
    assert 1609.344 == course.first_crossing_m
    assert 1000.0 == course.kick_m


@pytest.mark.parametrize("event", ["1k", "3k", "5k", "10k"])
def test_what_the_track_has_too_is_said_to_be_on_the_road(event: str) -> None:
    """GIVEN kilometres that are a track race too
    THEN a note tells both, and how the other is said.
    """
    note = course_for(event).note
    assert note is not None
    metres = 1000 * int(event.removesuffix("k"))
    assert f"{event} is a road race" in note
    assert f"for the track, use {metres}m" in note


@pytest.mark.parametrize("event", ["15k", "half", "marathon", "10mile", "5000m", "mile"])
def test_nothing_is_said_where_there_is_no_doubt(event: str) -> None:
    """Other events carry no note."""
    assert course_for(event).note is None


@pytest.mark.parametrize("event", ["10m", "10.000m", "5m"])
def test_metres_that_are_too_few_for_a_race(event: str) -> None:
    """GIVEN what is ten miles or ten thousand metres to some WHEN taken for ten metres THEN what
    may be meant is told.
    """
    number = event[:-1].removesuffix(".000")
    with pytest.raises(UsageError, match=f"did you mean {number}mile, {number}k or {number}000m"):
        course_for(event)


@pytest.mark.parametrize(
    ("said", "metres", "name", "first_m"),
    [
        ("5000m", 3000.0, "3000m", 200.0),
        ("5000m", 10_000.0, "10000m", 400.0),
        ("mile", 1500.0, "1500m", 300.0),
        ("1500m", 1609.344, "mile", 9.344),
        ("3000sc", 2000.0, "2000sc", 19.58),
        ("10k", 21_097.5, "half", 1000.0),
        ("10k", 7500.0, "7.5k", 1000.0),
        ("5mile", 16_093.44, "10mile", 1609.344),
    ],
)
def test_a_corrected_course_keeps_its_venue(
    said: str,
    metres: float,
    name: str,
    first_m: float,
) -> None:
    """GIVEN a race that is another distance.

    THEN laps and last window stay, and the first line follows.
    """
    before = course_for(said)
    after = corrected(before, metres)
    assert (name, metres, first_m) == (after.event, after.distance_m, after.first_crossing_m)
    assert (before.lap_m, before.marker_m, before.kick_m) == (
        after.lap_m,
        after.marker_m,
        after.kick_m,
    )
    assert corrected(after, before.distance_m) == before


@pytest.mark.parametrize("metres", [0.0, 199.0, 399.0, 500_001.0, math.nan])
def test_a_course_is_not_corrected_to_what_is_no_race_there(metres: float) -> None:
    """GIVEN a distance that nobody races over, or one shorter than the last lap.

    THEN what would be right is said.
    """
    with pytest.raises(UsageError, match="expected"):
        corrected(course_for("1500m"), metres)


@pytest.mark.parametrize(
    ("text", "metres"), [("3000", 3000.0), ("3000m", 3000.0), ("5k", 5000.0), ("mile", 1609.344)]
)
def test_a_distance_is_said_as_people_say_it(text: str, metres: float) -> None:
    """GIVEN a distance with its unit or without THEN it is so many metres."""
    assert metres == race_distance_m(text)


@pytest.mark.parametrize("text", ["", "lap", "10m", "900k", "-3000"])
def test_what_is_no_distance_is_told(text: str) -> None:
    """GIVEN something else THEN one line says so."""
    with pytest.raises(UsageError):
        race_distance_m(text)
