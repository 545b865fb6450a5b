"""``kickcue gate``: the finish line that a recording's positions teach, ready for race.toml."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import fmean, stdev

from kickcue.analysis.recorded_race import recorded_run
from kickcue.analysis.taught_line import TaughtLine, taught_line
from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.printing import complain
from kickcue.cli.race_options import add_course_options, race_wish
from kickcue.config.race_document import RaceDocument
from kickcue.core.clock_format import clock
from kickcue.core.course import Course
from kickcue.core.crossing.gate import Gate
from kickcue.core.errors import UsageError
from kickcue.core.units import s_to_ns
from kickcue.recording import Recording
from kickcue.recording.header import is_simulated
from kickcue.replay.source import recorded_document, sensors_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", type=Path, metavar="RECORDING", help="MCAP, JSONL, FIT, TCX or GPX with positions"
    )
    parser.add_argument(
        "--start-offset",
        type=float,
        metavar="S",
        help="the gun went S seconds into the recording (default: the recorded start, else 0)",
    )
    add_activity_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_course_options(parser)


def run(args: argparse.Namespace) -> int:
    """Print the line; a recording that teaches none is an error with the reason."""
    recording = opened(args, args.file)
    document = _document(args, recording)
    course = document.course()
    gun_s = recorded_run(recording).from_s if args.start_offset is None else args.start_offset
    if is_simulated(recording.header):
        complain(f"{args.file}: simulated, so its finish line is not on a real track")
    line = taught_line(recording, course, document.engine_config().sensors, s_to_ns(gun_s))
    if args.json:
        print(json_line(_as_object(recording, course, line)))
    else:
        print("\n".join(_as_text(recording, course, line)))
    return 0


def _document(args: argparse.Namespace, recording: Recording) -> RaceDocument:
    recorded = recorded_document(recording)
    document = race_wish(args, recorded, sensors_of(recording)) or recorded
    if document is None:
        raise UsageError(
            f"{recording.path.name} does not say which race it was: give --race (--race 10000m "
            "for laps from the finish line)"
        )
    return document


def _race_s(course: Course, line: TaughtLine) -> float | None:
    return next(
        (crossing.time_s for crossing in line.crossings if crossing.line == course.laps), None
    )


def _as_object(recording: Recording, course: Course, line: TaughtLine) -> dict[str, object]:
    return {
        "file": str(recording.path),
        "race": course.event,
        "laps_m": list(line.laps_m),
        "crossings": [asdict(crossing) for crossing in line.crossings],
        "race_s": _race_s(course, line),
        "gate": asdict(line.gate),
    }


def _as_text(recording: Recording, course: Course, line: TaughtLine) -> Iterator[str]:
    spread = f" ±{stdev(line.laps_m):.1f}" if len(line.laps_m) > 1 else ""
    laps = "1 lap" if len(line.laps_m) == 1 else f"{len(line.laps_m)} laps"
    yield f"{recording.path.name}, {course.event} on laps of {course.lap_m:g} m"
    yield f"from the positions: {laps} of {fmean(line.laps_m):.1f}{spread} m"
    yield ""
    rows, before = [], None
    for crossing in line.crossings:
        lap = (
            ""
            if before is None or crossing.line - before.line != 1
            else clock(crossing.time_s - before.time_s, 1)
        )
        rows.append((f"{crossing.line} of {course.laps}", clock(crossing.time_s, 1), lap))
        before = crossing
    yield table(("line", "after", "lap"), rows, align="rrr")
    race_s = _race_s(course, line)
    told = "the last line crossing was not found" if race_s is None else clock(race_s, 1)
    yield f"race: {told}"
    yield from ("", *_for_race_toml(line.gate))


def _for_race_toml(gate: Gate) -> Iterator[str]:
    """Yield ``[gate]``, and the command that writes it; seven decimals are a centimetre."""
    keys = {
        "lat_deg": f"{gate.lat_deg:.7f}",
        "lon_deg": f"{gate.lon_deg:.7f}",
        "heading_deg": f"{gate.heading_deg:.1f}",
    }
    yield "# for race.toml:"
    yield f"# kickcue set {' '.join(f'gate.{key} {value}' for key, value in keys.items())}"
    yield from ("# or these lines at its end:", "[gate]")
    yield from (f"{key} = {value}" for key, value in keys.items())
