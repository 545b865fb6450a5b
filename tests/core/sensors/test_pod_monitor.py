"""A pod that lies still, a pod that counts steps and no metres,
a belt that turns at a set speed.
"""

import pytest

from kickcue.core.events import Notification
from kickcue.core.gatt.treadmill import TreadmillData
from kickcue.core.profiles import Provides, SensorProfile
from kickcue.core.sensors.hub import SensorHub
from kickcue.core.units import s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification

POD = SensorProfile("pod", "x", "x", "guess", ())
BELT = SensorProfile(
    "belt",
    "x",
    "x",
    "guess",
    (),
    provides=(Provides("rsc", "1814", "2a53"), Provides("treadmill", "1826", "2acd")),
)


def received(
    hub: SensorHub, t_s: float, mps: float, spm: float, total_m: float | None, sensor: str = "pod"
) -> tuple[float | None, float | None] | None:
    """Let a pod speak; return speed and distance as they go on to the estimator, None where nothing
    does.
    """
    t_ns = s_to_ns(t_s)
    reading = hub.handle_notification(
        pod_notification(t_ns, PodSample(mps, spm / 2, total_m), sensor), t_ns, body=True
    )
    return None if reading is None else (reading.speed_mps, reading.distance_m)


def lies_still(hub: SensorHub) -> bool:
    """Say whether every pod lies still."""
    return all(monitor.lies_still for monitor in hub._pod_monitors.values())


def lying(hub: SensorHub, seconds: int) -> None:
    for second in range(seconds):
        received(hub, second, 0.0, 0.0, 12.0)


@pytest.mark.parametrize(("marked_s", "lies"), [(3, False), (29, False), (30, True), (45, True)])
def test_a_pod_on_the_bench(marked_s: int, lies: bool) -> None:
    """GIVEN a pod that reports 0 since the gun WHEN a line is marked 30 s after it or later THEN it
    lies still and counts no more.
    """
    hub = SensorHub({"pod": POD}, None)
    lying(hub, marked_s + 1)
    hub.handle_mark(s_to_ns(marked_s), 0)
    assert lies == lies_still(hub)
    assert lies == (received(hub, marked_s + 1, 0.0, 0.0, 12.0) is None)
    codes = [n.code for n in hub.survey(s_to_ns(marked_s + 1)).news]
    assert ["sensor_implausible" if lies else "sensor_fresh"] == codes


def test_standing_before_the_gun_is_no_fault() -> None:
    """GIVEN ten minutes of waiting at the line WHEN a first line is marked 9 s after the gun THEN
    the pod is not to blame.
    """
    hub = SensorHub({"pod": POD}, None)
    lying(hub, 600)
    hub.handle_mark(s_to_ns(600), s_to_ns(591))
    assert not lies_still(hub)


@pytest.mark.parametrize(("mps", "total_m"), [(3.0, 12.0), (0.0, 15.0)])
def test_it_is_plausible_again_when_it_moves(mps: float, total_m: float) -> None:
    """GIVEN a pod that lies still WHEN it has speed, or its total goes on
    THEN it counts at once.
    """
    hub = SensorHub({"pod": POD}, None)
    lying(hub, 41)
    hub.handle_mark(s_to_ns(40), 0)
    assert received(hub, 41, 0.0, 0.0, 12.0) is None
    assert (mps, total_m) == received(hub, 42, mps, 0.0, total_m)
    assert not lies_still(hub)


def test_a_runner_who_stops_and_presses() -> None:
    """GIVEN a runner who stands for 20 s WHEN he presses THEN his pod, which had moved, is
    believed.
    """
    hub = SensorHub({"pod": POD}, None)
    for second in range(100):
        received(
            hub,
            second,
            4.0 if second < 80 else 0.0,
            170 if second < 80 else 0,
            4.0 * min(second, 79),
        )
    hub.handle_mark(s_to_ns(99), 0)
    assert not lies_still(hub)


def test_the_other_pod_takes_over() -> None:
    """GIVEN a pod on the bench and one on the shoe WHEN a line is marked THEN the one that moves
    counts.
    """
    hub = SensorHub({"pod": POD, "left": POD}, None)
    for second in range(50):
        received(hub, second, 0.0, 0.0, 12.0)
        received(hub, second, 4.0, 170, 4.0 * second, "left")
    hub.handle_mark(s_to_ns(49), 0)
    assert not lies_still(hub)
    assert (4.0, 200.0) == received(hub, 50, 4.0, 170, 200.0, "left")
    assert 170.0 == hub.cadence_spm(s_to_ns(50))


def test_steps_without_metres() -> None:
    """GIVEN a pod whose speed and total stand while it counts 180 steps THEN after 5 s only its
    steps go on; then its metres, as they come.
    """
    hub = SensorHub({"pod": POD}, None)
    for second in range(20):
        received(hub, second, 4.0, 180, 4.0 * second)
    value = [received(hub, second, 0.0, 180, 76.0) for second in range(20, 60)]
    assert (0.0, 76.0) == value[4]
    assert {(None, None)} == set(value[5:])
    hub.handle_mark(s_to_ns(59), 0)
    assert not lies_still(hub)
    assert (4.0, 80.0) == received(hub, 60, 4.0, 180, 80.0)


def frozen(profile: SensorProfile, char: str, data: bytes, seconds: int = 30) -> bool:
    """Say whether a sensor that sends the same bytes for so long is called frozen."""
    hub = SensorHub({"belt": profile}, None)
    for second in range(seconds):
        hub.handle_notification(
            Notification(s_to_ns(second), "belt", char, data), s_to_ns(second), body=True
        )
    return "sensor_frozen" in [n.code for n in hub.survey(s_to_ns(seconds)).news]


def test_a_belt_turns_at_a_set_speed() -> None:
    """GIVEN a treadmill that sends the same speed and no distance THEN it is alive for as long as
    it speaks.

    BUT one whose distance stands still while the belt turns is frozen, and so is a pod: what it
    says is measured.
    """
    pod_only_speed = pod_notification(0, PodSample(3.0, 85)).data
    assert not frozen(BELT, "2acd", bytes(TreadmillData(speed_mps=3.0)))
    assert not frozen(BELT, "2a53", pod_only_speed)
    assert frozen(BELT, "2acd", bytes(TreadmillData(speed_mps=3.0, distance_m=500)))
    assert frozen(POD, "2a53", pod_only_speed)
