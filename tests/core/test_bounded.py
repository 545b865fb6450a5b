"""The core's state is bounded: nobody who can send events can fill its memory, whatever they send
and however fast.

A million events in all, ten kinds of flood; a tenth of each in ``make test``. The state is measured
as what it takes to write it down.
"""

import pickle
from collections.abc import Callable

import pytest

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core import events as ev, race_state
from kickcue.core.engine import Engine
from kickcue.core.position import mark_undo
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

PRESSES, READINGS = 30_000, 130_000
"""Events of one flood: a press costs twenty times what a reading costs."""
SETTLED_AT = 0.4
"""By this share of a flood every window of the last seconds, laps or presses is as full as it can
get."""
SLACK, SLACK_BYTES = 1.05, 8192
"""A few hypotheses more or less; the least of what grew before was a hundred times as much."""
KEPT_SINCE_THE_GUN = ((race_state, "MAX_CALLS"), (mark_undo, "MAX_CALLS_SINCE_PRESS"))
"""The bounds that only a whole flood reaches; those of a tenth of it are a tenth."""
SENSORS = {"pod": SensorChoice(profile="generic-rsc"), "strap": SensorChoice(profile="generic-hr")}

Flood = Callable[[int], ev.Input]
AT_ONCE_NS = 10 * NS_PER_S


def lap_orders_at_once(_: int) -> ev.Input:
    return ev.Command(AT_ONCE_NS, ev.CommandKind.LAP)


def presses_each_millisecond(n: int) -> ev.Input:
    return ev.Mark(AT_ONCE_NS + n * NS_PER_MS, ev.MarkSource.BUTTON)


def pod_readings_at_once(n: int) -> ev.Input:
    return pod_notification(AT_ONCE_NS, PodSample(5.0 + n % 2, 60.0 + 35.0 * (n % 2), n / 10))


def pod_readings_a_press_before(n: int) -> ev.Input:
    if n == 0:
        return ev.Mark(AT_ONCE_NS, ev.MarkSource.BUTTON)
    return pod_notification(AT_ONCE_NS + n * 100 * NS_PER_MS, PodSample(5.0, 90.0, n / 2))


def a_slow_pod_that_never_agrees_with_the_presses(n: int) -> ev.Input:
    t_ns = AT_ONCE_NS + n * 3 * NS_PER_S
    return (
        ev.Mark(t_ns, ev.MarkSource.BUTTON)
        if n % 3 == 0
        else pod_notification(t_ns, PodSample(3.0, 80.0, 9.0 * n))
    )


def heart_rates_at_once(n: int) -> ev.Input:
    return strap_notification(AT_ONCE_NS, 150.0 + n % 50)


def names_that_nobody_knows(n: int) -> ev.Input:
    return ev.Notification(AT_ONCE_NS + n, f"stranger-{n}" * 50, "2a37", b"\x00\x9d")


def positions_each_microsecond(n: int) -> ev.Input:
    return ev.Fix(AT_ONCE_NS + n * 1000, 52.0 + n * 1e-9, 5.0)


def positions_of_a_run_that_closes_no_lap(n: int) -> ev.Input:
    return ev.Fix(AT_ONCE_NS + n * NS_PER_S, 52.0 + n * 4e-5, 5.0)


def a_beacon_that_shouts(n: int) -> ev.Input:
    return ev.BeaconReading(AT_ONCE_NS + n * NS_PER_MS // 10, -60 - n % 30)


FLOODS: dict[Flood, int] = {
    lap_orders_at_once: PRESSES,
    presses_each_millisecond: PRESSES,
    a_slow_pod_that_never_agrees_with_the_presses: PRESSES,
    pod_readings_at_once: READINGS,
    pod_readings_a_press_before: READINGS,
    heart_rates_at_once: READINGS,
    names_that_nobody_knows: READINGS,
    positions_each_microsecond: READINGS,
    positions_of_a_run_that_closes_no_lap: READINGS,
    a_beacon_that_shouts: READINGS,
}


@pytest.mark.parametrize("share", [0.1, pytest.param(1.0, marks=pytest.mark.long)])
@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.__name__)
def test_memory_stands_still_under_a_flood(
    flood: Flood, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a race WHEN events of one kind pour in THEN the engine's state stops growing, and no
    output is long.
    """
    for bound in KEPT_SINCE_THE_GUN:
        monkeypatch.setattr(*bound, round(getattr(*bound) * share))
    events = round(FLOODS[flood] * share)
    engine = Engine(
        RaceDocument.parse({"race": "5000m", "sensors": SENSORS}, "test").engine_config()
    )
    engine.feed(ev.Command(0, ev.CommandKind.START))
    longest = settled = 0
    for n in range(events):
        said = engine.feed(flood(n))
        longest = max(longest, sum(len(each.text) for each in said if isinstance(each, ev.Notice)))
        if n == round(SETTLED_AT * events):
            settled = len(pickle.dumps(engine))
    assert 0 < settled
    assert len(pickle.dumps(engine)) <= SLACK * settled + SLACK_BYTES
    assert longest < 500
