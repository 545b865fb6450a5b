"""What a page may say and hear, by its role."""

import json
from typing import Any, Final

import pytest

from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.topics import RULES, Topics
from kickcue.edges.web.mqtt_gate import BURST, GateCounters, MqttGate, NotAllowedError
from kickcue.edges.web.mqtt_packets import (
    BrokenPacketError,
    Connect,
    Packet,
    PacketKind,
    Will,
    puback,
)
from kickcue.edges.web.roles import Role

TOPICS: Final = Topics("kickcue/maria")
BROKER: Final = Address("localhost", 1883, "watch", "secret")
HEAD: Final = {"run_id": "page", "sent_ms": 1}
SAID: Final[dict[str, dict[str, Any]]] = {
    "command": {**HEAD, "id": "1", "kind": "lap"},
    "ack": {
        **HEAD,
        "id": "last_lap-1",
        "cue_run_id": "5f",
        "felt": True,
        "why": None,
        "latency_ms": 12.0,
    },
    "presence": {**HEAD, "status": "online"},
    "sensor": {**HEAD, "hex": "0640"},
}
LEFT: Final = b'{"run_id": "page", "sent_ms": null, "status": "offline"}'
HELPS: Final = {**SAID["command"], "by": "trackside"}


def gate_of(role: Role, counters: GateCounters | None = None) -> MqttGate:
    gate = MqttGate(role, TOPICS, BROKER, counters or GateCounters(), lambda: 0.0)
    gate.take(Connect(60, None).packet("page", None, None).to_bytes())
    return gate


def text(word: str) -> bytes:
    return len(word).to_bytes(2, "big") + word.encode()


def publish(topic: str, message: object, *, qos: int = 1, retain: bool = False) -> bytes:
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    packet_id = b"\x00\x07" if qos else b""
    body = text(topic) + packet_id + payload
    return Packet(PacketKind.PUBLISH, qos << 1 | retain, body).to_bytes()


def subscribe(topic: str) -> bytes:
    return Packet(PacketKind.SUBSCRIBE, 2, b"\x00\x01" + text(topic) + b"\x00").to_bytes()


def topic_of(name: str) -> str:
    return TOPICS.sensor("pod", "2a53") if name == "sensor" else TOPICS[name]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", RULES)
def test_who_says_what(role: Role, name: str) -> None:
    """An athlete says what a watch and a gateway say; a helper and a viewer none of that."""
    counters = GateCounters()
    sent = publish(topic_of(name), SAID.get(name, HEAD))
    passed = gate_of(role, counters).take(sent)
    if role is Role.ATHLETE and name in SAID:
        assert (sent, b"", 0) == (passed.to_broker, passed.to_page, counters.refused)
    else:
        dropped = puback(7).to_bytes()
        assert (b"", dropped, 1) == (passed.to_broker, passed.to_page, counters.refused)


@pytest.mark.parametrize(("role", "allowed"), [("athlete", 1), ("helper", 1), ("viewer", 0)])
def test_a_helper_presses_as_a_helper(role: str, allowed: int) -> None:
    """From the trackside a press is a helper's: the rules of a race refuse those."""
    assert bool(allowed) == bool(
        gate_of(Role(role)).take(publish(TOPICS["command"], HELPS)).to_broker
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", RULES)
def test_who_hears_what(role: Role, name: str) -> None:
    """Cues are heard by the athlete alone: who receives one counts as a wrist that felt it."""
    seen = {"status", "state", "leg", "race", "laps", "health"} | (
        {"arm", "disarm", "cue"} if role is Role.ATHLETE else set()
    )
    if name in seen:
        assert subscribe(TOPICS[name]) == gate_of(role).take(subscribe(TOPICS[name])).to_broker
    else:
        with pytest.raises(NotAllowedError):
            gate_of(role).take(subscribe(TOPICS[name]))


@pytest.mark.parametrize(
    "topic_filter", ["#", "+/+/cue", "kickcue/#", "kickcue/paul/state", "$SYS/#"]
)
@pytest.mark.parametrize("role", Role)
def test_no_wildcards_and_no_other_runner(role: Role, topic_filter: str) -> None:
    """What is not named in full, or is somebody else's, is not heard."""
    with pytest.raises(NotAllowedError):
        gate_of(role).take(subscribe(topic_filter))


@pytest.mark.parametrize(
    "payload",
    [
        b"<script>",
        b"{}",
        b"[" * 9000,
        b'{"sent_ms": NaN}',
        b"\xff",
        b'{"run_id": "a", "sent_ms": 1}',
    ],
)
def test_what_is_no_message_stays_outside(payload: bytes) -> None:
    """Markup, NaN, depth, half a message: counted, and nobody at the broker sees it."""
    counters = GateCounters()
    passed = gate_of(Role.ATHLETE, counters).take(publish(TOPICS["command"], payload))
    assert (b"", 1) == (passed.to_broker, counters.refused)


def test_nothing_is_left_behind_at_the_broker() -> None:
    """GIVEN an athlete WHEN a command is to be retained THEN it is not: it would press for ever."""
    assert (
        b""
        == gate_of(Role.ATHLETE)
        .take(publish(TOPICS["command"], SAID["command"], retain=True))
        .to_broker
    )


def test_a_flood_is_cut_off() -> None:
    """GIVEN 5,000 presses at once THEN no more than a burst goes on; all are acknowledged."""
    counters = GateCounters()
    flood = publish(TOPICS["command"], SAID["command"]) * 5000
    passed = gate_of(Role.ATHLETE, counters).take(flood)
    assert BURST == passed.to_broker.count(b'"kind": "lap"')
    assert 5000 - BURST == counters.flooded
    assert puback(7).to_bytes() * counters.flooded == passed.to_page


@pytest.mark.parametrize(
    "asked", [subscribe(TOPICS["race"]), Packet(PacketKind.PINGREQ, 0, b"").to_bytes()]
)
def test_nobody_keeps_the_broker_busy(asked: bytes) -> None:
    """GIVEN a page that asks the broker for something over and over, which it answers each time
    THEN its connection ends.
    """
    gate = gate_of(Role.VIEWER)
    assert BURST * asked == gate.take(BURST * asked).to_broker
    with pytest.raises(BrokenPacketError, match="at most 50 packets"):
        gate.take(asked)


def test_the_password_is_the_tunnels() -> None:
    """A page says who it likes to be; the broker hears the tunnel's user and a name of its own."""
    gate = MqttGate(Role.VIEWER, TOPICS, BROKER, GateCounters(), lambda: 0.0)
    sent = Connect(60, None).packet("kickcue-somebody", "admin", "guess").to_bytes()
    onward = gate.take(sent).to_broker
    assert b"watch" in onward
    assert b"secret" in onward
    assert b"admin" not in onward
    assert b"somebody" not in onward


@pytest.mark.parametrize(
    ("role", "name", "payload", "retain", "allowed"),
    [
        ("athlete", "presence", LEFT, False, True),
        ("athlete", "presence", LEFT, True, False),
        ("athlete", "presence", b"{}", False, False),
        ("athlete", "command", LEFT, False, False),
        ("viewer", "presence", LEFT, False, False),
    ],
)
def test_a_last_will_is_a_wrists_presence(
    role: str, name: str, payload: bytes, *, retain: bool, allowed: bool
) -> None:
    """A will is published when nobody can look at it any more: a presence alone may be one, and
    none that stays.
    """
    gate = MqttGate(Role(role), TOPICS, BROKER, GateCounters(), lambda: 0.0)
    will = Will(TOPICS[name], payload, 0, retain=retain)
    sent = Connect(60, will).packet("page", None, None).to_bytes()
    if allowed:
        assert TOPICS[name].encode() in gate.take(sent).to_broker
    else:
        with pytest.raises(NotAllowedError):
            gate.take(sent)


@pytest.mark.parametrize("first", [publish(TOPICS["command"], HELPS), subscribe(TOPICS["state"])])
def test_connect_comes_first_and_once(first: bytes) -> None:
    """Whatever comes before CONNECT, or a second one, ends the connection."""
    gate = MqttGate(Role.ATHLETE, TOPICS, BROKER, GateCounters(), lambda: 0.0)
    with pytest.raises(BrokenPacketError, match="CONNECT first"):
        gate.take(first)
    with pytest.raises(BrokenPacketError, match="CONNECT first"):
        gate_of(Role.ATHLETE).take(Connect(60, None).packet("page", None, None).to_bytes())


def test_when_a_page_hears() -> None:
    """The first acknowledgement, and no other, says that what was subscribed to arrives."""
    gate = gate_of(Role.VIEWER)
    acknowledged = puback(1).to_bytes()
    assert not gate.take(subscribe(TOPICS["status"])).hears
    taken = gate.take(acknowledged + acknowledged)
    assert (True, acknowledged * 2) == (taken.hears, taken.to_broker)
    assert not gate.take(acknowledged).hears
