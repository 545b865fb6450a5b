"""The block of sessions before a race: what lies on which day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from kickcue.cli.training_block import MOST_WEEKS, BlockDay, block
from kickcue.config.plan_files import shipped_plans

RACE = date(2026, 12, 20)
WEEKS = range(1, MOST_WEEKS + 1)


def _weeks(days: tuple[BlockDay, ...]) -> dict[int, list[BlockDay]]:
    """Return the sessions before the race by week, the last week 1."""
    found: dict[int, list[BlockDay]] = {}
    for each in days:
        if each.to_go:
            found.setdefault((each.to_go + 6) // 7, []).append(each)
    return found


@pytest.mark.parametrize("weeks", WEEKS)
def test_each_week_has_strides_twice_and_200s_once_but_in_the_last(weeks: int) -> None:
    """GIVEN a block of any length THEN every week has strides on two days; 200s follow the
    interval workout once in each but the last, which is lighter; the end of the race is simulated
    once in each of the last two.
    """
    by_week = _weeks(block(RACE, weeks))
    assert list(range(weeks, 0, -1)) == list(by_week)
    for left, days in by_week.items():
        plans = [each.session.plans for each in days]
        assert 2 == plans.count(("strides",))
        assert (left > 1) == (("intervals", "two-hundreds") in plans)
        assert (left <= 2) == (("simulated-finish",) in plans)
    if weeks > 1:
        hard = {left: sum(it.session.hard for it in days) for left, days in by_week.items()}
        assert hard[1] == 1 < hard[2] == 2


@pytest.mark.parametrize("weeks", WEEKS)
def test_nothing_is_hard_in_the_last_three_days(weeks: int) -> None:
    """The last hard session is at least four days before the race, and no two hard ones follow
    each other.
    """
    *before, race = block(RACE, weeks)
    assert (RACE, ("race",)) == (race.day, race.session.plans)
    hard = [each.day for each in before if each.session.hard]
    assert (RACE - hard[-1]).days > 3
    assert all((later - earlier).days >= 2 for earlier, later in pairwise(hard))


@pytest.mark.parametrize("weeks", WEEKS)
def test_days_are_in_order_one_session_each_and_every_plan_is_there(weeks: int) -> None:
    """The days of a block ascend from its first week to the race, and name shipped plans only."""
    days = block(RACE, weeks)
    assert days[0].day >= RACE - timedelta(weeks=weeks)
    assert all(earlier.day < later.day for earlier, later in pairwise(days))
    assert all(RACE - each.day == timedelta(each.to_go) for each in days)
    assert {name for each in days for name in each.session.plans} <= set(shipped_plans())


def test_an_entry_keeps_its_id() -> None:
    """WHEN a block is made again, longer THEN what was in it has the same ids, so that a calendar
    replaces it; each id is there once; another race has others.
    """
    short, long = ({each.uid for each in block(RACE, weeks)} for weeks in (2, 4))
    assert short < long
    assert len(long) == len(block(RACE, 4))
    assert not long & {each.uid for each in block(RACE + timedelta(1), 4)}
