"""The review of every odd recording is sensible, and so is all that is made of it."""

import json
from pathlib import Path
from statistics import median
from typing import Final

import pytest

from kickcue.analysis.review.as_json import review_json
from kickcue.analysis.review.each_second import MOST_ROWS
from kickcue.analysis.review.model import Ending, Response, Review
from kickcue.core.errors import KickcueError
from kickcue.recording import read
from kickcue.replay.reviewed import reviewed
from tests.odd import native
from tests.odd.recordings import EMPTY, ODD, odd
from tests.odd.sensible import sensible

FULL: Final = [name for name in ODD if name not in EMPTY]


@pytest.mark.parametrize("name", FULL)
def test_the_review_is_sensible(tmp_path: Path, name: str) -> None:
    """GIVEN an odd recording WHEN it is reviewed THEN the review does not contradict itself, and it
    is JSON as the standard has it.
    """
    found = reviewed(read(odd(name, tmp_path)))

    sensible(found)
    json.dumps(review_json(found), allow_nan=False)


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_review_is_a_clean_error(tmp_path: Path, name: str) -> None:
    """GIVEN a recording without any reading WHEN it is reviewed THEN one line names the file."""
    path = odd(name, tmp_path)

    with pytest.raises(KickcueError, match=path.name):
        reviewed(read(path))


def of(name: str, folder: Path) -> Review:
    return reviewed(read(odd(name, folder)))


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("two hundreds", Ending.FINISHED),
        ("a session broken off", Ending.ABORTED),
        ("aborted", Ending.ABORTED),
        ("cut off", Ending.CUT_OFF),
        ("a gap over the finish", Ending.FINISHED),
    ],
)
def test_how_it_ended(tmp_path: Path, name: str, ending: Ending) -> None:
    """GIVEN a session of which every repetition was run, one broken off, a race given up, one cut
    off, one whose finish nobody received WHEN it is reviewed THEN that is how it ended.
    """
    assert ending is of(name, tmp_path).ending


@pytest.mark.parametrize(
    ("name", "gaps"),
    [
        ("a gap of minutes", [180]),
        ("FIT with a gap", [301]),
        ("FIT", []),
        ("FIT marathon", []),
        ("FIT of 24 hours", []),
    ],
)
def test_a_gap_is_what_is_long_for_its_recorder(tmp_path: Path, name: str, gaps: list[int]) -> None:
    """GIVEN recorders that write each second, each 5 s and each 30 s WHEN their runs are reviewed
    THEN a gap is where they fell silent, and not each of their steps.
    """
    found = [round(gap.to_race_s - gap.from_race_s) for gap in of(name, tmp_path).gaps]

    assert gaps == pytest.approx(found, abs=1)


def test_a_gap_makes_no_leaps_elsewhere(tmp_path: Path) -> None:
    """GIVEN an even race with three minutes without a word WHEN it is reviewed THEN nowhere else is
    the pace off by more than a runner's, and no cue has slowed the runner down.
    """
    found = of("a gap of minutes", tmp_path)
    speeds = [mps for mps in found.series.mps[10:] if mps is not None]

    assert max(speeds) < 1.15 * median(speeds)
    assert min(speeds) > 0.85 * median(speeds)
    assert Response.SLOWER not in {cue.response for cue in found.cues}


def test_nobody_knows_how_far(tmp_path: Path) -> None:
    """GIVEN a race with a strap, without pod and presses, that nobody finished WHEN it is reviewed
    THEN it has no distance and no laps: the engine's own guess, by the clock, is none.
    """
    found = of("heart rate alone", tmp_path)

    assert (None, ()) == (found.distance_m, found.laps)
    assert " m" not in found.headline.removeprefix("1500m")


def test_an_earlier_race_in_the_file_is_named(tmp_path: Path) -> None:
    """GIVEN two heats in one file WHEN it is reviewed THEN it is the second, and a note says that
    there was another; after a false start there was none.
    """
    assert any("before this one" in note for note in of("a second heat", tmp_path).notes)
    assert not any("before this one" in note for note in of("a false start", tmp_path).notes)


def test_one_stray_event_makes_no_millions_of_rows(tmp_path: Path) -> None:
    """GIVEN a run with a last reading three weeks later WHEN it is reviewed THEN the columns are no
    longer than those of somewhat more than a day, and reach from the start to the end.
    """
    given = native.unnamed(native.race("1500m")).later(1_900_000.0, 250.0)
    found = reviewed(read(native.write_inputs(tmp_path / "stray.jsonl", given)))

    assert len(found.series.race_s) <= MOST_ROWS
    assert found.seconds - 60.0 <= found.series.race_s[-1] <= found.seconds
    sensible(found)


def test_presses_alone_tell_the_pacing(tmp_path: Path) -> None:
    """GIVEN a press at each line and no pod WHEN the race is reviewed THEN the last lap stands
    against the rest, and what nobody timed is unknown.
    """
    found = of("no pod", tmp_path).pacing

    assert found is not None
    assert found.last_s < found.rest_s
    assert (None, None) == (found.last_200_s, found.kilometre_cv_percent)


@pytest.mark.parametrize("name", ["an hour's clock jump", "a gap over the finish"])
def test_a_last_lap_that_nobody_measured_is_not_judged(tmp_path: Path, name: str) -> None:
    """GIVEN silence over the last lap and a finish that nobody marked WHEN the race is reviewed
    THEN nothing is said of its pacing, and a note says why.
    """
    found = of(name, tmp_path)

    assert found.pacing is None
    assert any("nothing was measured" in note for note in found.notes)


@pytest.mark.parametrize("name", ["a machine that slept", "a clock that goes back"])
def test_a_clock_that_stood_still_is_noted(tmp_path: Path, name: str) -> None:
    """GIVEN a clock that lost a minute WHEN the race is reviewed THEN nothing is said of its
    pacing, and a note says why.
    """
    found = of(name, tmp_path)

    assert found.pacing is None
    assert any("clock stood still" in note for note in found.notes)


def test_a_race_that_never_began_says_how_to_see_it(tmp_path: Path) -> None:
    """GIVEN a race for which nobody pressed start WHEN it is reviewed THEN a note names the race
    and how to see the recording as one.
    """
    (note,) = [note for note in of("no start", tmp_path).notes if "nobody pressed start" in note]

    assert "1500m" in note
    assert "--start-offset" in note
