"""``kickcue pair``: choose the strap and pod that are yours; race.toml keeps it."""

import argparse
import asyncio
from pathlib import Path

from kickcue.cli.format.printing import tell
from kickcue.cli.race_options import writable_race_file
from kickcue.cli.tui.device_search import Chosen, find
from kickcue.cli.tui.pairing_dialog import dialogue
from kickcue.cli.tui.prompts import POD, STRAP, Wanted
from kickcue.cli.tui.terminal import be_quiet, is_terminal
from kickcue.config.paths import RACE_FILE
from kickcue.config.race_file import pin_sensor
from kickcue.config.settings import load_settings
from kickcue.core.errors import UsageError
from kickcue.core.printable import printable


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="race.toml",
        help="where to write it (default: the race file `kickcue run` uses)",
    )
    parser.add_argument("--strap", metavar="ADDRESS", help="use this one, without asking")
    parser.add_argument("--pod", metavar="ADDRESS", help="same for the foot pod")
    parser.add_argument(
        "--yes", action="store_true", help="with --strap or --pod: write without asking"
    )
    parser.add_argument(
        "--adapter",
        metavar="NAME",
        help=(
            "which Bluetooth adapter, such as hci1 (default: as in race.toml, or the system's "
            "first)"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Find, show, ask, write."""
    given = _given(args)
    path = writable_race_file(args.file, "pair")
    adapter = args.adapter or load_settings(path).adapter
    be_quiet()
    found = asyncio.run(find(given, adapter) if args.yes else _ask(given, adapter))
    for each in found:
        pin_sensor(path, each.sensor, each.pin)
        tell(f"{each.sensor}: {describe(each)}")
    if not found:
        tell("nothing chosen, nothing changed")
        return 0
    others = load_settings(path).sensors.keys() - {each.sensor for each in found}
    if others:
        tell(f"{path} still has {', '.join(sorted(others))}: remove what you do not wear")
    # One of another name is not found by itself.
    named = "" if args.file in (None, Path(RACE_FILE)) else f" {path}"
    tell(f"saved to {path}; next: kickcue run{named}")
    return 0


def _given(args: argparse.Namespace) -> dict[Wanted, str]:
    """Return the addresses that the options give; UsageError where more have to be asked for."""
    options = {STRAP: args.strap, POD: args.pod}
    given = {wanted: address for wanted, address in options.items() if address is not None}
    if args.yes and not given:
        raise UsageError(
            "--yes: expected --strap ADDRESS, --pod ADDRESS or both (`kickcue scan` shows them)"
        )
    if not args.yes and not is_terminal():
        raise UsageError(
            "no terminal to ask in: give --strap ADDRESS and --pod ADDRESS with --yes (`kickcue "
            "scan` shows them)"
        )
    return given


def describe(found: Chosen) -> str:
    """Return a chosen sensor in a line."""
    kind, value = found.pin.pin
    named = "" if kind == "name" else f"{found.title}, "
    return printable(f"{named}recognised by its {kind} {value}, profile {found.pin.profile}")


async def _ask(given: dict[Wanted, str], adapter: str | None) -> list[Chosen]:
    async with dialogue(adapter, all_devices=bool(given)) as talk:
        return (
            [await talk.confirmed(wanted, address) for wanted, address in given.items()]
            if given
            else await talk.sensors()
        )
