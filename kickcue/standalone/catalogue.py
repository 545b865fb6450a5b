"""What the app has by name, as one JSON object for where no file can be read and checked.

Made on the computer that writes the app; the app reads it by the standard library alone.
"""

from dataclasses import replace
from typing import Any, Final

from kickcue.coaching.script_files import load_script, script_languages, scripts
from kickcue.config.phrase_files import Language, language_file, languages
from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import read_plan, shipped_plans
from kickcue.config.profile_files import SENSORS, SensorFile
from kickcue.config.race_document import RaceTerms
from kickcue.config.settings_model import Settings
from kickcue.core.course import EVENTS
from kickcue.standalone.bluetooth_watches import bluetooth_watches
from kickcue.standalone.own_files import OwnThings
from kickcue.standalone.plain_values import plain
from kickcue.standalone.written_terms import written_terms

NOTHING_OWN: Final = OwnThings()


def catalogue(own: OwnThings = NOTHING_OWN) -> dict[str, Any]:
    """Return profiles with their digests, phrases, plans of sessions, scripts, and the terms.

    Those that kickcue ships, and ``own``: what is one's own on this computer is not for everybody,
    so somebody has to ask for it.
    """
    return {
        "events": list(EVENTS),
        "profiles": {id_: _profile(file) for id_, file in sorted(_profiles(own).items())},
        "phrases": {name: _language(found) for name, found in _languages(own).items()},
        "plans": {name: _plan(document) for name, document in sorted(_plans(own).items())},
        "scripts": {name: _script(name) for name in scripts()},
        "terms": written_terms(RaceTerms),
        "elsewhere": sorted({*Settings.model_fields} - {*RaceTerms.model_fields, "plan"}),
        "watches": bluetooth_watches(),
    }


def _script(name: str) -> dict[str, Any]:
    """Return a script by language; its path is of this computer."""
    return {
        language: plain(replace(load_script(name, language), source=name))
        for language in script_languages()
    }


def _profiles(own: OwnThings) -> dict[str, SensorFile]:
    """Return the files of the profiles by the ids that a race knows them by."""
    found = {id_: SENSORS.read(path) for id_, path in SENSORS.shipped_paths().items()}
    for file in own.profiles:
        found[file.document.profile.id] = file
        if file.document.profile.replaces is not None:
            found[file.document.profile.replaces] = file
    return found


def _profile(file: SensorFile) -> dict[str, Any]:
    return {"sha256": file.digest, "profile": plain(file.profile)}


def _languages(own: OwnThings) -> dict[str, Language]:
    return {name: language_file(name) for name in languages()} | dict(own.languages)


def _language(found: Language) -> dict[str, Any]:
    phrases = {name: [each.text, each.say] for name, each in found.phrases.items()}
    rest = found.spoken if found.spoken in languages() else "en"
    return {"spoken": found.spoken, "rest": rest, "phrases": phrases}


def _plans(own: OwnThings) -> dict[str, PlanDocument]:
    shipped = {name: read_plan(path) for name, path in shipped_plans().items()}
    sessions = {name: each for name, each in shipped.items() if not each.plan().is_race}
    return sessions | {each.name: each for each in own.plans}


def _plan(document: PlanDocument) -> dict[str, Any]:
    return {"document": document.as_json(), "plan": plain(document.plan())}
