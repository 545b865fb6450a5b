"""Sessions beside each other, repetition by repetition."""

from dataclasses import replace

import pytest

from kickcue.analysis.session_comparison import compare_sessions
from kickcue.core.errors import DataError
from tests.analysis.made_up_reviews import run, session


def test_repetitions_of_a_number_stand_beside_each_other() -> None:
    """GIVEN two sessions of 200 m of which one has a repetition more THEN each is against the one
    of its number, and the odd one stands alone.
    """
    found = compare_sessions([session(200.0, (40.0, 39.0, 38.0)), session(200.0, (39.0, 40.0))])
    assert [(0.0, -1.0), (0.0, 1.0), (0.0, None)] == [row.lost_s for row in found.rows]
    assert [0.0, pytest.approx(100 / 39)] == list(found.rows[0].faster_percent)
    assert found.rows[2].each[1] is None


@pytest.mark.parametrize(
    ("metres", "lost_s"), [(200.0, 1.0), (205.0, 1.0), (300.0, None), (None, None)]
)
def test_other_lengths_are_not_compared_by_time(metres: float | None, lost_s: float | None) -> None:
    """Times are compared of one length alone, within what a receiver is good for."""
    found = compare_sessions([session(200.0, (40.0,)), session(metres, (41.0,))])
    assert lost_s == found.rows[0].lost_s[1]


def test_what_was_not_seen_whole_is_not_compared() -> None:
    """GIVEN a repetition whose end was not seen THEN no time is set against it."""
    cut = session(200.0, (41.0,))
    assert cut.repeats is not None
    half = replace(cut.repeats, each=(replace(cut.repeats.each[0], whole=False),))
    found = compare_sessions([session(200.0, (40.0,)), replace(cut, repeats=half)])
    assert found.rows[0].lost_s[1] is None


def test_a_run_without_repetitions_is_refused() -> None:
    """GIVEN a run in which nothing was repeated THEN its file is named."""
    with pytest.raises(DataError, match=r"easy\.fit: no repetitions to compare"):
        compare_sessions([session(200.0, (40.0,)), run("easy.fit")])
