"""One event costs a bounded amount of work, whatever its time says: a wrong clock must not hold up
a race.
"""

import sys
from types import FrameType
from typing import Any

from hypothesis import given, strategies as st

from kickcue.config.race_document import RaceDocument
from kickcue.core import events as ev
from kickcue.core.engine import Engine
from kickcue.core.units import s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

MOST_CALLS = 100_000
"""Function calls of one ``feed``. A mark that is judged again over four hours of running makes some
70,000; nothing else makes a tenth."""
SENSORS = {"pod": {"profile": "generic-rsc"}, "strap": {"profile": "generic-hr"}}
SETUPS = [
    RaceDocument.parse({"race": race, "sensors": SENSORS}, "test").engine_config()
    for race in ("800m", "5000m", "10000m", "10km")
]
jumps_s = (
    st.just(1.0)
    | st.sampled_from([0.0, 5.0, 80.0, 3600.0, 9 * 3600.0, 86400.0 * 365 * 35])
    | st.floats(0.0, 2.0**62 / 1e9)
)
words = st.sampled_from(
    [
        "pod",
        "slow pod",
        "still pod",
        "strap",
        "button",
        "gate",
        "beacon",
        "fix",
        "old fix",
        "tick",
        "undo",
        "stop",
        "go",
    ]
)


def word(kind: str, t_ns: int, total_m: float) -> ev.Input:
    made: dict[str, ev.Input] = {
        "pod": pod_notification(t_ns, PodSample(5.0, 90.0, total_m)),
        "slow pod": pod_notification(t_ns, PodSample(3.0, 80.0, None)),
        "still pod": pod_notification(t_ns, PodSample(0.0, 90.0, 0.0)),
        "strap": strap_notification(t_ns, 150.0),
        "button": ev.Mark(t_ns, ev.MarkSource.BUTTON),
        "gate": ev.Mark(t_ns, ev.MarkSource.GATE),
        "beacon": ev.BeaconReading(t_ns, -60),
        "fix": ev.Fix(t_ns, 51.0 + total_m / 111_000, 0.0),
        "old fix": ev.Fix(t_ns, 51.0 + total_m / 111_000, 0.0, age_s=1e300),
        "tick": ev.Tick(t_ns),
        "undo": ev.Command(t_ns, ev.CommandKind.UNDO_LAP),
        "stop": ev.Timer(t_ns, running=False),
        "go": ev.Timer(t_ns, running=True),
    }
    return made[kind]


def calls_of(engine: Engine, event: ev.Input) -> int:
    calls = 0

    def count(_frame: FrameType, happened: str, _arg: Any) -> None:
        nonlocal calls
        calls += happened == "call"
        assert calls <= MOST_CALLS, f"{event} holds the engine"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        engine.feed(event)
    finally:
        sys.setprofile(before)
    return calls


@given(st.sampled_from(SETUPS), st.lists(st.tuples(jumps_s, words), min_size=3, max_size=40))
def test_any_jump_in_time_costs_bounded_work(setup: Any, story: list[tuple[float, str]]) -> None:
    """GIVEN a race with any events at any times, hours or centuries apart THEN no feed makes more
    calls than ``MOST_CALLS``.
    """
    engine = Engine(setup)
    engine.feed(ev.Command(0, ev.CommandKind.START))
    t_ns = 0
    for number, (jump_s, kind) in enumerate(story):
        t_ns = min(t_ns + s_to_ns(jump_s), 2**63 - 1)
        calls_of(engine, word(kind, t_ns, 5.0 * number))
