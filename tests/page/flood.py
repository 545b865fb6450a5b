"""Somebody on the broker who sends what is no message, as fast as the broker takes it.

``python flood.py HOST PORT USER PASSWORD PREFIX PER_S SECONDS``; prints how many were sent.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Final

import aiomqtt

STAMP: Final = '"wire": 1, "run_id": "run", "sent_ms": '
MARKUP: Final = "<img src=x onerror=felt.push(666)>\u202e"
JUNK: Final[Sequence[bytes]] = (
    b"",
    b"null",
    b"\xff\xfe\x00",
    MARKUP.encode(),
    f'{{{STAMP}NaN, "text": "{MARKUP}"}}'.encode(),
    f'{{{STAMP}1, "id": "", "ttl_ms": -1, "pulses": [[1e999]], "text": "{MARKUP}"}}'.encode(),
    f'{{{STAMP}"1", "to_go_m": "{MARKUP}"}}'.encode(),
    b'{"wire": 2, "run_id": "run", "sent_ms": 1, "status": "offline"}',
    b"[" * 4000,
    f'{{{STAMP}1, "status": "online", "phase": {{"{MARKUP}": {"[" * 900}{"]" * 900}}}}}'.encode(),
)
MEGABYTE: Final = b'{"wire": 1, "text": "' + b"x" * 900_000 + b'"}'
"""NATS takes no message above one megabyte."""
HEARD: Final = ("status", "state", "leg", "race", "laps", "health", "arm", "disarm", "cue")
TAKEN: Final = ("command", "ack", "presence", "sensor/pod/2a53")
KEPT: Final = ("status",)
"""What says to newcomers that a run is on: whoever overwrites it hides the run from them."""
BATCH_S: Final = 0.02
PATIENCE_S: Final = 60.0
GOODBYE_S: Final = 1.0
"""For a good-bye to a broker that has thrown one out."""


async def main(
    host: str, port: int, user: str, password: str, prefix: str, per_s: float, seconds: float
) -> None:
    """Send until the time is over."""
    access = Access(host, port, username=user, password=password)
    with suppress(aiomqtt.MqttError):  # the private broker throws out who sends that
        async with access.client() as client:
            client.timeout = GOODBYE_S
            for topic in (*HEARD, *TAKEN):
                await client.publish(f"{prefix}/{topic}", MEGABYTE)
                await client.publish(f"{prefix}/{topic}", JUNK[3], retain=topic not in KEPT)
    async with access.client() as client:
        junk, topics = cycle(JUNK), cycle((*HEARD, *TAKEN))
        raw, began_s, sent = client._client, time.monotonic(), 0
        while sent < per_s * seconds:  # also where a busy machine lets it run in a few moments
            gone_s = min(time.monotonic() - began_s, seconds)
            while sent < gone_s * per_s:
                raw.publish(f"{prefix}/{next(topics)}", next(junk))
                sent += 1
            await asyncio.sleep(BATCH_S)
        print(sent, flush=True)  # noqa: T201  for who started it


@dataclass(frozen=True, slots=True)
class Access:
    """How to get at the broker."""

    host: str
    port: int
    username: str
    password: str

    def client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self.host,
            self.port,
            username=self.username,
            password=self.password,
            protocol=aiomqtt.ProtocolVersion.V311,
            timeout=PATIENCE_S,
        )


if __name__ == "__main__":
    host, port, *login, per_s, seconds = sys.argv[1:]
    username, password, prefix = login
    asyncio.run(main(host, int(port), username, password, prefix, float(per_s), float(seconds)))
