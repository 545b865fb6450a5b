"""What kickcue ships, as one JSON object for where no file can be read and checked.

Made on the computer that writes the app; the app reads it by the standard library alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from annotated_types import Ge, Le

from kickcue.coaching.script_files import load_script, script_languages, scripts
from kickcue.config.phrase_files import shipped_phrases
from kickcue.config.plan_files import read_plan, shipped_plans
from kickcue.config.profile_files import SENSORS
from kickcue.config.race_document import RaceTerms
from kickcue.core.course import EVENTS
from kickcue.standalone.plain_values import plain


def catalogue() -> dict[str, Any]:
    """Return all profiles with their digests, all phrases, scripts, and plans of sessions.

    Those that kickcue ships: what is one's own on this computer is not for everybody.
    """
    paths = SENSORS.shipped_paths()
    profiles = {id_: SENSORS.read(path) for id_, path in sorted(paths.items())}
    plans = {name: read_plan(path) for name, path in sorted(shipped_plans().items())}
    return {
        "events": list(EVENTS),
        "profiles": {
            id_: {"sha256": file.digest, "profile": plain(file.profile)}
            for id_, file in profiles.items()
        },
        "phrases": {
            language: {name: [phrase.text, phrase.say] for name, phrase in found.items()}
            for language, found in shipped_phrases().items()
        },
        "plans": {
            name: {"document": document.as_json(), "plan": plain(document.plan())}
            for name, document in plans.items()
            if not document.plan().is_race
        },
        "scripts": {name: _script(name) for name in scripts()},
        "ranges": {name: _range(field.metadata) for name, field in RaceTerms.model_fields.items()},
    }


def _script(name: str) -> dict[str, Any]:
    """Return a script by language; its path is of this computer."""
    return {
        language: plain(replace(load_script(name, language), source=name))
        for language in script_languages()
    }


def _range(metadata: Sequence[Any]) -> list[float | None]:
    """Return the least and the largest value of a term of a race; None: it has no such bound."""
    low: Any = next((each.ge for each in metadata if isinstance(each, Ge)), None)
    high: Any = next((each.le for each in metadata if isinstance(each, Le)), None)
    return [low, high]
