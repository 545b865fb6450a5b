"""Normal deviates in bulk are those that single calls would have given."""

from random import Random

import pytest

from kickcue.lab.normals import endless_normals, normals


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 1001])
@pytest.mark.parametrize("drawn_before", [0, 1])
def test_bulk_is_the_same_as_single_calls(count: int, drawn_before: int) -> None:
    """GIVEN two equal streams WHEN one is drawn from in bulk THEN both give and hold the same."""
    one, other = Random(7), Random(7)
    for stream in (one, other):
        for _ in range(drawn_before):
            stream.gauss(0.0, 1.0)
    assert [one.gauss(0.0, 1.0) for _ in range(count)] == normals(other, count)
    assert one.getstate() == other.getstate()


def test_what_is_drawn_between_two_changes_nothing() -> None:
    """GIVEN two equal streams WHEN other numbers are drawn between THEN all are the same."""
    one, other = Random(8), Random(8)
    endless = endless_normals(other)
    for n in range(20):
        assert one.gauss(0.0, 1.0) == next(endless)
        if n % 3 == 0:
            assert one.random() == other.random()
        if n % 5 == 0:
            assert one.gauss(2.0, 3.0) == other.gauss(2.0, 3.0)
    assert one.getstate() == other.getstate()
