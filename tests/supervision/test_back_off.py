"""Pauses grow with each failure in a row, up to a limit, and never fail themselves."""

import logging

import pytest

from kickcue.supervision.back_off import BackOff


def test_the_ceiling_doubles_up_to_the_longest() -> None:
    """GIVEN failures in a row THEN the pause may be twice as long after each, up to the longest."""
    back_off = BackOff(0.1, 2.0)
    ceilings = []
    for _ in range(7):
        ceilings.append(back_off.ceiling_s)
        back_off.failed()
    assert ceilings == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0])


def test_pauses_are_drawn_below_the_ceiling() -> None:
    """GIVEN many pauses THEN they differ, so that several do not try in step, and none is longer
    than the ceiling.
    """
    back_off = BackOff(0.1, 5.0, failures=3)
    drawn = [back_off.pause_s() for _ in range(500)]
    assert 0.0 <= min(drawn) < 0.1
    assert 0.7 < max(drawn) <= back_off.ceiling_s == pytest.approx(0.8)


def test_hours_of_failures_are_no_trouble() -> None:
    """GIVEN an edge that fails for hours THEN there is still a pause: 2 to the number of failures
    is soon too large for a float.
    """
    assert BackOff(0.2, 2.0, failures=100_000).ceiling_s == 2.0


def test_a_success_begins_anew() -> None:
    """GIVEN failures WHEN all is well again THEN the next pause is short."""
    back_off = BackOff(0.1, 2.0, failures=5)
    back_off.succeeded()
    assert back_off.ceiling_s == 0.1


def test_what_has_lasted_was_no_failure() -> None:
    """GIVEN connections WHEN one ends early THEN it counts; one that has lasted begins anew."""
    back_off = BackOff(0.1, 2.0, lasting_s=2.0)
    back_off.ended_after(1.9)
    back_off.ended_after(0.0)
    assert back_off.failures == 2
    back_off.ended_after(2.0)
    assert back_off.failures == 0


def test_the_first_failure_is_a_warning_and_the_others_are_not() -> None:
    """GIVEN failures in a row THEN only the first is loud; after a success the next is."""
    back_off = BackOff(0.1, 2.0)
    assert [logging.WARNING, logging.DEBUG] == [back_off.log_level(), back_off.log_level()]
    back_off.succeeded()
    assert back_off.log_level() == logging.WARNING
