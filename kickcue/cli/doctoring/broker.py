"""The way to the wrist: whether a broker answers, and whether a watch can reach it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from kickcue.cli.doctoring.finding import Finding, Patient, fault, ok, warning
from kickcue.core.errors import KickcueError
from kickcue.daemon.brokers import named_broker
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.client import connect
from kickcue.edges.mqtt.delivery import new_run_id
from kickcue.edges.mqtt.link import Plan
from kickcue.edges.mqtt.topics import Topics

ASK_S: Final = 5.0
KNOCK_S: Final = 1.0
OUTSIDE: Final = ("192.0.2.1", 9)  # documentation addresses, RFC 5737: no packet is sent, the system only says which way it would go
LISTENER: Final = "put `listener 1883` and a password_file into /etc/mosquitto/conf.d/kickcue.conf, and restart mosquitto"


def broker(patient: Patient) -> Iterator[Finding]:
    """Log in to the broker of the race file, or start a private one; nothing is published."""
    try:
        address = None if patient.settings is None else named_broker(patient.settings)
        asyncio.run(asyncio.wait_for(_start_private() if address is None else _log_in(address), ASK_S))
    except TimeoutError:
        yield fault("broker", f"no answer within {ASK_S:g} s")
    except KickcueError as error:
        yield fault("broker", str(error))
    else:
        if address is None:
            yield ok("broker", "a private one can be started; watches on this machine alone can reach it")
        else:
            yield ok("broker", f"{address} lets us in")
            yield from _reach(address)


async def _start_private() -> None:
    async with private_broker(Topics()) as private:
        await _log_in(private.address)


async def _log_in(address: Address) -> None:
    async with connect(Plan(address, f"kickcue-doctor-{new_run_id()}")):
        pass


def _reach(address: Address) -> Iterator[Finding]:
    """Mosquitto 2 without a ``listener`` of its own serves this machine alone: https://mosquitto.org/documentation/migrating-to-2-0/."""
    if not _is_loopback(address.host):
        return
    ours = _own_address()
    if ours is None:
        yield warning("watch", "this machine is in no network, so only a watch on this machine itself reaches the broker")
        return
    try:
        socket.create_connection((ours, address.port), KNOCK_S).close()
    except OSError:
        yield warning("watch", f"the broker serves this machine alone, not the network: a watch at {ours} finds nobody", LISTENER)
    else:
        yield ok("watch", f"another machine reaches the broker at {ours}, port {address.port}")


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
