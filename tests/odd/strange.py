"""Texts of strangers wherever a recording may have one: markup, controls, turned around, long."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.config.race_document import RaceDocument
from kickcue.core.events import Ack, Cue, Disarm, LegBegin, Notice, Notification
from kickcue.recording.header import race_header
from kickcue.recording.model import Entry, Header
from tests.odd import native
from tests.odd.native import Native

MARKUP: Final = (
    "</script></style></title>--><script>window.owned=1</script>"
    "<img src=x onerror=\"window.owned=1\"><svg/onload='window.owned=1'>&amp;{{7*7}}${7*7}`]]>"
)
TURNED: Final = "\u202eesrever\u2066\u202d ירושלים مرحبا"
CONTROLS: Final = (
    "\x1b]0;owned\x07\x1b[2J\x9b2J\x00\x08\r\n\x85\u2028\u2029\u200b\ufeff\ud7ff\uffff"
)
FORMULA: Final = '=HYPERLINK("http://example.org","x")\t@SUM(1)'
LONG: Final = (MARKUP + TURNED + "W" * 80) * 40
"""Some 10 kB, in part without a place to break a line."""

TEXTS: Final[Mapping[str, str]] = {
    "markup": MARKUP,
    "turned around": TURNED,
    "controls": CONTROLS,
    "a formula": FORMULA,
    "ten kilobytes": LONG,
}
FILE_NAME: Final = "=<img src=x onerror=window.owned=1>&quot;' \u202ednuora #100%{{7*7}}\x1b[2J"
"""A name that a file may have: without a slash, and short."""


def in_all_places(given: Native, text: str) -> tuple[Header, list[Entry]]:
    """Return what the daemon would have written, with this text in all that a person, a device or
    a file could have named.
    """
    document = RaceDocument.model_validate(given.header.setup)
    names = {name: f"{name} {text}" for name in document.sensors}
    renamed = {names[name]: choice for name, choice in document.sensors.items()}
    changes: dict[str, object] = {"sensors": renamed}
    if document.plan is not None:
        plan = {"name": text[:100], "title": text[:80], "about": text[:600]}
        changes["plan"] = document.plan.model_copy(update=plan)
    header = race_header(
        document.model_copy(update=changes),
        utc=native.UTC,
        made_by=text,
        pins=dict.fromkeys(renamed, text),
    )
    return header, [_named(entry, text, names) for entry in given.live()]


def _named(entry: Entry, text: str, names: Mapping[str, str]) -> Entry:
    if isinstance(entry, Notification):
        return replace(entry, sensor=names[entry.sensor])
    if isinstance(entry, Cue):
        return replace(entry, id=entry.id + text, text=text, say=text)
    if isinstance(entry, Ack):
        why = None if entry.why is None else text
        return replace(entry, cue_id=entry.cue_id + text, why=why)
    if isinstance(entry, Disarm):
        return replace(entry, cue_id=entry.cue_id + text, why=text)
    if isinstance(entry, LegBegin):
        return replace(entry, text=text)
    if isinstance(entry, Notice):
        sensor = None if entry.sensor is None else names.get(entry.sensor, text)
        return replace(entry, code=text, text=text, sensor=sensor)
    return entry


def write_strange(path: Path, given: Native, text: str) -> Path:
    """Write a recording with this text in all places."""
    return native.write(path, *in_all_places(given, text))
