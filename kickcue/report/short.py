"""A review in a few lines, for the end of a run: headline, laps, the last one, the cue."""

from collections.abc import Iterator, Sequence

from kickcue.analysis.review.model import Lap, Repeat, Review, ReviewKind
from kickcue.core.clock_format import lap_time
from kickcue.core.events import CueKind
from kickcue.core.length_format import metres
from kickcue.report.cue_words import given, what_followed
from kickcue.report.pacing_words import faster, pacing_sentences, window_name
from kickcue.report.repeat_words import repeat_sentences

_MOST_TIMES = 26
"""The laps of a 10,000 m, two lines; of more the latest are shown."""


def short_sentences(review: Review) -> Iterator[str]:
    """Yield the headline, the times, the last lap or repetition, and the cue for it."""
    yield f"{review.headline.rstrip('.')}."
    times = short_times(review)
    if times:
        yield f"{'Repetitions' if review.repeats is not None else 'Laps'}: {', '.join(times)}"
    yield from list(pacing_sentences(review))[:2]
    yield from list(repeat_sentences(review))[1:3]
    sent = review.delivery is not None
    for cue in review.cues:
        if cue.kind in (CueKind.LAST_LAP, CueKind.LAST_REP):
            yield f'Cue "{cue.text}" at {given(cue)}. {what_followed(cue, answered=sent)}'.rstrip()


def short_times(review: Review) -> list[str]:
    """Return the times of the laps, or of a session's repetitions, as a runner reads them."""
    rows: Sequence[Lap | Repeat] = review.laps if review.repeats is None else review.repeats.each
    times = [_time(row) for row in rows]
    return times if len(times) <= _MOST_TIMES else ["...", *times[1 - _MOST_TIMES :]]


def _time(row: Lap | Repeat) -> str:
    part = isinstance(row, Lap) and not row.full
    return f"{lap_time(row.seconds)}{_over(row) if part else ''}"


def _over(row: Lap | Repeat) -> str:
    return f" ({metres(round(row.to_m - row.from_m))})" if isinstance(row, Lap) else ""


def last_against_rest(review: Review) -> str | None:
    """Return the last lap against the rest: "last lap 68.9: 9.1 % faster"."""
    pacing = review.pacing
    if pacing is None or review.kind is ReviewKind.SESSION:
        return None
    how = faster(pacing.kick_speed_percent)
    return f"{window_name(review, pacing)} {lap_time(pacing.last_s)}: {how}"
