"""The laps that a page is shown while the race is on."""

from typing import Final

import pytest

from kickcue.core.course import Course
from kickcue.core.events import Estimate, Mode
from kickcue.core.units import s_to_ns
from kickcue.daemon.live_laps import LiveLaps
from tests.daemon.test_race_daemon import settings

COURSE: Final[Course] = settings().document().course()
GUN_NS: Final = s_to_ns(10)
OVER_NS: Final = s_to_ns(170)


def run_until(metres: float, *, pressed: bool) -> LiveLaps:
    """Return the laps of who runs at 5 m/s and presses at the first line, or does not."""
    laps, marked = LiveLaps(), None
    for second in range(int(metres / 5.0)):
        if pressed and second > 80:
            marked = (400.0, s_to_ns(90.5))
        here = Estimate(
            s_to_ns(10 + second), 5.0 * second, 3.0, 5.0, None, None, 1, None, None, Mode.POD
        )
        laps.look(COURSE, GUN_NS, here, marked)
    return laps


@pytest.mark.parametrize("pressed", [True, False])
def test_the_last_lap_ends_with_the_race(pressed: bool) -> None:
    """GIVEN a race whose last estimate is metres before the line WHEN it is finished THEN its last
    lap is there, as exact as the presses at both its ends.
    """
    laps = run_until(790, pressed=pressed)
    assert [1] == [lap.lap for lap in laps.laps]
    laps.finish(COURSE, GUN_NS, OVER_NS, pressed=pressed)
    first, last = laps.laps
    assert (2, 160.0) == (last.lap, last.race_s)
    assert 160.0 - first.race_s == last.lap_s
    assert (0.0 if pressed else None) == last.error_s
    assert (80.5 if pressed else pytest.approx(80, abs=1)) == first.lap_s


def test_a_finish_that_is_undone_takes_its_lap_along() -> None:
    """GIVEN a finish pressed at 600 m WHEN it is undone and the race goes on THEN no lap is left of
    it; at the finish there is one, and it stays when nothing is known any more of the place.
    """
    laps = run_until(600, pressed=True)
    laps.finish(COURSE, GUN_NS, s_to_ns(130), pressed=True)
    here = Estimate(s_to_ns(131), 605.0, 3.0, 5.0, None, None, 2, None, None, Mode.POD)
    laps.look(COURSE, GUN_NS, here, (400.0, s_to_ns(90.5)))
    assert [1] == [lap.lap for lap in laps.laps]
    for _ in range(2):
        nowhere = Estimate(OVER_NS, *(None,) * 8, Mode.CLOCK)
        laps.look(COURSE, GUN_NS, nowhere, None)
        laps.finish(COURSE, GUN_NS, OVER_NS, pressed=True)
    assert [1, 2] == [lap.lap for lap in laps.laps]
    assert 160.0 == laps.laps[-1].race_s


def test_a_lap_whose_beginning_nobody_knows_has_no_time() -> None:
    """GIVEN a page that was opened after the last line but one THEN the last lap is there without a
    time of its own.
    """
    laps = LiveLaps()
    laps.finish(COURSE, GUN_NS, OVER_NS, pressed=True)
    (last,) = laps.laps
    assert (2, 160.0, None, None) == (last.lap, last.race_s, last.lap_s, last.error_s)
