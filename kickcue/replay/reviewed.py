"""From a recording of any kind to its review: replayed where nobody has run it yet."""

from dataclasses import replace

from kickcue.analysis.review.make import review
from kickcue.analysis.review.model import Review
from kickcue.config.profile_files import load_profile
from kickcue.config.race_document import RaceDocument
from kickcue.core.events import Estimate, LegBegin, PhaseChange
from kickcue.recording import Entry, Recording
from kickcue.replay.source import recorded_document, sensors_of, source


def reviewed(recording: Recording, wish: RaceDocument | None = None) -> Review:
    """Return the review of a recording.

    What was recorded of a race or a session is used as it is; under a ``wish``, and where a race is
    named but nothing was recorded of it, it is replayed. UsageError where the wish or what the
    recording names cannot be had, DataError where there is nothing to replay.
    """
    document = wish or recorded_document(recording)
    profiles = {
        name: load_profile(choice.profile) for name, choice in sensors_of(recording).items()
    }
    if document is None:
        return review(recording, None, profiles)
    if wish is not None or not _was_run(recording):
        recording = _run(recording, wish)
    title = None if document.plan is None else document.plan.title
    return review(recording, document.engine_config(), profiles, title)


def _was_run(recording: Recording) -> bool:
    return any(isinstance(out, Estimate | PhaseChange | LegBegin) for out in recording.outputs)


def _run(recording: Recording, wish: RaceDocument | None) -> Recording:
    """Return the recording with what the engine makes of it."""
    entries: list[Entry] = []
    for event, outputs in source(recording, wish).run():
        entries += [event, *outputs]
    whole = Recording.of(recording.path, recording.header, entries)
    return replace(recording, inputs=whole.inputs, outputs=whole.outputs, entries=whole.entries)
