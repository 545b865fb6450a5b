"""Two million random events: nothing raises, cues keep their caps and their spacing, time goes on,
and memory is bounded.

Any order, any bytes, any times (backwards, by years), any orders, marks, positions and beacons,
among a runner who really runs. ``KICKCUE_RANDOM`` sets how many events are fed (``make
test-random``: 2,000,000).
"""

import os
import pickle
from random import Random
from typing import Final

import pytest

from kickcue.config.race_document import RaceDocument
from kickcue.core.engine_config import EngineConfig
from tests.random_events.promises import Promises
from tests.random_events.traffic import Traffic

EVENTS: Final = int(os.environ.get("KICKCUE_RANDOM", "20000"))
CHUNKS: Final = 16
MANY: Final = 1_000_000
"""Of so many each part has everything in it that can happen."""
LONGEST: Final = 8000
USUAL: Final = 700
"""Events of one engine: of one in ten, and of the others on average. The first one gets half of
all."""
MOST_BYTES: Final = 8_000_000
"""Pickled: what came since the gun, kept should the distance be corrected, is nearly all of it; of
two races at most."""
SENSORS: Final = {"pod": {"profile": "generic-rsc"}, "strap": {"profile": "generic-hr"}}
RACES: Final = (
    {"race": "800m"},
    {"race": "800m", "target_s": 160},
    {"race": "3000m", "lap_m": 200, "target_s": 600, "splits": "both"},
    {"race": "5000m", "splits": "sound"},
    {"race": "1500m"},
    {"race": "1500m", "target_s": 300, "lead_ms": 200},
    {"race": "3000m", "lap_m": 200, "target_s": 600},
    {"race": "3000m", "lap_m": 200, "hr_ceiling_bpm": 160},
    {"race": "5000m", "target_s": 1000},
    {"race": "10000m", "rules": "sanctioned"},
    {"race": "100000m"},
    {"race": "5k", "rules": "road"},
    {
        "race": "mile",
        "smile": False,
        "gate": {"lat_deg": 52.0, "lon_deg": 5.0, "heading_deg": 90.0},
    },
)
SETUPS: Final = tuple(
    RaceDocument.parse({**race, "sensors": SENSORS}, "test").engine_config() for race in RACES
)
MUST_HAPPEN: Final = (
    "last_lap",
    "turnover",
    "even",
    "finished",
    "aborted",
    "line",
    "mark_doubted",
    "undone",
    "started_again",
)


def one_engine(random: Random, setup: EngineConfig, count: int) -> tuple[Promises, int]:
    """Feed ``count`` random events and some ticks; return what was watched and how many events
    there were.
    """
    promises = Promises(setup)
    driven = random.random() < 0.7
    traffic = Traffic(random, setup.race.course).events()
    fed = 0
    while fed < count:
        event = next(traffic)
        if driven:
            fed += promises.tick_until(event.t_ns)
        promises.feed(event)
        fed += 1
    return promises, fed


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_comes_in_the_engine_keeps_its_promises(chunk: int) -> None:
    """GIVEN random events among a running race THEN each promise holds at each of them, and the
    engine's state stays small.
    """
    left, number = EVENTS // CHUNKS, 0
    seen: dict[str, int] = {}
    while left > 0:
        seed = f"{chunk} {number}"
        random = Random(seed)
        count = LONGEST if random.random() < 0.1 else random.randrange(1, 2 * USUAL)
        count = left // 2 if number == 0 else count
        try:
            promises, fed = one_engine(random, random.choice(SETUPS), min(count, left))
        except Exception as error:
            error.add_note(f"seed {seed!r}")
            raise
        assert len(pickle.dumps(promises.engine)) <= MOST_BYTES, f"seed {seed!r}"
        left, number = left - fed, number + 1
        for what, times in promises.seen.items():
            seen[what] = seen.get(what, 0) + times
    if EVENTS >= MANY:
        assert [] == [what for what in MUST_HAPPEN if not seen.get(what)], "races really run"
