"""``kickcue calibrate``: what is known of your foot pod's scale, and how to learn or forget it."""

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.printing import complain
from kickcue.cli.format.read_progress import read_progress
from kickcue.cli.race_options import add_course_options, add_pod_options, race_wish
from kickcue.config.calibration import Calibration, Calibrations, read_calibration
from kickcue.config.learned_scale import (
    athlete_of,
    lead_changed,
    outlook,
    pod_of,
    race_scale,
    remember,
)
from kickcue.config.paths import default_state_folder
from kickcue.config.settings import Settings, find_race_file, load_settings, state_folder
from kickcue.core.cueing.phases import OVER
from kickcue.core.engine_choice import AnyEngine
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Phase
from kickcue.core.position.scale_measurement import PodScale
from kickcue.recording import Recording, read
from kickcue.replay.source import recorded_document, sensors_of, source

UNTOLD: Final = (
    "nothing learned: its marks do not give the pod's scale to within one per cent (at least "
    "three lines are needed, and the right lap length)"
)


NOT_LIVE: Final = (
    "nothing learned: only recordings of `kickcue run` and `kickcue record` name the pod; a "
    "simulation, a replay or a watch's file does not"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="show | learn | reset")
    show = actions.add_parser("show", help="what is known about each pod, and from which races")
    learn = actions.add_parser(
        "learn",
        help=(
            "learn from your own recordings of races or runs with known laps, each marked at its "
            "line"
        ),
    )
    learn.add_argument(
        "recordings",
        nargs="+",
        type=Path,
        metavar="RECORDING",
        help="MCAP or JSONL, made by `kickcue run` or `kickcue record`",
    )
    add_course_options(learn)
    add_pod_options(learn)
    reset = actions.add_parser(
        "reset", help="forget what was learned: new shoes, another place on the shoe, another pod"
    )
    reset.add_argument(
        "pod",
        nargs="?",
        metavar="POD",
        help="its address, name or MQTT id, or its name in the race file (default: all)",
    )
    for each in (show, learn, reset):
        each.add_argument(
            "--athlete",
            metavar="NAME",
            help="whose pod (default: as in race.toml, else runner; show: everybody's)",
        )
        each.add_argument(
            "--race-file",
            type=Path,
            metavar="FILE",
            help="race file with the pod (default: the one `kickcue run` uses)",
        )
        each.add_argument(
            "--state",
            type=Path,
            metavar="DIR",
            help="stored in DIR/calibration (default: the user's state folder)",
        )
        each.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: argparse.Namespace) -> int:
    """Do it; 1 where a file is damaged or a recording teaches nothing."""
    path = args.race_file or find_race_file(os.environ)
    settings = None if path is None else load_settings(path)
    folder = args.state or (
        default_state_folder(os.environ) if settings is None else state_folder(settings)
    )
    known = Calibrations.below(folder)
    if args.action == "show":
        return _show(known, args.athlete, as_object=args.json)
    athlete = args.athlete or athlete_of(settings)
    if args.action == "learn":
        return max(
            [_learn(args, known, athlete, settings, recording) for recording in args.recordings]
        )
    return _reset(
        known,
        athlete,
        None if args.pod is None else pod_of(settings, args.pod),
        as_object=args.json,
    )


# ---- show


def _show(known: Calibrations, athlete: str | None, *, as_object: bool) -> int:
    found, damaged = _all(known.files(athlete))
    for calibration in found:
        print(json_line(_as_object(calibration)) if as_object else "\n".join(_as_text(calibration)))
    if not found and not damaged and not as_object:
        print(
            "nothing known about any pod yet: run a race with the lap button, or see `kickcue "
            "calibrate learn --help`"
        )
    return 1 if damaged else 0


def _all(files: Iterable[Path]) -> tuple[list[Calibration], bool]:
    """Return what can be read, and whether something could not; that is reported."""
    found, damaged = [], False
    for path in files:
        try:
            calibration = read_calibration(path)
        except DataError as error:
            complain(str(error))
            damaged = True
        else:
            found += [] if calibration is None else [calibration]
    return found, damaged


def _as_object(calibration: Calibration) -> dict[str, Any]:
    scale, sd = calibration.expected()
    races = [race.model_dump(mode="json") for race in calibration.races]
    surprise = calibration.surprise()
    changed = None if surprise is None else round(surprise, 4)
    return {
        "athlete": calibration.athlete,
        "pod": calibration.pod,
        "scale": scale,
        "scale_sd": sd,
        "changed": changed,
        "races": races,
    }


def _as_text(calibration: Calibration) -> Iterator[str]:
    yield f"{calibration.athlete}, pod {calibration.pod}: {' '.join(outlook(calibration))}"
    rows = [
        (
            "" if race.utc is None else f"{race.utc:%Y-%m-%d %H:%M}",
            f"{race.scale:.4f}",
            f"{race.sd:.2%}",
            race.recording or "",
        )
        for race in calibration.races
    ]
    yield table(("utc", "scale", "±", "recording"), rows, align="lrrl")


# ---- learn


def _learn(
    args: argparse.Namespace,
    known: Calibrations,
    athlete: str,
    settings: Settings | None,
    path: Path,
) -> int:
    with read_progress(path) as progress:
        recording = read(path, progress=progress)
    for problem in recording.problems:
        complain(f"{path}: {problem}")
    found = _measured(args, recording) if recording.header.pins else NOT_LIVE
    if isinstance(found, str):
        complain(f"{path}: {found}")
        return 1
    pod = recording.header.pins.get(found.pod)
    if pod is None:
        complain(f"{path}: nothing learned: it does not name the device used as {found.pod}")
        return 1
    if (
        settings is not None
        and found.pod in settings.sensors
        and pod != pod_of(settings, found.pod)
    ):
        complain(f"{path}: its {found.pod} was {pod}, yours is {pod_of(settings, found.pod)} now")
    race = race_scale(found, recording.header.utc, path.name)
    calibration, new = remember(known, athlete, pod, race)
    if args.json:
        print(
            json_line(
                {
                    "file": str(path),
                    "new": new,
                    **race.model_dump(include={"scale", "sd"}),
                    "known": _as_object(calibration),
                }
            )
        )
    else:
        summary = (
            f"scale {race.scale:.4f} ±{race.sd:.2%} of pod {calibration.pod}"
            if new
            else "already counted"
        )
        print(f"{path.name}: {summary}; {' '.join(outlook(calibration))}")
    return 0


def _measured(args: argparse.Namespace, recording: Recording) -> PodScale | str:
    """Return what the race in the recording has measured, or why it has measured nothing.

    As a live one it counts up to its end, and not at all if it was given up.
    """
    race = source(recording, race_wish(args, recorded_document(recording), sensors_of(recording)))
    engine = race.engine()
    ended: tuple[int | None, PodScale | str] | None = None
    for _ in race.run(engine):
        if engine.phase in OVER:
            ended = ended or (engine.gun_ns, _verdict(engine))
        elif ended is not None and engine.gun_ns != ended[0]:
            break  # the next heat
        else:
            ended = None  # an end that was taken back is none
    return _verdict(engine) if ended is None else ended[1]


def _verdict(engine: AnyEngine) -> PodScale | str:
    """Return what is measured up to now, or why that is nothing."""
    if engine.phase is Phase.ABORTED:
        return "nothing learned: the race was abandoned"
    return engine.measured_scale or lead_changed(engine.distance_pods) or UNTOLD


# ---- reset


def _reset(known: Calibrations, athlete: str, pod: str | None, *, as_object: bool) -> int:
    files = list(known.files(athlete))
    wanted = files if pod is None else [path for path in files if path == known.path(athlete, pod)]
    if pod is not None and not wanted:
        names = ", ".join(calibration.pod for calibration in _all(files)[0]) or "none"
        raise UsageError(f"nothing known about a pod {pod} of {athlete}; known: {names}")
    for path in wanted:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise UsageError(f"cannot delete {path}: {error.strerror}") from None
    print(
        json_line({"forgotten": len(wanted)})
        if as_object
        else f"{len(wanted)} pod{'' if len(wanted) == 1 else 's'} of {athlete} forgotten"
    )
    return 0
