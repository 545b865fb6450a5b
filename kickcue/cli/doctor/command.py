"""``kickcue doctor``: is this machine ready for a race, and if not, what to do."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from kickcue import __version__
from kickcue.cli.doctor.audio import audio
from kickcue.cli.doctor.bluetooth import WATCH, bluetooth
from kickcue.cli.doctor.broker import broker
from kickcue.cli.doctor.disk import disk
from kickcue.cli.doctor.fixes import fixes
from kickcue.cli.doctor.machine import clock, power, terminal, versions
from kickcue.cli.doctor.phone import phone
from kickcue.cli.doctor.race import race
from kickcue.cli.doctor.result import Check, CheckLevel, Context, Result
from kickcue.cli.doctor.run_checks import examine
from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.printing import folded
from kickcue.config.settings import find_race_file, load_settings
from kickcue.core.errors import UsageError

FOUND: Final = "found"
CHECKS: Final[Mapping[str, Check]] = {
    "machine": versions,
    "race file": race,
    "Bluetooth": bluetooth,
    "positions": fixes,
    "broker": broker,
    "phone": phone,
    "sound": audio,
    "recordings": disk,
    "clock": clock,
    "power": power,
    "terminal": terminal,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="race.toml",
        help="which race file (default: the one `kickcue run` uses)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Look at everything within ten seconds; return 0 when a race could be run, 1 when not."""
    # What goes wrong is a finding, not a line of its own.
    logging.getLogger("kickcue").addHandler(logging.NullHandler())
    patient = _patient(args.file)
    found = examine(patient, CHECKS)
    ready = all(finding.level is not CheckLevel.FAULT for finding in found)
    if args.json:
        print(
            json_line(
                {
                    "kickcue": __version__,
                    "ready": ready,
                    "findings": [asdict(finding) for finding in found],
                }
            )
        )
    else:
        text = _as_text(found, ready=ready, absent=_absent(patient, found))
        print(folded(text, sys.stdout, indent=text.index(FOUND)))
    return 0 if ready else 1


def _patient(race_file: Path | None) -> Context:
    path = race_file
    try:
        path = race_file or find_race_file(os.environ)
        return Context(path, None if path is None else load_settings(path), None, os.environ)
    except (UsageError, OSError) as error:
        # OSError: a home that this user may not look into.
        return Context(path or Path("race.toml"), None, str(error), os.environ)


def _absent(patient: Context, found: list[Result]) -> list[str]:
    """Return the pinned devices that a race would begin without."""
    pinned = set() if patient.settings is None else {*patient.settings.sensors, WATCH}
    return [
        finding.what
        for finding in found
        if finding.what in pinned and finding.level is CheckLevel.WARNING
    ]


def _as_text(found: list[Result], *, ready: bool, absent: list[str]) -> str:
    rows = [(finding.level, finding.what, _one_line(finding)) for finding in found]
    faults = sum(finding.level is CheckLevel.FAULT for finding in found)
    without = f", without {' and '.join(absent)}" if absent else ""
    verdict = (
        f"ready for a race{without}"
        if ready
        else f"not ready for a race: {faults} problem{'s' if faults > 1 else ''} to fix"
    )
    return "\n".join([table(("", "what", FOUND), rows, align="lll"), "", verdict])


def _one_line(finding: Result) -> str:
    return finding.why if finding.remedy is None else f"{finding.why}: {finding.remedy}"
