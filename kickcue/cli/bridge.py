"""``kickcue bridge``: the cues of a race that runs, here or elsewhere, on a Bluetooth watch."""

import argparse
import asyncio
import logging
import os
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from rich.text import Text

from kickcue import machine_time
from kickcue.cli.broker_options import add_broker_options, chosen_broker
from kickcue.cli.tui.keyboard import HUNG_UP
from kickcue.cli.tui.race_parts import STAGES
from kickcue.cli.tui.screen import END, INTERRUPT, canvas
from kickcue.cli.tui.terminal import is_terminal
from kickcue.config.device_settings import device_address, device_name
from kickcue.config.paths import default_state_folder
from kickcue.config.watch_files import load_watch
from kickcue.core.errors import UsageError
from kickcue.core.printable import printable
from kickcue.core.watch.state_machine import CueAck, Play
from kickcue.core.watch.watch_profile import WatchProfile
from kickcue.daemon.bridge import Bridge, bridge, by_bluetooth
from kickcue.edges.radio import WatchPin
from kickcue.supervision.health import Stage

FRAME_S: Final = 0.5
LEAVING: Final = frozenset({"q", END, INTERRUPT, HUNG_UP})


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--watch",
        required=True,
        metavar="ID",
        help="which kind of watch, such as infinitime (`kickcue profiles list`)",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--address",
        metavar="A",
        help="the watch's Bluetooth address (default: the only such watch nearby)",
    )
    which.add_argument("--name", metavar="N", help="the name it advertises, instead of the address")
    add_broker_options(parser)
    parser.add_argument(
        "--second",
        action="store_true",
        help="play only cues that no other watch has felt within 1.2 s",
    )
    parser.add_argument(
        "--sensor",
        action="store_true",
        help='publish the watch\'s own heart rate, for a sensor with mqtt = "watch"',
    )
    parser.add_argument(
        "--adapter",
        metavar="NAME",
        help="which Bluetooth adapter, such as hci1 (default: the system's first)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep acknowledgements in DIR/bridge (default: the user's state folder)",
    )


def run(args: argparse.Namespace) -> int:
    """Bridge until q, Ctrl-C or the end of the terminal."""
    profile = load_watch(args.watch)
    by_bluetooth(profile)
    pin = _pin(profile, args)
    # What goes wrong is shown, not logged over the line.
    logging.getLogger("kickcue").addHandler(logging.NullHandler())
    machine_time.run(_bridge(args, pin))
    return 0


def _pin(profile: WatchProfile, args: argparse.Namespace) -> WatchPin:
    try:
        return WatchPin(profile, device_address(args.address), device_name(args.name))
    except ValueError as error:
        raise UsageError(f"--address or --name: {error}") from None


async def _bridge(args: argparse.Namespace, pin: WatchPin) -> None:
    broker = chosen_broker(args)
    state = args.state or default_state_folder(os.environ)
    async with (
        bridge(
            pin,
            broker.address,
            broker.topics,
            state=state,
            adapter=args.adapter,
            sensor=args.sensor,
            second=args.second,
            patient=broker.is_private,
        ) as running,
        AsyncExitStack() as stack,
    ):
        if is_terminal():
            screen = await stack.enter_async_context(canvas(take_interrupt=True, whole=False))
            line = Line(running)
            while await screen.key(FRAME_S) not in LEAVING:
                screen.draw(line.picture())
        else:
            await BridgeLines(running).until_asked()


class Line:
    """The bridge in one line, and the last cue below it."""

    def __init__(self, running: Bridge) -> None:
        self._bridge = running
        self._last = ""
        running.answered = self._take

    def picture(self) -> Text:
        """Return it as it is now."""
        health = self._bridge.worn.health
        dot, style, words = STAGES[health.stage]
        text = (
            Text(no_wrap=True, overflow="ellipsis")
            .append(f"{dot} ", style)
            .append(self._bridge.profile.id, "bold")
        )
        text.append(f"  {printable(state_of(self._bridge) or words)}")
        text.append(f"\n{self._last or 'no cue yet'}   q quit", "dim")
        return text

    def _take(self, play: Play, answer: CueAck) -> None:
        self._last = printable(cue_line(play, answer))


class BridgeLines:
    """One line for each change, for a pipe and a log."""

    def __init__(self, running: Bridge) -> None:
        self._bridge = running
        self._began_s = time.monotonic()
        self._printed = ""
        self._remarks: tuple[str, ...] = ()
        running.answered = lambda play, answer: self._print(cue_line(play, answer))

    async def until_asked(self) -> None:
        """Print until the process is asked to end."""
        requested = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, requested.set)
        while not requested.is_set():
            self._look()
            try:
                async with asyncio.timeout(FRAME_S):
                    await requested.wait()
            except TimeoutError:
                continue

    def _look(self) -> None:
        """Print what has changed since the last look."""
        now = state_of(self._bridge)
        if now != self._printed:
            self._printed = now
            self._print(now)
        health = self._bridge.worn.health
        if (
            health.stage is Stage.CONNECTED
            and health.firmware is not None
            and self._remarks != self._bridge.worn.remarks
        ):
            self._remarks = self._bridge.worn.remarks
            for remark in self._remarks:
                self._print(f"note: {remark}")

    def _print(self, text: str) -> None:
        print(f"{time.monotonic() - self._began_s:8.1f}  {printable(text)}", flush=True)


def state_of(running: Bridge) -> str:
    """Return how the watch and the broker are doing."""
    health, session = running.worn.health, running.broker.session
    if health.stage is not Stage.CONNECTED:
        watch = health.why or STAGES[health.stage][2]
    else:
        known = [
            f"{running.pin.title} connected",
            "" if health.firmware is None else f"firmware {health.firmware}",
            "" if health.battery_percent is None else f"battery {health.battery_percent} %",
        ]
        watch = ", ".join(filter(None, known))
    trouble = (
        session.trouble if session.connected else f"no broker: {session.trouble or 'connecting'}"
    )
    broker = "" if trouble is None else f"; {trouble}"
    counted = (
        f"; {running.felt} felt, {running.not_felt} not" if running.felt or running.not_felt else ""
    )
    return f"{watch}{broker}{counted}"


def cue_line(play: Play, answer: CueAck) -> str:
    """Return a cue and what became of it."""
    what = f"felt after {answer.latency_ms} ms" if answer.felt else f"NOT FELT ({answer.why})"
    return f"{play.touch.kind}: {play.touch.text}: {what}"
