"""How old gpsd's positions are: by a clock that can be believed, and without one by the others that
came before.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.core.units import s_to_ns
from kickcue.edges.gnss.ages import Ages
from tests.edges.gnss.conftest import tpv

NOON_S = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("utc_s", "age_s"),
    [
        (NOON_S + 0.35, 0.35),
        (NOON_S, 0.0),
        (NOON_S - 0.2, None),
        (NOON_S + 18.0, None),
        (0.0, None),
        (None, None),
    ],
    ids=[
        "a third of a second",
        "now",
        "from the future",
        "leap seconds not known yet",
        "a clock never set",
        "no clock",
    ],
)
def test_by_the_clock(utc_s: float | None, age_s: float | None) -> None:
    """GIVEN gpsd's time THEN the age is the difference to a clock that can be believed, and none
    where that makes no sense.
    """
    assert Ages().age_s(tpv(0), 0, utc_s) == (
        None if age_s is None else pytest.approx(age_s, abs=1e-6)
    )


@pytest.mark.parametrize(
    "ahead_s",
    [None, 0.0, 18.0, -3600.0],
    ids=["no clock", "right", "leap seconds", "an hour behind"],
)
def test_a_burst_is_as_old_as_it_came_late(ahead_s: float | None) -> None:
    """GIVEN a position a second, 0.2 s old WHEN the connection stands still for 30 s and then gives
    all at once THEN each has its age.
    """
    ages = Ages()

    def age_s(second: int, came_s: float) -> float | None:
        utc_s = None if ahead_s is None else NOON_S + came_s - ahead_s
        return ages.age_s(tpv(second), s_to_ns(came_s), utc_s)

    steady = [age_s(second, second + 0.2) for second in range(20)]
    assert steady == pytest.approx([0.2] * 20) if ahead_s == 0.0 else steady == [None] * 20
    found = [age_s(second, 50.0) for second in range(20, 50)]
    assert found[:27] == pytest.approx([50.0 - second for second in range(20, 47)], abs=0.21)
    assert age_s(50, 50.2) in (None, pytest.approx(0.2))


def test_a_clock_that_is_put_back_is_believed_after_a_few() -> None:
    """GIVEN a receiver whose clock goes back by 5 s WHEN it goes on THEN its positions are of now
    again from the fourth on.
    """
    ages = Ages()
    for second in range(20):
        ages.age_s(tpv(second), s_to_ns(second), None)
    later = [ages.age_s(tpv(second - 5), s_to_ns(second), None) for second in range(20, 30)]
    assert later[:3] == [5.0] * 3
    assert later[3:] == [None] * 7


@given(
    st.lists(
        st.tuples(
            st.none()
            | st.booleans()
            | st.floats()
            | st.text()
            | st.datetimes().map(datetime.isoformat),
            st.floats(0, 1e4),
        )
    )
)
def test_anything_goes_in(said: list[tuple[Any, float]]) -> None:
    """GIVEN any JSON for a time THEN nothing is raised, and no position is from the future."""
    ages = Ages()
    for told, t_s in said:
        age_s = ages.age_s({"time": told}, s_to_ns(t_s), NOON_S + t_s)
        assert age_s is None or age_s >= 0.0
