"""``kickcue simulate``: a race nobody ran, as a recording or by virtual Bluetooth sensors."""

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.cli.activity_option import add_activity_option, opened
from kickcue.cli.format.output_format import clock_column
from kickcue.cli.race_options import add_race_options, race_from_options, race_wish
from kickcue.config.extras import how_to_get
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Command, CommandKind, Input, Mark, Notification
from kickcue.core.gatt import short_uuid
from kickcue.core.generic_profiles import GENERIC_POD, GENERIC_STRAP
from kickcue.core.plan import Plan
from kickcue.core.units import ns_to_s
from kickcue.edges.virtual_sensor.description import SERVICE_OF, Description, describe
from kickcue.edges.virtual_sensor.playback import PlaybackCount, play
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulate
from kickcue.lab.simulate_session import simulate_session
from kickcue.recording.header import MADE_BY, race_header

if TYPE_CHECKING:
    from kickcue.edges.virtual_sensor.sensor import VirtualSensor

SENSORS: Final = {"pod": GENERIC_POD, "strap": GENERIC_STRAP}
SCENARIO: Final = "button"
LOOK_S: Final = 0.05
BREATH_S: Final = 0.1
"""Between the last subscription and the first notification: what is already due when the playing
begins counts as lost."""
RATE_MOST: Final = 50.0


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
        help="with --ble: play a recording instead",
    )
    add_activity_option(parser)
    parser.add_argument(
        "--rate",
        type=float,
        metavar="N",
        help=("with --ble: N times as fast as it was run (default: 1)"),
    )
    add_race_options(parser, "none")


def run(args: argparse.Namespace) -> int:
    """Make the race and do with it what was asked for."""
    _refuse_contradictions(args)
    if args.recording is not None:
        return _on_air(args, opened(args, args.recording).inputs)
    document = race_wish(
        args, None, {name: SensorChoice(profile=profile) for name, profile in SENSORS.items()}
    )
    if document is None:
        raise UsageError("expected --race, e.g. --race 3000m")
    if document.plan is not None:
        return _session(args, document, document.plan.plan())
    race = simulate(document.course(), SCENARIOS[args.scenario or SCENARIO], args.seed or 0)
    if args.out is not None:
        _write(args.out, race.document(document), race.inputs)
    return _on_air(args, race.inputs) if args.ble else 0


def _session(args: argparse.Namespace, document: RaceDocument, plan: Plan) -> int:
    """Make a session and do with it what was asked for."""
    if args.scenario is not None:
        raise UsageError("--scenario: expected a race with it, a session has none")
    session = simulate_session(plan, args.seed or 0, PodFaults())
    if args.out is not None:
        _write(args.out, document, session.inputs)
    return _on_air(args, session.inputs) if args.ble else 0


def _refuse_contradictions(args: argparse.Namespace) -> None:
    if args.out is None and not args.ble:
        raise UsageError(
            "expected --out FILE for a recording, or --ble ADAPTER for virtual sensors"
        )
    if args.recording is not None and (
        args.out is not None
        or race_from_options(args)
        or args.plan is not None
        or args.seed is not None
        or args.scenario is not None
    ):
        raise UsageError(
            "--recording: expected only --ble and --rate with it, as nothing is simulated then"
        )
    if args.rate is not None and not (args.ble and 0.0 < args.rate <= RATE_MOST):
        raise UsageError(
            f"--rate: expected --ble with it, and above 0, up to {RATE_MOST:g}, got {args.rate:g}"
        )


def _write(path: Path, document: RaceDocument, inputs: Sequence[Input]) -> None:
    """Write what came in, so that a replay makes its own ticks and outputs.

    UsageError where the file exists.
    """
    header = race_header(document.with_digests(), ticks=False, made_by=f"{MADE_BY} simulate")
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


# ---- on the air


def _on_air(args: argparse.Namespace, inputs: Sequence[Input]) -> int:
    chars: dict[str, set[str]] = {}
    for event in inputs:
        if isinstance(event, Notification) and short_uuid(event.char) in SERVICE_OF:
            chars.setdefault(event.sensor, set()).add(short_uuid(event.char))
    if not chars:
        raise DataError(f"{args.recording}: it has no sensor data that a virtual sensor can send")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_offer(args.ble, chars, inputs, args.rate or 1.0))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "bumble":
            raise
        raise UsageError(
            f"--ble needs bumble, which is not installed: {how_to_get('simulate')}"
        ) from None
    return 0


async def _offer(
    adapters: Sequence[str], chars: dict[str, set[str]], inputs: Sequence[Input], rate: float
) -> None:
    async with _sensors_on_air(adapters, chars) as speakers:
        for speaker in dict.fromkeys(speakers.values()):
            print(
                f"on air: {speaker.description.name!r} {speaker.description.address}, waiting for "
                "a connection (Ctrl-C to stop)",
                flush=True,
            )
        while not all(  # noqa: ASYNC110  bumble has no event for it
            speaker.subscribed(char)
            for name, speaker in speakers.items()
            for char in chars[name]
            if char != "2a19"
        ):
            await asyncio.sleep(LOOK_S)
        first_ns = min(event.t_ns for event in inputs)
        zero_s = asyncio.get_running_loop().time() + BREATH_S - ns_to_s(first_ns) / rate
        spoken = [event for event in inputs if isinstance(event, Notification)]
        played, _ = await asyncio.gather(
            play(spoken, speakers, rate=rate, zero_s=zero_s), _prompt(inputs, rate, zero_s)
        )
        print(_ending(played))


@contextlib.asynccontextmanager
async def _sensors_on_air(
    adapters: Sequence[str], chars: dict[str, set[str]]
) -> "AsyncIterator[dict[str, VirtualSensor]]":
    """Give the virtual sensor of each sensor's name.

    A single adapter has one for all; otherwise there are as many adapters as sensors.
    """
    # Needs bumble, an extra.
    from kickcue.edges.virtual_sensor.transport import sensor_on  # noqa: PLC0415

    if len(adapters) not in (1, len(chars)):
        raise UsageError(
            f"--ble: expected one adapter for all, or one for each of {len(chars)} sensors "
            f"({', '.join(chars)}), got {len(adapters)}"
        )
    groups = [list(chars)] if len(adapters) == 1 else [[name] for name in chars]
    async with contextlib.AsyncExitStack() as stack:
        found: dict[str, VirtualSensor] = {}
        for adapter, names in zip(adapters, groups, strict=True):
            sensor = await stack.enter_async_context(sensor_on(adapter, _description(names, chars)))
            found |= dict.fromkeys(names, sensor)
        yield found


def _description(names: Sequence[str], chars: dict[str, set[str]]) -> Description:
    title = "kickcue" if len(names) > 1 else f"kickcue {names[0]}"
    return describe(title, set().union(*(chars[name] for name in names)))


async def _prompt(inputs: Sequence[Input], rate: float, zero_s: float) -> None:
    """Say when a runner would press what, from the gun; whoever tries kickcue is to press it."""
    gun_ns = next((event.t_ns for event in inputs if _is_start(event)), 0)
    for event in inputs:
        if not isinstance(event, Mark | Command):
            continue
        await asyncio.sleep(zero_s + ns_to_s(event.t_ns) / rate - asyncio.get_running_loop().time())
        what = event.kind if isinstance(event, Command) else "lap"
        print(f"{clock_column(ns_to_s(event.t_ns - gun_ns))}  {what}", flush=True)


def _is_start(event: Input) -> bool:
    return isinstance(event, Command) and event.kind is CommandKind.START


def _ending(played: PlaybackCount) -> str:
    lost = played.lost.total()
    return f"done: {played.delivered.total()} notifications delivered" + (
        f", {lost} without a listener" if lost else ""
    )
