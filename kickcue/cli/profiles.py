"""``kickcue profiles``: which sensors are known, on what evidence, and whether a profile file keeps its word."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from kickcue.cli.show import console, json_line, table
from kickcue.config import profile_schema as schema
from kickcue.config.profile_checks import VectorResult, best_proof, match_problems, run_vectors
from kickcue.config.profile_files import ProfileFile, profile_file, profile_files, read_profile_file

_HEADER: Final = ("id", "reads", "cadence", "known by", "bytes", "device")
_COLUMNS: Final = 100
_LEGEND: Final = (
    "known by: source (code, a specification, a recording), report (users), guess\n"
    "bytes: real (captured), sample (another project's test), synthetic (made up)"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the three actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list | show | check")
    for name, help_, argument in (
        ("list", "all profiles, a line each", None),
        ("show", "one profile: evidence, rules, self-tests", ("profile", "the id of a profile, or the path of a TOML file")),
        ("check", "hold a profile file to its word", ("file", "the path of a TOML file")),
    ):
        action = actions.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        if argument is not None:
            action.add_argument(argument[0], help=argument[1])
        action.add_argument("--json", action="store_true", help="print JSON, one object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action; 1 where a profile does not keep its word."""
    if args.action == "list":
        return _list(as_json=args.json)
    if args.action == "show":
        return _show(profile_file(args.profile), as_json=args.json)
    return _check(read_profile_file(Path(args.file)), as_json=args.json)


def _list(*, as_json: bool) -> int:
    found = profile_files().values()
    if as_json:
        for file in found:
            print(json_line(_summary(file)))
        return 0
    rows = [_row(file) for file in found]
    if sys.stdout.isatty():
        from rich.table import Column, Table  # noqa: PLC0415  only a terminal needs it
        from rich.text import Text  # noqa: PLC0415  same

        grid = Table(Column(_HEADER[0], no_wrap=True), *_HEADER[1:], box=None, pad_edge=False)
        for row in rows:
            grid.add_row(*map(Text, row))
        console().print(grid)
    else:
        print(table(_HEADER, rows, align="l" * len(_HEADER)))
    print(f"\n{_LEGEND}")
    return 0


def _row(file: ProfileFile) -> tuple[str, ...]:
    summary = _summary(file)
    device = f"{file.profile.vendor} {file.profile.name}"
    return (file.profile.id, ", ".join(summary["reads"]), summary["cadence_unit"] or "", file.profile.status, summary["bytes"], device)


def _summary(file: ProfileFile) -> dict[str, Any]:
    profile = file.profile
    rsc = file.document.provides.rsc
    return {
        "id": profile.id,
        "vendor": profile.vendor,
        "name": profile.name,
        "reads": [offer.kind for offer in profile.provides if offer.kind != "battery"],
        "cadence_unit": None if rsc is None else rsc.cadence_unit,
        "status": profile.status,
        "bytes": best_proof(file),
        "generic": profile.generic,
    }


def _show(file: ProfileFile, *, as_json: bool) -> int:
    if as_json:
        document = file.document.model_dump(by_alias=True, exclude_none=True)
        print(json_line({"file": str(file.path), "sha256": file.digest, **document}))
    else:
        print("\n".join(_page(file)))
    return 0


def _page(file: ProfileFile) -> Iterator[str]:
    document, head = file.document, file.document.profile
    yield f"{head.id}: {head.vendor}, {head.name} ({head.status})"
    yield f"{file.path}, SHA-256 {file.digest[:16]}"
    yield from _section(
        "Recognised by", map(_match_line, document.match) if document.match else iter(["nothing: it serves what no profile matches"])
    )
    yield from _section("Reads", _offer_lines(document.provides))
    yield from _section("Link", _link_lines(file))
    yield from _section("Rules", (f"{quirk.effect}: {quirk.why} {_evidence(quirk)}" for quirk in document.quirk))
    yield from _section("Self-tests", map(_vector_line, run_vectors(file)))
    yield from _section("Sources", iter(head.sources))
    yield from _section("Doubts", iter(head.doubts))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", title, *map(_wrapped, found))


def _wrapped(line: str) -> str:
    return fill(line, _COLUMNS, initial_indent="  ", subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)


def _evidence(fact: schema.Fact) -> str:
    return f"({fact.status}{f': {fact.source}' if fact.source else ''})"


def _match_line(block: schema.Match) -> str:
    keys = block.model_dump(exclude_none=True, exclude={"status", "source"})
    return f"{' and '.join(f'{key} {_plain(value)}' for key, value in keys.items())} {_evidence(block)}"


def _offer_lines(provides: schema.Provides) -> Iterator[str]:
    for kind in schema.Provides.model_fields:
        offer: schema.Offer | None = getattr(provides, kind)
        if offer is not None:
            facts = offer.model_dump(exclude_none=True, exclude={"status", "source"})
            yield f"{kind}: {', '.join(f'{key} {_plain(value)}' for key, value in facts.items())} {_evidence(offer)}"


def _link_lines(file: ProfileFile) -> Iterator[str]:
    link = file.document.link
    if link is None or link.silence_ok_s is None:
        yield f"silence_ok_s {file.profile.silence_ok_s:g} (unless told otherwise)"
    if link is not None:
        facts = link.model_dump(exclude_defaults=True, exclude={"status", "source"})
        yield f"{', '.join(f'{key} {_plain(value)}' for key, value in facts.items())} {_evidence(link)}"


def _vector_line(result: VectorResult) -> str:
    vector = result.vector
    outcome = "as it should" if result.failure is None else f"FAILS: {result.failure}"
    return f"{vector.char} {vector.hex} {outcome} ({vector.kind}: {vector.source})"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check(file: ProfileFile, *, as_json: bool) -> int:
    known = profile_files()
    if file.path.resolve() not in {it.path.resolve() for it in known.values()}:
        known = profile_files([file.path])
    results, problems = run_vectors(file), match_problems(file, known.values())
    failed = sum(result.failure is not None for result in results)
    if as_json:
        vectors = [{"char": it.vector.char, "hex": it.vector.hex, "kind": it.vector.kind, "failure": it.failure} for it in results]
        verdict = {"file": str(file.path), "id": file.profile.id, "ok": not failed and not problems}
        print(json_line({**verdict, "vectors": vectors, "match_problems": list(problems)}))
    else:
        print(f"{file.path}: a valid profile, {file.profile.id}")
        for line in (*map(_vector_line, results), *problems):
            print(_wrapped(line))
        print(f"{len(results)} self-tests, {failed} failed; {len(problems)} problems with matching")
    return 1 if failed or problems else 0
