"""The command line: a table of commands, of which only the one asked for is imported."""

import errno
import importlib
import io
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from kickcue import __version__
from kickcue.cli.asking import Parser
from kickcue.cli.format.printing import complain, discard, flush, open_what_is_closed, printing
from kickcue.core.errors import KickcueError, UsageError
from kickcue.core.nearest import did_you_mean
from kickcue.ending import STATUS, EndRequested, begun, end_in_good_order


class CliCommand(NamedTuple):
    """When a command is of use, where it lives and what it does, in one line."""

    when: str
    module: str
    help: str


COMMANDS: Final[Mapping[str, CliCommand]] = {
    "demo": CliCommand(
        "Before the race",
        "kickcue.cli.demo",
        "watch a whole race in half a minute: strap, pod, broker, watch",
    ),
    "init": CliCommand(
        "Before the race", "kickcue.cli.init", "write a race.toml by answering a few questions"
    ),
    "set": CliCommand(
        "Before the race",
        "kickcue.cli.set",
        "change a key of race.toml, such as broker.url or target_s",
    ),
    "scan": CliCommand(
        "Before the race", "kickcue.cli.scan", "list the Bluetooth sensors and watches nearby"
    ),
    "pair": CliCommand(
        "Before the race", "kickcue.cli.pair", ("choose your heart-rate strap and foot pod")
    ),
    "doctor": CliCommand(
        "Before the race",
        "kickcue.cli.doctor.command",
        "check whether this machine is ready for a race, and what to fix",
    ),
    "say": CliCommand("Before the race", "kickcue.cli.say", "play the cues: try your headphones"),
    "visualise": CliCommand(
        "Before the race",
        "kickcue.cli.visualise",
        "your own race in the mind: spoken, with the cues of race day",
    ),
    "belief": CliCommand(
        "Before the race",
        "kickcue.cli.belief",
        "what you have done already, out of your own recordings",
    ),
    "course": CliCommand(
        "Before the race", "kickcue.cli.course", "show the lines and the bell of an event"
    ),
    "plan": CliCommand(
        "Before the race",
        "kickcue.cli.plan",
        "sessions: strides, 200s, intervals; draw them, write your own",
    ),
    "run": CliCommand("In the race", "kickcue.cli.run", "run a race: sensors in, cues out"),
    "press": CliCommand(
        "In the race",
        "kickcue.cli.press",
        "send start, lap, undo, finish, distance to a race run elsewhere",
    ),
    "watch": CliCommand(
        "In the race", "kickcue.cli.watch", "act as the watch: show the cues, ring, acknowledge"
    ),
    "serve": CliCommand(
        "In the race",
        "kickcue.cli.serve",
        "the page for phones and browsers: remote, watch, helper, live view",
    ),
    "export-app": CliCommand(
        "In the race",
        "kickcue.cli.export_app",
        "write kickcue as an app for a phone, which needs no computer",
    ),
    "bridge": CliCommand(
        "In the race", "kickcue.cli.bridge", "forward the cues of a race to a Bluetooth watch"
    ),
    "record": CliCommand(
        "In the race", "kickcue.cli.record", ("record the sensors only, without a race")
    ),
    "unit": CliCommand(
        "In the race", "kickcue.cli.unit", "print a systemd unit that runs kickcue as a service"
    ),
    "broker": CliCommand(
        "In the race",
        "kickcue.cli.broker",
        "write a Mosquitto configuration: users, access rights, limits, TLS",
    ),
    "info": CliCommand(
        "After it",
        "kickcue.cli.info",
        ("show what a recording contains (MCAP, JSONL, FIT, TCX, GPX)"),
    ),
    "report": CliCommand(
        "After it",
        "kickcue.cli.report",
        "write a page about a race or session: laps, kick, curves, cues",
    ),
    "compare": CliCommand(
        "After it",
        "kickcue.cli.compare",
        "set races against each other: where the time was won and lost",
    ),
    "history": CliCommand(
        "After it",
        "kickcue.cli.history",
        "show a season on one page: kicks, evenness, sessions, last laps",
    ),
    "replay": CliCommand(
        "After it",
        "kickcue.cli.replay",
        "replay a recording through the engine, and send its cues",
    ),
    "reps": CliCommand(
        "After it",
        "kickcue.cli.reps",
        ("show the repetitions of a session, and how the last one compares"),
    ),
    "gate": CliCommand(
        "After it",
        "kickcue.cli.gate",
        "find the finish line in a recording's positions, for race.toml",
    ),
    "calibrate": CliCommand(
        "After it",
        "kickcue.cli.calibrate",
        ("what was learned about your foot pod's scale"),
    ),
    "export": CliCommand(
        "After it",
        "kickcue.cli.export",
        "convert a recording to FIT, TCX, GPX, CSV, MCAP, Parquet",
    ),
    "verify": CliCommand(
        "Looking closer", "kickcue.cli.verify", "check that a recording replays to the same outputs"
    ),
    "decode": CliCommand(
        "Looking closer", "kickcue.cli.decode", "decode the bytes of one sensor notification"
    ),
    "profiles": CliCommand(
        "Looking closer",
        "kickcue.cli.profiles",
        "list the supported sensors and watches, and the evidence for each",
    ),
    "simulate": CliCommand(
        "Looking closer",
        "kickcue.cli.simulate",
        "simulate a race: a recording, Bluetooth sensors, or MQTT to a run",
    ),
    "evaluate": CliCommand(
        "Looking closer",
        "kickcue.cli.evaluate",
        "simulate many races and show how accurate the cues were",
    ),
}

HELP: Final = ("help", "list", "-h", "--help")
PRESSES: Final = ("start", "lap", "undo", "finish")
VERSION: Final = ("version", "-V", "--version")
INTERRUPTED: Final = 130  # 128 + SIGINT, as a shell reports it
PRIVATE: Final = 0o077


class _Warnings(logging.Handler):
    """Says what the settings warn of, in whatever command, on whatever standard error is now."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the warning as one line."""
        complain(record.getMessage())


logging.getLogger("kickcue.config").addHandler(_Warnings(logging.WARNING))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0, 1 (ran and failed), 2 (asked wrongly), 130 (interrupted), or 143 (ended by SIGTERM before it
    was done).
    """
    if argv is None:
        end_in_good_order()
        open_what_is_closed()
    # Where a runner was, and his heart rate, are his own: files 0600, folders 0700.
    os.umask(os.umask(PRIVATE) | PRIVATE)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # An ASCII terminal lacks the +- sign and the bars: better a ? than no cue at all.
        sys.stdout.reconfigure(errors="replace")
    with printing():
        return _main(list(sys.argv[1:] if argv is None else argv))


def _main(argv: list[str]) -> int:
    try:
        status = _run(argv)
        flush()
    except KickcueError as error:
        complain(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except EndRequested:
        return STATUS
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EFBIG):
            raise
        discard(sys.stdout)
        complain(f"cannot write: {error.strerror}")
        return 1
    return status


def _run(argv: list[str]) -> int:
    if argv[:1] == ["help"] and len(argv) > 1:
        argv = [argv[1], "--help"]
    if not argv or argv[0] in HELP:
        print(_overview())
        return 0
    if argv[0] in VERSION:
        print(f"kickcue {__version__}")
        return 0
    name, rest = argv[0], argv[1:]
    if name not in COMMANDS:
        guess = _meant(name)
        raise UsageError(
            f"unknown command {name!r}{f': {guess}' if guess else ''} (kickcue --help lists all)"
        )
    command = COMMANDS[name]
    module = importlib.import_module(command.module)
    parser = Parser(
        prog=f"kickcue {name}", description=f"{command.help[0].upper()}{command.help[1:]}."
    )
    module.configure(parser)
    try:
        args = parser.parse_args(rest)
    except EndRequested:
        raise
    except SystemExit as leaving:  # argparse leaves so after --help
        return int(leaving.code or 0)
    begun(name)
    status: int = module.run(args)
    return status


def _meant(name: str) -> str:
    """Return "did you mean run?" for a word that is no command; a key of the race is a press."""
    if name in PRESSES:
        return f"did you mean press {name}?"
    return did_you_mean(
        name.lower(), (*COMMANDS, *(word for word in (*HELP, *VERSION) if len(word) > len("-h")))
    )


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = []
    for when, commands in groupby(COMMANDS.items(), key=lambda item: item[1].when):
        lines += [
            "",
            f"{when}:",
            *(f"  {name:<{width}}  {command.help}" for name, command in commands),
        ]
    return "\n".join(
        [
            "kickcue tracks a runner's position and sends a cue for the last lap.",
            "usage: kickcue COMMAND [options], kickcue COMMAND --help, or kickcue --version",
            *lines,
            "",
            "Exit status: 0 success, 1 failure, 2 usage error.",
        ]
    )
