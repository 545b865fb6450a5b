"""``kickcue simulate``: a race nobody ran: as a recording, by virtual sensors, or over MQTT."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.race_options import add_race_options, race_from_options, race_wish
from kickcue.cli.simulate_ble import on_air
from kickcue.cli.simulate_mqtt import FASTEST, add_mqtt_options, send_over_mqtt
from kickcue.cli.simulated_inputs import PROFILES, SCENARIO, after_a_wait, simulated_inputs
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.errors import UsageError
from kickcue.core.events import Input
from kickcue.lab.scenarios import SCENARIOS
from kickcue.recording.header import SIMULATED, race_header

RATE_MOST: Final = 50.0
STAY_S: Final = 15.0
"""After the race, for the finish to be pressed where it was not noticed."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write the race: a new file that ends in .jsonl or .mcap",
    )
    parser.add_argument(
        "--ble",
        action="append",
        metavar="ADAPTER",
        help="offer its sensors over Bluetooth, e.g. usb:0 (once for all, or once per sensor)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help=("which race of this kind (default: 0)")
    )
    parser.add_argument(
        "--scenario",
        choices=tuple(SCENARIOS),
        help=f"which faults the sensors and lap presses have (default: {SCENARIO})",
    )
    parser.add_argument(
        "--recording",
        type=Path,
        metavar="FILE",
        help="with --ble or --mqtt: play a recording instead",
    )
    add_activity_option(parser)
    parser.add_argument(
        "--rate",
        type=float,
        metavar="N",
        help="with --ble or --mqtt: N times as fast as it was run (default: 1); over MQTT 1 at "
        "most, for the run that listens counts in real time",
    )
    add_mqtt_options(parser)
    add_race_options(parser, "none")


def run(args: argparse.Namespace) -> int:
    """Make the race and do with it what was asked for."""
    _refuse_contradictions(args)
    if args.recording is not None:
        return _play(args, opened(args, args.recording).inputs)
    sensors = {name: SensorChoice(profile=profile) for name, profile in PROFILES.items()}
    document = race_wish(args, None, sensors)
    if document is None:
        raise UsageError("expected --race, e.g. --race 3000m")
    inputs, document = simulated_inputs(document, args.scenario, args.seed)
    if args.out is not None:
        _write(args.out, document, inputs)
    if args.mqtt is not None:  # a run has its sensors before the gun, and keeps them after the end
        inputs = list(after_a_wait(inputs, _rate(args), STAY_S)[1])
    return _play(args, inputs)


def _play(args: argparse.Namespace, inputs: Sequence[Input]) -> int:
    """Send the events by Bluetooth or MQTT, where that is asked for."""
    if args.mqtt is not None:
        send_over_mqtt(args, inputs, _rate(args))
    if args.ble:
        on_air(args, inputs, _rate(args))
    return 0


def _rate(args: argparse.Namespace) -> float:
    rate: float | None = args.rate
    return 1.0 if rate is None else rate


def _refuse_contradictions(args: argparse.Namespace) -> None:
    over_mqtt = args.mqtt is not None
    if args.out is None and not args.ble and not over_mqtt:
        raise UsageError(
            "expected --out FILE for a recording, --ble ADAPTER for virtual sensors, or --mqtt for "
            "a run that is on"
        )
    if args.ble and over_mqtt:
        raise UsageError("expected --ble or --mqtt, got both")
    for name in ("ca", "athlete"):
        if not over_mqtt and getattr(args, name) is not None:
            raise UsageError(f"--{name}: expected --mqtt with it")
    if args.recording is not None and (
        args.out is not None
        or race_from_options(args)
        or args.plan is not None
        or args.seed is not None
        or args.scenario is not None
    ):
        raise UsageError(
            "--recording: expected only --ble or --mqtt and --rate with it, as nothing is "
            "simulated then"
        )
    _check_rate(args)


def _check_rate(args: argparse.Namespace) -> None:
    if args.rate is None:
        return
    if args.mqtt is not None:
        if not 0.0 < args.rate <= FASTEST:
            raise UsageError(
                f"--rate: expected above 0, up to {FASTEST:g} with --mqtt, as the run that listens "
                f"counts in real time, got {args.rate:g}"
            )
    elif not (args.ble and 0.0 < args.rate <= RATE_MOST):
        raise UsageError(
            f"--rate: expected --ble with it, and above 0, up to {RATE_MOST:g}, got {args.rate:g}"
        )


def _write(path: Path, document: RaceDocument, inputs: Sequence[Input]) -> None:
    """Write what came in, so that a replay makes its own ticks and outputs.

    UsageError where the file exists.
    """
    header = race_header(document.with_digests(), ticks=False, made_by=SIMULATED)
    if path.suffix == ".jsonl":
        # As everywhere, a format is loaded where it is needed.
        from kickcue.recording import jsonl  # noqa: PLC0415

        jsonl.write(path, header, inputs)
    elif path.suffix == ".mcap":
        from kickcue.recording.mcap_writer import McapWriter  # noqa: PLC0415  see above

        with McapWriter(path, header) as writer:
            for event in inputs:
                writer.write(event)
    else:
        raise UsageError(f"--out: expected a new file that ends in .jsonl or .mcap, got {path}")
    what = document.course().event if document.plan is None else document.plan.name
    print(f"{path}: {what}, {len(inputs)} events; kickcue replay {path} runs it")
