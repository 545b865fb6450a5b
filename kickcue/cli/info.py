"""``kickcue info``: what is in a recording."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from kickcue.cli.show import console, json_line
from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import KickcueError
from kickcue.core.estimate.certainty import to_go
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import ns_to_s
from kickcue.recording import Recording, read
from kickcue.recording.summary import GAP_S, Range, SensorSummary, Span, Summary, summarize

SHOWN: Final = 4  # gaps; cues are shown all, a race has a handful
INDENT: Final = 10

BY: Final = {
    "manual": "by hand",
    "distance": "by distance",
    "time": "by time",
    "session_end": "at the end",
    "unknown": "(trigger not recorded)",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="MCAP, JSONL, FIT, TCX or GPX, plain or gzipped")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, one for each file")


def run(args: argparse.Namespace) -> int:
    """Print what is in each file; 1 where something is lost, 2 where a file was named wrongly."""
    profiles = load_profiles()
    status = 0
    for number, path in enumerate(args.files):
        try:
            recording = read(path)
        except KickcueError as error:
            if len(args.files) == 1:
                raise
            print(f"kickcue: {' '.join(str(error).split())}", file=sys.stderr)
            status = max(status, error.exit_status)
            continue
        _print(recording, profiles, as_json=args.json, first=number == 0)
        status = max(status, 1 if recording.problems else 0)
    return status


def _print(recording: Recording, profiles: Mapping[str, SensorProfile], *, as_json: bool, first: bool) -> None:
    summary = summarize(recording, profiles)
    if as_json:
        print(json_line(_as_json(recording, summary)))
        return
    out = console()
    lines = [] if first else [""]
    out.print("\n".join([*lines, recording.path.name]), style="bold", markup=False, soft_wrap=True)
    for label, text in _rows(recording, summary):
        for number, line in enumerate(wrap(text, max(out.width - INDENT, INDENT))):
            shown = f"{'' if number else label:<{INDENT}}{line}"
            out.print(shown, style="bold yellow" if label == "PROBLEM" else "", markup=False, soft_wrap=True)


def _rows(recording: Recording, summary: Summary) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line."""
    header = recording.header
    by = f" by {header.made_by}" if header.made_by else ""
    yield "kind", f"{recording.kind}{by}"
    yield "start", header.utc or "the date is not known"
    yield "length", _clock(summary.duration_s)
    if header.race:
        yield "race", header.race + (f", laps of {header.lap_m:g} m" if header.lap_m else "")
    for sensor in summary.sensors:
        yield from _sensor_rows(sensor)
    if recording.laps:
        yield "laps", ", ".join(f"{count} {BY.get(trigger, f'by {trigger}')}" for trigger, count in recording.laps.items())
    hint = "none (--marks all makes marks of the laps)" if recording.laps else "none"
    yield "marks", _counted(summary.marks) or hint
    if summary.counts:
        yield "also", _counted(summary.counts)
    yield "gaps", _gaps(summary.gaps)
    if summary.outputs:
        yield "outputs", _counted(summary.outputs)
    for cue in summary.cues:
        where = "" if cue.to_go_m is None else f", {to_go(cue.to_go_m, cue.sd_m)}"
        yield "cue", f"{_clock(ns_to_s(cue.t_ns))}  {cue.kind}{where}: {cue.text}"
    yield from (("note", _sentence(note)) for note in _notes(recording))
    yield from (("PROBLEM", _sentence(problem)) for problem in recording.problems)


def _notes(recording: Recording) -> list[str]:
    return [*recording.notes, *([recording.laps_note] if recording.laps_note else [])]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _sensor_rows(sensor: SensorSummary) -> Iterator[tuple[str, str]]:
    parts = [f"{sensor.profile or 'profile not told'}: {sensor.notifications} notifications"]
    if sensor.rate_hz is not None:
        parts.append(f"{sensor.rate_hz:.3g} Hz")
    if sensor.silence.seconds > GAP_S:
        parts.append(f"silent for {sensor.silence.seconds:.0f} s at {_clock(sensor.silence.from_s)}")
    if sensor.broken:
        parts.append(f"{sensor.broken} broken")
    yield sensor.name, ", ".join(parts)
    if sensor.distance_m is not None:
        yield "", f"distance    {sensor.distance_m:.1f} m"
    for name, unit, values, digits in (
        ("speed", "m/s", sensor.speed_mps, 2),
        ("cadence", "spm", sensor.cadence_spm, 0),
        ("heart rate", "bpm", sensor.heart_rate_bpm, 0),
    ):
        if values is not None:
            yield "", f"{name:<10}  {_range(values, digits)} {unit}"


def _range(values: Range, digits: int) -> str:
    return f"{values.low:.{digits}f} to {values.high:.{digits}f}, median {values.median:.{digits}f}"


def _gaps(gaps: tuple[Span, ...]) -> str:
    if not gaps:
        return f"none over {GAP_S:g} s"
    longest = sorted(gaps, key=lambda gap: -gap.seconds)[:SHOWN]
    shown = ", ".join(f"{gap.seconds:.0f} s at {_clock(gap.from_s)}" for gap in sorted(longest, key=lambda gap: gap.from_s))
    return f"{len(gaps)} over {GAP_S:g} s{'; the longest' if len(gaps) > SHOWN else ''}: {shown}"


def _clock(seconds: float) -> str:
    """Return h:mm:ss.s, without the hours where there are none."""
    tenths = round(seconds * 10)
    hours, minutes, rest = tenths // 36000, tenths // 600 % 60, tenths % 600 / 10
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _as_json(recording: Recording, summary: Summary) -> dict[str, Any]:
    header = recording.header
    return {
        "file": str(recording.path),
        "kind": recording.kind,
        "made_by": header.made_by,
        "utc": header.utc,
        "race": header.race,
        "lap_m": header.lap_m,
        "duration_s": summary.duration_s,
        "sensors": [asdict(sensor) for sensor in summary.sensors],
        "laps": dict(recording.laps),
        "marks": dict(summary.marks),
        "inputs": dict(summary.counts),
        "gaps": [asdict(gap) for gap in summary.gaps],
        "outputs": dict(summary.outputs),
        "cues": [
            {"t_s": ns_to_s(cue.t_ns), "kind": cue.kind, "to_go_m": cue.to_go_m, "sd_m": cue.sd_m, "text": cue.text} for cue in summary.cues
        ],
        "notes": _notes(recording),
        "problems": list(recording.problems),
    }
