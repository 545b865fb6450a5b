"""``kickcue run --simulated``: sensors and thumb of a live race for which no hardware is needed."""

import argparse
import math
from collections.abc import Mapping
from typing import Final

from kickcue.config.device_settings import BeaconSettings, FixSettings
from kickcue.config.race_document import SCALE_TERMS, RaceTerms
from kickcue.config.settings import SensorPin, Settings
from kickcue.core.errors import UsageError
from kickcue.daemon.simulated_sensors import SimulatedRun
from kickcue.workouts.plan_source import any_session

FASTEST: Final = 50.0
"""Above it a cue is due again before the pulses of the last one are over."""
ONLY_SIMULATED: Final = ("rate", "seed", "scenario")
OF_REAL_SENSORS: Final = ("profile", "scale", "scale_sd")


def add_simulation_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("without any sensor")
    group.add_argument(
        "--simulated",
        action="store_true",
        help="simulated runner, strap, pod and lap presses, live; no Bluetooth and no race.toml "
        "needed (default race: 5000m)",
    )
    group.add_argument(
        "--rate",
        type=float,
        metavar="N",
        help=f"with --simulated: N times as fast as in life, up to {FASTEST:g} (default: 1)",
    )
    group.add_argument(
        "--seed", type=int, metavar="S", help="with --simulated: which race of this kind"
    )
    group.add_argument(
        "--scenario",
        metavar="NAME",
        help="with --simulated: which faults sensors and presses have, as in `kickcue simulate` "
        "(default: button)",
    )


def check_simulation_options(args: argparse.Namespace) -> None:
    """Raise UsageError for options that contradict each other, or a rate that is none."""
    if not args.simulated:
        for name in ONLY_SIMULATED:
            if getattr(args, name) is not None:
                raise UsageError(f"--{name}: expected --simulated with it")
        return
    for name in OF_REAL_SENSORS:
        if getattr(args, name) not in (None, []):
            option = name.replace("_", "-")
            raise UsageError(
                f"--{option}: expected no --simulated with it, whose sensors are its own"
            )
    if args.rate is not None and not 0.0 < args.rate <= FASTEST:
        raise UsageError(f"--rate: expected above 0, up to {FASTEST:g}, got {args.rate:g}")


def simulated_run(args: argparse.Namespace, settings: Settings) -> tuple[Settings, SimulatedRun]:
    """Return the settings of the run and what is to come in.

    UsageError for a scenario that is none, or with a session, which has none.
    """
    # Here, for no other run needs the lab.
    from kickcue.cli.simulated_inputs import (  # noqa: PLC0415
        PROFILES,
        after_a_wait,
        simulated_inputs,
    )

    settings = _with_sensors(settings, PROFILES)
    document = settings.document(any_session)
    inputs, document = simulated_inputs(document, args.scenario, args.seed)
    learned = {key: getattr(document, key) for key in SCALE_TERMS}
    rate = 1.0 if args.rate is None else args.rate
    gun_in_s, events = after_a_wait(inputs, rate, math.inf)
    return settings.model_copy(update=learned), SimulatedRun(events, rate, gun_in_s)


def _with_sensors(settings: Settings, profiles: Mapping[str, str]) -> Settings:
    """Return the settings with simulated sensors, and nothing known of their pod."""
    pins = {
        name: SensorPin(profile=profile, name=f"simulated {name}")
        for name, profile in profiles.items()
    }
    unknown = {key: RaceTerms.model_fields[key].default for key in SCALE_TERMS}
    return settings.model_copy(
        update={"sensors": pins, "fixes": FixSettings(), "beacon": BeaconSettings(), **unknown}
    )
