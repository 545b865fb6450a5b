"""``kickcue profiles``: known sensors and watches, on what evidence; checks of profile files."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from kickcue.cli.format import sensor_page, watch_page
from kickcue.cli.format.console import console, json_line, table
from kickcue.cli.format.printing import complain
from kickcue.cli.format.profile_page import wrapped
from kickcue.cli.format.timeline import shades
from kickcue.config.named_files import is_path
from kickcue.config.profile_checks import best_proof, match_problems, run_vectors
from kickcue.config.profile_files import SENSORS, SensorFile, read_profile_file
from kickcue.config.profile_overrides import AnyFile
from kickcue.config.profile_store import ProfileStore
from kickcue.config.toml_file import read_toml
from kickcue.config.watch_checks import run_watch_vectors, watch_problems
from kickcue.config.watch_files import WATCHES, WatchFile, read_watch_file
from kickcue.core.errors import KickcueError
from kickcue.core.nearest import nearest
from kickcue.core.printable import printable

_SENSORS: Final = ("id", "reads", "cadence", "known by", "bytes", "device")
_WATCHES: Final = ("id", "status", "over", "plays", "device")
_LEGEND: Final = (
    "known by: source (code, a specification, a recording), report (users), guess\nbytes: real "
    "(captured), sample (another project's test), synthetic (made up)\nstatus: working; vectors "
    "(follows the sources, never tried on a real device);\n        companion-only (needs an app "
    "that kickcue does not include)"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the three actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list | show | check")
    for name, help_, argument in (
        ("list", "all profiles, one line each", None),
        (
            "show",
            "one profile: evidence, rules, self-tests",
            ("profile", "the id of a profile, or the path of a TOML file"),
        ),
        ("check", "run the self-tests of profile files", ("file", "the path of a TOML file")),
    ):
        action = actions.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        if argument is not None:
            action.add_argument(
                argument[0],
                metavar=argument[0].upper(),
                nargs="+" if name == "check" else None,
                help=argument[1],
            )
        action.add_argument("--json", action="store_true", help="print JSON, one object per line")


def run(args: argparse.Namespace) -> int:
    """Run one action; 1 where a profile does not keep its word."""
    if args.action == "list":
        return _list(as_json=args.json)
    if args.action == "show":
        return _show(_any_file(args.profile), as_json=args.json)
    return _check_all([Path(each) for each in args.file], as_json=args.json)


def _any_file(id_or_path: str) -> SensorFile | WatchFile:
    """Return a sensor's or a watch's file; for neither, the nearest id's error."""
    if is_path(id_or_path):
        return _file_at(Path(id_or_path))
    watches = WATCHES.ids()
    if id_or_path in watches or (nearest(id_or_path, watches) and id_or_path not in SENSORS.ids()):
        return WATCHES.file(id_or_path)
    return SENSORS.file(id_or_path)


def _file_at(path: Path) -> SensorFile | WatchFile:
    head = read_toml(path).document.get("profile")
    return (
        read_watch_file(path)
        if isinstance(head, dict) and head.get("kind") == "watch"
        else read_profile_file(path)
    )


def _list(*, as_json: bool) -> int:
    sensors, watches = SENSORS.files().values(), WATCHES.files().values()
    if as_json:
        for summary in (*map(_summary, sensors), *map(_watch_summary, watches)):
            print(json_line(summary))
        return 0
    print("Sensors")
    _print_table(_SENSORS, map(_row, sensors))
    print("\nWatches")
    _print_table(_WATCHES, map(_watch_row, watches))
    print(f"\n{_LEGEND}")
    return 0


def _print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    if sys.stdout.isatty():
        from rich.table import Column, Table  # noqa: PLC0415  only a terminal needs it
        from rich.text import Text  # noqa: PLC0415  same

        grid = Table(Column(header[0], no_wrap=True), *header[1:], box=None, pad_edge=False)
        for row in rows:
            grid.add_row(*(Text(printable(cell)) for cell in row))
        console().print(grid)
    else:
        print(table(header, rows, align="l" * len(header)))


def _row(file: SensorFile) -> tuple[str, ...]:
    summary = _summary(file)
    device = f"{file.profile.vendor} {file.profile.name}"
    return (
        file.profile.id,
        ", ".join(summary["reads"]),
        summary["cadence_unit"] or "",
        file.profile.status,
        summary["bytes"],
        device,
    )


def _summary(file: SensorFile) -> dict[str, Any]:
    profile = file.profile
    rsc = file.document.provides.rsc
    return {
        "kind": "sensor",
        "id": profile.id,
        "vendor": profile.vendor,
        "name": profile.name,
        "reads": [offer.kind for offer in profile.provides if offer.kind != "battery"],
        "cadence_unit": None if rsc is None else rsc.cadence_unit,
        "status": profile.status,
        "bytes": best_proof(file),
        "generic": profile.generic,
    }


def _watch_row(file: WatchFile) -> tuple[str, ...]:
    profile = file.profile
    return (profile.id, profile.status, profile.transport, profile.actuator.pattern, profile.name)


def _watch_summary(file: WatchFile) -> dict[str, Any]:
    profile = file.profile
    return {
        "kind": "watch",
        "id": profile.id,
        "vendor": profile.vendor,
        "name": profile.name,
        "status": profile.status,
        "transport": profile.transport,
        "encoder": profile.encoder,
        "pattern": profile.actuator.pattern,
        "ways": list(profile.ways),
        "lead_ms": None if file.document.timing is None else file.document.timing.lead_ms,
        "tested": [block.on for block in file.document.tested],
        "bytes": best_proof(file),
    }


def _show(file: SensorFile | WatchFile, *, as_json: bool) -> int:
    if as_json:
        document = file.document.model_dump(by_alias=True, exclude_none=True, mode="json")
        played = (
            {"cues": list(watch_page.cue_rows(file.profile))} if isinstance(file, WatchFile) else {}
        )
        print(json_line({"file": str(file.path), "sha256": file.digest, **document, **played}))
    elif isinstance(file, WatchFile):
        print("\n".join(watch_page.watch_page(file, shades())))
    else:
        print("\n".join(sensor_page.sensor_page(file)))
    return 0


def _check_all(paths: Sequence[Path], *, as_json: bool) -> int:
    """Check each file and return the worst status; of several, report one that is no profile."""
    status = 0
    for path in paths:
        try:
            status = max(status, _check(_file_at(path), as_json=as_json))
        except KickcueError as error:
            if len(paths) == 1:
                raise
            complain(str(error))
            status = max(status, error.exit_status)
    return status


def _check(file: SensorFile | WatchFile, *, as_json: bool) -> int:
    verdict, lines = _watch_verdict(file) if isinstance(file, WatchFile) else _sensor_verdict(file)
    if as_json:
        print(json_line({"file": str(file.path), "id": file.profile.id, **verdict}))
    else:
        print(
            "\n".join(
                (
                    f"{file.path}: a valid profile, {file.profile.id}",
                    *map(wrapped, lines[:-1]),
                    lines[-1],
                )
            )
        )
    return 0 if verdict["ok"] else 1


def _known(store: ProfileStore[AnyFile], path: Path) -> Iterable[AnyFile]:
    """Return all profiles of a kind, the file at ``path`` among them."""
    known = store.files().values()
    if path.resolve() not in {it.path.resolve() for it in known}:
        known = store.files([path]).values()
    return known


def _sensor_verdict(file: SensorFile) -> tuple[dict[str, Any], list[str]]:
    """Return the findings for programs and, as lines with a sum at the end, for people."""
    known = _known(SENSORS, file.path)
    results, problems = run_vectors(file), match_problems(file, known)
    failed = sum(result.failure is not None for result in results)
    vectors = [
        {
            "char": it.vector.char,
            "hex": it.vector.hex,
            "kind": it.vector.kind,
            "failure": it.failure,
        }
        for it in results
    ]
    verdict = {
        "ok": not failed and not problems,
        "vectors": vectors,
        "match_problems": list(problems),
    }
    total = f"{len(results)} self-tests, {failed} failed; {len(problems)} problems with matching"
    return verdict, [*map(sensor_page.vector_line, results), *problems, total]


def _watch_verdict(file: WatchFile) -> tuple[dict[str, Any], list[str]]:
    """Return the same for a watch."""
    known = _known(WATCHES, file.path)
    results, problems = run_watch_vectors(file), watch_problems(file, known)
    failed = sum(result.failure is not None for result in results)
    vectors = [
        {
            "cue": it.vector.cue,
            "text": it.vector.text,
            "kind": it.vector.kind,
            "failure": it.failure,
        }
        for it in results
    ]
    verdict = {"ok": not failed and not problems, "vectors": vectors, "problems": list(problems)}
    total = (
        f"{len(results)} self-tests, {failed} failed; {len(problems)} problems with cues and "
        "matching"
    )
    return verdict, [*map(watch_page.vector_line, results), *problems, total]
