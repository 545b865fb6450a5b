"""A watch's file, or a recording, run through the race that is set up: what would have come."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kickcue.core.engine_choice import engine_for
from kickcue.core.errors import DataError
from kickcue.core.events import (
    BeaconReading,
    Command,
    CommandKind,
    Fix,
    Input,
    Notification,
    Tick,
)
from kickcue.core.generic_profiles import generic_profile
from kickcue.recording import Entry, read
from kickcue.recording.header import MADE_BY
from kickcue.recording.jsonl import lines
from kickcue.recording.model import Header
from kickcue.recording.utc import utc_text
from kickcue.replay.run_engine import drive
from kickcue.standalone.race_setup import Catalogue

REPLAYED: Final = f"{MADE_BY} replay on a phone"


def replayed(path: Path, document: Mapping[str, Any], catalogue: Catalogue, now_ns: int) -> str:
    """Return the lines of a recording of ``document``'s race, with what was sensed in a file.

    Where the file has no start, it is at its begin. UsageError and DataError as of ``read``, and
    where nothing in the file tells of a runner.
    """
    recording = read(path)
    inputs = _with_start([each for each in recording.inputs if not isinstance(each, Tick)])
    if not any(isinstance(each, Notification | Fix | BeaconReading) for each in inputs):
        raise DataError(f"{path.name} has no sensor data")
    setup = catalogue.with_digests({**document, "sensors": _sensors(inputs)})
    entries: list[Entry] = []
    for event, outputs in drive(
        engine_for(catalogue.engine_config(setup)), inputs, ticks_recorded=False
    ):
        entries += (event, *outputs)
    header = Header(
        race=document["plan"]["name"] if "plan" in document else document["race"],
        lap_m=document.get("lap_m"),
        utc=recording.header.utc or utc_text(now_ns),
        sensors={name: each["profile"] for name, each in setup["sensors"].items()},
        setup=setup,
        ticks=True,
        made_by=REPLAYED,
    )
    return "".join(f"{each}\n" for each in lines(header, entries))


def _with_start(inputs: list[Input]) -> list[Input]:
    if any(isinstance(each, Command) and each.kind is CommandKind.START for each in inputs):
        return inputs
    first_ns = min((each.t_ns for each in inputs), default=0)
    return [Command(first_ns, CommandKind.START), *inputs]


def _sensors(inputs: Iterable[Input]) -> dict[str, dict[str, str]]:
    """Return the sensors that sent anything, each with the profile that reads the standard."""
    found: dict[str, dict[str, str]] = {}
    for each in inputs:
        if isinstance(each, Notification) and each.sensor not in found:
            profile = generic_profile(each.char)
            if profile is not None:
                found[each.sensor] = {"profile": profile}
    return found
