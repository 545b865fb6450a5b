"""``kickcue evaluate``: many races, simulated or recorded, and how far off the cues were."""

import argparse
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from kickcue.cli.format.console import console, json_line, table
from kickcue.cli.format.evaluate_overview import OverviewRow, overview
from kickcue.cli.format.output_format import rounded
from kickcue.cli.format.printing import complain
from kickcue.core.errors import UsageError
from kickcue.lab.baselines import BASELINES
from kickcue.lab.evaluate import EVENTS, SHORT_EVENTS, events_of, in_batches, simulated, suits
from kickcue.lab.oracle import Best, best
from kickcue.lab.parallel import Certificates, Spread, all_cores, cluster
from kickcue.lab.recorded_races import as_recorded, known_races, with_faults
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulated_document
from kickcue.lab.statistics import Outcome, Summary, summary
from kickcue.lab.thresholds import is_short, missed, missed_after_press, missed_together

_DASK_HELP: Final = (
    "run on a Dask cluster: with tcp://HOST:8786 anyone in that network can run code on the "
    "workers and on this machine, with tls://HOST:8786 only holders of a certificate of the same "
    "authority"
)
_BEST_HELP: Final = "also show how the best possible filters do on the same data"
BEST, BEST_UNTOLD = "best possible", "presses unlabelled"
NAMES_OF_BESTS: Final = {BEST: "best", BEST_UNTOLD: "best_untold"}
"""In JSON."""
KINDS_AHEAD: Final = 4
HEADER: Final = ("", "median", "p95", "max", "wrong lap", "never", "coverage95")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--scenario",
        action="append",
        choices=tuple(SCENARIOS),
        help="which faults (default: all; may repeat)",
    )
    parser.add_argument(
        "--race",
        action="append",
        metavar="EVENT",
        help="which event (default: those of the protocol; may repeat)",
    )
    parser.add_argument(
        "--lap",
        type=float,
        metavar="M",
        help="lap length in metres for --race, or for the recordings (default: 400)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=200,
        metavar="N",
        help=("how many races of each kind (default: 200)"),
    )
    parser.add_argument(
        "--first-seed", type=int, default=0, metavar="S", help=("the first seed (default: 0)")
    )
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        help="recorded races in this folder, as recorded or with the faults of --scenario",
    )
    parser.add_argument("--best", action="store_true", help=_BEST_HELP)
    parser.add_argument("--dask", metavar="ADDRESS", help=_DASK_HELP)
    for name, what in (
        ("ca", "the trusted authority"),
        ("cert", "our certificate"),
        ("key", "its key"),
    ):
        parser.add_argument(
            f"--dask-{name}", type=Path, metavar="PEM", help=f"with --dask tls://: {what}"
        )
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object for each kind of race and each baseline",
    )


@dataclass(frozen=True, slots=True)
class RaceKind:
    """Races that make one table."""

    race: str
    lap_m: float | None
    scenario: str
    work: partial[list[Outcome]]
    seeds: range
    recorded: bool = False

    @property
    def place(self) -> str:
        """The event and its lap, in words."""
        return self.race if self.lap_m is None else f"{self.race} on {self.lap_m:g} m"

    @property
    def title(self) -> str:
        """What they are, in words."""
        return f"{self.place}, {self.scenario}"

    @property
    def group(self) -> str:
        """What they are about."""
        return SCENARIOS[self.scenario].group if self.scenario in SCENARIOS else "recorded races"


def run(args: argparse.Namespace) -> int:
    """Evaluate; exit status 1 where a threshold is missed."""
    if args.seeds < 1:
        raise UsageError(f"--seeds: expected at least 1, got {args.seeds}")
    kinds = list(_simulated(args) if args.archive is None else _archived(args))
    short = races = unwarned = 0
    rows: list[OverviewRow] = []
    with _spread(args) as spread:
        for kind, outcomes in _with_progress(kinds, spread):
            row = OverviewRow(kind.place, kind.group, kind.scenario, _of_devices(outcomes))
            if not args.json and (not rows or rows[-1][:2] != row[:2]):
                print(f"=== {row.place}: {row.group} ===\n")
            rows.append(row)
            short += _print(args, kind, outcomes, row.devices)
            if not kind.recorded:
                races += len(outcomes)
                unwarned += sum(outcome.unwarned for outcome in outcomes)
    together = list(missed_together(races, unwarned))
    if args.json:
        _print_together_json(races, unwarned, together)
    else:
        _print_together(rows, races, unwarned, together)
        if short:
            print(f"{short} of {len(kinds)} kinds of races miss a threshold")
    return 1 if short or together else 0


def _of_devices(outcomes: list[Outcome]) -> dict[str, Summary]:
    """Return the figures of kickcue and of each simpler device on the same bytes."""
    simpler = {name: summary(outcomes, name) for name in BASELINES}
    return {"kickcue": summary(outcomes), **simpler}


def _print_together(rows: list[OverviewRow], races: int, unwarned: int, missed: list[str]) -> None:
    """Print the scenarios side by side, and how many of all simulated races were unwarned."""
    if len(rows) > 1:
        for part in overview(rows):
            print(part)
    if races:
        print(f"all races together: unwarned in {unwarned} of {races}")
    for sentence in missed:
        print(f"missed: {sentence}")


def _print_together_json(races: int, unwarned: int, missed: list[str]) -> None:
    if races:
        print(json_line({"who": "all", "races": races, "unwarned": unwarned, "missed": missed}))


def _spread(args: argparse.Namespace) -> AbstractContextManager[Spread]:
    certificates = Certificates(args.dask_ca, args.dask_cert, args.dask_key)
    if args.dask is None:
        if certificates != Certificates():
            raise UsageError(
                "--dask-ca, --dask-cert and --dask-key: expected --dask tls://HOST:PORT as well, "
                "got no --dask"
            )
        return all_cores()
    if args.dask.startswith("tcp://"):
        complain(
            f"{args.dask}: anyone in its network can run any program on the workers and on this "
            "machine; safer: tls://"
        )
    return cluster(args.dask, certificates)


def _simulated(args: argparse.Namespace) -> Iterator[RaceKind]:
    if args.lap is not None and args.race is None:
        raise UsageError("--lap: expected --race as well, e.g. --race 3000m --lap 200")
    asked = None if args.race is None else [(race, args.lap) for race in args.race]
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    for race, lap_m in asked or (*SHORT_EVENTS, *EVENTS):
        document = simulated_document(race, lap_m)
        course = document.course()
        for name in args.scenario or SCENARIOS:
            scenario = SCENARIOS[name]
            if args.scenario and asked and not suits(scenario, course):
                wrong = f"--scenario {name} with --race {race}"
                raise UsageError(f"{wrong}: expected a road race, e.g. --race 10k")
            if suits(scenario, course) if asked else (race, lap_m) in events_of(scenario):
                work = simulated(name, document, best=args.best)
                yield RaceKind(race, lap_m, name, work, seeds)


def _archived(args: argparse.Namespace) -> Iterator[RaceKind]:
    for option, given in (("--race", args.race), ("--best", args.best)):
        if given:
            raise UsageError(
                f"{option}: not with --archive, as recordings have their own race and noise"
            )
    races, left_out = known_races(args.archive, args.lap)
    if not args.json:
        for name, why in left_out.items():
            print(f"skipped {name}: {why}")
    if args.scenario is None:
        yield RaceKind(
            f"{len(races)} recordings",
            None,
            "as recorded",
            as_recorded(races),
            range(len(races)),
            recorded=True,
        )
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    for race in races:
        for scenario in args.scenario or ():
            yield RaceKind(
                race.path.name, None, scenario, with_faults(race, scenario), seeds, recorded=True
            )


def _with_progress(
    kinds: list[RaceKind], spread: Spread
) -> Iterator[tuple[RaceKind, list[Outcome]]]:
    from rich.progress import Progress  # noqa: PLC0415  only a terminal shows it

    screen = console()
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("", total=sum(len(kind.seeds) for kind in kinds))
        for kind, outcomes in _begun_ahead(kinds, spread):
            progress.update(task, description=kind.title)
            found = []
            for outcome in outcomes:
                found.append(outcome)
                progress.advance(task)
            yield kind, found


def _begun_ahead(
    kinds: Iterable[RaceKind], spread: Spread
) -> Iterator[tuple[RaceKind, Iterator[Outcome]]]:
    """Yield each kind with its outcomes as they come; the next kinds are begun before it ends.

    So no core waits while another one ends a kind's last races, and few races of a kind are no
    reason to leave a core idle.
    """
    begun: deque[tuple[RaceKind, Iterator[Outcome]]] = deque()
    for kind in kinds:
        begun.append((kind, in_batches(kind.work, kind.seeds, spread)))
        if len(begun) > KINDS_AHEAD:
            yield begun.popleft()
    yield from begun


def _print(
    args: argparse.Namespace,
    kind: RaceKind,
    outcomes: list[Outcome],
    devices: Mapping[str, Summary],
) -> bool:
    """Print the figures of one kind; return whether a threshold is missed."""
    ours = devices["kickcue"]
    rows = {"kickcue": ours}
    short = [] if kind.recorded else list(missed(kind.scenario, kind.race, ours))
    if not kind.recorded and is_short(kind.scenario, kind.race):
        pressed = summary(outcome for outcome in outcomes if outcome.pressed)
        rows["after a press"] = pressed
        short += missed_after_press(kind.scenario, pressed)
    rows.update({name: devices[name] for name in BASELINES})
    bounds = dict(_bests(outcomes))
    if args.json:
        _print_json(kind, rows, short, bounds)
        return bool(short)
    _print_table(kind, rows, bounds)
    for sentence in short:
        print(f"missed: {sentence}")
    print()
    return bool(short)


def _print_table(kind: RaceKind, rows: dict[str, Summary], bounds: dict[str, Best]) -> None:
    """Print the figures of one kind, a device a line, and what there is to say about kickcue's."""
    ours = rows["kickcue"]
    print(f"{kind.title}: {ours.races} races, seeds from {kind.seeds.start}")
    print("seconds between the cue felt and the true start of the last lap:")
    lines = [(who, *_as_text(row)) for who, row in rows.items()]
    for who, bound in bounds.items():
        lines.append((who, f"{bound.median_s:.2f}", f"{bound.p95_s:.2f}", "", "", "", ""))
    print(table(HEADER, lines, align="lrrrrrr"))
    felt = f"felt late {ours.late_felt}, felt twice {ours.double_felt}"
    print(f"{felt}, unwarned {ours.unwarned}")
    if ours.marked is not None and ours.strays is not None:
        print(f"lines marked {ours.marked:.1%}, false marks {ours.strays:.1%}")
    if ours.slept_over:
        print(f"no data from the bell until half the lap was over: {ours.slept_over} races")
    if "after a press" in rows:
        print(f"a lap was pressed before the bell in {rows['after a press'].races} races")
    if BEST in bounds:
        sd_s = bounds[BEST].sd_s
        print(f"before the line the best filter is certain to {sd_s:.2f} s (1 standard deviation)")


def _bests(outcomes: list[Outcome]) -> Iterator[tuple[str, Best]]:
    """Yield the figures of the best filters that were run."""
    for who, found in (
        (BEST, [o.bound for o in outcomes if o.bound is not None]),
        (BEST_UNTOLD, [o.untold for o in outcomes if o.untold is not None]),
    ):
        if found:
            yield who, best(found)


def _print_json(
    kind: RaceKind,
    rows: dict[str, Summary],
    short: list[str],
    bounds: dict[str, Best],
) -> None:
    about = {
        "race": kind.race,
        "lap_m": kind.lap_m,
        "group": kind.group,
        "scenario": kind.scenario,
    }
    first = {"first_seed": kind.seeds.start}
    for who, row in rows.items():
        extra = _felt(row) if row.late_felt is not None else {}
        extra |= {"missed": short} if who == "kickcue" else {}
        print(json_line({**about, "who": who.replace(" ", "_"), **first, **_as_json(row), **extra}))
    for who, bound in bounds.items():
        figures = {key: rounded(value, 3) for key, value in asdict(bound).items()}
        name, races = NAMES_OF_BESTS[who], rows["kickcue"].races
        print(json_line({**about, "who": name, **first, "races": races, **figures}))


def _felt(row: Summary) -> dict[str, Any]:
    return {
        "late_felt": row.late_felt,
        "double_felt": row.double_felt,
        "unwarned": row.unwarned,
        "marked": rounded(row.marked, 4),
        "strays": rounded(row.strays, 4),
        "slept_over": row.slept_over,
    }


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
    figures = tuple(
        "-" if value is None else f"{value:.2f}" for value in (row.median_s, row.p95_s, row.max_s)
    )
    coverage = "" if row.coverage95 is None else f"{row.coverage95:.3f}"
    return (*figures, str(row.wrong_lap), str(row.never), coverage)
