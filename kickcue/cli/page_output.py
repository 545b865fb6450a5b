"""Where the page of a command goes, and what is printed in its place."""

import argparse
from pathlib import Path

from kickcue.cli.format.printing import complain, tell
from kickcue.core.errors import UsageError


def add_page_options(parser: argparse.ArgumentParser, page: str) -> None:
    """Add the options; ``page`` says what is written where, and what by default."""
    parser.add_argument("-o", "--output", type=Path, metavar="PATH", help=page)
    parser.add_argument("--open", action="store_true", help="show the page in the browser")
    parser.add_argument("--text", action="store_true", help="print it here, write no page")
    parser.add_argument(
        "--json", action="store_true", help="print it as one line of JSON, write no page"
    )


def wants_page(args: argparse.Namespace, *, other: bool = False) -> bool:
    """Tell whether a page is asked for; ``other``: something else than a page is.

    UsageError where the options contradict each other.
    """
    if args.text and args.json:
        raise UsageError("expected --text or --json, got both")
    page = args.output is not None or not (args.text or args.json or other)
    if args.open and not page:
        raise UsageError("--open shows the page: expected -o as well, or no other output")
    return page


def say_written(args: argparse.Namespace, path: Path) -> None:
    """Say what was written, on standard error where a program reads the output."""
    (complain if args.json or args.text else tell)(f"wrote {path}")


def page_written(args: argparse.Namespace, page: Path) -> None:
    """Say where the page is, and show it if that is wanted."""
    say_written(args, page)
    if not args.open:
        return
    import webbrowser  # noqa: PLC0415  seldom needed

    if not webbrowser.open(page.resolve().as_uri()):
        complain(f"no browser could be started: open {page} yourself")
