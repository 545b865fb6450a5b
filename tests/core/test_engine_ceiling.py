"""The heart-rate ceiling: a wish of the athlete, decided before the bell, and never by a strap that
cannot be believed.
"""

import pytest

from kickcue.core.events import Arm, Cue, CueKind
from tests.core.scenario import Race


def ceiling_race(*, ceiling_bpm: float | None, over_from_m: float, bpm: float = 185.0) -> Race:
    """Return a 1500 m at 5 m/s up to 4 s before the bell, the heart at ``bpm`` from ``over_from_m``
    on.
    """
    race = Race("1500m", wishes={} if ceiling_bpm is None else {"hr_ceiling_bpm": ceiling_bpm})
    race.strap.bpm = 170.0
    race.gun()
    race.runs_and_presses(5.0, upto_m=over_from_m)
    race.strap.bpm = bpm
    race.runs_to(1080.0, 5.0)
    return race


def finishes(race: Race) -> list[CueKind]:
    race.runs_to(1510.0, 5.0)
    return race.cues()


KICK = [CueKind.LAST_LAP, CueKind.TURNOVER, CueKind.DRIVE]


def test_off_by_default() -> None:
    """GIVEN no ceiling THEN no heart rate changes a cue."""
    assert KICK == finishes(ceiling_race(ceiling_bpm=None, over_from_m=800.0, bpm=220.0))


def test_over_the_ceiling_for_long() -> None:
    """GIVEN 20 s and more at the ceiling before the bell THEN hold is felt in the last lap's place,
    under its id, and no kick.
    """
    race = ceiling_race(ceiling_bpm=180.0, over_from_m=900.0)
    assert [CueKind.HOLD] == finishes(race)
    (hold,) = [c for c in race.all(Cue) if c.kind is CueKind.HOLD]
    assert "last_lap-1" == hold.id
    assert {"last_lap-1"} == {a.cue.id for a in race.all(Arm)}
    assert CueKind.HOLD is race.all(Arm)[-1].cue.kind


def test_below_the_ceiling() -> None:
    """GIVEN a heart just below its ceiling THEN the kick is on."""
    assert KICK == finishes(ceiling_race(ceiling_bpm=186.0, over_from_m=900.0))


def test_over_the_ceiling_for_a_moment() -> None:
    """GIVEN less than 20 s at the ceiling before the bell THEN the kick is on, and the crossing
    after the bell changes nothing.
    """
    assert KICK == finishes(ceiling_race(ceiling_bpm=180.0, over_from_m=1020.0))


def test_back_below_the_ceiling_in_time() -> None:
    """GIVEN an armed hold WHEN the heart comes down before the bell THEN the last lap is armed
    again, and felt.
    """
    race = ceiling_race(ceiling_bpm=180.0, over_from_m=900.0)
    race.strap.bpm = 175.0
    assert KICK == finishes(race)
    assert [CueKind.LAST_LAP, CueKind.HOLD, CueKind.LAST_LAP] == _without_repeats(
        [a.cue.kind for a in race.all(Arm)]
    )


def _without_repeats(kinds: list[CueKind]) -> list[CueKind]:
    return [kind for n, kind in enumerate(kinds) if n == 0 or kinds[n - 1] is not kind]


@pytest.mark.parametrize("strap", ["silent", "wild", "no link"])
def test_a_strap_that_cannot_be_believed_blocks_nothing(strap: str) -> None:
    """GIVEN a heart over its ceiling BUT WHEN the strap is silent, wild or gone at the bell THEN
    the kick is on.
    """
    race = ceiling_race(ceiling_bpm=180.0, over_from_m=900.0)
    if strap == "wild":
        race.strap.bpm = 240.0
    else:
        race.strap.falls_silent(10)
    if strap == "no link":
        race.loses("strap")
    assert KICK == finishes(race)


def test_below_the_ceiling_after_the_bell() -> None:
    """GIVEN a hold was felt WHEN the heart comes down after the bell THEN it stays a hold: it is
    decided before the bell.
    """
    race = ceiling_race(ceiling_bpm=180.0, over_from_m=900.0)
    race.runs_to(1110.0, 5.0)
    race.strap.bpm = 150.0
    assert [CueKind.HOLD] == finishes(race)
