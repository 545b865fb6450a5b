"""Devices whose address changes are pinned by name,
and only where the name is one device's alone.
"""

import pytest

from kickcue.edges.radio import Pin
from kickcue.supervision.health import Stage
from tests.beds.fake_bluez import FakeBluez
from tests.beds.sensor import Sensor
from tests.edges.radio.bench import POD, STEP, STRAP, STRAP_PIN, Ear, profile, until, until_heard
from tests.patience import PATIENCE_S

BY_NAME = Pin("pod", profile(), name="Stryd")
OTHER = "C0:FF:EE:00:00:09"


@pytest.fixture(autouse=True)
def settle_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kickcue.edges.radio.device_selection.SETTLE_S", 0.2)


async def test_a_sensor_is_found_by_its_name(ear: Ear, pod: Sensor) -> None:
    """GIVEN a pin by name WHEN one device bears it THEN it is heard, and the health tells its
    address.
    """
    async with ear.radio(BY_NAME) as radio:
        await until_heard(ear, pod, "pod", "2a53", STEP)
        assert POD == radio.health["pod"].address


async def test_of_two_sensors_of_one_name_neither_is_taken(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN two pods of the pinned name WHEN looked for THEN none is connected, the health says
    which two; one gone, the other is taken.
    """
    other = bluez.add_sensor(OTHER, "Stryd", services={"1814": ["2a53"]})
    # The other may be heard much later than ours.
    monkeypatch.setattr("kickcue.edges.radio.device_selection.SETTLE_S", PATIENCE_S)
    async with ear.radio(STRAP_PIN, BY_NAME) as radio:
        await until_heard(ear, strap, "strap")
        await until(
            lambda: f"2 devices are named 'Stryd' ({POD} and {OTHER})" in radio.health["pod"].why
        )
        assert Stage.LOOKING is radio.health["pod"].stage
        assert {STRAP} == connected(bluez)
        other.advertise(on=False)
        bluez.power(on=False)  # forgets what was heard, as 25 s without an advertisement do
        await until(lambda: radio.health["pod"].stage is Stage.OFF)
        monkeypatch.setattr("kickcue.edges.radio.device_selection.SETTLE_S", 0.2)
        bluez.power(on=True)
        await until_heard(ear, pod, "pod", "2a53", STEP)
    assert {STRAP, POD} == connected(bluez)


async def test_a_name_that_was_found_is_kept_when_another_turns_up(
    bluez: FakeBluez, ear: Ear, pod: Sensor
) -> None:
    """GIVEN a pod that is held by its name WHEN a second of that name comes and ours drops THEN
    ours is taken again.
    """
    async with ear.radio(BY_NAME):
        await until_heard(ear, pod, "pod", "2a53", STEP)
        bluez.add_sensor(OTHER, "Stryd", services={"1814": ["2a53"]})
        pod.drop()
        await until_heard(ear, pod, "pod", "2a53", STEP)
    assert {POD} == connected(bluez)


@pytest.mark.usefixtures("hasty")
async def test_a_sensor_that_comes_back_under_another_address_is_found(
    bluez: FakeBluez, ear: Ear, pod: Sensor
) -> None:
    """GIVEN a pod that is held by its name WHEN it restarts with a new random address THEN it is
    heard from there.
    """
    async with ear.radio(BY_NAME) as radio:
        await until_heard(ear, pod, "pod", "2a53", STEP)
        pod.advertise(on=False)
        pod.drop()
        again = bluez.add_sensor(OTHER, "Stryd", services={"1814": ["2a53"]}, random_address=True)
        await until_heard(ear, again, "pod", "2a53", STEP)
        assert OTHER == radio.health["pod"].address
    assert [True, False, True, False] == ear.links("pod")


def connected(bluez: FakeBluez) -> set[str]:
    """Return the addresses that anybody tried to connect to."""
    return {
        call.path.rpartition("/dev_")[2].replace("_", ":")
        for call in bluez.calls
        if call.method == "Connect"
    }
