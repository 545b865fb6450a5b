"""``kickcue report``: what became of a race, as a page, as text, as a picture or as JSON."""

import argparse
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import console, json_line
from kickcue.cli.format.printing import complain, tell
from kickcue.cli.race_options import add_race_options, race_wish
from kickcue.core.errors import KickcueError, UsageError
from kickcue.recording import MARKS, Recording
from kickcue.replay.source import recorded_document, sensors_of

if TYPE_CHECKING:
    from kickcue.analysis.review.model import Review

UNITS: Final = ("km", "mi")
ANONYMOUS: Final = "report"
"""What the page of an anonymous report is called: the recording's own name may say who and when."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="MCAP, JSONL, FIT, TCX or GPX, plain, gzipped or zipped",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="the page, or a folder for it (default: NAME.html beside the recording)",
    )
    parser.add_argument("--open", action="store_true", help="show the page in the browser")
    parser.add_argument("--text", action="store_true", help="print the report here, write no page")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per line, write no page"
    )
    parser.add_argument(
        "--image", type=Path, metavar="PNG", help="write a picture to share, write no page"
    )
    parser.add_argument(
        "--units", choices=UNITS, default=UNITS[0], help="of distances and paces (default: km)"
    )
    parser.add_argument(
        "--anonymous", action="store_true", help="leave out positions, names, addresses and dates"
    )
    parser.add_argument(
        "--marks",
        choices=MARKS,
        default="manual",
        help="which laps of a watch's file become marks (default: manual)",
    )
    add_activity_option(parser)
    add_race_options(parser)


def run(args: argparse.Namespace) -> int:
    """Report on each file; 1 where something of one is lost, 2 where one was named wrongly."""
    _refuse_contradictions(args)
    status = 0
    for path, page in zip(args.files, list(_pages(args)), strict=True):
        try:
            problems = _report(args, path, page)
        except KickcueError as error:
            if len(args.files) == 1:
                raise
            complain(str(error))
            status = max(status, error.exit_status)
            continue
        status = max(status, 1 if problems else 0)
    return status


def _refuse_contradictions(args: argparse.Namespace) -> None:
    if args.text and args.json:
        raise UsageError("expected --text or --json, got both")
    if args.image and len(args.files) > 1:
        raise UsageError("--image: expected one recording, got several")
    if args.open and not _wants_page(args):
        raise UsageError("--open shows the page: expected -o as well, or no other output")
    if args.output and len(args.files) > 1 and not args.output.is_dir():
        raise UsageError(f"-o: expected a folder for several recordings, got {args.output}")


def _wants_page(args: argparse.Namespace) -> bool:
    return args.output is not None or not (args.text or args.json or args.image)


def _pages(args: argparse.Namespace) -> Iterator[Path | None]:
    """Yield where the page of each file goes; None for no page.

    UsageError where two would be one.
    """
    if not _wants_page(args):
        yield from (None for _ in args.files)
        return
    taken: dict[Path, Path] = {}
    for number, path in enumerate(args.files):
        page = _page(args, path, number)
        if page in taken:
            raise UsageError(
                f"{taken[page]} and {path} would both become {page}: report on them one by one, "
                "with -o"
            )
        taken[page] = path
        yield page


def _page(args: argparse.Namespace, path: Path, number: int) -> Path:
    from kickcue.report.page_file import page_beside  # noqa: PLC0415  it imports the whole page

    if args.output is not None and not args.output.is_dir():
        return Path(args.output)
    beside = page_beside(path)
    if args.anonymous:
        beside = path.with_name(f"{ANONYMOUS}{'' if number == 0 else f'-{number + 1}'}.html")
    return beside if args.output is None else Path(args.output) / beside.name


def _report(args: argparse.Namespace, path: Path, page: Path | None) -> bool:
    """Do what is asked for with one file; tell whether something of it is lost."""
    recording = opened(args, path, marks=args.marks)
    for problem in recording.problems:
        complain(f"{path}: {problem}")
    review = _review(args, recording)
    if args.json:
        from kickcue.analysis.review.as_json import review_json  # noqa: PLC0415

        print(json_line(review_json(review)))
    if args.text:
        _print(review, args.units)
    if args.image:
        _write_card(args, review)
    if page is not None:
        _write_page(args, review, page)
    return bool(recording.problems)


def _review(args: argparse.Namespace, recording: Recording) -> "Review":
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415

    if args.anonymous:
        from kickcue.export.anonymous import anonymous  # noqa: PLC0415

        recording = anonymous(recording)
    wish = race_wish(args, recorded_document(recording), sensors_of(recording))
    return reviewed(recording, wish)


def _print(review: "Review", units: str) -> None:
    from kickcue.report.formats import PaceUnit  # noqa: PLC0415
    from kickcue.report.text import TextReport  # noqa: PLC0415

    console().print(TextReport(review, PaceUnit(units)))


def _write_card(args: argparse.Namespace, review: "Review") -> None:
    from kickcue.report.card import write_card  # noqa: PLC0415
    from kickcue.report.formats import PaceUnit  # noqa: PLC0415

    left_out = write_card(review, args.image, unit=PaceUnit(args.units), anonymous=args.anonymous)
    if left_out:
        complain(f"{args.image}: {left_out}")
    _tell(args, f"wrote {args.image}")


def _write_page(args: argparse.Namespace, review: "Review", page: Path) -> None:
    from kickcue.report.page_file import write_page  # noqa: PLC0415

    write_page(review, page, args.units)
    _tell(args, f"wrote {page}")
    if args.open and not webbrowser.open(page.resolve().as_uri()):
        complain(f"no browser could be started: open {page} yourself")


def _tell(args: argparse.Namespace, text: str) -> None:
    """Say what was written, on standard error where a program reads the output."""
    (complain if args.json or args.text else tell)(text)
