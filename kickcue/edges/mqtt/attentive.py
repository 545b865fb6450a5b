"""aiomqtt's client, extended by the broker's limits and its refusals.

aiomqtt itself passes over both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiomqtt import Client, MqttError
from paho.mqtt.client import Client as PahoClient, ConnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kickcue.edges.mqtt.errors import RefusedError

OVERHEAD_BYTES: Final = 16
"""Bytes of a PUBLISH beside topic and payload: 5 of header, 2 of topic length, 2 of id, 6 of
properties; and 1 to spare."""
REFUSED_FROM: Final = 128
"""Reason codes from here on are refusals; below are kinds of success (MQTT 5, 2.4)."""

UNSPECIFIED: Final = 128
"""No reason given: all refusals of MQTT 3.1.1, and what the library makes of a socket that was
closed."""
NO_REASON: Final = "no reason given"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a broker accepts, by its CONNACK; where that gives no limit, everything."""

    largest_packet: int | None = None
    """Bytes; None: nobody knows."""
    best_qos: int = 1
    retains: bool = True

    @classmethod
    def from_connack(cls, properties: Properties | None) -> "Limits":
        """Return the limits in the properties of a CONNACK."""
        return cls(
            getattr(properties, "MaximumPacketSize", None),
            min(1, getattr(properties, "MaximumQoS", 1)),
            bool(getattr(properties, "RetainAvailable", 1)),
        )

    def fitting(self, topic: str, variants: Sequence[bytes], learnt: int | None) -> bytes | None:
        """Return the first of the payloads that is small enough, None if none is.

        ``learnt`` is a limit found out otherwise, in bytes.
        """
        known = [limit for limit in (self.largest_packet, learnt) if limit is not None]
        return next(
            (each for each in variants if not known or packet_size(topic, each) <= min(known)), None
        )


class AttentiveClient(Client):
    """Has ``limits`` once it is connected; ``check`` raises when the last PUBLISH was refused."""

    limits = Limits()
    _refusal: ReasonCode | None = None

    def check(self) -> None:
        """Raise RefusedError if the broker has refused what was published since the last check."""
        refusal, self._refusal = self._refusal, None
        if refusal is not None:
            raise RefusedError(in_words(refusal))

    def _on_connect(
        self,
        client: PahoClient,
        userdata: Any,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self.limits = Limits.from_connack(properties)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self,
        client: PahoClient,
        userdata: Any,
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        if reason_code.value >= REFUSED_FROM:
            self._refusal = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)


def packet_size(topic: str, payload: bytes) -> int:
    """Return how many bytes a PUBLISH takes at most."""
    return len(topic.encode()) + len(payload) + OVERHEAD_BYTES


def in_words(reason: ReasonCode) -> str:
    """Return a reason code as the end of a sentence."""
    return NO_REASON if reason.value == UNSPECIFIED else str(reason).lower()


def reason_code_of(error: BaseException | None) -> ReasonCode | None:
    """Return why the broker ended a connection, from the error that this has become.

    None where it gave none.
    """
    while isinstance(error, MqttError):
        reason = getattr(error, "rc", None)
        if isinstance(reason, ReasonCode):
            return reason
        error = error.__cause__
    return None
