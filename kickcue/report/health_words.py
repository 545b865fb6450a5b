"""How well sensors, place and delivery did, in a few sentences."""

from collections.abc import Iterator, Sequence
from typing import Final

from kickcue.analysis.review.model import (
    DeliveryReview,
    PositionReview,
    Review,
    SensorReview,
    Span,
)
from kickcue.report.formats import clock, count, percent

_SILENCE_S: Final = 5.0
"""Shorter silences of a sensor are not spoken of."""
_GAP_S: Final = 10.0
"""Shorter gaps are those of a recorder that writes when it pleases."""
_NO_CORRECTION: Final = 0.0005
"""A pod's scale this near to 1 is 0.0 % off as it is printed."""


def health_sentences(review: Review) -> Iterator[str]:
    """Yield how well each part did; nothing of what was not there."""
    if review.position is not None:
        yield from _position(review.position)
    if review.delivery is not None and review.delivery.given:
        yield _delivery(review.delivery)
    yield from map(_sensor, review.sensors)
    if review.pauses:
        times = _times(len(review.pauses))
        yield f"The recorder was stopped {times}, for {clock(review.stopped_s, 0)} in all."
    yield from _gaps([gap for gap in review.gaps if _lasted_s(gap) >= _GAP_S])


def _position(position: PositionReview) -> Iterator[str]:
    if position.marks:
        off = position.median_error_m
        by = "" if off is None else f"; the distance was off by {abs(off):.1f} m (median)"
        worst = position.worst_error_m
        at_worst = "" if worst is None else f", {abs(worst):.1f} m at worst"
        yield (
            f"{position.inside} of {count(position.marks, 'lap mark')} lay where the runner was "
            f"expected{by}{at_worst}."
        )
    scale = position.pod_scale
    if scale is not None and abs(scale - 1) >= _NO_CORRECTION:
        how = "too little" if scale > 1 else "too much"
        yield f"The pod measured {percent(100 * (1 / scale - 1))} {how}."


def anybody_answered(review: Review) -> bool:
    """Tell whether a watch answered any cue; of an imported run there was none to do so."""
    delivery = review.delivery
    return delivery is not None and delivery.unanswered < delivery.given


def _delivery(delivery: DeliveryReview) -> str:
    if delivery.unanswered == delivery.given:
        return f"No watch answered {'the cue' if delivery.given == 1 else 'any of the cues'}."
    text = f"{delivery.felt} of {count(delivery.given, 'cue')} felt on the watch"
    if delivery.median_latency_ms is not None and delivery.worst_latency_ms is not None:
        text += (
            f", {delivery.median_latency_ms:.0f} ms after sending (median), "
            f"{delivery.worst_latency_ms:.0f} ms at worst"
        )
    lost = [
        f"{number} {words}"
        for number, words in (
            (delivery.dropped, "dropped"),
            (delivery.unanswered, "without an answer"),
        )
        if number
    ]
    return f"{text}{'; ' if lost else ''}{', '.join(lost)}."


def _sensor(sensor: SensorReview) -> str:
    profile = "" if sensor.profile is None else f" ({sensor.profile})"
    text = f"{sensor.name}{profile}: fresh values {_share(sensor.covered)} of the time"
    if sensor.longest_silence_s >= _SILENCE_S:
        at = sensor.longest_silence_race_s
        text += f", silent for {sensor.longest_silence_s:.0f} s"
        text += "" if at is None else f" at {clock(at, 0)}"
    if sensor.lost_links:
        text += f", link lost {_times(sensor.lost_links)}"
    if sensor.broken:
        text += f", {count(sensor.broken, 'broken message')}"
    return f"{text}."


def _share(covered: float) -> str:
    """Return a share of the time; what is not all of it is never rounded up to that."""
    return f"{100 if covered >= 1 else min(round(100 * covered), 99)} %"


def _gaps(gaps: Sequence[Span]) -> Iterator[str]:
    if not gaps:
        return
    longest = max(gaps, key=_lasted_s)
    which = "for" if len(gaps) == 1 else "the longest for"
    yield (
        f"Nothing was heard of any sensor {_times(len(gaps))}, {which} {_lasted_s(longest):.0f} s "
        f"at {clock(longest.from_race_s, 0)}."
    )


def _lasted_s(span: Span) -> float:
    return span.to_race_s - span.from_race_s


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
