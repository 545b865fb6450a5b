"""A ``race.toml`` taken into the app, and what is set up there as one for a computer."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any, Final

from kickcue.config.time_format import seconds
from kickcue.core.errors import UsageError
from kickcue.standalone.race_setup import Catalogue

LONGEST_LETTERS: Final = 100_000
USUAL_RACE: Final = "5000m"
"""Of a session, which needs none."""
_NOT_HERE: Final = frozenset({"sensors"})
"""Devices are paired by each machine for itself."""


def from_toml(text: str, catalogue: Catalogue) -> dict[str, Any]:
    """Return the document of a race file; what is about the machine it was written for is left out.

    UsageError where it is no such file, or its race cannot be run.
    """
    if len(text) > LONGEST_LETTERS:
        raise UsageError(f"race.toml: expected at most {LONGEST_LETTERS} letters")
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"race.toml: not TOML: {error}") from None
    found = {key: each for key, each in given.items() if key in catalogue.ranges} | _timed(given)
    plan = given.get("plan")
    if plan is not None:
        if plan not in catalogue.plans:
            raise UsageError(f"plan: expected one of {', '.join(catalogue.plans)}, got {plan!r}")
        found = {"race": USUAL_RACE, **found, "plan": catalogue.plans[plan]["document"]}
    catalogue.engine_config(catalogue.with_sensors(found))
    return found


def to_toml(document: Mapping[str, Any]) -> str:
    """Return the document as a race file."""
    return "\n".join(["# Written by kickcue on a phone.", *_lines(document)]) + "\n"


def _timed(given: Mapping[str, Any]) -> dict[str, Any]:
    target = given.get("target_s")
    if isinstance(target, time):
        target = target.isoformat()
    return {"target_s": seconds(target)} if isinstance(target, str) else {}


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    tables = {}
    for key, value in document.items():
        if key == "plan":
            yield f"plan = {json.dumps(value['name'])}"
        elif isinstance(value, Mapping):
            tables[key] = value
        elif value is not None:
            yield f"{key} = {json.dumps(value)}"
    for key, table in tables.items():
        if key not in _NOT_HERE and table:
            yield from ("", f"[{key}]", *(f"{name} = {json.dumps(v)}" for name, v in table.items()))
