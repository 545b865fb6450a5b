"""The options that describe a race, shared by the commands that run one."""

import argparse
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from kickcue.cli.format.printing import complain
from kickcue.config.paths import find_race_file
from kickcue.config.plan_document import PlanDocument
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.config.settings_sources import OPTIONS
from kickcue.config.time_format import seconds
from kickcue.core.cueing.lap_splits import Splits
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError
from kickcue.workouts.plan_source import load_any_plan


def add_race_options(parser: argparse.ArgumentParser, default: str = "as recorded") -> None:
    """Add the options of a race; ``default`` names where the race comes from without them."""
    add_course_options(parser, default)
    parser.add_argument(
        "--plan",
        metavar="NAME",
        help="a session in place of a race: strides, two-hundreds ... ('kickcue plan list'), or "
        "the file of one",
    )
    group = parser.add_argument_group("its cues")
    group.add_argument(
        "--kick",
        type=float,
        metavar="M",
        help="how long the kick is (default: the last lap; 1000 m on the road)",
    )
    group.add_argument(
        "--rules",
        choices=[r.value for r in Rules],
        help=("which cues are allowed (default: training)"),
    )
    group.add_argument(
        "--target", metavar="TIME", help="target time, 15:30 or seconds: enables even-pace cues"
    )
    group.add_argument(
        "--splits",
        choices=[s.value for s in Splits],
        help="tell each lap's time at its line (default: off)",
    )
    group.add_argument(
        "--hr-ceiling",
        type=float,
        metavar="BPM",
        help=(
            "heart rate limit: at or above it before the bell, hold form instead of kicking "
            "(default: off)"
        ),
    )
    group.add_argument(
        "--language", metavar="LANG", help="language of the cues, or a .toml file (default: en)"
    )
    group.add_argument(
        "--plain-relax",
        action="store_true",
        default=None,
        help='say "stay relaxed" without the smile',
    )
    add_pod_options(parser)


def add_course_options(parser: argparse.ArgumentParser, default: str = "as recorded") -> None:
    """Add those for where the lines are, and how the sensors are read."""
    group = parser.add_argument_group("the race")
    group.add_argument(
        "--race", metavar="EVENT", help=f"5000m, mile, 3000sc, 10k ... (default: {default})"
    )
    group.add_argument("--lap", type=float, metavar="M", help="lap length in metres (default: 400)")
    group.add_argument(
        "--lane", type=int, metavar="N", help="lane of a 400 m track if the whole race is run in it"
    )
    group.add_argument("--indoor", action="store_true", default=None, help="a 200 m track")
    group.add_argument(
        "--water-jump",
        choices=("inside", "outside"),
        help=("where the water jump of a steeplechase is"),
    )
    group.add_argument(
        "--tactical",
        action="store_true",
        default=None,
        help="run for the place: nothing is said of what a kick could have saved",
    )
    group.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="SENSOR=ID",
        help="use this profile for a sensor, e.g. pod=stryd (may repeat)",
    )


def add_pod_options(parser: argparse.ArgumentParser) -> None:
    """Add what is known of the pod."""
    group = parser.add_argument_group("the pod")
    group.add_argument(
        "--scale", type=float, metavar="K", help="true metres per pod metre, if known (default: 1)"
    )
    group.add_argument(
        "--scale-sd",
        type=float,
        metavar="SD",
        help="its uncertainty, one standard deviation (default: 0.03)",
    )


def race_wish(
    args: argparse.Namespace, recorded: RaceDocument | None, sensors: dict[str, SensorChoice]
) -> RaceDocument | None:
    """Return the race as the options want it; what they leave open is as recorded.

    None where they want nothing else than was recorded. Another event means another course, so a
    recorded lap, finish line or wanted time does not go with it.
    """
    given = race_from_options(args)
    plan = plan_from_options(args)
    profiles = profiles_from_options(args.profile)
    if not given and not profiles and plan is None:
        return None
    base: dict[str, Any] = {} if recorded is None else recorded.as_json()
    if plan is not None:
        base = {"race": _TRAINED_FOR, **base, "plan": plan.as_json()}
    elif "race" in given:
        base.pop("plan", None)
    if "race" in given:
        base = {key: value for key, value in base.items() if key not in _COURSE}
    _check_known(profiles, sensors)
    used = {name: choice.model_dump() for name, choice in sensors.items()}
    merged = {**base, **given, "sensors": {**used, **profiles}}
    if "race" not in merged:
        raise UsageError("expected --race, e.g. --race 5000m")
    document = RaceDocument.parse(merged, OPTIONS)
    if {"race", "target_s"} & given.keys():
        _check_target(document)
    if "race" in given:
        _print_note(document.course().note)
    return document


def _check_known(profiles: Iterable[str], sensors: Iterable[str]) -> None:
    """Raise UsageError where a profile is given for a sensor that was not recorded."""
    known = list(sensors)
    absent = [name for name in profiles if name not in known]
    if absent:
        raise UsageError(
            f"--profile {absent[0]}=...: expected a sensor of the recording "
            f"({', '.join(known) or 'none'})"
        )


@cache
def _print_note(note: str | None) -> None:
    """Say what the event was taken for, once for however many recordings."""
    if note is not None:
        complain(note)


def _check_target(document: RaceDocument) -> None:
    try:
        document.check_target()
    except UsageError as error:
        raise UsageError(f"{OPTIONS}: {error}") from None


_TRAINED_FOR: Final = "5000m"
"""A session needs no race; its words for the last lap are those of one."""
_COURSE: Final = (
    *("race", "lap_m", "lane", "indoor", "water_jump", "kick_m", "gate", "target_s"),
    "tactical",
)


def race_from_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the options set of the race, under the race document's keys.

    A command may have only some of them.
    """
    given = {key: getattr(args, name, None) for key, name in _OPTIONS.items()}
    if given["target_s"] is not None:
        given["target_s"] = _target_s(given["target_s"])
    if given["smile"] is not None:
        given["smile"] = False
    return {key: value for key, value in given.items() if value is not None}


_OPTIONS: Final = {
    "race": "race",
    "lap_m": "lap",
    "lane": "lane",
    "indoor": "indoor",
    "water_jump": "water_jump",
    "kick_m": "kick",
    "rules": "rules",
    "tactical": "tactical",
    "target_s": "target",
    "splits": "splits",
    "hr_ceiling_bpm": "hr_ceiling",
    "language": "language",
    "smile": "plain_relax",
    "scale": "scale",
    "scale_sd": "scale_sd",
}


def _target_s(text: str) -> float:
    try:
        return seconds(text)
    except UsageError as error:
        raise UsageError(f"--target: {error}") from None


def plan_from_options(args: argparse.Namespace) -> PlanDocument | None:
    """Return the session of ``--plan``; None without it, and where it is that of a race."""
    name = getattr(args, "plan", None)
    if name is None:
        return None
    document, notes = load_any_plan(name)
    for note in notes:
        complain(f"{name}: {note}")
    return None if document.plan().is_race else document


def profiles_from_options(pairs: list[str]) -> dict[str, dict[str, str]]:
    """Return the sensors that ``--profile`` names, each with its profile.

    UsageError for what is no pair.
    """
    found = {}
    for pair in pairs:
        name, equals, profile = pair.partition("=")
        if not (name and equals and profile):
            raise UsageError(f"--profile: expected something like pod=stryd, got {pair!r}")
        found[name] = {"profile": profile}
    return found


def writable_race_file(given: Path | None, command: str) -> Path:
    """Return the race file that ``command`` writes to.

    UsageError where there is none, or it is somebody else's.
    """
    path = given or find_race_file(os.environ)
    if path is None:
        raise UsageError(
            f"no race.toml to write to: create one with `kickcue init`, then `kickcue {command}` "
            "again"
        )
    if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise UsageError(
            f"this user cannot write {path}: try `sudo kickcue {command}`, or use your own "
            "race.toml here"
        )
    return path
