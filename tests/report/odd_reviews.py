"""Reviews of runs in which much is missing, out of simulated ones."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache
from typing import Final

from kickcue.analysis.review.model import Review, Series
from kickcue.core.events import Ack, Command, CommandKind, Cue, Notification
from kickcue.core.units import s_to_ns
from kickcue.replay.reviewed import reviewed
from tests.analysis.review import made_up

GAP_S: Final = (100.0, 220.0)
GIVEN_UP_S: Final = 150.0


@lru_cache
def heart_rate_only() -> Review:
    """Return a run of which a strap alone was recorded."""
    return reviewed(made_up.run_recording(pod=False))


@lru_cache
def no_heart_rate() -> Review:
    """Return a run without a strap."""
    return reviewed(made_up.run_recording(heart=False))


@lru_cache
def with_a_gap() -> Review:
    """Return a race in which nothing was heard for two minutes."""
    whole = made_up.race_recording()
    begin_ns, end_ns = map(s_to_ns, GAP_S)
    kept = [
        entry
        for entry in whole.inputs
        if not (isinstance(entry, Notification) and begin_ns < entry.t_ns < end_ns)
    ]
    return reviewed(made_up.with_outputs(made_up.of_entries(whole, kept)))


@lru_cache
def given_up() -> Review:
    """Return a race that was aborted in the middle."""
    whole = made_up.race_recording()
    end_ns = s_to_ns(GIVEN_UP_S)
    kept = [entry for entry in whole.inputs if entry.t_ns < end_ns]
    left = made_up.of_entries(whole, [*kept, Command(end_ns, CommandKind.ABORT)])
    return reviewed(made_up.with_outputs(left))


@lru_cache
def cut_off() -> Review:
    """Return a race whose recording ends in the middle."""
    whole = made_up.race_recording()
    end_ns = s_to_ns(GIVEN_UP_S)
    kept = [entry for entry in whole.entries if entry.t_ns < end_ns]
    return reviewed(made_up.of_entries(whole, kept))


@lru_cache
def without_cues() -> Review:
    """Return a race in which nothing was cued."""
    return reviewed(made_up.without(made_up.race_recording(), Cue, Ack))


def repeated(review: Review, times: int) -> Review:
    """Return a review whose series is so many times as long."""
    series = review.series
    rows = len(series.race_s)
    columns = {each.name: getattr(series, each.name) * times for each in fields(Series)}
    columns["race_s"] = tuple(map(float, range(rows * times)))
    return replace(review, series=Series(**columns))


def with_rows(review: Review, rows: int, value: float | None = None) -> Review:
    """Return a review with the first so many rows of its series; ``value`` takes the place of all
    that is known in them but the time.
    """
    columns = {
        each.name: tuple(
            known if value is None or known is None or each.name == "race_s" else value
            for known in getattr(review.series, each.name)[:rows]
        )
        for each in fields(Series)
    }
    return replace(review, series=Series(**columns))


KINDS: Final[dict[str, Callable[[], Review]]] = {
    "race": made_up.race,
    "session": made_up.session,
    "run": made_up.run,
    "heart rate only": heart_rate_only,
    "no heart rate": no_heart_rate,
    "a gap": with_a_gap,
    "given up": given_up,
    "cut off": cut_off,
    "no cues": without_cues,
}
"""One review of each kind that a page is made of."""
