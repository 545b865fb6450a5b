"""``kickcue compare``: races over each other by distance, sessions repetition by repetition."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.analysis.review.model import Review, ReviewKind
from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import console, json_line
from kickcue.cli.format.printing import complain, tell
from kickcue.cli.race_options import add_race_options, race_wish
from kickcue.core.errors import UsageError
from kickcue.recording import MARKS
from kickcue.replay.source import recorded_document, sensors_of

if TYPE_CHECKING:
    from kickcue.analysis.comparison import Comparison
    from kickcue.analysis.session_comparison import SessionComparison

UNITS: Final = ("km", "mi")
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
    parser.add_argument(
        "-o", "--output", type=Path, metavar="PATH", help=f"the page (default: {PAGE})"
    )
    parser.add_argument("--open", action="store_true", help="show the page in the browser")
    parser.add_argument("--text", action="store_true", help="print it here, write no page")
    parser.add_argument("--json", action="store_true", help="print one JSON object, write no page")
    parser.add_argument(
        "--by",
        choices=(DISTANCE, REPETITIONS),
        help=f"what is set against each other (default: {REPETITIONS} where all are sessions)",
    )
    parser.add_argument("--units", choices=UNITS, default=UNITS[0], help="of paces (default: km)")
    parser.add_argument(
        "--anonymous", action="store_true", help="leave out names, addresses and dates"
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
    """Compare; 1 where something of a recording is lost."""
    _refuse_contradictions(args)
    status, reviews = 0, []
    for path in args.files:
        review = _review(args, path)
        reviews.append(review)
        status = max(status, 1 if review.problems else 0)
    found = _compared(args, reviews)
    if args.json:
        from kickcue.report.comparison_json import comparison_json  # noqa: PLC0415

        print(json_line(comparison_json(found)))
    if args.text:
        _print(found)
    if args.output is not None or not (args.text or args.json):
        _write_page(args, found, args.output or PAGE)
    return status


def _refuse_contradictions(args: argparse.Namespace) -> None:
    if not 2 <= len(args.files) <= MOST:
        raise UsageError(f"expected 2 to {MOST} recordings to compare, got {len(args.files)}")
    if args.text and args.json:
        raise UsageError("expected --text or --json, got both")
    if args.open and args.output is None and (args.text or args.json):
        raise UsageError("--open shows the page: expected -o as well, or no --text, --json")


def _review(args: argparse.Namespace, path: Path) -> Review:
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415  the engine takes its time

    recording = opened(args, path, marks=args.marks)
    for problem in recording.problems:
        complain(f"{path}: {problem}")
    wish = race_wish(args, recorded_document(recording), sensors_of(recording))
    if args.anonymous:
        from kickcue.export.anonymous import anonymous  # noqa: PLC0415  seldom needed

        recording = anonymous(recording)
    return reviewed(recording, wish)


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
    (complain if args.json or args.text else tell)(f"wrote {path}")
    if not args.open:
        return
    import webbrowser  # noqa: PLC0415  seldom needed

    if not webbrowser.open(path.resolve().as_uri()):
        complain(f"no browser could be started: open {path} yourself")
