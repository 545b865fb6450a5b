"""``kickcue set``: changes keys of the race file, so that nobody has to know TOML."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from kickcue.cli.race_options import writable_race_file
from kickcue.config.paths import find_race_file
from kickcue.config.set_keys import set_keys
from kickcue.core.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "pairs",
        nargs="*",
        metavar="KEY VALUE",
        help=(
            "such as broker.url mqtt://maria@example.org; several at once if they depend on each "
            "other"
        ),
    )
    parser.add_argument(
        "--unset", action="append", default=[], metavar="KEY", help="remove a key (may repeat)"
    )
    parser.add_argument(
        "--qr",
        action="store_true",
        help="show the race as a QR code, which kickcue on a phone takes in (also with nothing to "
        "set)",
    )
    parser.add_argument(
        "--file",
        type=Path,
        metavar="race.toml",
        help="which race file (default: the one `kickcue run` uses)",
    )


def run(args: argparse.Namespace) -> int:
    """Set, and print what is set; show the race."""
    if len(args.pairs) % 2:
        raise UsageError(
            f"{args.pairs[-1]}: expected a value after it: kickcue set KEY VALUE [KEY VALUE ...]"
        )
    values = dict(zip(args.pairs[::2], args.pairs[1::2], strict=True))
    if values or args.unset:
        _set(args, values)
    elif not args.qr:
        raise UsageError(
            "expected kickcue set KEY VALUE, --unset KEY, or --qr; docs/configuration.md has all "
            "keys"
        )
    if args.qr:
        _show(args.file)
    return 0


def _show(given: Path | None) -> None:
    # What a race is made of is loaded by who shows it.
    from kickcue.cli.format.race_code import race_code  # noqa: PLC0415

    path = given or find_race_file(os.environ)
    if path is None:
        raise UsageError("no race.toml to show: create one with `kickcue init`")
    print("\n".join(race_code(path)))


def _set(args: argparse.Namespace, values: Mapping[str, str]) -> None:
    path = writable_race_file(args.file, "set")
    written = set_keys(path, values, args.unset)
    for key in args.unset:
        print(f"{path}: {key} is no longer set")
    for key, value in written.items():
        print(f"{path}: {key} = {value}")
