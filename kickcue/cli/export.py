"""``kickcue export``: a recording in the forms that other tools and training sites read."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import json_line
from kickcue.cli.format.printing import complain
from kickcue.cli.race_options import add_race_options, race_wish
from kickcue.config.atomic_write import replace_file
from kickcue.config.profile_files import load_profile
from kickcue.core.errors import DataError, UsageError
from kickcue.core.printable import printable
from kickcue.export.activity import UNDATED_UTC
from kickcue.export.anonymous import NAME, anonymous
from kickcue.export.formats import DATED, FORMATS, LAPS_SUFFIX, exported
from kickcue.recording import MARKS, Recording
from kickcue.replay.as_run import as_run
from kickcue.replay.reviewed import reviewed
from kickcue.replay.source import recorded_document, sensors_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="MCAP, JSONL, FIT, TCX, TCX.gz or GPX"
    )
    parser.add_argument("--to", choices=FORMATS, required=True, help="what to write")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="OUT",
        help="the file to write, or an existing folder (default: beside FILE, under its name)",
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite files that are there already"
    )
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="leave out positions, names, addresses and dates",
    )
    parser.add_argument(
        "--marks",
        choices=MARKS,
        default="manual",
        help="which laps of a watch's file become marks (default: manual)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per FILE")
    add_activity_option(parser)
    add_race_options(parser)


def run(args: argparse.Namespace) -> int:
    """Export every file; the exit status is 1 where one of them was damaged."""
    if args.out and len(args.files) > 1 and not args.out.is_dir():
        raise UsageError(f"--out: expected an existing folder with several files, got {args.out}")
    status = 0
    for number, path in enumerate(args.files, 1):
        recording = opened(args, path, marks=args.marks)
        for problem in recording.problems:
            complain(f"{path}: {problem}")
            status = 1
        wish = race_wish(args, recorded_document(recording), sensors_of(recording))
        whole = as_run(recording, wish)
        if args.anonymous:
            whole = anonymous(whole)
        written = _written(args, path, whole, number)
        _report(args, path, whole, written)
    return status


def _written(
    args: argparse.Namespace, path: Path, recording: Recording, number: int
) -> Sequence[Path]:
    """Write the files of one recording, all of them or none; return their paths."""
    suffix = FORMATS[args.to]
    target = _target(args, path, suffix, number)
    laps = [target.with_suffix(LAPS_SUFFIX)] if args.to == "csv" else []
    for each in (target, *laps):
        _check_free(each, path, force=args.force)
    if args.to == "mcap":
        _write_mcap(recording, target)
        return [target]
    try:
        files = exported(recording, reviewed(recording), args.to)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    for its_suffix, data in files.items():
        replace_file(target if its_suffix == suffix else target.with_suffix(its_suffix), data)
    return [target, *laps]


def _target(args: argparse.Namespace, path: Path, suffix: str, number: int) -> Path:
    if args.out is not None and not args.out.is_dir():
        if args.out.suffix != suffix:
            raise UsageError(
                f"--out: expected a file that ends in {suffix}, or an existing folder, got "
                f"{args.out}"
            )
        return Path(args.out)
    folder = path.parent if args.out is None else args.out
    if args.anonymous:  # the name of the file may be the runner's
        return Path(folder, f"{NAME}{'' if number == 1 else f'-{number}'}{suffix}")
    return Path(folder, f"{path.name.removesuffix('.gz').rpartition('.')[0] or path.name}{suffix}")


def _check_free(target: Path, path: Path, *, force: bool) -> None:
    """UsageError where a file may not be written: never over the recording itself."""
    if target.exists() and target.samefile(path):
        raise UsageError(f"{target} is the recording itself: choose another file with -o")
    if target.exists() and not force:
        raise UsageError(
            f"{target} already exists and is not overwritten: choose another file with -o, or use "
            "--force"
        )


def _write_mcap(recording: Recording, target: Path) -> None:
    # Only MCAP needs the library.
    from kickcue.export.mcap import write_mcap  # noqa: PLC0415

    profiles = {
        choice.profile: load_profile(choice.profile) for choice in sensors_of(recording).values()
    }
    try:
        with TemporaryDirectory(dir=target.parent, prefix=".kickcue-") as folder:
            whole = Path(folder, target.name)
            write_mcap(recording, whole, profiles)
            whole.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None


def _report(
    args: argparse.Namespace, path: Path, recording: Recording, written: Sequence[Path]
) -> None:
    undated = recording.header.utc is None and args.to in DATED
    if args.json:
        print(
            json_line(
                {
                    "file": str(path),
                    "written": [str(each) for each in written],
                    "dated": recording.header.utc is not None,
                }
            )
        )
        return
    for each in written:
        print(f"{printable(str(each))}: written")
    if undated:
        why = "left out" if args.anonymous else "unknown"
        print(f"Note: the date is {why}: {UNDATED_UTC[:10]} stands in its place.")
