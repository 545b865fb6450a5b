"""The article's sessions laid out over the weeks before a race.

What is done is the article's: strides after easy runs, 200s after the interval workout, the end of
the race in a workout, the race in the head. On which days is judgement.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

MOST_WEEKS: Final = 12
_WEEK: Final = 7
JUDGEMENT: Final = (
    "The sessions are the article's. How they lie over the days is judgement and no finding: move "
    "them to fit your own training, with an easy day between two hard ones. The last week is "
    "lighter, and nothing is hard in its last three days."
)


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """What is done on a day: plans by name, and how, in a sentence."""

    plans: tuple[str, ...]
    how: str
    hard: bool


@dataclass(frozen=True, slots=True)
class BlockDay:
    """A session on its day; ``to_go`` are the days to the race, and week 1 is the first."""

    day: date
    to_go: int
    week: int
    session: PlannedSession

    @property
    def uid(self) -> str:
        """The same for the same session before the same race, whenever it is asked for."""
        race = self.day + timedelta(days=self.to_go)
        return str(uuid5(NAMESPACE_URL, f"kickcue:block:{race}:{self.to_go}:{self.title}"))

    @property
    def title(self) -> str:
        """The plans, or what is done where there is none."""
        return " + ".join(self.session.plans) or "imagine the finish"


_STRIDES: Final = PlannedSession(("strides",), "after an easy run", hard=False)
_INTERVALS: Final = PlannedSession(
    ("intervals", "two-hundreds"),
    "your interval workout, the 200s before the cool-down",
    hard=True,
)
_FINISH: Final = PlannedSession(
    ("simulated-finish",), "the last repeat is the last lap of the race", hard=True
)
_IMAGINE: Final = PlannedSession((), "run it in your head: kick hard, do not back down", hard=False)
_RACE: Final = PlannedSession(
    ("race",), "run evenly, save nothing for the kick, and kick", hard=True
)

_ANY_WEEK: Final = {7: _STRIDES, 6: _INTERVALS, 4: _STRIDES}
"""By the days to the end of the week; 7 is its first day."""
_WEEK_BEFORE_LAST: Final = {**_ANY_WEEK, 3: _FINISH}
_LAST_WEEK: Final = {7: _STRIDES, 5: _FINISH, 4: _STRIDES, 1: _IMAGINE}


def block(race: date, weeks: int) -> tuple[BlockDay, ...]:
    """Return every session of the ``weeks`` before a race, and the race itself, in order."""
    days = []
    for left in range(weeks, 0, -1):
        sessions = {1: _LAST_WEEK, 2: _WEEK_BEFORE_LAST}.get(left, _ANY_WEEK)
        for in_week, session in sorted(sessions.items(), reverse=True):
            to_go = _WEEK * (left - 1) + in_week
            days.append(BlockDay(race - timedelta(to_go), to_go, weeks - left + 1, session))
    return (*days, BlockDay(race, 0, weeks, _RACE))
