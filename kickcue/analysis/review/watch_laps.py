"""Where the laps of a run end by the watch that recorded it."""

from collections.abc import Sequence
from itertools import accumulate
from math import fsum
from typing import Final

from kickcue.analysis.review.lap_table import LineTime, Track
from kickcue.analysis.review.model import TimedBy
from kickcue.recording.model import Recording
from kickcue.recording.watch_records import WatchLap

LEAST_LAP_S: Final = 0.5
SAME_WHOLE_SHARE: Final = 0.03


def watch_lines(recording: Recording, track: Track) -> list[LineTime]:
    """Return the ends of the watch's laps in order, the end of the run the last; empty without any.

    A lap is as long as the watch says, in seconds and in metres, where these make the whole;
    else its end is where the runner was when the watch wrote it.
    """
    watch = () if recording.watch is None else recording.watch.laps
    if not watch:
        return []
    curve = track.curve
    times = _by_timer(watch, curve.to_s) or [track.time.at(lap.t_ns) for lap in watch]
    places = _by_length(watch, curve.to_m) or [curve.at(race_s) for race_s in times]
    found: list[LineTime] = []
    for race_s, line_m in zip(times, places, strict=True):
        last_s, last_m = (found[-1].race_s, found[-1].line_m) if found else (0.0, 0.0)
        ends = race_s >= curve.to_s - LEAST_LAP_S or line_m >= curve.to_m
        if race_s > last_s + LEAST_LAP_S and line_m > last_m and not ends:
            found.append(LineTime(line_m, race_s, TimedBy.WATCH, None))
    return [*found, LineTime(curve.to_m, curve.to_s, TimedBy.WATCH, None)]


def _by_timer(watch: Sequence[WatchLap], whole_s: float) -> list[float]:
    """Return when the laps ended by the watch's own seconds, to the hundredth.

    Empty where these do not make the whole: the watch left time out that its records have.
    """
    seconds = [lap.timer_s for lap in watch if lap.timer_s is not None]
    if len(seconds) < len(watch) or abs(fsum(seconds) - whole_s) > SAME_WHOLE_SHARE * whole_s:
        return []
    return list(accumulate(seconds))


def _by_length(watch: Sequence[WatchLap], whole_m: float) -> list[float]:
    """Return where the laps ended by the watch's own metres; empty where they make no whole."""
    metres = [lap.distance_m for lap in watch if lap.distance_m is not None and lap.distance_m >= 0]
    if len(metres) < len(watch) or abs(fsum(metres) - whole_m) > SAME_WHOLE_SHARE * whole_m:
        return []
    return list(accumulate(metres))
