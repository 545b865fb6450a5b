"""Bluetooth to test with: the fake BlueZ of ``tests/beds`` under an unmodified bleak, a strap and a
pod in it.
"""

import pytest

from tests.beds.fake_bluez import FakeBluez
from tests.beds.fixtures import bluez, bus
from tests.beds.sensor import Sensor
from tests.edges.radio.bench import POD, STRAP, Ear
from tests.patience import PATIENCE_S

__all__ = ["bluez", "bus"]


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def strap(bluez: FakeBluez) -> Sensor:
    return bluez.add_sensor(
        STRAP,
        "Polar H10 1234",
        services={"180d": ["2a37", "2a38"]},
        battery=80,
        device_information={"2a24": "H10", "2a26": "5.0.0"},
    )


@pytest.fixture
def pod(bluez: FakeBluez) -> Sensor:
    return bluez.add_sensor(POD, "Stryd", services={"1814": ["2a53", "2a54"]}, random_address=True)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the radio wait longer than a busy machine holds anything up: for a sensor's next words,
    for an answer, for the first scan. Where its patience is the point, the test sets it.
    """
    monkeypatch.setattr("kickcue.edges.radio.sensor_supervisor.SILENT_S", PATIENCE_S / 2)
    monkeypatch.setattr("kickcue.edges.radio.connection.READ_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.radio.api.SCAN_WITHIN_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.radio.api.LISTEN_WITHIN_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.radio.watch_handle.ORDER_S", PATIENCE_S)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the radio call a sensor silent after a third of a second."""
    monkeypatch.setattr("kickcue.edges.radio.sensor_supervisor.SILENT_S", 0.3)
    monkeypatch.setattr("kickcue.edges.radio.sensor_supervisor.SILENT_FACTOR", 0.0)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the radio wait for a sensor that was just lost for a third of a second only, and call it
    absent after as much.
    """
    monkeypatch.setattr("kickcue.edges.radio.supervisor.RECONNECT_S", 0.3)
    monkeypatch.setattr("kickcue.edges.radio.supervisor.SOON_S", 0.3)
