"""A ``race.toml`` taken into the app, and what is set up there as one for a computer.

It comes as a file, or by camera as a QR code: from a stranger's wall, perhaps.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any, Final, NamedTuple

from kickcue.config.time_format import seconds
from kickcue.config.toml_file import parse_toml
from kickcue.core.errors import UsageError
from kickcue.standalone.race_setup import SENSORS, Catalogue
from kickcue.standalone.race_terms import shown

LONGEST_LETTERS: Final = 100_000
USUAL_RACE: Final = "5000m"
"""Of a session, which needs none."""
NAME: Final = "race.toml"


class Taken(NamedTuple):
    """What a race file says, and the keys in it that are about another machine."""

    document: dict[str, Any]
    left_out: tuple[str, ...]


def from_toml(text: str, catalogue: Catalogue) -> Taken:
    """Return the race of a race file; what is about the machine it was written for is left out.

    UsageError where it is no such file, has a key that none has, or its race cannot be run.
    """
    if len(text) > LONGEST_LETTERS:
        raise UsageError(f"{NAME}: expected at most {LONGEST_LETTERS} letters")
    given = parse_toml(text, NAME)
    sensors = _sensors(given.get("sensors", {}), catalogue)
    elsewhere = [key for key in given if key in catalogue.elsewhere and key != "sensors"]
    found = {key: each for key, each in given.items() if key not in catalogue.elsewhere}
    found |= _timed(given) | _planned(given, catalogue)
    if sensors.document:
        found["sensors"] = sensors.document
    catalogue.engine_config(catalogue.with_sensors(found))
    return Taken(found, (*elsewhere, *sensors.left_out))


def to_toml(document: Mapping[str, Any]) -> str:
    """Return the document as a race file: as short as it can be, for it may become a QR code."""
    return "".join(f"{each}\n" for each in _lines(document))


def _timed(given: Mapping[str, Any]) -> dict[str, Any]:
    target = given.get("target_s")
    if isinstance(target, time):
        target = target.isoformat()
    return {"target_s": seconds(target)} if isinstance(target, str) else {}


def _planned(given: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    plan = given.get("plan")
    if plan is None:
        return {}
    if not isinstance(plan, str) or plan not in catalogue.plans:
        raise UsageError(catalogue.unknown_plan(plan))
    return {"race": given.get("race", USUAL_RACE), "plan": catalogue.plans[plan]["document"]}


def _sensors(given: Any, catalogue: Catalogue) -> Taken:
    """Return the profiles of the sensors that a page can have.

    Devices are paired by each machine for itself.
    """
    if not isinstance(given, Mapping):
        raise UsageError("sensors: expected a block for each, [sensors.pod]")
    kept, left_out = {}, []
    for name, pin in given.items():
        profile = pin.get("profile") if isinstance(pin, Mapping) else None
        if name not in SENSORS or profile not in tuple(catalogue.profiles):
            left_out.append(f"sensors.{shown(name)}")
        else:
            kept[name] = {"profile": profile}
    return Taken(kept, tuple(left_out))


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    tables = {}
    for key, value in document.items():
        if key == "plan" and value is not None:
            yield f"plan = {_value(value['name'])}"
        elif isinstance(value, Mapping):
            tables[key] = value
        elif value is not None:
            yield f"{key} = {_value(value)}"
    for name, choice in tables.pop("sensors", {}).items():
        # A phone that hands its sensors on calls them so.
        tables[f"sensors.{name}"] = {"profile": choice["profile"], "mqtt": name}
    for key, table in tables.items():
        said = {name: each for name, each in table.items() if each is not None}
        if said:
            yield from (f"[{key}]", *(f"{name} = {_value(each)}" for name, each in said.items()))


def _value(value: Any) -> str:
    """Return a value as TOML has it: as JSON, but for a letter that TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
