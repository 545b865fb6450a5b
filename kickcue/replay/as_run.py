"""A recording with what the engine makes of it."""

from dataclasses import replace

from kickcue.config.race_document import RaceDocument
from kickcue.core.events import Estimate, LegBegin, PhaseChange
from kickcue.recording import Entry, Recording
from kickcue.recording.header import race_header
from kickcue.replay.source import recorded_document, source


def as_run(recording: Recording, wish: RaceDocument | None = None) -> Recording:
    """Return the recording as one of the race or session that was run, or is wished.

    It is replayed under a ``wish``, and where a race is named but nothing was recorded of it; its
    header then names what was run. Else it is returned as it is. UsageError where the wish or what
    the recording names cannot be had, DataError where there is nothing to replay.
    """
    document = wish or recorded_document(recording)
    if document is None or (wish is None and was_run(recording)):
        return recording
    entries: list[Entry] = []
    for event, outputs in source(recording, wish).run():
        entries += [event, *outputs]
    header = race_header(
        document.with_digests(), utc=recording.header.utc, made_by=recording.header.made_by
    )
    whole = Recording.of(recording.path, header, entries)
    return replace(
        recording,
        header=header,
        inputs=whole.inputs,
        outputs=whole.outputs,
        entries=whole.entries,
    )


def was_run(recording: Recording) -> bool:
    """Tell whether it has what the engine made of a race or a session."""
    return any(isinstance(out, Estimate | PhaseChange | LegBegin) for out in recording.outputs)
