"""``kickcue evaluate``: many simulated races, and how far off the cues were."""

import argparse
from typing import Any

from kickcue.cli.outputs import rounded
from kickcue.cli.show import console, json_line, table
from kickcue.core.errors import AskedWronglyError
from kickcue.lab.baselines import BASELINES
from kickcue.lab.evaluate import Outcome, Summary, evaluate, summary
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulated_document


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--scenario", action="append", choices=tuple(SCENARIOS), help="which faults (all; may repeat)")
    parser.add_argument("--race", action="append", metavar="EVENT", help="which event (5000m; may repeat)")
    parser.add_argument("--lap", type=float, metavar="M", help="lap length in metres (400)")
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="how many races of each kind (200)")
    parser.add_argument("--first-seed", type=int, default=0, metavar="S", help="the first seed (0)")
    parser.add_argument("--json", action="store_true", help="one JSON object for each kind of race and each baseline")


def run(args: argparse.Namespace) -> int:
    """Evaluate every scenario over every event."""
    if args.seeds < 1:
        raise AskedWronglyError(f"--seeds {args.seeds}: should be at least 1")
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    for race in args.race or ["5000m"]:
        document = simulated_document(race, args.lap)
        document.course()
        for scenario in args.scenario or SCENARIOS:
            outcomes = _with_progress(f"{race} {scenario}", list(seeds), lambda s, d=document, n=scenario: evaluate(n, d, s))
            _print(args, race, scenario, outcomes)
    return 0


def _with_progress(title: str, seeds: list[int], work: Any) -> list[Outcome]:
    from rich.progress import Progress  # noqa: PLC0415  only a terminal shows it

    screen = console()
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(title, total=len(seeds))
        found = []
        for outcome in work(seeds):
            found.append(outcome)
            progress.advance(task)
    return found


def _print(args: argparse.Namespace, race: str, scenario: str, outcomes: list[Outcome]) -> None:
    rows = {"kickcue": summary(outcomes), **{name: summary(outcomes, name) for name in BASELINES}}
    if args.json:
        for who, row in rows.items():
            print(json_line({"race": race, "scenario": scenario, "who": who, "first_seed": args.first_seed, **_as_json(row)}))
        return
    print(f"{race}, {scenario}: {args.seeds} races, seeds from {args.first_seed}")
    print("seconds between the cue and the true start of the last lap:")
    header = ("", "median", "p95", "max", "wrong lap", "never", "coverage95")
    print(table(header, [(who, *_as_text(row)) for who, row in rows.items()], align="lrrrrrr"))
    print()


def _as_json(row: Summary) -> dict[str, Any]:
    return {
        "races": row.races,
        "median_s": rounded(row.median_s, 3),
        "p95_s": rounded(row.p95_s, 3),
        "max_s": rounded(row.max_s, 3),
        "wrong_lap": row.wrong_lap,
        "never": row.never,
        "coverage95": rounded(row.coverage95, 4),
    }


def _as_text(row: Summary) -> tuple[str, ...]:
    figures = tuple("-" if value is None else f"{value:.2f}" for value in (row.median_s, row.p95_s, row.max_s))
    coverage = "" if row.coverage95 is None else f"{row.coverage95:.3f}"
    return (*figures, str(row.wrong_lap), str(row.never), coverage)
