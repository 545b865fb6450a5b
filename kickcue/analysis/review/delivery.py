"""How the cues came to the wrist."""

from collections.abc import Sequence
from statistics import median

from kickcue.analysis.review.model import CueReview, DeliveryReview
from kickcue.core.events import Ack
from kickcue.recording.model import Recording


def delivery_review(recording: Recording, cues: Sequence[CueReview]) -> DeliveryReview | None:
    """Return the figures; None where no cue was given, or nobody could have felt any.

    In a replay, an import or a simulation there is no watch, unless one answered.
    """
    answered = any(isinstance(event, Ack) for event in recording.inputs)
    if not cues or not (answered or recording.header.live is not None):
        return None
    latencies_ms = [cue.latency_ms for cue in cues if cue.latency_ms is not None]
    return DeliveryReview(
        given=len(cues),
        felt=len([cue for cue in cues if cue.felt]),
        dropped=len([cue for cue in cues if cue.felt is False]),
        unanswered=len([cue for cue in cues if cue.felt is None]),
        median_latency_ms=median(latencies_ms) if latencies_ms else None,
        worst_latency_ms=max(latencies_ms, default=None),
    )
