"""``kickcue run --simulated``: sensors and thumb of a live race for which no hardware is needed."""

import argparse
from collections.abc import Sequence
from typing import Final

from kickcue.config.device_settings import BeaconSettings, FixSettings
from kickcue.config.generic_profiles import GENERIC_POD, GENERIC_STRAP
from kickcue.config.race_document import SCALE_TERMS, RaceDocument, RaceTerms
from kickcue.config.settings import SensorPin, Settings
from kickcue.core.errors import UsageError
from kickcue.core.events import Input
from kickcue.daemon.simulated_sensors import SimulatedRun
from kickcue.workouts.plan_source import any_session

PROFILES: Final = {"pod": GENERIC_POD, "strap": GENERIC_STRAP}
SCENARIO: Final = "button"
GUN_IN_S: Final = 5.0
"""Of this machine: time for a watch to hear who sends."""
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
        f"(default: {SCENARIO})",
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


def with_simulated_sensors(settings: Settings) -> Settings:
    """Return the settings with the sensors, and what is known of the pod, that are simulated."""
    pins = {
        name: SensorPin(profile=profile, name=f"simulated {name}")
        for name, profile in PROFILES.items()
    }
    unknown = {key: RaceTerms.model_fields[key].default for key in SCALE_TERMS}
    return settings.model_copy(
        update={"sensors": pins, "fixes": FixSettings(), "beacon": BeaconSettings(), **unknown}
    )


def simulated_run(args: argparse.Namespace, settings: Settings) -> tuple[Settings, SimulatedRun]:
    """Return the settings of the run and what is to come in.

    UsageError for a scenario that is none, or with a session, which has none.
    """
    settings = with_simulated_sensors(settings)
    inputs, learned = _simulated(settings.document(any_session), args.scenario, args.seed or 0)
    # Here, for no other run needs the lab.
    from kickcue.lab.standing import gun_moment_s, standing_around  # noqa: PLC0415

    rate = args.rate or 1.0
    gun_s = gun_moment_s(inputs, GUN_IN_S * rate)
    return (
        settings.model_copy(update=learned),
        SimulatedRun(standing_around(inputs, gun_s), rate, gun_s / rate),
    )


def _simulated(
    document: RaceDocument, scenario: str | None, seed: int
) -> tuple[Sequence[Input], dict[str, float]]:
    """Return what is sensed, and what earlier races have taught about the pod."""
    from kickcue.lab.scenarios import SCENARIOS  # noqa: PLC0415  see above
    from kickcue.lab.sensors import PodFaults  # noqa: PLC0415  same
    from kickcue.lab.simulate import simulate  # noqa: PLC0415  same
    from kickcue.lab.simulate_session import simulate_session  # noqa: PLC0415  same

    if document.plan is not None:
        if scenario is not None:
            raise UsageError("--scenario: expected a race with it, a session has none")
        return simulate_session(document.plan.plan(), seed, PodFaults()).inputs, {}
    chosen = SCENARIOS.get(scenario or SCENARIO)
    if chosen is None:
        raise UsageError(f"--scenario: expected one of {', '.join(SCENARIOS)}, got {scenario}")
    race = simulate(document.course(), chosen, seed)
    known = race.scale
    return race.inputs, {} if known is None else {"scale": known.mean, "scale_sd": known.sd}
