"""From a recording and its review to what every format is written from."""

from kickcue.analysis.review.model import Review
from kickcue.core.events import Timer
from kickcue.export.activity import ExportActivity, epoch_of, is_on_track
from kickcue.export.laps import export_laps, with_body
from kickcue.export.rows import race_time, rows_as_recorded, rows_each_second
from kickcue.recording.model import Recording


def export_activity(
    recording: Recording, review: Review, *, each_second: bool = False
) -> ExportActivity:
    """Return the activity, with the records of a watch at their own times.

    ``each_second``: with a row a second instead, whatever recorded it.
    """
    clock = race_time(recording, review)
    laps = export_laps(recording, review, clock)
    rows_of = rows_each_second if each_second else rows_as_recorded
    rows = rows_of(recording, review, laps)
    epoch_ns, dated = epoch_of(recording)
    end_ns = max(laps[-1].to_ns, clock.start_ns)
    return ExportActivity(
        title=review.title,
        epoch_ns=epoch_ns,
        dated=dated,
        start_ns=clock.start_ns,
        end_ns=end_ns,
        track=is_on_track(review),
        rows=rows,
        laps=with_body(laps, rows),
        stops=_stops(recording, clock.start_ns, end_ns),
    )


def _stops(recording: Recording, start_ns: int, end_ns: int) -> tuple[tuple[int, int], ...]:
    """Return when the recorder's timer stood between start and end."""
    found = []
    stopped_ns: int | None = None
    for event in recording.inputs:
        if not isinstance(event, Timer):
            continue
        if event.running and stopped_ns is not None:
            found.append((max(stopped_ns, start_ns), min(event.t_ns, end_ns)))
            stopped_ns = None
        elif not event.running and stopped_ns is None:
            stopped_ns = event.t_ns
    if stopped_ns is not None:
        found.append((max(stopped_ns, start_ns), end_ns))
    return tuple((stop_ns, go_ns) for stop_ns, go_ns in found if stop_ns < go_ns)
