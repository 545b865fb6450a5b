"""``kickcue plan export``: a plan as a file for a watch that runs it without kickcue."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError

FORMS: Final = ("fit-workout",)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "plan", metavar="PLAN", help="the name of a plan, or the path of a .toml, .fit or .zwo file"
    )
    parser.add_argument(
        "--to", choices=FORMS, default=FORMS[0], help="what to write (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to (default: the plan's name, with .fit)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file, and say what of the plan is not in it; UsageError where it is there."""
    from kickcue.workouts.fit_writer import write_fit_workout  # noqa: PLC0415  pydantic is slow
    from kickcue.workouts.plan_source import load_any_plan  # noqa: PLC0415

    document, notes = load_any_plan(args.plan)
    path = args.out or Path(f"{_file_name(document.name)}.fit")
    if path.exists():
        raise UsageError(f"{path} is there already: remove it, or choose another with --out")
    plan = document.plan()
    lost = write_fit_workout(replace(plan, name=document.title or plan.name), path)
    print(f"Wrote {path}. Copy it into the folder GARMIN/NewFiles of a watch on a cable.")
    for sentence in notes:
        print(f"Note: {sentence}.")
    for sentence in lost:
        print(f"Not in the file: {sentence}.")
    return 0


def _file_name(name: str) -> str:
    """Return a plan's name as that of a file, wherever it came from."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
    return kept.strip("-.")[:60] or "workout"
