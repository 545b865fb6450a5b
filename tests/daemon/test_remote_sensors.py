"""Sensors that come over MQTT are taken by the name they are pinned to, and strangers are not."""

from kickcue.config.settings import SensorPin
from kickcue.core.events import Link, Notification
from kickcue.daemon import remote_sensors
from kickcue.daemon.remote_sensors import RemoteSensors
from kickcue.supervision.health import Stage

PINS = {
    "pod": SensorPin(profile="generic-rsc", mqtt="gym-pod"),
    "strap": SensorPin(profile="generic-hr", address="C0:FF:EE:00:00:01"),
}


def test_a_pinned_sensor_gets_its_name_in_the_race() -> None:
    """GIVEN a pod pinned to gym-pod WHEN that says something THEN it is the race's pod's word."""
    remote = RemoteSensors(PINS, lambda: 7)
    said = remote.named(Notification(5, "gym-pod", "2a53", b"\x00"))
    assert said == Notification(5, "pod", "2a53", b"\x00")
    assert (Stage.CONNECTED, 1, 7) == (
        remote.health["pod"].stage,
        remote.health["pod"].notifications,
        remote.health["pod"].received_ns,
    )


def test_a_stranger_is_not_heard() -> None:
    """GIVEN one who calls himself like a sensor of the radio, or like one of the race THEN nothing
    of it is taken.
    """
    remote = RemoteSensors(PINS, lambda: 0)
    assert remote.named(Link(0, "strap", up=True)) is None
    assert remote.named(Link(0, "pod", up=True)) is None
    assert remote.health.keys() == {"pod"}


def test_silence_shows() -> None:
    """GIVEN a sensor that was heard WHEN it has said nothing for a while THEN its health says so,
    and that it is back when it speaks again.
    """
    now_ns = 0
    remote = RemoteSensors(PINS, lambda: now_ns)

    def stage() -> Stage:
        return remote.health["pod"].stage

    assert stage() is Stage.LOOKING
    remote.named(Link(0, "gym-pod", up=True))
    now_ns = remote_sensors.SILENCE_NS
    assert stage() is Stage.CONNECTED
    now_ns += 1
    assert stage() is Stage.SILENT
    remote.named(Link(0, "gym-pod", up=True))
    assert stage() is Stage.CONNECTED


def test_what_a_sensor_says_of_itself() -> None:
    """GIVEN battery, model and firmware from a gateway THEN the health shows them, a silent sensor
    stays silent, and the engine is told of the battery alone; what is broken changes nothing.
    """
    remote = RemoteSensors(PINS, lambda: 7)

    def told(char: str, data: bytes) -> Notification | Link | None:
        return remote.named(Notification(5, "gym-pod", char, data))

    assert Notification(5, "pod", "2a19", b"\x50") == told("2a19", b"\x50")
    assert [None] * 3 == [
        told(char, data) for char, data in (("2a24", b"S4"), ("2a26", b"2.1"), ("2a29", b"Stryd"))
    ]
    told("2a19", b"")
    told("2a24", b"\xff\xfe")
    pod = remote.health["pod"]
    assert (80, "2.1") == (pod.battery_percent, pod.firmware)
    assert "S4" in (pod.model or "")[:2] or pod.model != "S4"
    assert (Stage.LOOKING, 0, None) == (pod.stage, pod.notifications, pod.received_ns)
