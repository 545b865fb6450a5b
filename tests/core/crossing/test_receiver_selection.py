"""Of several receivers of positions one counts at a time."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given, strategies as st

from kickcue.core.crossing.receiver_selection import ReceiverSelection, is_position
from kickcue.core.events import Fix
from kickcue.core.units import s_to_ns

ORDER = (None, "phone", "watch")
receivers = st.sampled_from(ORDER)


def counted(
    heard: Iterable[tuple[float, str | None]], accuracy_m: float | None = None
) -> list[tuple[float, str | None]]:
    """Return which of (second, receiver) count."""
    choice = ReceiverSelection(ORDER)
    return [
        each
        for each in heard
        if choice.is_leading(Fix(s_to_ns(each[0]), 51.5, 0.0, accuracy_m), each[1])
    ]


@given(st.lists(st.floats(0.0, 1000.0)), receivers)
def test_a_receiver_alone_counts_always(seconds: list[float], receiver: str | None) -> None:
    """GIVEN one receiver, with whatever gaps THEN all it says counts."""
    heard = [(second, receiver) for second in sorted(seconds)]
    assert heard == counted(heard)


def test_the_first_in_order_counts_once_settled() -> None:
    """GIVEN a phone, and later a receiver of its own THEN the phone counts until the other has been
    well for 5 s, then never again.
    """
    heard = [(float(n), "phone") for n in range(30)] + [(n + 0.5, None) for n in range(10, 30)]
    found = counted(sorted(heard, key=lambda each: each[0]))
    assert [(float(n), "phone") for n in range(16)] + [
        (n + 0.5, None) for n in range(15, 30)
    ] == sorted(found, key=lambda each: each[0])


def test_the_next_counts_when_the_first_falls_silent() -> None:
    """GIVEN two receivers WHEN the first falls silent THEN the other counts 5 s later, and no fix
    of the two is mixed in between.
    """
    heard = [(float(n), None) for n in range(10)] + [(n + 0.5, "phone") for n in range(30)]
    found = counted(sorted(heard, key=lambda each: each[0]))
    assert {None} == {receiver for second, receiver in found if second < 14.0}
    assert [(n + 0.5, "phone") for n in range(14, 30)] == [
        each for each in found if each[0] >= 14.0
    ]


def test_a_rough_receiver_is_none() -> None:
    """GIVEN fixes good to 11 m THEN they count for nothing, and their receiver leads nobody."""
    choice = ReceiverSelection(ORDER)
    assert not choice.is_leading(Fix(0, 51.5, 0.0, 11.0), None)
    assert not choice.is_leading(Fix(0, 51.5, 0.0, float("nan")), None)
    assert choice.is_leading(Fix(1, 51.5, 0.0), "watch")


@given(st.fixed_dictionaries(dict.fromkeys(ORDER, st.floats(0.0, 60.0))))
def test_receivers_that_work_take_over_once(begin_s: dict[str | None, float]) -> None:
    """GIVEN three receivers that begin at any time and tell a fix a second THEN the first in order
    ends up counting, and none comes back.
    """
    heard = [(first_s + n, receiver) for receiver, first_s in begin_s.items() for n in range(80)]
    found = [
        receiver
        for second, receiver in counted(sorted(heard, key=lambda each: each[0]))
        if second < 70.0
    ]
    turns = [receiver for receiver, _ in groupby(found)]
    assert len(turns) == len(set(turns))
    assert turns[-1] is None


@pytest.mark.parametrize("receiver", ORDER)
def test_after_a_long_silence_of_all(receiver: str | None) -> None:
    """GIVEN nobody heard for a minute THEN whoever comes first counts."""
    assert (100.0, receiver) in counted([(0.0, None), (0.0, "phone"), (100.0, receiver)])


@pytest.mark.parametrize(
    ("place", "is_one"),
    [
        ((51.5, 0.0), True),
        ((0.0, 36.8), True),
        ((0.0, 0.0), False),
        ((90.1, 0.0), False),
        ((math.nan, 8.0), False),
    ],
    ids=["on the meridian", "on the equator", "where both meet", "off the globe", "no number"],
)
def test_what_is_position(place: tuple[float, float], is_one: bool) -> None:
    """One may run at Greenwich and at the equator, but nobody does where both are 0."""
    assert is_one is is_position(*place)


@pytest.mark.parametrize("age_s", [3601.0, -3601.0, math.nan, math.inf])
def test_a_fix_of_another_day_does_not_count(age_s: float) -> None:
    """GIVEN a fix that is more than an hour old, or ahead, or whose age is no time THEN it does not
    count, and one of half an hour does.
    """
    fix = Fix(s_to_ns(10.0), 51.5, 8.0, age_s=age_s)
    assert not ReceiverSelection([None]).is_leading(fix, None)
    assert ReceiverSelection([None]).is_leading(replace(fix, age_s=1800.0), None)
