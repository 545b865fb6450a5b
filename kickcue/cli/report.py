"""``kickcue report``: what became of a race, as a page, as text, as a picture or as JSON."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.cli.format.console import console, json_line
from kickcue.cli.format.printing import complain
from kickcue.cli.page_output import add_page_options, page_written, say_written, wants_page
from kickcue.cli.review_options import add_review_options, review_of
from kickcue.core.errors import KickcueError, UsageError

if TYPE_CHECKING:
    from kickcue.analysis.review.model import Review

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
    add_page_options(
        parser, "the page, or a folder for it (default: NAME.html beside the recording)"
    )
    parser.add_argument(
        "--image", type=Path, metavar="PNG", help="write a picture to share, write no page"
    )
    add_review_options(parser)


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
    if args.image and len(args.files) > 1:
        raise UsageError("--image: expected one recording, got several")
    if args.output and len(args.files) > 1 and not args.output.is_dir():
        raise UsageError(f"-o: expected a folder for several recordings, got {args.output}")


def _pages(args: argparse.Namespace) -> Iterator[Path | None]:
    """Yield where the page of each file goes; None for no page.

    UsageError where two would be one.
    """
    if not wants_page(args, other=args.image is not None):
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
    review = review_of(args, path)
    if args.json:
        from kickcue.analysis.review.as_json import review_json  # noqa: PLC0415

        print(json_line(review_json(review)))
    if args.text:
        _print(review, args.units)
    if args.image:
        _write_card(args, review)
    if page is not None:
        _write_page(args, review, page)
    return bool(review.problems)


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
    say_written(args, args.image)


def _write_page(args: argparse.Namespace, review: "Review", page: Path) -> None:
    from kickcue.report.page_file import write_page  # noqa: PLC0415

    write_page(review, page, args.units)
    page_written(args, page)
