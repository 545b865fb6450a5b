"""What a daemon's own limits would make of a busy machine: here nothing is late because the tests
are slow. Where lateness is the point the test says so.
"""

import pytest

from kickcue.core.units import NS_PER_S
from kickcue.daemon.recorder import Recorder
from tests.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have presses, answers and sensors count however long they were on their way, no connection be
    given up for a broker that is slow, and what a run leaves behind be waited for.
    """
    for where, value in (
        ("kickcue.edges.mqtt.watch_client.COMMAND_WORTH_S", PATIENCE_S),
        ("kickcue.edges.mqtt.watch_client.SENSOR_WORTH_S", PATIENCE_S),
        ("kickcue.edges.mqtt.watch_client.ACK_WORTH_S", PATIENCE_S),
        ("kickcue.edges.mqtt.inbound.LATEST_MS", round(PATIENCE_S * 1000)),
        ("kickcue.edges.mqtt.connection.CONNECT_S", PATIENCE_S),
        ("kickcue.edges.mqtt.connection.PUBLISH_S", PATIENCE_S),
        ("kickcue.edges.mqtt.traffic.HEARTBEAT_S", PATIENCE_S),
        ("kickcue.edges.mqtt.broker.START_S", PATIENCE_S),
        ("kickcue.daemon.remote_sensors.SILENCE_NS", round(PATIENCE_S * NS_PER_S)),
        ("kickcue.daemon.race_end.KEEPING_S", PATIENCE_S),
        ("kickcue.daemon.recorder.BEGIN_S", PATIENCE_S),
    ):
        monkeypatch.setattr(where, value)
    monkeypatch.setattr(Recorder.close, "__defaults__", (PATIENCE_S,))


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a cue be worth something for as long as a test waits for it."""
    for where in ("cueing.cue_issuer", "session.session_cues"):
        monkeypatch.setattr(f"kickcue.core.{where}.TTL_MS", round(PATIENCE_S * 1000))
