"""What is made of a recording on the phone, after the race: a computer's file, and the report."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.analysis.review.make import review
from kickcue.core.errors import KickcueError
from kickcue.core.events import Notification
from kickcue.core.units import NS_PER_MS
from kickcue.recording import Recording
from kickcue.recording.jsonl import read
from kickcue.recording.mcap_writer import McapWriter
from kickcue.report.page import report_page
from kickcue.standalone.race_setup import Catalogue
from kickcue.standalone.replayed import replayed

ERROR: Final = "error: "
_NAME: Final = Path("the recording")


def _kept(text: str) -> Recording:
    """Return the recording of the lines that were kept, with the sensors that were connected.

    While it is written it names all that a phone may read.
    """
    recording = read(_NAME, text.encode())
    heard = {each.sensor for each in recording.inputs if isinstance(each, Notification)}
    named = recording.header.sensors
    sensors = {name: profile for name, profile in named.items() if name in heard}
    return replace(recording, header=replace(recording.header, sensors=sensors))


def as_mcap(text: str, path: str) -> None:
    """Write a recording, given as the lines that were kept, to an MCAP file at ``path``."""
    where = Path(path)
    recording = _kept(text)
    where.unlink(missing_ok=True)
    with McapWriter(where, recording.header) as writer:
        for entry in recording.entries:
            writer.write(entry)


def report(text: str, catalogue: str, units: str = "km") -> str:
    """Return the page about a recording, given as the lines that were kept."""
    recording = _kept(text)
    setup = recording.header.setup or {}
    config = Catalogue.of(json.loads(catalogue)).engine_config(setup)
    title, tactical = (setup.get("plan") or {}).get("title"), bool(setup.get("tactical"))
    found = review(recording, config, config.sensors, title, tactical=tactical)
    return report_page(found, units)


def replay(path: str, document: str, catalogue: str, now_ms: float) -> str:
    """Return the lines of a recording: the race of ``document`` with what a file has sensed.

    ``document`` and ``catalogue`` are JSON. Where that cannot be, the text begins with "error: ".
    """
    shipped = Catalogue.of(json.loads(catalogue))
    try:
        return replayed(Path(path), json.loads(document), shipped, int(now_ms) * NS_PER_MS)
    except KickcueError as error:
        return f"{ERROR}{error}"
