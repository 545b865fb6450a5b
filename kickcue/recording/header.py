"""The header: of a race that is to be recorded, as JSON, and the recording's place in time."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kickcue import __version__
from kickcue.core.errors import DataError
from kickcue.recording.json_text import parse, shown
from kickcue.recording.model import Header
from kickcue.recording.utc import UTC_RIGHT, utc_ns, utc_text

if TYPE_CHECKING:
    from kickcue.config.race_document import RaceDocument

FORMAT: Final = 1
"""The form of recordings that this kickcue writes and reads; a new number comes with a way to read
the old ones."""

MADE_BY: Final = f"kickcue {__version__}"
"""The recorder, where it is this program."""
SIMULATED: Final = f"{MADE_BY} simulate"
"""Where nobody ran: written by ``kickcue simulate``..."""
SIMULATED_LIVE: Final = f"{MADE_BY} run --simulated"
"""...and recorded of a run with simulated sensors."""
NOBODY_RAN: Final = "simulated: nobody ran it"
"""Why such a recording is left out of what shows a runner."""
LONGEST_LAP_M: Final = 100_000


def race_header(document: "RaceDocument", **more: Any) -> Header:
    """Return the header of a race that kickcue runs; ``more`` are the remaining fields by name.

    The document should have the digests of its profiles. By default the ticks are recorded.
    """
    header = Header(
        race=document.name,
        lap_m=document.lap_m,
        sensors={name: choice.profile for name, choice in document.sensors.items()},
        setup=document.as_json(),
        ticks=True,
        made_by=MADE_BY,
    )
    return replace(header, **more)


def is_simulated(header: Header) -> bool:
    """Tell whether kickcue itself made what was recorded, so that it shows nothing of a runner."""
    return (header.made_by or "").endswith((" simulate", " --simulated"))


def utc_now(ago_ns: int = 0) -> str:
    """Return the present moment, or the one ``ago_ns`` before, as a header has it."""
    return utc_text(time.time_ns() - ago_ns)


def write_header(header: Header) -> dict[str, Any]:
    """Return the header as a JSON object, without what is unknown."""
    found: dict[str, Any] = {
        "kickcue": FORMAT,
        "race": header.race,
        "lap_m": header.lap_m,
        "utc": header.utc,
        "sensors": dict(header.sensors),
        "setup": header.setup,
        "ticks": header.ticks,
        "made_by": header.made_by,
        "live": header.live,
        "pins": dict(header.pins) or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def read_header(given: Mapping[str, Any]) -> Header:
    """Return the header.

    DataError names the key that is missing, unknown or wrong, or reports that the form is of
    another version.
    """
    _check_form(given.get("kickcue"))
    unknown = [key for key in given if key not in _RULES and key != "kickcue"]
    if unknown:
        raise DataError(
            f"{shown(unknown[0])}: unknown key of the header (expected kickcue, "
            f"{', '.join(_RULES)})"
        )
    values = {key: value for key, value in given.items() if key != "kickcue" and value is not None}
    for key, value in values.items():
        holds, right = _RULES[key]
        if not holds(value):
            raise DataError(f"{key}: expected {right}, got {shown(value)}")
    return Header(**values)


def _check_form(form: Any) -> None:
    """Raise DataError where the recording is of another version's form."""
    if type(form) is not int:
        raise DataError(
            f'kickcue: expected {FORMAT}, got {shown(form)}: the first line is {{"kickcue": '
            f"{FORMAT}, ...}}"
        )
    if form != FORMAT:
        age = "a newer" if form > FORMAT else "an older"
        raise DataError(
            f"kickcue: expected recording format {FORMAT}, got {shown(form)}: made by {age} "
            "version of kickcue"
        )


def metadata_of(header: Header) -> dict[str, str]:
    """Return the header as MCAP metadata: texts as they are, everything else as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, allow_nan=False)
        for key, value in write_header(header).items()
    }


def header_of(metadata: Mapping[str, str]) -> Header:
    """Return the header out of MCAP metadata; DataError names the key."""
    found: dict[str, Any] = {}
    for key, text in metadata.items():
        if key in _TEXTS:
            found[key] = text
            continue
        try:
            found[key] = parse(text)
        except DataError as error:
            raise DataError(f"{key}: expected JSON, got {shown(text)}: {error}") from None
    return read_header(found)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_length(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= LONGEST_LAP_M


def _is_utc(value: Any) -> bool:
    try:
        return isinstance(value, str) and utc_ns(value) is not None
    except DataError:
        return False


def _is_names(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(profile, str) for profile in value.values())


_TEXTS: Final = ("race", "utc", "made_by")
_RULES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "race": (_is_text, "text such as 5000m"),
    "lap_m": (_is_length, f"a number of metres above 0, up to {LONGEST_LAP_M}"),
    "utc": (_is_utc, UTC_RIGHT),
    "sensors": (_is_names, 'an object of names and profiles such as {"pod": "generic-rsc"}'),
    "setup": (_is_object, "an object"),
    "ticks": (lambda value: isinstance(value, bool), "true or false"),
    "made_by": (_is_text, "a text"),
    "live": (_is_object, "an object"),
    "pins": (_is_names, 'an object of names and devices such as {"pod": "A0:9E:1A:00:00:01"}'),
}
