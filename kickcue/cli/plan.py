"""``kickcue plan``: sessions to run: which there are, how each goes, your own, a block of weeks.

What coaches' apps write, FIT workouts and Zwift's, is shown and checked like a plan.
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from kickcue.cli import plan_block, plan_export
from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.plan_estimate import Paces, guesses, totals
from kickcue.cli.format.plan_page import COLUMNS, plan_page, said
from kickcue.cli.format.printing import complain
from kickcue.cli.format.timeline import shades
from kickcue.cli.plan_template import template
from kickcue.config.atomic_write import replace_file
from kickcue.config.named_files import is_path
from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import (
    load_plan,
    own_plans,
    own_plans_folder,
    parse_plan,
    plan_names,
    plan_path,
    shipped_plans,
)
from kickcue.config.race_file import check_place
from kickcue.config.time_format import seconds
from kickcue.config.toml_file import read_toml
from kickcue.core.errors import KickcueError, UsageError
from kickcue.core.printable import printable
from kickcue.workouts.plan_source import load_any_plan

_FROM: Final = "intervals"
_PACES_S: Final = (100.0, 1200.0)
"""A kilometre: faster than any record, slower than a walk."""
_ACTIONS: Final = {
    "list": "all plans, one line each",
    "show": "one plan: its time line, its steps, how long it takes",
    "check": "check plan files and workouts",
    "new": "begin a plan of your own: a file that explains itself",
    "export": "write a plan as a workout for a watch that runs it without kickcue",
    "block": "the sessions of the weeks before a race, as a table and for your calendar",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=" | ".join(_ACTIONS))
    added = {
        name: actions.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        for name, help_ in _ACTIONS.items()
    }
    added["show"].add_argument("plan", metavar="NAME", help=plan_export.PLAN_HELP)
    added["check"].add_argument(
        "file", metavar="FILE", nargs="+", help="the path of a .toml, .fit or .zwo file"
    )
    added["new"].add_argument(
        "file", metavar="FILE", help="a path, or just a name to keep it among your own plans"
    )
    added["new"].add_argument(
        "--from",
        dest="copied",
        metavar="NAME",
        default=_FROM,
        help=f"the plan to begin with (default: {_FROM})",
    )
    _add_paces(added["list"], added["show"])
    plan_block.add_options(added["block"])
    plan_export.configure(added["export"])
    for name in ("list", "show", "check", "block"):
        added[name].add_argument(
            "--json", action="store_true", help="print JSON, one object per line"
        )


def run(args: argparse.Namespace) -> int:
    """Run one action; 2 where a plan is not there or not valid."""
    if args.action == "list":
        return _list(_paces(args), as_json=args.json)
    if args.action == "show":
        return _show(args.plan, _paces(args), as_json=args.json)
    if args.action == "check":
        return _check_all(args.file, as_json=args.json)
    if args.action == "export":
        return plan_export.run(args)
    return _new(args.file, args.copied) if args.action == "new" else plan_block.run(args)


# ---- list, show, check


def _add_paces(*parsers: argparse.ArgumentParser) -> None:
    usual = Paces()
    for parser in parsers:
        for name, usual_s in (("hard", usual.hard_s), ("easy", usual.easy_s)):
            parser.add_argument(
                f"--{name}",
                metavar="M:SS",
                help=f"your pace a kilometre where it is {name} (default: {usual_s / 60:.0f}:00)",
            )


def _paces(args: argparse.Namespace) -> Paces:
    given = {name: getattr(args, name) for name in ("hard", "easy")}
    return Paces(**{f"{name}_s": _pace(name, text) for name, text in given.items() if text})


def _pace(name: str, text: str) -> float:
    try:
        pace_s = seconds(text)
    except UsageError:
        pace_s = 0.0
    if not _PACES_S[0] <= pace_s <= _PACES_S[1]:
        raise UsageError(
            f"--{name}: expected minutes and seconds a kilometre, 1:40 to 20:00, as in 4:30, got "
            f"{text!r}"
        )
    return pace_s


def _list(paces: Paces, *, as_json: bool) -> int:
    own, rows = own_plans(), []
    for name in plan_names():
        try:
            document = load_plan(name)
        except UsageError as error:  # one of the runner's own; the others can still be run
            complain(f"{error} (this plan is skipped)")
            continue
        if as_json:
            print(json_line({**_summary(document, paces), "own": name in own}))
        found = totals(guesses(document.plan().legs(), paces))
        title = f"{document.title or document.name}{' (yours)' if name in own else ''}"
        rows.append((name, f"{found.hard_m:.0f}", f"{found.duration_s / 60:.0f}", title))
    if not as_json:
        print(table(("name", "hard m", "min", "session"), rows, align="lrrl"))
    return 0


def _show(name_or_path: str, paces: Paces, *, as_json: bool) -> int:
    document, notes = load_any_plan(name_or_path)
    if as_json:
        steps = {"steps": document.as_json()["steps"]}
        print(json_line(_summary(document, paces) | steps | _noted(notes)))
    else:
        print("\n".join(plan_page(document, paces, shades())))
        _print_notes(notes)
    return 0


def _noted(notes: Sequence[str]) -> dict[str, Any]:
    return {"notes": list(notes)} if notes else {}


def _print_notes(notes: Sequence[str]) -> None:
    """Print what a workout asked for and is done otherwise."""
    for note in notes:
        print(fill(f"Note: {printable(note)}.", COLUMNS, break_on_hyphens=False))


def _summary(document: PlanDocument, paces: Paces) -> dict[str, Any]:
    legs = document.plan().legs()
    found = totals(guesses(legs, paces))
    return {
        "name": document.name,
        "title": document.title,
        "about": document.about,
        "legs": len(legs),
        "hard_m": round(found.hard_m, 1),
        "easy_m": round(found.easy_m, 1),
        "rest_m": round(found.rest_m, 1),
        "seconds": round(found.duration_s, 1),
    }


def _check_all(files: list[str], *, as_json: bool) -> int:
    """Check each file; of several, one that is no plan is told and the others are checked."""
    status = 0
    for file in files:
        try:
            _check(file, as_json=as_json)
        except KickcueError as error:
            if len(files) == 1:
                raise
            complain(str(error))
            status = max(status, error.exit_status)
    return status


def _check(file: str, *, as_json: bool) -> None:
    document, notes = load_any_plan(file)
    if as_json:
        print(json_line({"file": file, **_summary(document, Paces()), **_noted(notes)}))
    else:
        found = totals(guesses(document.plan().legs(), Paces()))
        print(f"{file}: a valid plan, {document.name}: {said(found)}")
        _print_notes(notes)


# ---- new


def _new(file: str, copied: str) -> int:
    path = _place(file)
    check_place(path)
    source = plan_path(copied)
    load_plan(copied)  # a copy of what is wrong would be wrong
    text = template(read_toml(source).text)
    parse_plan(text, str(path), path.stem)
    replace_file(path, text)
    instead = " in place of the one that kickcue brings" if _stands_for_shipped(path) else ""
    print(f"{path}: written, a copy of {copied}{instead}; 'kickcue plan show {file}' draws it")
    return 0


def _stands_for_shipped(path: Path) -> bool:
    return own_plans().get(path.stem) == path and path.stem in shipped_plans()


def _place(file: str) -> Path:
    """Return where the file is to be: a bare name is that of one of the runner's own plans."""
    if is_path(file):
        path = Path(file)
        if path.suffix != ".toml":
            raise UsageError(f"expected a file that ends in .toml, got {file!r}")
        return path
    if re.fullmatch(r"\w[\w-]*", file) is None:
        raise UsageError(f"expected a name of letters, digits and '-', or a path, got {file!r}")
    folder = own_plans_folder()
    if folder is None:
        raise UsageError(f"{file}: this user has no home folder: write a path, like ./{file}.toml")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot create {folder}: {error.strerror}") from None
    return folder / f"{file}.toml"
