"""``kickcue compare``: races over each other by distance, sessions repetition by repetition."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.analysis.review.model import Review, ReviewKind
from kickcue.cli.format.console import console, json_line
from kickcue.cli.page_output import add_page_options, page_written, wants_page
from kickcue.cli.review_options import add_review_options, review_of
from kickcue.core.errors import UsageError

if TYPE_CHECKING:
    from kickcue.analysis.comparison import Comparison
    from kickcue.analysis.session_comparison import SessionComparison

PAGE: Final = Path("compare.html")
MOST: Final = 8
"""More lines than this nobody can tell apart."""
DISTANCE, REPETITIONS = "distance", "repetitions"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="two or more recordings: MCAP, JSONL, FIT, TCX or GPX; all are set against the first",
    )
    add_page_options(parser, f"the page (default: {PAGE})")
    parser.add_argument(
        "--by",
        choices=(DISTANCE, REPETITIONS),
        help=f"what is set against each other (default: {REPETITIONS} where all are sessions)",
    )
    add_review_options(parser)


def run(args: argparse.Namespace) -> int:
    """Compare; 1 where something of a recording is lost."""
    if not 2 <= len(args.files) <= MOST:
        raise UsageError(f"expected 2 to {MOST} recordings to compare, got {len(args.files)}")
    with_page = wants_page(args)
    status, reviews = 0, []
    for path in args.files:
        review = review_of(args, path)
        reviews.append(review)
        status = max(status, 1 if review.problems else 0)
    found = _compared(args, reviews)
    if args.json:
        from kickcue.report.comparison_json import comparison_json  # noqa: PLC0415

        print(json_line(comparison_json(found)))
    if args.text:
        _print(found)
    if with_page:
        _write_page(args, found, args.output or PAGE)
    return status


def _compared(
    args: argparse.Namespace, reviews: Sequence[Review]
) -> "Comparison | SessionComparison":
    from kickcue.analysis.comparison import compare  # noqa: PLC0415
    from kickcue.analysis.session_comparison import compare_sessions  # noqa: PLC0415

    sessions = [review.kind is ReviewKind.SESSION for review in reviews]
    by = args.by or (REPETITIONS if all(sessions) else DISTANCE)
    if args.by is None and any(sessions) and not all(sessions):
        session, other = args.files[sessions.index(True)], args.files[sessions.index(False)]
        raise UsageError(
            f"{session} is a session and {other} is none: expected recordings of one kind, or "
            f"--by {DISTANCE}"
        )
    return compare_sessions(reviews) if by == REPETITIONS else compare(reviews)


def _print(found: "Comparison | SessionComparison") -> None:
    from kickcue.report.comparison_text import comparison_text  # noqa: PLC0415

    screen = console()
    for part in comparison_text(found):
        screen.print(part)


def _write_page(
    args: argparse.Namespace, found: "Comparison | SessionComparison", path: Path
) -> None:
    from kickcue.config.atomic_write import replace_file  # noqa: PLC0415
    from kickcue.report.comparison_page import comparison_page  # noqa: PLC0415
    from kickcue.report.formats import PaceUnit  # noqa: PLC0415
    from kickcue.report.page_file import require_free  # noqa: PLC0415

    require_free(path)
    replace_file(path, comparison_page(found, PaceUnit(args.units)))
    page_written(args, path)
