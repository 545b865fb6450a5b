"""The way to the wrist: whether a broker answers, and whether a watch can reach it."""

import asyncio
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from kickcue.cli.doctor.result import Context, Result, fault, ok, warning
from kickcue.core.errors import KickcueError
from kickcue.daemon.cue_channel import named_broker
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.refusals import NOT_AUTHORIZED, TOO_LARGE, remedy
from kickcue.edges.mqtt.topics import RULES, Side, Topics, published_by
from kickcue.edges.mqtt.trial import Trial, try_out

ASK_S: Final = 5.0
KNOCK_S: Final = 1.0
# Documentation addresses, RFC 5737: no packet is sent, the system only picks the route.
OUTSIDE: Final = ("192.0.2.1", 9)
LISTENER: Final = (
    "`kickcue broker` writes a Mosquitto configuration with `listener 1883`; then restart mosquitto"
)
LET_US_HEAR: Final = (
    "MQTT 3.1.1 reports no refusals; let kickcue's user read its own topics, as the access list "
    "of `kickcue broker` does"
)


def broker(patient: Context) -> Iterator[Result]:
    """Log in to the race file's broker, or a private one, and try each topic that a race needs.

    What is sent is a harmless word.
    """
    try:
        address = None if patient.settings is None else named_broker(patient.settings)
        athlete = None if patient.settings is None else patient.settings.broker.athlete
        topics = Topics.of(None if address is None else address.prefix, athlete)
        trials = asyncio.run(
            asyncio.wait_for(
                _try_private(topics) if address is None else _try_named(address, topics), ASK_S
            )
        )
    except TimeoutError:
        yield fault("broker", f"no answer within {ASK_S:g} s")
    except KickcueError as error:
        yield fault("broker", str(error))
    else:
        if address is None:
            yield ok(
                "broker", "a private one can be started; only watches on this machine can reach it"
            )
        else:
            yield ok("broker", f"logged in to {address}")
            yield from _reach(address)
        yield from _rights(trials)


async def _try_private(topics: Topics) -> list[Trial]:
    """Return both ways: what the sender publishes to a watch, and a watch to the sender."""
    async with private_broker(topics) as private:
        ways = (
            (private.address, private.watch, Side.DAEMON),
            (private.watch, private.address, Side.WATCH),
        )
        return [
            await try_out(speaker, listener, topics, published_by(side))
            for speaker, listener, side in ways
        ]


async def _try_named(address: Address, topics: Topics) -> list[Trial]:
    return [await try_out(address, address, topics, tuple(RULES))]


def _rights(trials: Iterable[Trial]) -> Iterator[Result]:
    """Tell what the broker refuses, and what cannot be known."""
    found = [
        finding for trial in trials for finding in (*_must_publish(trial), *_must_receive(trial))
    ]
    yield from found or [ok("topics", "all topics of a race can be published and read")]


def _refusals(refused: Mapping[str, str]) -> Iterator[Result]:
    """Yield a fault for each reason that the broker gives."""
    for why in dict.fromkeys(refused.values()):
        names = ", ".join(name for name, its in refused.items() if its == why)
        yield fault(
            "topics", f"the broker refuses {names} ({why}): no watch receives it", remedy(why)
        )


def _must_publish(trial: Trial) -> Iterator[Result]:
    ours = published_by(Side.DAEMON)
    refused = {name: why for name, why in trial.refused.items() if name in ours}
    yield from _refusals(refused)
    if trial.shortened:
        yield warning(
            "topics",
            "the broker's message size limit is smaller than a cue: cues are sent without voice "
            "and figures",
            remedy(TOO_LARGE),
        )
    silent = [
        name
        for name in ours
        if name in trial.tried and name not in trial.came_back | refused.keys()
    ]
    if silent and not trial.answers:
        words = (
            f"cannot check whether the broker forwards {', '.join(silent)}: this user may not "
            "read it"
        )
        yield warning("topics", words, LET_US_HEAR)


def _must_receive(trial: Trial) -> Iterator[Result]:
    theirs = published_by(Side.WATCH)
    denied = [name for name in theirs if name in trial.unheard]
    deaf = [
        name
        for name in theirs
        if name in trial.tried
        and name not in trial.came_back | trial.refused.keys() | trial.unheard.keys()
    ]
    if denied:
        yield fault(
            "topics",
            f"the broker does not allow subscribing to {', '.join(denied)}",
            remedy(trial.unheard[denied[0]]),
        )
    if deaf and trial.answers:
        yield fault(
            "topics",
            f"the broker accepts {', '.join(deaf)} but does not deliver it to us",
            remedy(NOT_AUTHORIZED),
        )


def _reach(address: Address) -> Iterator[Result]:
    """Tell of a Mosquitto that serves this machine alone, as version 2 does without a ``listener``.

    See https://mosquitto.org/documentation/migrating-to-2-0/.
    """
    if not _is_loopback(address.host):
        return
    ours = _own_address()
    if ours is None:
        yield warning(
            "watch",
            "this machine is not on a network, so only a watch on this machine can reach the "
            "broker",
        )
        return
    try:
        socket.create_connection((ours, address.port), KNOCK_S).close()
    except OSError:
        yield warning(
            "watch",
            "the broker only listens on this machine, not on the network: a watch cannot connect "
            f"to {ours}",
            LISTENER,
        )
    else:
        yield ok("watch", f"other machines can reach the broker at {ours}, port {address.port}")


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _own_address() -> str | None:
    """Return this machine's address in the network, None where it is in none."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(OUTSIDE)
        found: str = asking.getsockname()[0]
        return found
    return None
