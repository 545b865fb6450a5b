"""Trying a broker out: a harmless word on each topic, and whether it comes back.

The word is of wire version 0, which every receiver passes over, it is not retained, and as long as
what is published there in a race. MQTT 5 answers what is refused; with MQTT 3.1.1 only silence
shows it.
"""

import asyncio
import json
import secrets
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.connection import ConnectionPlan
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.refusals import hearing
from kickcue.edges.mqtt.session import Session, connect
from kickcue.edges.mqtt.topics import Topics

WORD_BYTES: Final = {"status": 150, "state": 400, "arm": 800, "cue": 800}
"""As long as the longest of their kind; ``OTHERS_BYTES`` for the rest."""
OTHERS_BYTES: Final = 250
SHORT_BYTES: Final = 350
"""What an arm or a cue can be made to fit into."""
ANSWER_S: Final = 1.5
HEARD_S: Final = 0.7
LOOK_EACH_S: Final = 0.01
TRIED: Final = "kickcue-doctor"
"""The sensor whose topic stands for all of them."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the words, by the topic's name."""

    refused: Mapping[str, str]
    """Why the broker refuses to take a publication."""
    unheard: Mapping[str, str]
    """Why the broker refuses a subscription."""
    tried: frozenset[str]
    came_back: frozenset[str]
    answers: bool
    """Whether this broker reports what it refuses (MQTT 5)."""
    shortened: bool
    """Whether it takes cues only without what is not needed."""


async def try_out(
    speaker: Address, listener: Address, topics: Topics, names: Collection[str]
) -> Trial:
    """Say a word on each topic as one user and listen as another, or the same.

    ``BrokerError`` where one of them is not let in.
    """
    nonce = secrets.token_hex(8)
    ears = ConnectionPlan(
        listener, f"{TRIED}-{secrets.token_hex(4)}", tuple((topics[name], 1) for name in names)
    )
    mouth = ConnectionPlan(speaker, f"{TRIED}-{secrets.token_hex(4)}")
    async with AsyncExitStack() as stack:
        # patient: a subscription that is refused is what is looked for, and must not end the
        # connection.
        subscriber, publisher = [
            await stack.enter_async_context(connect(plan, patient=True)) for plan in (ears, mouth)
        ]
        for session in (subscriber, publisher):
            await _connected(session)
        for name in names:
            publisher.send(_word(name, _example(topics, name), nonce))
        await _answered(publisher, len(names))
        received = await _received(subscriber, topics, nonce, len(names))
        return Trial(
            refused={
                name: why
                for name in names
                if (why := publisher.refusals.why(_example(topics, name))) is not None
            },
            unheard={
                name: why
                for name in names
                if (why := subscriber.refusals.why(hearing(topics[name]))) is not None
            },
            tried=frozenset(names),
            came_back=frozenset(received),
            answers=publisher.answers,
            shortened=publisher.counters.shortened > 0,
        )


def _word(name: str, topic: str, nonce: str) -> Outgoing:
    word = json.dumps({"wire": 0, "doctor": nonce, "to_everybody": "please ignore"}).encode()
    payload = word.ljust(WORD_BYTES.get(name, OTHERS_BYTES))  # blanks at the end are still JSON
    shorter = (word.ljust(SHORT_BYTES),) if name in ("arm", "cue") else ()
    return Outgoing(topic, payload, asyncio.get_running_loop().time() + ANSWER_S, shorter=shorter)


def _example(topics: Topics, name: str) -> str:
    return topics.sensor(TRIED, "0000") if name == "sensor" else topics[name]


async def _connected(session: Session) -> None:
    """Return when there is a connection; ``BrokerError`` gives the reason why there is none."""
    while not session.connected:
        if session.trouble is not None:
            raise BrokerError(session.trouble)
        await asyncio.sleep(LOOK_EACH_S)


async def _answered(session: Session, count: int) -> None:
    """Return when the broker has answered so often, or when it is too late for that."""
    until_s = asyncio.get_running_loop().time() + ANSWER_S
    while (  # noqa: ASYNC110  as above
        session.counters.sent + session.counters.refused < count
        and asyncio.get_running_loop().time() < until_s
    ):
        await asyncio.sleep(LOOK_EACH_S)


async def _received(session: Session, topics: Topics, nonce: str, wanted: int) -> set[str]:
    """Return the names of the topics on which our own word came, soon."""
    found: set[str] = set()
    until_s = asyncio.get_running_loop().time() + HEARD_S
    try:
        async with asyncio.timeout_at(until_s):
            while len(found) < wanted:
                received = await session.incoming.get()
                place = topics.name_of(received.topic)
                if place is not None and nonce.encode() in received.payload:
                    found.add(place[0])
    except TimeoutError:
        pass
    return found
