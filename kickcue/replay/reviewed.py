"""From a recording of any kind to its review: replayed where nobody has run it yet."""

from kickcue.analysis.review.make import review
from kickcue.analysis.review.model import Review
from kickcue.config.profile_files import load_profile
from kickcue.config.race_document import RaceDocument
from kickcue.recording import Recording
from kickcue.replay.as_run import as_run
from kickcue.replay.source import recorded_document, sensors_of


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
    title = None if document.plan is None else document.plan.title
    return review(
        as_run(recording, wish),
        document.engine_config(),
        profiles,
        title,
        tactical=document.tactical,
    )
