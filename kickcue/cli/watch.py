"""``kickcue watch``: a watch in the terminal."""

import argparse
import asyncio
import logging
import signal
import sys
from typing import Final

from kickcue import machine_time
from kickcue.cli.broker_options import ChosenBroker, add_broker_options, chosen_broker
from kickcue.cli.format.printing import nobody_reads
from kickcue.cli.tui.keyboard import HUNG_UP, ORDERS, keys
from kickcue.cli.watch_output import Records, WatchLines, WatchOutput, WatchScreen
from kickcue.cli.watch_programs import Programs, worn_as
from kickcue.core.watch.state_machine import CueAck
from kickcue.core.watch.watch_profile import WatchProfile
from kickcue.edges.mqtt.watch_client import TERMINAL, WatchClient, watch

QUIT: Final = "q"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_broker_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument(
        "--as",
        dest="profile",
        metavar="ID",
        help=(
            "play the cues on this phone: termux (its vibration motor) or gadgetbridge (its watch)"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Be a watch until q, Ctrl-C or the end of the terminal."""
    profile = None if args.profile is None else worn_as(args.profile)
    broker = chosen_broker(args)
    # A lost connection is shown, not logged over the face.
    logging.getLogger("kickcue").addHandler(logging.NullHandler())
    machine_time.run(_wear(broker, profile, as_json=args.json))
    return 0


async def _wear(broker: ChosenBroker, profile: WatchProfile | None, *, as_json: bool) -> None:
    kind = TERMINAL if profile is None else profile.id
    async with watch(
        broker.address, broker.topics, answers=profile is None, patient=broker.is_private, kind=kind
    ) as worn:
        output = _output(worn, as_json=as_json)
        wearing = _Wearing(worn, output, profile)
        try:
            await wearing.until_quit()
        finally:
            await wearing.end()
            output.close()


def _output(worn: WatchClient, *, as_json: bool) -> WatchOutput:
    if as_json:
        return Records()
    return WatchScreen(lambda: worn.topics.prefix) if sys.stdout.isatty() else WatchLines()


class _Wearing:
    """The loop: what happens goes to the output, keys become commands."""

    def __init__(
        self, worn: WatchClient, output: WatchOutput, profile: WatchProfile | None
    ) -> None:
        self._watch = worn
        self._output = output
        self._programs = None if profile is None else Programs(profile, self._answer, output.note)
        worn.session.warn = output.note
        if self._programs is not None:
            worn.wrist.lead_ms = self._programs.lead_ms
        self._quit = False
        self._link: tuple[bool, str | None] = (False, None)
        self._refused: str | None = None

    async def until_quit(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._press, QUIT)
        with keys(self._press):
            while not (self._quit or nobody_reads()):
                # Cues that nobody sees must not be answered as felt.
                self._look_at_the_link()
                if self._programs is not None:
                    self._watch.unworn = self._programs.trouble
                for happening in await self._watch.wait(self._output.draw()):
                    if self._programs is None or not self._programs.take(happening):
                        self._output.take(happening)

    async def end(self) -> None:
        """Let a cue that is being played come to its end."""
        if self._programs is not None:
            await self._programs.end()

    def _answer(self, answer: CueAck) -> None:
        """Tell the sender, and whoever looks, what became of a cue that programs play."""
        self._watch.acknowledge(answer)
        self._output.take(answer)

    def _look_at_the_link(self) -> None:
        session = self._watch.session
        link = (True, None) if session.connected else (False, session.trouble)
        if link != self._link:
            self._link = link
            self._output.link(up=link[0], why=link[1])
        refused = session.refusals.text
        if refused != self._refused:
            self._refused = refused
            self._output.note(refused or "the broker no longer refuses anything")

    def _press(self, key: str) -> None:
        if key in (QUIT, HUNG_UP):
            self._quit = True
        elif key in ORDERS:
            name = ORDERS[key].replace("_", " ")
            self._output.note(
                name
                if self._watch.command(ORDERS[key])
                else f"{name}: no connection, dropped unless it is back within 1 s"
            )
