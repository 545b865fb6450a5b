"""``kickcue simulate --ble``: the sensors of a race or a recording as virtual Bluetooth ones."""

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Final

from kickcue.cli.format.output_format import clock_column
from kickcue.config.extras import how_to_get
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Command, CommandKind, Input, Mark, Notification
from kickcue.core.gatt import short_uuid
from kickcue.core.units import ns_to_s
from kickcue.edges.virtual_sensor.description import SERVICE_OF, Description, describe
from kickcue.edges.virtual_sensor.playback import PlaybackCount, paced, play

if TYPE_CHECKING:
    from kickcue.edges.virtual_sensor.sensor import VirtualSensor

LOOK_S: Final = 0.05
BREATH_S: Final = 0.1
"""Between the last subscription and the first notification: what is already due when the playing
begins counts as lost."""


def on_air(args: argparse.Namespace, inputs: Sequence[Input], rate: float) -> None:
    """Offer the sensors of the events, and let them send once somebody listens, until Ctrl-C.

    DataError where no sensor is among them, UsageError where bumble is absent.
    """
    chars: dict[str, set[str]] = {}
    for event in inputs:
        if isinstance(event, Notification) and short_uuid(event.char) in SERVICE_OF:
            chars.setdefault(event.sensor, set()).add(short_uuid(event.char))
    if not chars:
        raise DataError(f"{args.recording}: it has no sensor data that a virtual sensor can send")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_offer(args.ble, chars, inputs, rate))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "bumble":
            raise
        raise UsageError(
            f"--ble needs bumble, which is not installed: {how_to_get('simulate')}"
        ) from None


async def _offer(
    adapters: Sequence[str], chars: dict[str, set[str]], inputs: Sequence[Input], rate: float
) -> None:
    async with _sensors_on_air(adapters, chars) as speakers:
        for speaker in dict.fromkeys(speakers.values()):
            print(
                f"on air: {speaker.description.name!r} {speaker.description.address}, waiting for "
                "a connection (Ctrl-C to stop)",
                flush=True,
            )
        while not all(  # noqa: ASYNC110  bumble has no event for it
            speaker.subscribed(char)
            for name, speaker in speakers.items()
            for char in chars[name]
            if char != "2a19"
        ):
            await asyncio.sleep(LOOK_S)
        first_ns = min(event.t_ns for event in inputs)
        zero_s = asyncio.get_running_loop().time() + BREATH_S - ns_to_s(first_ns) / rate
        spoken = [event for event in inputs if isinstance(event, Notification)]
        played, _ = await asyncio.gather(
            play(spoken, speakers, rate=rate, zero_s=zero_s), _prompt(inputs, rate, zero_s)
        )
        print(_ending(played))


@contextlib.asynccontextmanager
async def _sensors_on_air(
    adapters: Sequence[str], chars: dict[str, set[str]]
) -> "AsyncIterator[dict[str, VirtualSensor]]":
    """Give the virtual sensor of each sensor's name.

    A single adapter has one for all; otherwise there are as many adapters as sensors.
    """
    # Needs bumble, an extra.
    from kickcue.edges.virtual_sensor.transport import sensor_on  # noqa: PLC0415

    if len(adapters) not in (1, len(chars)):
        raise UsageError(
            f"--ble: expected one adapter for all, or one for each of {len(chars)} sensors "
            f"({', '.join(chars)}), got {len(adapters)}"
        )
    groups = [list(chars)] if len(adapters) == 1 else [[name] for name in chars]
    async with contextlib.AsyncExitStack() as stack:
        found: dict[str, VirtualSensor] = {}
        for adapter, names in zip(adapters, groups, strict=True):
            sensor = await stack.enter_async_context(sensor_on(adapter, _description(names, chars)))
            found |= dict.fromkeys(names, sensor)
        yield found


def _description(names: Sequence[str], chars: dict[str, set[str]]) -> Description:
    title = "kickcue" if len(names) > 1 else f"kickcue {names[0]}"
    return describe(title, set().union(*(chars[name] for name in names)))


async def _prompt(inputs: Sequence[Input], rate: float, zero_s: float) -> None:
    """Say when a runner would press what, from the gun; whoever tries kickcue is to press it."""
    presses = [event for event in inputs if isinstance(event, Mark | Command)]
    gun_ns = next((event.t_ns for event in presses if _is_start(event)), 0)
    async for _, event in paced(presses, rate=rate, zero_s=zero_s):
        what = event.kind if isinstance(event, Command) else "lap"
        print(f"{clock_column(ns_to_s(event.t_ns - gun_ns))}  {what}", flush=True)


def _is_start(event: Input) -> bool:
    return isinstance(event, Command) and event.kind is CommandKind.START


def _ending(played: PlaybackCount) -> str:
    lost = played.lost.total()
    return f"done: {played.delivered.total()} notifications delivered" + (
        f", {lost} without a listener" if lost else ""
    )
