"""``kickcue verify``: proves that a recording replays to the same outputs."""

import argparse
from pathlib import Path

from kickcue.cli.format.console import json_line
from kickcue.core.errors import DataError
from kickcue.recording import Recording, read
from kickcue.replay.differences import first_difference
from kickcue.replay.source import source


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE.mcap", help="recordings made by kickcue"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file")


def run(args: argparse.Namespace) -> int:
    """Verify every file; the exit status is 1 where one does not hold."""
    holds = [_verify(path, as_object=args.json) for path in args.files]
    return 0 if all(holds) else 1


def _verify(path: Path, *, as_object: bool) -> bool:
    recording = read(path)
    if recording.header.setup is None or not recording.header.ticks:
        raise DataError(
            f"cannot verify {path}: it has no recorded ticks and configuration, as kickcue's own "
            ".mcap recordings do"
        )
    race = source(recording, None)
    again = tuple(output for _, outputs in race.run() for output in outputs)
    difference = first_difference(recording, again)
    changed = race.document.changed_profiles()
    holds = difference is None and not recording.problems
    if as_object:
        counts = {"inputs": len(recording.inputs), "outputs": len(recording.outputs)}
        rest = {
            "problems": list(recording.problems),
            "changed_profiles": list(changed),
            "difference": difference,
        }
        print(json_line({"file": str(path), "holds": holds, **counts, **rest}))
        return holds
    for problem in recording.problems:
        print(f"{path}: {problem}")
    for profile in changed:
        print(f"{path}: profile {profile} has changed since this was recorded")
    print(f"{path}: {_verdict(recording, len(again), difference)}")
    return holds


def _verdict(recording: Recording, outputs: int, difference: str | None) -> str:
    inputs = f"{len(recording.inputs)} inputs give the same"
    if difference is not None:
        return f"does not hold: {difference}"
    if not recording.problems:
        return f"holds: {inputs} {outputs} outputs"
    return f"holds as far as it goes: {inputs} {len(recording.outputs)} outputs"
