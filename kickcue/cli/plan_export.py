"""``kickcue plan export``: a plan as a file for a watch that runs it without kickcue."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.config.race_file import check_place
from kickcue.core.printable import printable
from kickcue.workouts.fit_writer import write_fit_workout
from kickcue.workouts.plan_source import load_any_plan

FORMS: Final = ("fit-workout",)
PLAN_HELP: Final = "the name of a plan, or the path of a .toml, .fit or .zwo file"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("plan", metavar="NAME", help=PLAN_HELP)
    parser.add_argument(
        "--to", choices=FORMS, default=FORMS[0], help="what to write (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to (default: the plan's name, with .fit)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file, and say what of the plan is not in it; UsageError where it is there."""
    document, notes = load_any_plan(args.plan)
    path = args.out or Path(f"{_file_name(document.name)}.fit")
    check_place(path)
    plan = document.plan()
    lost = write_fit_workout(replace(plan, name=document.title or plan.name), path)
    print(f"{path}: written; copy it into the folder GARMIN/NewFiles of the watch")
    for sentence in notes:
        print(f"Note: {printable(sentence)}.")
    for sentence in lost:
        print(f"Not in it: {printable(sentence)}.")
    return 0


def _file_name(name: str) -> str:
    """Return a plan's name as that of a file, wherever it came from."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
    return kept.strip("-.")[:60] or "workout"
