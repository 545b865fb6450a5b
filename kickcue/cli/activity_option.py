"""The option that chooses among several activities of a watch's file."""

import argparse
from pathlib import Path

from kickcue.cli.format.printing import complain
from kickcue.cli.format.read_progress import read_progress
from kickcue.recording import Recording, read


def add_activity_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--activity``."""
    parser.add_argument(
        "--activity",
        type=int,
        metavar="N",
        help=(
            "which activity of a file with several, as numbered by info (default: the longest run)"
        ),
    )


def opened(args: argparse.Namespace, path: Path, *, marks: str = "manual") -> Recording:
    """Return the recording; of several activities, name on standard error the one that is taken.

    Errors are those of ``read``.
    """
    with read_progress(path) as progress:
        recording = read(path, marks=marks, activity=args.activity, progress=progress)
    if recording.activities_note:
        complain(f"{path}: {recording.activities_note}")
    return recording
