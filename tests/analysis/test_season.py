"""A season out of digests, and digests out of reviews."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.model import PositionReview
from kickcue.analysis.review_digest import RepeatGroup, ReviewDigest, digest
from kickcue.analysis.season import season
from kickcue.core.errors import DataError
from tests.analysis.made_up_reviews import race, run, session

LAPS = (38.0, *[76.0] * 11, 72.0)


def on(day: str, **more: Any) -> dict[str, Any]:
    return {"utc": f"2026-{day}T18:00:00Z", **more}


def test_races_are_in_order_of_time_and_recordings_latest_first() -> None:
    """GIVEN races in any order, one without a date, one given up THEN the finished ones with a date
    make the season, and all are listed.
    """
    found = season(
        [
            ("b", digest(race("5000m", LAPS, **on("06-14")))),
            ("none", digest(race("5000m", LAPS))),
            ("a", digest(race("5000m", LAPS, **on("05-01")))),
            ("stopped", digest(race("5000m", LAPS[:5], **on("05-20")))),
        ],
        UTC,
    )
    assert ["a", "b"] == [each.file for each in found.races]
    assert ["b", "stopped", "a", "none"] == [each.file for each in found.recordings]


def test_weeks_count_strides_and_two_hundreds() -> None:
    """GIVEN sessions of 50 m, 196 m and 1000 m in one week and a race in the next THEN the strides,
    200s and other repetitions of each week are counted.
    """
    found = season(
        [
            ("strides", digest(session(50.0, [7.0] * 5, **on("06-08")))),
            ("again", digest(session(60.0, [8.0] * 4, **on("06-14")))),
            ("200s", digest(session(196.0, [31.0] * 3, **on("06-10")))),
            ("long", digest(session(1000.0, [190.0] * 6, **on("06-11")))),
            ("by time", digest(session(None, [30.0] * 2, **on("06-11")))),
            ("race", digest(race("5000m", LAPS, **on("06-20")))),
            ("easy", digest(run(**on("07-20")))),
        ],
        UTC,
    )
    assert [
        (date(2026, 6, 8), 9, 3, 8, 5, 0),
        (date(2026, 6, 15), 0, 0, 0, 0, 1),
    ] == [
        (week.monday, week.strides, week.two_hundreds, week.other_reps, week.sessions, week.races)
        for week in found.weeks
    ]


def test_a_day_is_the_runners_own() -> None:
    """GIVEN a run at 22:30 UTC WHEN the runner lives two hours east THEN it was the next day."""
    late = [("late", digest(run(utc="2026-06-14T22:30:00Z")))]
    assert date(2026, 6, 15) == season(late, timezone(timedelta(hours=2))).recordings[0].day
    assert date(2026, 6, 14) == season(late, UTC).recordings[0].day


@pytest.mark.parametrize("utc", [None, "1989-12-31T00:00:00Z"])
def test_a_clock_that_was_not_set_is_no_date(utc: str | None) -> None:
    """A recording whose watch did not know the date is listed, and in no week."""
    found = season([("race", digest(race("5000m", LAPS, utc=utc)))], UTC)
    assert (None, ()) == (found.recordings[0].day, found.weeks)


def test_the_best_last_lap_of_each_event() -> None:
    """GIVEN several races of two events THEN each event has its fastest last lap, the shorter event
    first, with how many races it was the best of.
    """
    faster = (*LAPS[:-1], 66.5)
    found = season(
        [
            ("slow", digest(race("5000m", LAPS, **on("05-01")))),
            ("fast", digest(race("5000m", faster, **on("06-01")))),
            ("short", digest(race("1500m", (57.0, 76.0, 76.0, 70.0), **on("07-01")))),
        ],
        UTC,
    ).best_last
    assert [("1500m", 400.0, 70.0, "short", 1), ("5000m", 400.0, 66.5, "fast", 2)] == [
        (best.event, best.last_m, best.last_s, best.race.file, best.races) for best in found
    ]


def test_a_pods_scale_is_followed() -> None:
    """Only recordings that show the scale of the pod are in its course."""
    known = PositionReview(12, 12, 3.0, 1.0, 1.013)
    found = season(
        [
            ("with", digest(race("5000m", LAPS, position=known, **on("05-01")))),
            ("without", digest(race("5000m", LAPS, **on("06-01")))),
        ],
        UTC,
    )
    assert [("with", 1.013)] == [(each.file, each.digest.pod_scale) for each in found.scaled]


def test_repetitions_are_grouped_by_length() -> None:
    """GIVEN three 200s as a receiver measured them and two of 1000 m THEN there are two groups; a
    repetition of which an end was not seen counts in none.
    """
    both = session(200.0, (30.0, 31.0, 32.0, 190.0, 200.0, 60.0))
    assert both.repeats is not None
    lengths = (196.0, 203.0, 201.0, 1000.0, 990.0, 200.0)
    each = [replace(rep, metres=m) for rep, m in zip(both.repeats.each, lengths, strict=True)]
    each[-1] = replace(each[-1], whole=False)
    found = digest(replace(both, repeats=replace(both.repeats, each=tuple(each)))).groups
    assert (RepeatGroup(200.0, 3, 31.0), RepeatGroup(995.0, 2, 195.0)) == found


digests = st.builds(
    ReviewDigest,
    utc=st.none() | st.just("2026-06-14T10:09:11Z"),
    **{
        name: st.none() | st.floats(allow_nan=False, allow_infinity=False)
        for name in ("distance_m", "last_m", "last_s", "kick_percent", "even_percent")
    },
    **{name: st.none() | st.floats(0.0, 2.0) for name in ("saved_up_s", "pod_scale")},
    seconds=st.floats(0.0, 1e6),
    groups=st.lists(
        st.builds(RepeatGroup, st.none() | st.floats(0.0, 1e4), st.integers(0), st.floats(0.0, 1e4))
    ).map(tuple),
)


@given(digests)
def test_a_digest_comes_back_from_json(given_digest: ReviewDigest) -> None:
    """Any digest is the same after it was written as JSON and read again."""
    text = json.dumps(given_digest.as_json(), allow_nan=False)
    assert given_digest == ReviewDigest.from_json(json.loads(text))


@pytest.mark.parametrize(
    "key", [field.name for field in fields(ReviewDigest)] + ["groups.count", "unheard_of"]
)
@pytest.mark.parametrize("wrong", [[], {}, "x", True, [1], [{"count": "x"}]])
def test_what_is_no_digest_is_refused(key: str, wrong: Any) -> None:
    """GIVEN a digest with one value of another kind THEN it is refused, whatever the key."""
    good = digest(session(200.0, (30.0, 31.0))).as_json()
    if key == "groups.count":
        good["groups"][0]["count"] = wrong
    elif (key, wrong) == ("groups", []) or (key in {"title", "event"} and wrong == "x"):
        return
    else:
        good[key] = wrong
    with pytest.raises(DataError):
        ReviewDigest.from_json(good)
