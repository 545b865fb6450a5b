"""Reviews of whole recordings: a race, a session, a run."""

import json
from math import fsum

from kickcue.analysis.review.as_json import review_json
from kickcue.analysis.review.model import Ending, ReviewKind
from tests.analysis.review import made_up


def test_the_laps_of_a_race_are_its_whole_time() -> None:
    """From the gun to the finish nothing is left out and nothing counts twice."""
    review = made_up.race()
    assert (ReviewKind.RACE, Ending.FINISHED) == (review.kind, review.ending)
    assert abs(review.seconds - fsum(lap.seconds for lap in review.laps)) < 1e-6
    assert review.course is not None
    assert review.course.lines_m == tuple(lap.to_m for lap in review.laps)


def test_a_session_has_its_repetitions_and_a_run_its_kilometres() -> None:
    """Each kind of recording is reviewed as what it is."""
    session, run = made_up.session(), made_up.run()
    assert ReviewKind.SESSION is session.kind
    assert session.repeats is not None
    assert session.repeats.planned == len(session.repeats.each) == 4
    assert ReviewKind.RUN is run.kind
    assert [1000.0, 2000.0, 3000.0, 3150.0] == [lap.to_m for lap in run.laps]


def test_reviews_are_json() -> None:
    """Every review can be written as JSON, with its fields as keys."""
    for review in (made_up.race(), made_up.session(), made_up.run()):
        written = json.loads(json.dumps(review_json(review), allow_nan=False))
        assert written["headline"] == review.headline
        assert len(written["laps"]) == len(review.laps)
