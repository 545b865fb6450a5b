"""``kickcue scan``: the Bluetooth sensors and watches around."""

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from kickcue.cli.format.console import json_line
from kickcue.cli.tui.keyboard import HUNG_UP
from kickcue.cli.tui.nearby import Around, Surroundings, as_json, sent_by
from kickcue.cli.tui.screen import END, Canvas, canvas
from kickcue.cli.tui.sensor_table import plain_table, sensor_table
from kickcue.cli.tui.terminal import be_quiet, is_terminal
from kickcue.cli.tui.values import Values, spelt
from kickcue.config.profile_files import load_profiles
from kickcue.config.watch_files import load_watches
from kickcue.core.errors import UsageError
from kickcue.core.events import Input
from kickcue.core.profiles import SensorProfile
from kickcue.edges.radio import RadioError, Sighting, listening, looking_around
from kickcue.supervision.tasks import running

PIPE_S: Final = 5.0
FRAME_S: Final = 0.5
LISTEN_S: Final = 8.0
"""How long a sensor has to be connected and to send its first value; a real connection takes one to
four seconds."""
MOST_ASKED: Final = 5
OTHER_LINES: Final = 5
"""What stands above and below the table."""
SAYS: Final = {"heart": "heart_rate_bpm", "steps": "cadence_spm"}
LEAVING: Final = frozenset({"q", END, HUNG_UP})
NOBODY: Final = (
    "no sensor found: straps sleep unless worn, pods unless moved; one connected to a watch or "
    "phone is invisible"
)
_VALUES_HELP: Final = (
    f"connect to the {MOST_ASKED} strongest, one after another, and show their data. Most sensors "
    "allow one connection only, so another runner's watch loses its strap meanwhile: do not do "
    "this at a start line"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="N",
        help=f"search for S seconds (default: until q; {PIPE_S:g} in a pipe)",
    )
    parser.add_argument(
        "--all", action="store_true", help="also show devices that kickcue cannot read"
    )
    parser.add_argument("--values", action="store_true", help=_VALUES_HELP)
    parser.add_argument(
        "--adapter",
        metavar="NAME",
        help="which Bluetooth adapter, such as hci1 (default: the system's first)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per line, one for each device"
    )


def run(args: argparse.Namespace) -> int:
    """Show who is around; 0 also where nobody is."""
    if args.seconds is not None and not 0 < args.seconds <= 86_400:
        raise UsageError(f"--seconds: expected more than 0, got {args.seconds:g}")
    be_quiet()
    asyncio.run(_Scan(args).go())
    return 0


class _Scan:
    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._profiles = load_profiles()
        self._watches = load_watches()
        self._around = Surroundings()
        self._values: dict[str, dict[str, Any]] = {}
        self._shown: dict[str, str] = {}

    async def go(self) -> None:
        """Look around, show, and leave."""
        async with AsyncExitStack() as stack:
            seen = await stack.enter_async_context(
                looking_around(
                    self._profiles.values(),
                    watches=self._watches.values(),
                    adapter=self._args.adapter,
                    all_devices=self._args.all,
                    beacons=True,
                )
            )
            if is_terminal() and not self._args.json:
                screen = await stack.enter_async_context(canvas())
                await self._show(screen, seen)
            else:
                await asyncio.sleep(PIPE_S if self._args.seconds is None else self._args.seconds)
                self._around.take(seen())
                if self._args.values:
                    await self._ask()
                now_s = asyncio.get_running_loop().time()
                self._around.take(seen())
                self._print(now_s)
        if is_terminal() and not self._args.json:
            self._print(now_s=asyncio.get_running_loop().time())

    # ---- a terminal

    async def _show(self, screen: Canvas, seen: Callable[[], tuple[Sighting, ...]]) -> None:
        began_s = asyncio.get_running_loop().time()
        asks = False
        async with AsyncExitStack() as beside:
            while (
                self._args.seconds is None
                or asyncio.get_running_loop().time() - began_s < self._args.seconds
            ):
                now_s = asyncio.get_running_loop().time()
                self._around.take(seen())
                if self._args.values and not asks and now_s - began_s > FRAME_S * 4:
                    asks = True
                    await beside.enter_async_context(
                        running(self._ask_on(), name="scan values", cancel_once=True)
                    )
                screen.draw(self._picture(screen.size, now_s, now_s - began_s))
                if await screen.key(FRAME_S) in LEAVING:
                    return

    def _picture(self, size: os.terminal_size, now_s: float, looked_s: float) -> RenderableType:
        rows = self._around.rows()
        title = Text(f"Bluetooth sensors nearby, strongest first ({looked_s:.0f} s)", style="bold")
        shown = self._shown if self._args.values else None
        room = max(size.lines - OTHER_LINES, 1)
        weaker = Text(
            f"and {len(rows) - room} weaker ones" if len(rows) > room else "", style="dim"
        )
        body = (
            sensor_table(rows[:room], now_s, size.columns, values=shown)
            if rows
            else Text(NOBODY, style="yellow")
        )
        return Group(title, Text(), body, weaker, Text("q quit", style="dim"))

    # ---- a pipe

    def _print(self, now_s: float) -> None:
        rows = self._around.rows()
        if self._args.json:
            for row in rows:
                values = self._values.get(row.sighting.address)
                print(
                    json_line(as_json(row, now_s, () if values is None else tuple(values.items())))
                )
        elif rows:
            print(plain_table(rows, now_s, self._shown if self._args.values else None))
            lines = [
                f"{row.sighting.address}: {each}" for row in rows for each in row.sighting.beacons
            ]
            if lines:
                print(
                    "\nbeacons, as written in [beacon] of a race file (docs/beacon.md):",
                    *lines,
                    sep="\n",
                )
        else:
            print(NOBODY)

    # ---- what they send

    async def _ask_on(self) -> None:
        while True:
            await self._ask()
            await asyncio.sleep(FRAME_S)

    async def _ask(self) -> None:
        """Listen to the strongest ones, one after another."""
        for row in self._around.rows()[:MOST_ASKED]:
            profile = row.sighting.found.profile
            if profile is not None:
                await self._listen_to(row, profile)

    async def _listen_to(self, row: Around, profile: SensorProfile) -> None:
        """Listen until it has sent each of its quantities, but not for ever."""
        latest, address, enough = Values(profile), row.sighting.address, asyncio.Event()
        quantities = len(SAYS.keys() & set(sent_by(row.sighting)))

        def put(event: Input) -> None:
            latest.take(event)
            if len(set(SAYS.values()) & latest.now(event.t_ns).keys()) >= quantities:
                enough.set()

        self._shown.setdefault(address, "connecting")
        try:
            with suppress(TimeoutError):
                async with (
                    asyncio.timeout(LISTEN_S),
                    listening(row.sighting, put, time.monotonic_ns, adapter=self._args.adapter),
                ):
                    await enough.wait()
        except RadioError as error:
            self._shown[address] = str(error)
            return
        self._values[address] = latest.now(time.monotonic_ns())
        self._shown[address] = spelt(self._values[address]) or "no data"
