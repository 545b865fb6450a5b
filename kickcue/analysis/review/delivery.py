"""How the cues came to the wrist."""

from collections.abc import Sequence
from statistics import median

from kickcue.analysis.review.model import CueReview, DeliveryReview


def delivery_review(cues: Sequence[CueReview]) -> DeliveryReview | None:
    """Return what became of all cues together, None where none was given."""
    if not cues:
        return None
    latencies_ms = [cue.latency_ms for cue in cues if cue.latency_ms is not None]
    answers = [cue.felt for cue in cues]
    return DeliveryReview(
        given=len(cues),
        felt=answers.count(True),
        dropped=answers.count(False),
        unanswered=answers.count(None),
        median_latency_ms=median(latencies_ms) if latencies_ms else None,
        worst_latency_ms=max(latencies_ms, default=None),
    )
