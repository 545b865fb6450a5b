"""``kickcue replay``: a recording through the same engine that runs live."""

import argparse
import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.console import json_line
from kickcue.cli.format.output_format import as_json, as_text
from kickcue.cli.format.printing import complain, flush, nobody_reads
from kickcue.cli.format.session_text import session_text
from kickcue.cli.race_options import add_race_options, race_wish
from kickcue.config.race_document import RaceDocument
from kickcue.core.course import Course
from kickcue.core.engine_choice import AnyEngine
from kickcue.core.errors import UsageError
from kickcue.core.events import (
    Cue,
    Estimate,
    Input,
    LegBegin,
    LegKind,
    LegResult,
    Mode,
    Output,
    PhaseChange,
)
from kickcue.core.position.uncertainty import metres
from kickcue.core.units import NS_PER_S
from kickcue.recording import MARKS, Recording
from kickcue.recording.header import race_header
from kickcue.replay.replay_clock import ReplayClock
from kickcue.replay.source import Source, recorded_document, sensors_of, source

SHOWN: Final = (Cue, PhaseChange, LegBegin, LegResult)


class Show:
    """Prints an output, if it is wanted, and keeps the farthest estimate.

    Cues and phases are always wanted, estimates and reasons when asked for.
    """

    def __init__(
        self, args: argparse.Namespace, path: Path, race: Source, engine: AnyEngine
    ) -> None:
        self._args = args
        self._path = path
        self._clock = ReplayClock(race, engine)
        self.last: Estimate | None = None
        self.measured = False
        self.runs: dict[int, LegResult] = {}
        """The repetitions of a session, by the number of their leg."""
        self._headed = args.json

    def __call__(self, output: Output) -> None:
        """Take one output."""
        if isinstance(output, Estimate):
            wanted = self._args.estimates
            self.last = output if output.distance_m is not None else self.last
            self.measured = self.measured or output.mode not in (Mode.CLOCK, Mode.NONE)
        else:
            wanted = self._args.why or isinstance(output, SHOWN)
            if isinstance(output, LegResult) and output.kind in (LegKind.REP, LegKind.EXTRA):
                self.runs[output.leg] = output
        if wanted and not self._headed:
            print(f"{self._path.name}:")
            self._headed = True
        if wanted:
            race_s = self._clock.race_s(output.t_ns)
            print(
                json_line(as_json(output, str(self._path), race_s))
                if self._args.json
                else as_text(output, race_s)
            )


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="MCAP, JSONL, FIT, TCX, TCX.gz or GPX"
    )
    parser.add_argument(
        "--start-offset",
        type=float,
        default=0.0,
        metavar="S",
        help="the race starts S seconds into the recording",
    )
    parser.add_argument(
        "--rate",
        default=None,
        metavar="N",
        help="N times as fast as recorded, or max (default: max; with --publish 1)",
    )
    parser.add_argument(
        "--marks",
        choices=MARKS,
        default="manual",
        help="which laps of a watch's file become marks (default: manual)",
    )
    add_activity_option(parser)
    parser.add_argument("--estimates", action="store_true", help="also print the runner's position")
    parser.add_argument(
        "--why", action="store_true", help="also print arming, marks and sensor health"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="OUT",
        help="record inputs and outputs: an .mcap file, or a folder",
    )
    parser.add_argument(
        "--publish", action="store_true", help="send the cues over MQTT at the recorded pace"
    )
    parser.add_argument(
        "--broker",
        metavar="URL",
        help="with --publish: mqtt://[user[:password]@]host[:port] (default: a private one)",
    )
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="with --broker mqtts://: the certificates to trust (default: the system's)",
    )
    parser.add_argument(
        "--athlete", metavar="NAME", help=("with --publish: whose topics (default: runner)")
    )
    parser.add_argument(
        "--alongside",
        action="store_true",
        help="with --publish: send even if another run already does: each cue is then played twice",
    )
    add_race_options(parser)


def run(args: argparse.Namespace) -> int:
    """Replay every file; the exit status is 1 where one of them was damaged."""
    rate = _rate(args)
    _refuse_contradictions(args)
    status = 0
    for path in args.files:
        recording = opened(args, path, marks=args.marks)
        for problem in recording.problems:
            complain(f"{path}: {problem}")
            status = 1
        if recording.laps_note:
            complain(f"{path}: {recording.laps_note}")
        wish = race_wish(args, recorded_document(recording), sensors_of(recording))
        race = source(recording, wish, args.start_offset)
        other = _told_apart(recorded_document(recording), race.document)
        if other is not None:
            complain(f"{path}: {other}")
        for profile in race.document.changed_profiles():
            complain(f"{path}: profile {profile} has changed since this was recorded")
        _replay(args, path, recording, race, rate)
    return status


def _told_apart(recorded: RaceDocument | None, now: RaceDocument) -> str | None:
    """Return that something else is replayed than was run, where one of the two is a session."""
    if recorded is None or recorded.kind == now.kind == "race" or recorded.plan == now.plan:
        return None
    return f"recorded as the {recorded.kind} {recorded.name}, replayed as the {now.kind} {now.name}"


def _refuse_contradictions(args: argparse.Namespace) -> None:
    if args.ca and not args.broker:
        raise UsageError("--ca: expected --broker mqtts://... as well")
    if args.broker and not args.publish:
        raise UsageError("--broker: expected --publish as well")
    if args.record and len(args.files) > 1 and not args.record.is_dir():
        raise UsageError(
            f"--record: expected an existing folder with several files, got {args.record}"
        )


def _replay(
    args: argparse.Namespace, path: Path, recording: Recording, race: Source, rate: float | None
) -> None:
    engine = race.engine()
    show = Show(args, path, race, engine)
    with ExitStack() as stack:
        steps = race.run(engine)
        if args.record:
            steps = _recorded(stack, steps, _target(args.record, path), recording, race)
        if args.publish:
            # MQTT takes its time to import.
            from kickcue.cli.broker_options import chosen_address  # noqa: PLC0415
            from kickcue.cli.publish import publish  # noqa: PLC0415

            asyncio.run(
                publish(
                    race,
                    steps,
                    rate or 1.0,
                    (chosen_address(args), args.athlete),
                    show,
                    alongside=args.alongside,
                )
            )
        else:
            _paced(steps, rate, show)
    if not args.json:
        is_race = race.document.plan is None
        print(_ending(engine.course, show) if is_race else session_text(show.runs.values()))


def _paced(
    steps: Iterator[tuple[Input, tuple[Output, ...]]], rate: float | None, show: Show
) -> None:
    began_s, t0_ns = time.monotonic(), None
    for event, outputs in steps:
        t0_ns = event.t_ns if t0_ns is None else t0_ns
        if rate is not None and not nobody_reads():
            flush()
            time.sleep(
                max((event.t_ns - t0_ns) / NS_PER_S / rate - (time.monotonic() - began_s), 0.0)
            )
        for output in outputs:
            show(output)


def _recorded(
    stack: ExitStack,
    steps: Iterator[tuple[Input, tuple[Output, ...]]],
    target: Path,
    recording: Recording,
    race: Source,
) -> Iterator[tuple[Input, tuple[Output, ...]]]:
    # Only recordings need the library.
    from kickcue.recording.mcap_writer import McapWriter  # noqa: PLC0415

    document = race.document.with_digests()
    header = race_header(document, utc=recording.header.utc)
    writer = stack.enter_context(McapWriter(target, header))
    for event, outputs in steps:
        writer.write(event)
        for output in outputs:
            writer.write(output)
        yield event, outputs


def _target(record: Path, path: Path) -> Path:
    if record.is_dir():
        return record / f"{path.name}.mcap"
    if record.suffix != ".mcap":
        raise UsageError(
            f"--record: expected a new file that ends in .mcap, or an existing folder, got {record}"
        )
    return record


def _ending(course: Course, show: Show) -> str:
    last = show.last
    if last is None or last.distance_m is None:
        return "  the race never started: this recording has no start"
    if last.distance_m < course.bell_m:
        run = metres(last.distance_m, last.distance_sd_m)
        return (
            f"  ended after {run} of {course.distance_m:g} m: the {course.window_name} was "
            "never reached"
        )
    if not show.measured:
        return "  no foot pod data: the position is only a guess from the clock"
    return (
        f"  {course.event} over laps of {course.marker_m:g} m; --why shows what the cues are "
        "based on"
    )


def _rate(args: argparse.Namespace) -> float | None:
    """Return the rate; None is as fast as possible."""
    if args.rate in (None, "max"):
        if args.rate == "max" and args.publish:
            raise UsageError(
                "--rate: expected a number with --publish, as cues are played in real time, got max"
            )
        return None
    try:
        rate = float(args.rate)
    except ValueError:
        rate = 0.0
    if not 0.0 < rate <= 1000.0:
        raise UsageError(f"--rate: expected max, or a number from 0.001 to 1000, got {args.rate}")
    return rate
