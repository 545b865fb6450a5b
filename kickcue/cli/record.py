"""``kickcue record``: what the sensors send, and nothing else: no race, no cues."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from kickcue import machine_time
from kickcue.cli.end_requests import cancelled_by, end_requests
from kickcue.cli.format.console import console
from kickcue.cli.tui.device_search import Chosen, find
from kickcue.cli.tui.formatting import minutes
from kickcue.cli.tui.keyboard import HUNG_UP, ORDERS
from kickcue.cli.tui.pairing_dialog import dialogue
from kickcue.cli.tui.prompts import POD, STRAP
from kickcue.cli.tui.race_parts import STAGES
from kickcue.cli.tui.screen import END, INTERRUPT, canvas
from kickcue.cli.tui.terminal import be_quiet, is_terminal, showable
from kickcue.cli.tui.values import Values, spelt
from kickcue.config.paths import default_state_folder
from kickcue.config.settings import Settings, find_race_file, load_settings
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Command, CommandKind, Input, Notification
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.daemon.recorder import Recorder, start_recorder
from kickcue.daemon.wiring import pin_of
from kickcue.edges.radio import Pin, Radio, sensors
from kickcue.recording import Header
from kickcue.recording.header import MADE_BY, utc_now
from kickcue.recording.mcap_writer import McapWriter
from kickcue.supervision.health import Stage

FRAME_S: Final = 0.5
LEAVING: Final = frozenset({"q", END, INTERRUPT, HUNG_UP})
KEYS: Final = {
    key: kind for key, kind in ORDERS.items() if kind in {CommandKind.START, CommandKind.LAP}
}
UNSHOWN: Final = frozenset({"speed_mps", "battery_percent"})
HELP: Final = "s start · space lap · q end"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    where = (
        "OUT.mcap: the recording (default: in the user's state folder); race.toml: which sensors"
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=where)
    parser.add_argument(
        "--strap", metavar="ADDRESS", help=("use this strap, whatever race.toml has")
    )
    parser.add_argument("--pod", metavar="ADDRESS", help="same for a foot pod")
    parser.add_argument(
        "--seconds", type=float, metavar="N", help="stop after N seconds (default: at q or Ctrl-C)"
    )
    parser.add_argument(
        "--adapter",
        metavar="NAME",
        help=(
            "which Bluetooth adapter, such as hci1 (default: as in race.toml, or the system's "
            "first)"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Record until asked to end; 1 where the recording ended before that."""
    if args.seconds is not None and not args.seconds > 0:
        raise UsageError(f"--seconds: expected more than 0, got {args.seconds:g}")
    out, race_file = _files(args.files)
    be_quiet()
    machine_time.run(_record(args, out, race_file))
    return 0


def _files(paths: Sequence[Path]) -> tuple[Path | None, Path | None]:
    """Return the file to write and the race file, distinguished by their endings."""
    outs = [path for path in paths if path.suffix == ".mcap"]
    races = [path for path in paths if path.suffix == ".toml"]
    odd = [str(path) for path in paths if path not in (*outs, *races)]
    if odd or len(outs) > 1 or len(races) > 1:
        raise UsageError(
            "expected at most one OUT.mcap and one race.toml, got "
            f"{', '.join(odd) or 'too many files'}"
        )
    return outs[0] if outs else None, races[0] if races else None


async def _record(args: argparse.Namespace, out: Path | None, race_file: Path | None) -> None:
    with end_requests(signal.SIGHUP) as requested, cancelled_by(requested) as starting:
        adapter, pins = await _pins(args, race_file)
        began_ns = machine_time.machine_ns()
        take = _Take(
            _recorder(out, pins), {pin.sensor: Values(pin.profile) for pin in pins}, began_ns
        )
        try:
            async with sensors(pins, take.put, take.now_ns, adapter=adapter) as radio:
                starting.begun()
                await (
                    _on_screen(take, radio, args.seconds)
                    if is_terminal()
                    else _until_asked(take, args.seconds, requested)
                )
        finally:
            take.recorder.close(slow=lambda text: print(f"kickcue: {text}", file=sys.stderr))
        if take.recorder.trouble is not None:
            raise DataError(f"recording stopped early: {take.recorder.trouble}")
        path = take.recorder.path
        print(
            f"Recorded in {path}\nWhat is in it: kickcue info {path}\nAs a race: kickcue replay "
            f"{path} --race 5000m"
        )


@dataclass(slots=True)
class _Take:
    """One recording while it is made."""

    recorder: Recorder
    values: Mapping[str, Values]
    began_ns: int
    laps: int = 0
    started_ns: int = 0
    """When the last start was ordered, since it began."""

    def now_ns(self) -> int:
        """Return the time since it began."""
        return machine_time.machine_ns() - self.began_ns

    def goes_on(self, seconds: float | None) -> bool:
        """Tell whether the time is not up, and the recording in order."""
        return self.recorder.trouble is None and (
            seconds is None or self.now_ns() < seconds * NS_PER_S
        )

    def put(self, event: Input) -> None:
        """Take in what a sensor sent."""
        self.recorder.write(event)
        if isinstance(event, Notification):
            self.values[event.sensor].take(event)

    def order(self, kind: CommandKind) -> None:
        """Take in what the person ordered."""
        now_ns = self.now_ns()
        self.laps += kind is CommandKind.LAP
        if kind is CommandKind.START:
            self.started_ns = now_ns
        self.recorder.write(Command(now_ns, kind))


async def _until_asked(take: _Take, seconds: float | None, requested: asyncio.Event) -> None:
    """Return when the time is up, the recording has ended early, or the process is asked to end."""
    while take.goes_on(seconds) and not requested.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(FRAME_S):
                await requested.wait()


async def _on_screen(take: _Take, radio: Radio, seconds: float | None) -> None:
    out = console()
    out.print(showable(Text(HELP, style="dim"), out))
    async with canvas(take_interrupt=True, whole=False) as screen:
        while take.goes_on(seconds):
            screen.draw(_line(take, radio))
            key = await screen.key(FRAME_S)
            if key in LEAVING:
                return
            if key in KEYS:
                take.order(KEYS[key])


def _line(take: _Take, radio: Radio) -> Text:
    """Return how it goes, in one line."""
    now_ns = take.now_ns()
    on_s = ns_to_s(now_ns - take.started_ns)
    line = Text(f"{minutes(on_s)} ", style="bold", no_wrap=True, overflow="ellipsis")
    for name, health in radio.health.items():
        dot, style, words = STAGES[health.stage]
        shown = (
            spelt(take.values[name].now(now_ns), UNSHOWN)
            if health.stage is Stage.CONNECTED
            else words
        )
        line.append(f"  {name} ", "not bold dim").append(f"{dot} ", f"not bold {style}").append(
            shown or "-", "not bold"
        )
    return line.append(
        f"  {take.laps} {'lap' if take.laps == 1 else 'laps'}" if take.laps else "", "not bold"
    )


# ---- whose sensors, and where to


async def _pins(args: argparse.Namespace, race_file: Path | None) -> tuple[str | None, list[Pin]]:
    """Return the adapter and the sensors: of the options, of race.toml, or the person's choice."""
    path = race_file or find_race_file(os.environ)
    settings = None if path is None else load_settings(path)
    adapter = args.adapter or (None if settings is None else settings.adapter)
    options = {STRAP: args.strap, POD: args.pod}
    given = {wanted: address for wanted, address in options.items() if address is not None}
    if given:
        return adapter, [pin_of(each.sensor, each.pin) for each in await find(given, adapter)]
    if settings is not None and settings.sensors:
        return adapter, _near(settings, path)
    if not is_terminal():
        raise UsageError(
            "expected --strap ADDRESS or --pod ADDRESS (`kickcue scan` shows them), or run "
            "`kickcue pair` first"
        )
    return adapter, [pin_of(each.sensor, each.pin) for each in await _choose(adapter)]


def _near(settings: Settings, path: Path | None) -> list[Pin]:
    """Return the sensors of a race file that are heard here; UsageError where there is none."""
    near = [pin_of(name, pin) for name, pin in settings.sensors.items() if pin.mqtt is None]
    if not near:
        raise UsageError(
            f"{path} only has sensors over MQTT, and record only supports Bluetooth: `kickcue "
            "run` records both"
        )
    return near


async def _choose(adapter: str | None) -> list[Chosen]:
    async with dialogue(adapter) as talk:
        found = await talk.sensors()
    if not found:
        raise UsageError("no sensor chosen: nothing to record")
    return found


def _recorder(out: Path | None, pins: Sequence[Pin]) -> Recorder:
    """Return a recorder that has begun; UsageError where it cannot."""
    header = Header(
        utc=utc_now(),
        sensors={pin.sensor: pin.profile.id for pin in pins},
        pins={pin.sensor: pin.address or pin.name or "" for pin in pins},
        ticks=False,
        made_by=MADE_BY,
    )
    folder = default_state_folder(os.environ) / "recordings"
    recorder = (
        start_recorder(folder, header) if out is None else Recorder(lambda: McapWriter(out, header))
    )
    if recorder.trouble is not None:
        raise UsageError(recorder.trouble)
    return recorder
