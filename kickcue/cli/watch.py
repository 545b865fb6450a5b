"""``kickcue watch``: a watch in the terminal."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Final

from kickcue.cli.keys import HUNG_UP, ORDERS, keys
from kickcue.cli.watch_output import Lines, Output, Records, Screen
from kickcue.core.errors import AskedWronglyError
from kickcue.edges.mqtt.address import FORM, Address, parse_address
from kickcue.edges.mqtt.runtime import find_private_broker
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watching import Watch, watch

QUIT: Final = "q"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--broker", metavar="URL", help=f"{FORM}, or mqtts:// (kickcue's own broker on this machine unless told)")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="with mqtts://: the certificates to trust (the system's unless told)")
    parser.add_argument("--athlete", metavar="NAME", help="whose cues: topics below kickcue/NAME (runner unless told)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Be a watch until q, Ctrl-C or the end of the terminal."""
    address = _address(args)
    topics = Topics.of(address.prefix, args.athlete)
    logging.getLogger("kickcue").addHandler(logging.NullHandler())  # a lost connection is shown, not logged over the face
    asyncio.run(_wear(address, topics, as_json=args.json))
    return 0


def _address(args: argparse.Namespace) -> Address:
    if args.broker is not None:
        return parse_address(args.broker, ca_file=args.ca)
    found = find_private_broker()
    if found is None:
        raise AskedWronglyError(
            "no broker of kickcue's own runs on this machine: start one with `kickcue replay FILE --publish`, or name one with --broker URL"
        )
    return found


async def _wear(address: Address, topics: Topics, *, as_json: bool) -> None:
    async with watch(address, topics) as worn:
        output = _output(topics, as_json=as_json)
        try:
            await _Wearing(worn, output).until_quit()
        finally:
            output.close()


def _output(topics: Topics, *, as_json: bool) -> Output:
    if as_json:
        return Records()
    return Screen(topics.prefix) if sys.stdout.isatty() else Lines()


class _Wearing:
    """The loop: what happens goes to the output, keys become commands."""

    def __init__(self, worn: Watch, output: Output) -> None:
        self._watch = worn
        self._output = output
        self._quit = False
        self._up = False

    async def until_quit(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._press, QUIT)
        with keys(self._press):
            while not self._quit:
                self._look_at_the_link()
                for happening in await self._watch.wait(self._output.draw()):
                    self._output.take(happening)

    def _look_at_the_link(self) -> None:
        if self._watch.session.connected is not self._up:
            self._up = self._watch.session.connected
            self._output.link(up=self._up)

    def _press(self, key: str) -> None:
        if key in (QUIT, HUNG_UP):
            self._quit = True
        elif key in ORDERS:
            name = ORDERS[key].replace("_", " ")
            self._output.note(name if self._watch.command(ORDERS[key]) else f"{name}: no connection, not sent unless it is back within 1 s")
