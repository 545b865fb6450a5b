"""The options by which a recording becomes a review, shared by ``report`` and ``compare``."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.printing import complain
from kickcue.cli.race_options import add_race_options, race_wish
from kickcue.recording import MARKS
from kickcue.replay.source import recorded_document, sensors_of

if TYPE_CHECKING:
    from kickcue.analysis.review.model import Review

UNITS: Final = ("km", "mi")


def add_review_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
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


def review_of(args: argparse.Namespace, path: Path) -> "Review":
    """Return the review of a recording; what is wrong with the file is named on standard error.

    Errors are those of reading and of replaying it.
    """
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415  the engine takes its time

    recording = opened(args, path, marks=args.marks)
    for problem in recording.problems:
        complain(f"{path}: {problem}")
    wish = race_wish(args, recorded_document(recording), sensors_of(recording))
    if args.anonymous:
        from kickcue.export.anonymous import anonymous  # noqa: PLC0415  seldom needed

        recording = anonymous(recording)
    return reviewed(recording, wish)
