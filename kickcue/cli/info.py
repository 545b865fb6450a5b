"""``kickcue info``: what is in a recording."""

import argparse
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from kickcue.analysis.recorded_race import recorded_run
from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.recorded_session import RecordedSession, recorded_runs
from kickcue.analysis.review.make import review
from kickcue.analysis.review.model import Review
from kickcue.analysis.spans import TimeSpan
from kickcue.analysis.summary import RecordingSummary, summarize
from kickcue.cli.activity_option import add_activity_option
from kickcue.cli.format.console import console, json_line
from kickcue.cli.format.info_page import PROBLEM, notes, rows
from kickcue.cli.format.info_run import RunFacts, run_facts
from kickcue.cli.format.printing import complain
from kickcue.cli.format.read_progress import read_progress
from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import KickcueError
from kickcue.core.printable import printable
from kickcue.core.profiles import SensorProfile
from kickcue.core.session.numbered_legs import numbered, repetitions
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import Recording, read
from kickcue.replay.as_run import was_run
from kickcue.replay.reviewed import reviewed

INDENT_COLUMNS: Final = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="MCAP, JSONL, FIT, TCX or GPX, plain, gzipped or zipped",
    )
    add_activity_option(parser)
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="also show what each sensor sent, the gaps, and the engine's outputs",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per line, one for each file"
    )


def run(args: argparse.Namespace) -> int:
    """Print what is in each file; 1 where something is lost, 2 where a file was named wrongly."""
    profiles = load_profiles()
    status = 0
    for number, path in enumerate(args.files):
        try:
            with read_progress(path) as progress:
                recording = read(path, activity=args.activity, progress=progress)
        except KickcueError as error:
            if len(args.files) == 1:
                raise
            complain(str(error))
            status = max(status, error.exit_status)
            continue
        _print(recording, profiles, args, first=number == 0)
        status = max(status, 1 if recording.problems else 0)
    return status


def _print(
    recording: Recording,
    profiles: Mapping[str, SensorProfile],
    args: argparse.Namespace,
    *,
    first: bool,
) -> None:
    by_sensor = sensor_profiles(recording, profiles)
    summary, session = summarize(recording, by_sensor), _session(recording)
    run = run_facts(recording, recorded_run(recording), _review(recording, by_sensor))
    if args.json:
        print(json_line(_as_json(recording, summary, run, session)))
        return
    out = console()
    lines = [] if first else [""]
    out.print(
        "\n".join([*lines, printable(recording.path.name)]),
        style="bold",
        markup=False,
        soft_wrap=True,
    )
    for label, text in rows(recording, summary, run, session, verbose=args.verbose):
        for number, line in enumerate(wrap(text, max(out.width - INDENT_COLUMNS, INDENT_COLUMNS))):
            shown = f"{'' if number else label:<{INDENT_COLUMNS}}{line}"
            out.print(
                shown, style="bold yellow" if label == PROBLEM else "", markup=False, soft_wrap=True
            )


def _review(recording: Recording, profiles: Mapping[str, SensorProfile]) -> Review:
    """Return the review of what was run; nothing is replayed for it."""
    named = recording.header.race is not None or recording.header.setup is not None
    if not named or was_run(recording):
        # What a recording names may be gone: a profile, a language.
        with suppress(KickcueError):
            return reviewed(recording)
    return review(recording, None, profiles)


def _session(recording: Recording) -> RecordedSession | None:
    """Return the session of a recording, None where it is a race's or nobody's.

    UsageError where its plan cannot be read.
    """
    given = (recording.header.setup or {}).get("plan")
    if given is None:
        return None
    # Sessions alone need the library that checks a plan.
    from kickcue.config.plan_document import PlanDocument  # noqa: PLC0415

    plan = PlanDocument.parse(given, recording.path.name)
    planned = repetitions(numbered(plan.plan()))
    return RecordedSession(plan.name, plan.title, planned, recorded_runs(recording))


def _as_json(
    recording: Recording,
    summary: RecordingSummary,
    run: RunFacts,
    session: RecordedSession | None,
) -> dict[str, Any]:
    header = recording.header
    return {
        "file": str(recording.path),
        "kind": recording.kind,
        "made_by": header.made_by,
        "utc": header.utc,
        "race": None if session is not None else header.race,
        "session": None if session is None else _session_object(session, run),
        "lap_m": header.lap_m,
        "duration_s": summary.duration_s,
        "run": {
            "start_s": ns_to_s(run.time.start_ns),
            "time_s": run.seconds,
            "stopped_s": run.stopped_s,
            "distance_m": run.distance_m,
            "lap_times_s": list(run.laps_s),
            "estimated": list(run.estimated),
        },
        "activities": [asdict(activity) for activity in recording.activities],
        "pauses": [_span_object(pause, run) for pause in summary.pauses],
        "sensors": [
            {**asdict(sensor), "silence": _span_object(sensor.silence, run)}
            for sensor in summary.sensors
        ],
        "laps": dict(recording.laps),
        "marks": dict(summary.marks),
        "inputs": dict(summary.counts),
        "gaps": [_span_object(gap, run) for gap in summary.gaps],
        "outputs": dict(summary.outputs),
        "cues": [
            {
                "t_s": ns_to_s(cue.t_ns),
                "race_s": round(run.time.at(cue.t_ns), 3),
                "kind": cue.kind,
                "to_go_m": cue.to_go_m,
                "sd_m": cue.sd_m,
                "text": cue.text,
            }
            for cue in summary.cues
        ],
        "notes": notes(recording),
        "problems": list(recording.problems),
    }


def _span_object(span: TimeSpan, run: RunFacts) -> dict[str, float]:
    """Return a span by the recording's seconds, and from the gun."""
    return {
        **asdict(span),
        "from_race_s": round(run.time.at(s_to_ns(span.from_s)), 3),
        "to_race_s": round(run.time.at(s_to_ns(span.to_s)), 3),
    }


def _session_object(session: RecordedSession, run: RunFacts) -> dict[str, Any]:
    return {
        "plan": session.name,
        "title": session.title,
        "reps_planned": session.reps,
        "reps": [
            {
                "rep": leg.rep,
                "kind": leg.kind,
                "began_s": round(ns_to_s(leg.began_ns), 3),
                "ended_s": round(ns_to_s(leg.ended_ns), 3),
                "race_s": round(run.time.at(leg.began_ns), 3),
                "by": leg.by,
                "distance_m": None if leg.distance_m is None else round(leg.distance_m, 1),
            }
            for leg in session.runs
        ],
    }
