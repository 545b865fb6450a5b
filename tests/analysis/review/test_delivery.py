"""What became of all cues together."""

from pathlib import Path

from kickcue.analysis.review.delivery import delivery_review
from kickcue.analysis.review.model import CueReview, Response
from kickcue.core.events import Ack, CueKind
from kickcue.recording import Header, Recording

REPLAYED = Recording.of(Path("race.mcap"), Header(), [])
LIVE = Recording.of(Path("race.mcap"), Header(live={"run_id": "r"}), [])
ANSWERED = Recording.of(Path("demo.mcap"), Header(), [Ack(1, "c", felt=True)])


def cue(felt: bool | None, latency_ms: float | None = None) -> CueReview:
    unknown = dict.fromkeys(
        (
            *("at_m", "to_go_m", "sd_m", "late_s", "dropped", "before_mps", "after_mps"),
            *("speed_percent", "cadence_percent", "step_percent"),
        )
    )
    return CueReview(
        id="c",
        kind=CueKind.LAST_LAP,
        text="last lap",
        t_s=1.0,
        race_s=1.0,
        felt=felt,
        latency_ms=latency_ms,
        response=Response.UNKNOWN,
        **unknown,
    )


def test_each_cue_is_felt_dropped_or_unanswered() -> None:
    """GIVEN cues of each fate THEN they are counted, and the latencies are those that came."""
    told = delivery_review(
        LIVE, [cue(True, 100.0), cue(True, 300.0), cue(True), cue(False), cue(None), cue(None)]
    )
    assert told is not None
    assert (6, 3, 1, 2) == (told.given, told.felt, told.dropped, told.unanswered)
    assert (200.0, 300.0) == (told.median_latency_ms, told.worst_latency_ms)


def test_nobody_answered() -> None:
    """GIVEN no answer at all THEN no latency is made up; without a cue there is nothing to tell."""
    told = delivery_review(LIVE, [cue(None)])
    assert told is not None
    assert (1, None, None) == (told.unanswered, told.median_latency_ms, told.worst_latency_ms)
    assert delivery_review(LIVE, []) is None


def test_without_a_wrist_nothing_is_delivered() -> None:
    """GIVEN a replay or a simulation THEN nothing is said of watches, unless one answered."""
    assert delivery_review(REPLAYED, [cue(None)]) is None
    assert delivery_review(ANSWERED, [cue(True)]) is not None
