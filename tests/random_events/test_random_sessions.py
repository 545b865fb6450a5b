"""Random events for sessions: nothing raises, nothing spins, memory is bounded, and each promise
holds at each event.

As for races: any bytes, times, orders, marks and places, among a runner who really runs and stands.
"""

import pickle
from random import Random
from typing import Final

import pytest

from kickcue.config.plan_files import shipped_plans
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import load_settings
from kickcue.core.engine_config import EngineConfig
from kickcue.core.plan import straight
from tests.random_events.session_promises import SessionPromises
from tests.random_events.test_random_events import CHUNKS, EVENTS, LONGEST, SENSORS, USUAL
from tests.random_events.traffic import Traffic

MOST_BYTES: Final = 300_000
PLANS: Final = tuple(sorted(shipped_plans().keys() - {"race"}))
MANY: Final = 100_000
MUST_HAPPEN: Final = (
    "rep",
    "last_rep",
    "through",
    "go",
    "tick",
    "running",
    "stopped",
    "distance",
    "press",
    "undone",
    "leg_start",
    "rep_extra",
)


def setup(plan: str, rules: str) -> EngineConfig:
    """Return the engine's configuration for a shipped plan."""
    settings = load_settings(None, options={"race": "5000m", "plan": plan}, environ={})
    document = {**settings.document().as_json(), "rules": rules, "sensors": SENSORS}
    return RaceDocument.parse(document, "test").engine_config()


SETUPS: Final = (
    *(setup(plan, "training") for plan in PLANS),
    setup("strides", "road"),
    setup("two-hundreds", "sanctioned"),
)


def one_session(
    random: Random, config: EngineConfig, count: int
) -> tuple[SessionPromises, list[object]]:
    """Feed ``count`` random events and some ticks; return what was watched, and the events."""
    promises = SessionPromises(config)
    driven = random.random() < 0.7
    traffic = Traffic(random, straight(200.0)).events()
    fed: list[object] = []
    while len(fed) < count:
        event = next(traffic)
        if driven:
            promises.tick_until(event.t_ns)
        promises.feed(event)
        fed.append(event)
    return promises, fed


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_comes_in_the_session_keeps_its_promises(chunk: int) -> None:
    """GIVEN random events among running and rests THEN each promise holds at each of them, and the
    engine's state stays small.
    """
    left, number = EVENTS // CHUNKS, 0
    seen: dict[str, int] = {}
    while left > 0:
        seed = f"session {chunk} {number}"
        random = Random(seed)
        count = LONGEST if random.random() < 0.1 else random.randrange(1, 2 * USUAL)
        try:
            promises, fed = one_session(random, random.choice(SETUPS), min(count, left))
        except Exception as error:
            error.add_note(f"seed {seed!r}")
            raise
        assert len(pickle.dumps(promises.engine)) <= MOST_BYTES, f"seed {seed!r}"
        left, number = left - len(fed), number + 1
        for what, times in promises.seen.items():
            seen[what] = seen.get(what, 0) + times
    if EVENTS >= MANY * CHUNKS:
        assert [] == [what for what in MUST_HAPPEN if not seen.get(what)], "sessions really run"


@pytest.mark.parametrize("seed", range(4))
def test_the_same_again(seed: int) -> None:
    """GIVEN the same events twice THEN all that is said is the same."""
    first, _ = one_session(Random(seed), SETUPS[seed], 400)
    second, _ = one_session(Random(seed), SETUPS[seed], 400)
    assert first.outputs == second.outputs
