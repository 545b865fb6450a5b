"""``kickcue demo``: a famous race or a session in half a minute, from bytes to the watch."""

import argparse
import asyncio
import os
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from shutil import get_terminal_size
from typing import Final

from kickcue.cli.demo import session_summary
from kickcue.cli.demo.audience import Audience
from kickcue.cli.demo.board import DemoBoard
from kickcue.cli.demo.drawing import RaceShown
from kickcue.cli.demo.layout import folded
from kickcue.cli.demo.pace import Pace
from kickcue.cli.demo.page_shows import PageShows
from kickcue.cli.demo.play import parties, play
from kickcue.cli.demo.screen import screen_for
from kickcue.cli.demo.session_demo import play_session, staged as staged_session
from kickcue.cli.demo.summary import DemoSummary, as_json, as_text, summarise
from kickcue.cli.format.console import json_line
from kickcue.config.paths import user_state_folder
from kickcue.core.engine import Engine
from kickcue.core.errors import UsageError
from kickcue.lab.historic_races import DEFAULT, FAMOUS, FamousRace, famous_race
from kickcue.lab.reconstruct import staged
from kickcue.lab.simulate import simulated_document
from kickcue.recording.header import race_header, utc_now
from kickcue.recording.mcap_writer import McapWriter

FASTEST_RATE: Final = 1000.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--race", default=DEFAULT, metavar="NAME", help=f"{', '.join(FAMOUS)} ({DEFAULT})"
    )
    what.add_argument(
        "--plan",
        metavar="NAME",
        help="a simulated session in place of a race: simulated-finish, strides ... "
        "('kickcue plan list'), or the path of a plan",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="another athlete, other sensor errors, other presses (default: 1)",
    )
    parser.add_argument(
        "--rate",
        type=float,
        metavar="X",
        help="X times as fast as it was run (default: to take half a minute)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where to write the recording (default: a new file in the state folder)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print only the final figures, as one JSON object",
    )


def run(args: argparse.Namespace) -> int:
    """Play it; the exit status is 1 unless the cues were felt, each exactly once.

    Of a race that is the cue for the last lap; in a session each repetition must be found as well.
    """
    if args.rate is not None and not 1.0 <= args.rate <= FASTEST_RATE:
        raise UsageError(f"--rate: expected 1 to {FASTEST_RATE:g}, got {args.rate:g}")
    return _run_race(args) if args.plan is None else _run_session(args)


def _run_session(args: argparse.Namespace) -> int:
    stage = staged_session(args.plan, args.seed)
    path = args.out or new_recording()

    def tell(summary: session_summary.SessionSummary) -> None:
        found = json_line(session_summary.as_json(summary)) if args.json else None
        print(found or _fitting(session_summary.as_text(summary)), flush=True)

    playing = play_session(stage, args.seed, args.rate, path, tell, silent=args.json)
    summary = asyncio.run(playing)
    return 0 if summary.went_well else 1


def _run_race(args: argparse.Namespace) -> int:
    famous = famous_race(args.race)
    path = args.out or new_recording()
    summary = asyncio.run(_demo(famous, args.seed, args.rate, path, as_object=args.json))
    return 0 if summary.on_watch.felt == 1 else 1


def _fitting(text: str) -> str:
    """Return the closing words as wide as the terminal is; in a pipe they stay as they are."""
    return folded(text, get_terminal_size().columns) if sys.stdout.isatty() else text


async def _demo(
    famous: FamousRace, seed: int, rate: float | None, path: Path, *, as_object: bool
) -> DemoSummary:
    document = simulated_document(famous.event).with_digests()
    course = document.course()
    race = staged(famous, course, seed)
    board = DemoBoard(famous, course, race)
    async with parties(offers_page=not as_object) as both:
        async with AsyncExitStack() as stack:
            writer = stack.enter_context(McapWriter(path, race_header(document, utc=utc_now())))
            screen = await stack.enter_async_context(
                screen_for(RaceShown(board), both.invitation, silent=as_object)
            )

            pace = Pace.of(
                race.truth.time_at(course.bell_m), race.truth.duration_s, rate, both.now_ns()
            )
            engine = Engine(document.engine_config())
            page = PageShows(both.delivery, document, famous.title, engine, pace, path)
            audience = Audience(writer, board, page, screen)
            played = await play(both, engine, race.inputs, pace, audience)
        cue, on_watch = played.last_lap()
        summary = summarise(famous, seed, course, race, cue, on_watch, path)
        print(json_line(as_json(summary)) if as_object else _fitting(as_text(summary)), flush=True)
        await both.stay(path)
    return summary


def new_recording() -> Path:
    """Return the path of a new file in the user's state folder.

    UsageError where there can be none.
    """
    try:
        folder = user_state_folder(os.environ)
    except UsageError:
        raise UsageError(
            "this user has no home folder to record in: give a file with --out"
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"folder {folder} for the recording: {error.strerror}; give a file with --out"
        ) from None
    stem = f"demo-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{stem}.mcap", *(f"{stem}-{n}.mcap" for n in range(2, 100)))
    return next(folder / name for name in names if not (folder / name).exists())
