"""``kickcue verify``: proves that a recording replays to the same outputs."""

import argparse
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from kickcue.cli.format.console import json_line
from kickcue.cli.format.output_format import as_text
from kickcue.core.errors import DataError
from kickcue.core.events import Disarm, Notice, Output
from kickcue.recording import Recording, read
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
    if difference is not None:
        print(f"{path}: does not hold: {difference}")
    elif holds:
        print(f"{path}: holds: {len(recording.inputs)} inputs give the same {len(again)} outputs")
    else:
        print(
            f"{path}: holds as far as it goes: {len(recording.inputs)} inputs give the same "
            f"{len(recording.outputs)} outputs"
        )
    return holds


def first_difference(recording: Recording, again: tuple[Output, ...]) -> str | None:
    """Say where the outputs first differ from the recorded ones, None where they do not.

    Notices are compared by code and disarms by cue: their texts are for people, and may be worded
    better in a later version. A recording that was cut off may lack the outputs of its last input;
    that is no difference.
    """
    for number, (then, now) in enumerate(zip_longest(recording.outputs, again), start=1):
        if _compared(then) == _compared(now) or (then is None and recording.problems):
            continue
        was, is_now = (
            "nothing" if output is None else as_text(output).strip() for output in (then, now)
        )
        return f"output {number} was [{was}] and is now [{is_now}]"
    return None


def _compared(output: Output | None) -> Output | None:
    """Return an output without the text that is for people only."""
    if isinstance(output, Notice):
        return replace(output, text="")
    if isinstance(output, Disarm):
        return replace(output, why="")
    return output
