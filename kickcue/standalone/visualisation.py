"""The race in the mind, as `kickcue visualise` makes it on a computer, from what the app has."""

from collections.abc import Mapping
from typing import Any

from kickcue.coaching.imagined_race import ImaginedRace
from kickcue.coaching.script import Script
from kickcue.coaching.timeline import Content, Spoken, reading_s, steps, timeline
from kickcue.core.errors import UsageError
from kickcue.standalone.plain_values import made
from kickcue.standalone.race_setup import Catalogue, course_of


def visualisation(
    document: Mapping[str, Any], name: str, rival: str, catalogue: Catalogue
) -> dict[str, Any]:
    """Return a script in the race of a document: its language, its length, and each entry in turn.

    An entry has ``at_s``, how long it ``lasts_s`` as somebody would read it, its ``text``, what a
    voice is to ``say``, and the ``pulses`` of a cue, empty for a line. No belief is in it: it comes
    from recordings on a computer. UsageError where the race has no goal, or the script no such
    language.
    """
    config = catalogue.engine_config(document)
    if document.get("plan") is not None or config.target_s is None:
        raise UsageError("target_s: expected a race with a goal, such as 15:30")
    script = _script(name, catalogue.spoken(document), catalogue)
    course = course_of(document)
    order = steps(
        script,
        ImaginedRace(course, config.target_s, script.words, rival=rival),
        config.vocabulary,
        config.rules,
        smile=config.smile,
    )
    found = timeline(order, [reading_s(step.what) for step in order], script.minutes)
    return {
        "language": script.language,
        "total_s": found.total_s,
        "entries": [
            {"at_s": entry.at_s, "lasts_s": entry.lasts_s, **_content(entry.what)}
            for entry in found.entries
        ],
    }


def _script(name: str, language: str, catalogue: Catalogue) -> Script:
    known = catalogue.scripts.get(name, {})
    if language not in known:
        raise UsageError(f"script: this app has no {name!r} in {language!r}")
    return made(Script, known[language])


def _content(what: Content) -> dict[str, Any]:
    """Return a line, or a cue: one that has no voice on the day has one at home."""
    if isinstance(what, Spoken):
        return {"text": what.text, "say": what.say, "pulses": []}
    return {
        "text": what.text,
        "say": what.say or what.text,
        "pulses": [list(pulse) for pulse in what.pulses],
    }
