"""The sentences that page, terminal and card share."""

from dataclasses import replace

import pytest

from kickcue.analysis.review.model import (
    Ending,
    PacingClass,
    Response,
    ReviewKind,
    Span,
    TimedBy,
)
from kickcue.report.cue_words import felt, given, response, what_followed
from kickcue.report.health_words import health_sentences
from kickcue.report.pacing_words import pacing_sentences
from kickcue.report.repeat_words import repeat_sentences
from kickcue.report.words import TIMED_BY, ending, lap_name
from tests.report.reviews import cue, heart_rate_only, pacing, race, session


def test_every_way_of_timing_has_words() -> None:
    """There is no line of which nobody could say by what it was timed."""
    assert set(TimedBy) == set(TIMED_BY)
    assert len(TIMED_BY) == len(set(TIMED_BY.values()))


@pytest.mark.parametrize(
    ("kick_percent", "rest_s", "speed"),
    [
        (9.7, "76.3 s", "10.7 % faster"),
        (-4.2, "66.1 s", "4.0 % slower"),
        (0.02, "68.9 s", "as fast"),
    ],
)
def test_the_last_lap_against_the_rest(kick_percent: float, rest_s: str, speed: str) -> None:
    """The first sentence says what the last lap took, what the rest took on the mean, and what that
    is in speed.
    """
    review = replace(race(), pacing=pacing(kick_percent=kick_percent))
    first = next(pacing_sentences(review))
    assert first.startswith("Your last lap took 68.9 s")
    assert f"the same distance before it {rest_s} on average" in first
    assert first.endswith(f": you ran it {speed}.")


def verdict(kind: PacingClass, half_percent: float = 0.7, varied_percent: float = 0.8) -> str:
    made = replace(pacing(kind), half_percent=half_percent, inner_lap_cv_percent=varied_percent)
    return list(pacing_sentences(replace(race(), pacing=made)))[1]


def test_each_way_of_pacing_has_its_verdict() -> None:
    """Five classes, five sentences."""
    assert len(PacingClass) == len({verdict(kind) for kind in PacingClass})


def test_a_tactical_race_is_called_one() -> None:
    """GIVEN a race that was run for the place THEN its finish is not judged."""
    made = replace(pacing(PacingClass.HELD_BACK), tactical=True, saved_up_s=None)
    said = " ".join(pacing_sentences(replace(race(), pacing=made)))
    assert "A tactical race" in said
    assert "more in you" not in said
    assert "up to" not in said


def test_only_what_was_even_is_called_even() -> None:
    """GIVEN a last lap like the mean WHEN the halves or the laps differ THEN nobody is told to have
    run evenly.
    """
    even, spurt = PacingClass.EVEN, PacingClass.END_SPURT
    assert "Evenly paced" in verdict(even)
    assert "slowed down on the way" in verdict(even, half_percent=4.1)
    assert "got faster on the way" in verdict(even, half_percent=-4.1)
    assert "as fast as on average" in verdict(even, varied_percent=4.0)
    assert "after even running" in verdict(spurt)
    assert "even" not in verdict(spurt, varied_percent=4.0)


def test_what_was_saved_up_is_an_upper_bound() -> None:
    """GIVEN a kick that was saved up THEN the seconds are said as the most they can be; WHEN none
    was THEN nothing is said.
    """
    *_, saved = pacing_sentences(race())
    assert "up to 2.8 s: at most that" in saved
    nothing = replace(race(), pacing=replace(pacing(), saved_up_s=None))
    assert "up to" not in " ".join(pacing_sentences(nothing))


@pytest.mark.parametrize(
    ("second_s", "expected"),
    [
        (469.6, "The second half was 6.6 s faster than the first: 7:56.2 and 7:49.6."),
        (480.0, "The second half was 3.8 s slower than the first: 7:56.2 and 8:00.0."),
        (476.2, "Both halves were equally fast: 7:56.2 and 7:56.2."),
    ],
)
def test_halves(second_s: float, expected: str) -> None:
    """Both halves are said, and by how much they differ."""
    review = replace(race(), pacing=replace(pacing(), second_half_s=second_s))
    assert expected in list(pacing_sentences(review))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Response.FASTER, "You sped up by 7.6 % in the 10 s after it, by quicker steps (4.1 %)"),
        (Response.TURNOVER_ONLY, "Your steps came quicker by 4.1 % but shorter"),
        (Response.UNCHANGED, "Your speed stayed the same"),
        (Response.SLOWER, "You slowed down by 7.6 %"),
        (Response.UNKNOWN, "Too little was measured"),
    ],
)
def test_what_followed_a_cue(kind: Response, expected: str) -> None:
    """Speed judges; turnover without speed is said to be none."""
    assert response(cue(kind)).startswith(expected)


def test_only_what_grew_is_said_to_have_made_speed() -> None:
    """GIVEN steps that were no longer WHEN faster THEN turnover alone is named."""
    text = response(replace(cue(), step_percent=-0.5))
    assert "quicker steps" in text
    assert "longer" not in text


@pytest.mark.parametrize(
    ("late_s", "expected"),
    [
        (-0.3, "14:36.6, 402 ± 3 m to go, 0.3 s before its line"),
        (0.4, "14:36.6, 402 ± 3 m to go, 0.4 s after its line"),
        (0.0, "14:36.6, 402 ± 3 m to go, right at its line"),
        (None, "14:36.6, 402 ± 3 m to go"),
    ],
)
def test_when_a_cue_came(late_s: float | None, expected: str) -> None:
    """A cue is dated from the gun, with its place and how far off its line it was."""
    assert expected == given(replace(cue(), late_s=late_s))


@pytest.mark.parametrize(
    ("was_felt", "dropped", "expected"),
    [
        (True, None, "Felt on the watch, 180 ms after it was sent."),
        (False, "late", "Not felt: it came too late to be worth a buzz."),
        (False, "muted", "Not felt: muted."),
        (False, None, "Not felt: no reason given."),
        (None, None, "No watch answered."),
    ],
)
def test_what_became_of_a_cue(was_felt: bool | None, dropped: str | None, expected: str) -> None:
    """Felt, dropped and unanswered are three things."""
    assert expected == felt(replace(cue(), felt=was_felt, dropped=dropped))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "Finished in 15:45.8"),
        (
            {"ending": Ending.ABORTED, "distance_m": 2320.0, "seconds": 440.0},
            "Gave up after 7:20.0, with about 2680 m to go",
        ),
        (
            {"ending": Ending.CUT_OFF, "distance_m": None, "seconds": 440.0},
            "The recording ends after 7:20.0: the race went on",
        ),
        ({"ending": Ending.ABORTED, "kind": ReviewKind.SESSION}, "Stopped after 15:45.8"),
        ({"ending": Ending.FINISHED, "kind": ReviewKind.SESSION}, "Finished after 15:45.8"),
        ({"ending": Ending.RECORDED, "kind": ReviewKind.RUN}, "Recorded for 15:45.8"),
    ],
)
def test_endings(change: dict[str, object], expected: str) -> None:
    """A race is given up, a session is stopped, a recording is cut off, a run is recorded."""
    assert expected == ending(replace(race(), **change))  # type: ignore[arg-type]


def test_laps_have_names() -> None:
    """The partial first lap is called by its length, a lap of the road by its kilometre, one of a
    watch is a lap whatever its length.
    """
    review = race()
    assert ["first 200 m", "lap 2"] == [lap_name(lap, review) for lap in review.laps[:2]]
    kilometre = replace(review.laps[1], number=3, from_m=2000.0, to_m=3000.0)
    assert lap_name(kilometre, review) == "lap 3"
    road = replace(review, course=None)
    assert lap_name(kilometre, road) == "km 3"
    assert lap_name(replace(kilometre, timed_by=TimedBy.WATCH), road) == "lap 3"
    rest = replace(kilometre, number=7, to_m=2195.0, full=False)
    assert lap_name(rest, road) == "last 195 m"


def test_repetitions() -> None:
    """Number, mean, spread, both ends, the last against the others, the rests."""
    assert [
        "You ran 8 repetitions.",
        "They took 31.0 s on average, give or take 0.5 s (fastest 29.9 s, slowest 31.4 s).",
        "The last one was 3.9 % faster than the mean of the others.",
        "You rested for 1:30 on average, give or take 2 s.",
    ] == list(repeat_sentences(session()))


def test_a_session_that_was_not_run_as_planned() -> None:
    """GIVEN fewer than planned, not all alike, the last slower THEN that is said; WHEN none was run
    THEN nothing else is said.
    """
    review = session()
    assert review.repeats is not None
    less = replace(
        review.repeats, each=review.repeats.each[:6], alike=5, last_percent=-2.0, mean_rest_s=None
    )
    text = " ".join(repeat_sentences(replace(review, repeats=less)))
    assert "You ran 6 repetitions; the plan has 8." in text
    assert "The 5 alike took" in text
    assert "The last one was 2.0 % slower" in text
    assert "rested" not in text
    none = replace(less, each=(), alike=0, mean_s=None, last_percent=None, mean_rest_s=None)
    assert ["No repetition was run."] == list(repeat_sentences(replace(review, repeats=none)))


def test_what_followed_is_said_as_far_as_it_is_known() -> None:
    """GIVEN no answer of any watch, or no speed THEN nothing is said of that, each time."""
    assert what_followed(cue(), answered=True) == f"{felt(cue())} {response(cue())}"
    assert what_followed(cue(), answered=False) == response(cue())
    unknown = cue(Response.UNKNOWN)
    assert what_followed(unknown, answered=True) == felt(unknown)
    assert what_followed(unknown, answered=False) == ""


def test_health() -> None:
    """Marks, the pod's scale, delivery, each sensor's silence, lost links, pauses and gaps."""
    review = replace(race(), gaps=(Span(100.0, 140.0), Span(300.0, 310.0)))
    text = "\n".join(health_sentences(review))
    for expected in (
        "12 of 12 lap marks lay where the runner was expected; the distance was off by 3.1 m",
        "The pod measured 2.3 % too little.",
        "1 of 1 cue felt on the watch, 180 ms after sending (median)",
        "strap (polar-h10): fresh values 99 % of the time.",
        "pod (stryd): fresh values 97 % of the time, silent for 22 s at 6:40, link lost once, 2",
        "Nothing was heard of any sensor 2 times, the longest for 40 s at 1:40.",
    ):
        assert expected in text


def test_health_is_silent_of_what_was_not_there() -> None:
    """GIVEN a strap alone THEN no word of marks, pod or cues."""
    text = " ".join(health_sentences(replace(heart_rate_only(), sensors=(), gaps=(), pauses=())))
    assert text == ""
