"""``kickcue run``: a race, live, on a terminal or as a service."""

import argparse
import asyncio
import os
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kickcue import machine_time
from kickcue.cli.after_race import log_outcome, outcome, tell_outcome
from kickcue.cli.end_requests import end_requests, hang_up_ends
from kickcue.cli.format.printing import complain
from kickcue.cli.race_options import add_race_options, profiles_from_options, race_from_options
from kickcue.cli.run_sensors import with_sensors
from kickcue.cli.simulated_run import (
    add_simulation_options,
    check_simulation_options,
    simulated_run,
)
from kickcue.cli.tui.race_screen import RaceScreen
from kickcue.cli.tui.screen import canvas
from kickcue.cli.tui.terminal import be_quiet, is_terminal
from kickcue.config.broker_form import URL_FORM
from kickcue.config.plan_files import plan_names
from kickcue.config.settings import Settings, find_race_file, load_settings, state_folder
from kickcue.core.cueing.phases import RACING
from kickcue.core.errors import DataError
from kickcue.daemon import logging_setup, service
from kickcue.daemon.health import summed_up
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.simulated_sensors import SimulatedRun
from kickcue.daemon.wiring import live
from kickcue.supervision import tasks
from kickcue.workouts.plan_source import is_workout

STATUS_EACH_S: Final = 5.0
STOPPING_S: Final = 18.0
"""Sensors hang up within five seconds, the recording is finished within ten, the broker gets it
within one."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="race.toml | PLAN",
        help="the race file (default: ./race.toml, else the user's, else the one in /etc), or a "
        "session to run in place of its race: strides, two-hundreds ...",
    )
    parser.add_argument(
        "--broker",
        metavar="URL",
        help=f"{URL_FORM}, or mqtts:// (default: as in race.toml, or kickcue's own)",
    )
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="with mqtts://: the certificates to trust (default: as in race.toml)",
    )
    parser.add_argument(
        "--athlete",
        metavar="NAME",
        help="whose cues: topics below kickcue/NAME (default: runner)",
    )
    parser.add_argument(
        "--headless",
        action="store_true",
        help="no screen: log lines, and status reports to systemd (default in a pipe)",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="start a new race, even if one was interrupted less than ten minutes ago",
    )
    parser.add_argument(
        "--alongside",
        action="store_true",
        help="send cues even if another run uses the same topics: each is then played twice",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="recordings go to DIR/races (default: the user's state folder)",
    )
    parser.add_argument("--no-record", action="store_true", help="do not record")
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="log every attempt, not only the first of a series",
    )
    add_simulation_options(parser)
    add_race_options(parser, "as in race.toml")


def run(args: argparse.Namespace) -> int:
    """Run the race; 0 when it was left in good order."""
    check_simulation_options(args)
    headless = args.headless or not is_terminal()
    if args.file is not None and (args.file in plan_names() or is_workout(args.file)):
        args.file, args.plan = None, args.file
    path = find_race_file(os.environ) if args.file is None else Path(args.file)
    settings = load_settings(path, options=_options(args), any_race=args.simulated)
    simulated = None
    if args.simulated:
        settings, simulated = simulated_run(args, settings)
    elif not settings.sensors:
        be_quiet()
        settings = with_sensors(settings, path, _options(args), headless=headless)
    logging_setup.configure(headless=headless, verbose=args.verbose)
    how = _How(fresh=args.fresh, alongside=args.alongside, simulated=simulated)
    trouble = machine_time.run(_headless(settings, how) if headless else _on_screen(settings, how))
    if trouble is not None:
        what = "race" if settings.plan is None else "session"
        raise DataError(f"only part of the {what} was recorded: {trouble}")
    return 0


@dataclass(frozen=True, slots=True)
class _How:
    """What no setting holds, for it is meant for this one start."""

    fresh: bool
    alongside: bool
    simulated: SimulatedRun | None

    def live(self, settings: Settings) -> AbstractAsyncContextManager[RaceDaemon]:
        """Open the run."""
        return live(
            settings,
            state=state_folder(settings),
            fresh=self.fresh,
            alongside=self.alongside,
            simulated=self.simulated,
        )


def _options(args: argparse.Namespace) -> dict[str, Any]:
    return {
        **race_from_options(args),
        "plan": args.plan,
        **{
            f"sensors.{name}.profile": choice["profile"]
            for name, choice in profiles_from_options(args.profile).items()
        },
        "broker.url": args.broker,
        "broker.ca": None if args.ca is None else str(args.ca),
        "broker.athlete": args.athlete,
        "state_dir": None if args.state is None else str(args.state.absolute()),
        "record": False if args.no_record else None,
    }


# ---- on a terminal


async def _on_screen(settings: Settings, how: _How) -> str | None:
    """Show the race until the person leaves; return what was wrong with the recording."""
    # From before the start, which is not broken off: the end of a start is near, and good order is
    # easier.
    with end_requests() as requested:
        async with how.live(settings) as race:
            async with canvas(take_interrupt=True) as screen:
                left = requested.is_set() or await RaceScreen(race, screen).until_left()
            if not left:
                await _until_over(race, requested)
            race.announcer.aloud = complain
            phase = race.phase
        path = _recorded(race)
        found = outcome(path, phase)
        tell_outcome(found)
        print("\n".join(_ending(path, found.page)))
        if phase in RACING and race.simulated is None:
            print(
                f"The {race.document.kind} was not over: `kickcue run` within ten minutes, "
                "with the same options, resumes it."
            )
    return _trouble(race)


def _recorded(race: RaceDaemon) -> Path | None:
    return None if race.recorder is None else race.recorder.path


def _ending(path: Path | None, page: Path | None) -> Iterator[str]:
    """Yield where the recording is, and how to look at it again."""
    if path is None:
        yield "Nothing was recorded."
        return
    yield f"Recorded in {path}"
    yield f"Report: {page}" if page is not None else f"Report: kickcue report {path}"
    yield f"See it again: kickcue replay {path}"


def _trouble(race: RaceDaemon) -> str | None:
    return None if race.recorder is None else race.recorder.trouble


# ---- as a service


async def _headless(settings: Settings, how: _How) -> str | None:
    """Run until the race is over or the process is asked to end.

    Returns what was wrong with the recording.
    """
    async with AsyncExitStack() as beat:  # until all is closed: an end may take its time
        with end_requests() as requested:  # as above
            async with how.live(settings) as race:
                service.ready(_status(race))
                await beat.enter_async_context(
                    tasks.running(service.beat(race.feed.alive), name="watchdog")
                )
                try:
                    with hang_up_ends(requested, unless=lambda: race.phase in RACING):
                        await _until_over(race, requested)
                finally:
                    phase = race.phase
                    service.stopping(STOPPING_S)
        # Meanwhile the watchdog gets its signs of life.
        log_outcome(await asyncio.to_thread(outcome, _recorded(race), phase))
    return _trouble(race)


async def _until_over(race: RaceDaemon, requested: asyncio.Event) -> None:
    """Return when the race is over, or the process is asked to end.

    Meanwhile the service manager gets the state.
    """
    ends = [asyncio.create_task(event.wait()) for event in (requested, race.done)]
    try:
        while not any(end.done() for end in ends):
            service.status(_status(race))
            await asyncio.wait(ends, timeout=STATUS_EACH_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await tasks.end(ends)


def _status(race: RaceDaemon) -> str:
    return f"{race.document.name}: {race.phase.replace('_', ' ')}; {summed_up(race.parts)}"
