"""``kickcue simulate --mqtt``: a simulated race, or a recording, as a gateway on a broker."""

import argparse
import asyncio
import contextlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeGuard

from kickcue import machine_time
from kickcue.cli.broker_options import ChosenBroker, chosen_broker
from kickcue.cli.format.printing import complain, tell
from kickcue.cli.press import DaemonView
from kickcue.cli.tui.watch_face import PHASES
from kickcue.core.errors import DataError
from kickcue.core.events import (
    Command,
    CommandKind,
    Input,
    Mark,
    MarkSource,
    Notification,
    Orderer,
)
from kickcue.core.gatt import short_uuid
from kickcue.core.units import ns_to_s
from kickcue.edges.mqtt.watch_client import WatchClient, watch
from kickcue.edges.virtual_sensor.playback import PlaybackCount, paced, play
from kickcue.supervision.tasks import running

FASTEST: Final = 1.0
"""The run on the other side counts in real time."""
HEARS: Final = ("status",)
NO_LEVEL: Final = re.compile(r"[^A-Za-z0-9_-]")
SHORT: Final = re.compile(r"[0-9a-f]{4}")
ONLINE_WITHIN_S: Final = 2.5
"""A run publishes its status each second."""
BREATH_S: Final = 0.2
"""Before the first of them: what is already due when the playing begins counts as lost."""
FAREWELL_S: Final = 0.5
"""What was sent last is to be on its way before the connection ends."""


class GatewaySensor:
    """One sensor behind the gateway: what it sends is published under its id."""

    def __init__(self, gateway: WatchClient, sensor_id: str) -> None:
        self._gateway = gateway
        self._id = sensor_id

    async def notify(self, char: str, data: bytes) -> bool:
        """Publish it; return whether the broker is connected."""
        self._gateway.pass_on(self._id, short_uuid(char), data)
        return self._gateway.session.connected


def add_mqtt_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("over MQTT")
    group.add_argument(
        "--mqtt",
        nargs="?",
        const="",
        metavar="URL",
        help="send its sensors and presses to a run, as a gateway (default broker: kickcue's own "
        "on this machine)",
    )
    group.add_argument(
        "--ca", type=Path, metavar="FILE", help="with mqtts://: the certificates to trust"
    )
    group.add_argument("--athlete", metavar="NAME", help="to whose run: topics below kickcue/NAME")


def send_over_mqtt(args: argparse.Namespace, inputs: Sequence[Input], rate: float) -> None:
    """Send the events to the broker that the options name, until Ctrl-C at the latest.

    DataError where no sensor is among them, UsageError where no private broker is there,
    BrokerError where the broker cannot be reached.
    """
    if not any(_can_be_sent(event) for event in inputs):
        raise DataError(f"{args.recording}: it has no sensor data that can be sent over MQTT")
    args.broker = args.mqtt or None
    broker = chosen_broker(args).now()
    with contextlib.suppress(KeyboardInterrupt):
        machine_time.run(send(broker, inputs, rate))


async def send(broker: ChosenBroker, inputs: Sequence[Input], rate: float) -> None:
    """Publish the notifications, and send the presses as commands, each at its moment.

    What for and how it went is printed. BrokerError where the broker cannot be reached.
    """
    notifications = [event for event in inputs if _can_be_sent(event)]
    presses = [_pressed(event) for event in inputs if isinstance(event, Mark | Command)]
    ids = {event.sensor: NO_LEVEL.sub("-", event.sensor) for event in notifications}
    view = DaemonView()
    async with (
        watch(broker.address, broker.topics, subscribes=HEARS) as gateway,
        running(_listen(gateway, view), name="simulate listens"),
    ):
        tell(
            f"sending to {gateway.topics.prefix} as sensors {', '.join(sorted(ids.values()))}, "
            'which race.toml pins like mqtt = "pod" (Ctrl-C to stop)'
        )
        for gun_ns in _starts(presses)[:1]:
            tell(f"the gun goes in {ns_to_s(gun_ns - inputs[0].t_ns) / rate:.0f} s")
        speakers = {name: GatewaySensor(gateway, each) for name, each in ids.items()}
        zero_s = asyncio.get_running_loop().time() + BREATH_S - ns_to_s(inputs[0].t_ns) / rate
        played, _ = await asyncio.gather(
            play(notifications, speakers, rate=rate, zero_s=zero_s),
            _press(gateway, view, presses, rate, zero_s),
        )
        await asyncio.sleep(FAREWELL_S)
        tell(_ending(played, view))


async def _listen(gateway: WatchClient, view: DaemonView) -> None:
    """Take what the run publishes; say, once, that there seems to be none."""
    loop = asyncio.get_running_loop()
    wait_until_s: float | None = loop.time() + ONLINE_WITHIN_S
    while True:
        for happening in await gateway.wait(ONLINE_WITHIN_S / 2):
            view.take(happening)
        if wait_until_s is not None and (view.online or loop.time() > wait_until_s):
            wait_until_s = None
            if not view.online:
                complain(f"no kickcue is online at {gateway.topics.prefix}: sending all the same")


async def _press(
    gateway: WatchClient,
    view: DaemonView,
    presses: Iterable[Command],
    rate: float,
    zero_s: float,
) -> None:
    """Send the presses; the finish only to a race that is not over, as far as is known."""
    async for _, press in paced(presses, rate=rate, zero_s=zero_s):
        if press.kind is CommandKind.FINISH and view.is_over:
            continue
        gateway.command(press.kind, press.by or Orderer.RUNNER, press.race_distance_m)
        tell(f"{ns_to_s(press.t_ns):7.1f} s: {press.kind.replace('_', ' ')}")


def _can_be_sent(event: Input) -> TypeGuard[Notification]:
    """Tell whether it is a notification whose characteristic has a topic."""
    return isinstance(event, Notification) and SHORT.fullmatch(short_uuid(event.char)) is not None


def _pressed(event: Mark | Command) -> Command:
    """Return the order that says the same: on the wire a mark is a lap press."""
    if isinstance(event, Command):
        return event
    helped = event.source is MarkSource.TRACKSIDE
    return Command(event.t_ns, CommandKind.LAP, Orderer.TRACKSIDE if helped else None)


def _starts(presses: Iterable[Command]) -> list[int]:
    return [press.t_ns for press in presses if press.kind is CommandKind.START]


def _ending(played: PlaybackCount, view: DaemonView) -> str:
    lost = played.lost.total()
    told = f"done: {played.delivered.total()} notifications sent"
    told += f", {lost} while there was no connection" if lost else ""
    phase = None if view.status is None else view.status.phase
    return told if phase is None else f"{told}; the race: {PHASES[phase]}"
