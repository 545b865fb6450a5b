"""What a session came to, in a few lines."""

from collections.abc import Iterable
from statistics import fmean
from typing import Final

from kickcue.core.events import LegResult
from kickcue.core.units import ns_to_s

_PER_LINE: Final = 8
_PER_LINE_WITH_METRES: Final = 4


def session_text(runs: Iterable[LegResult]) -> str:
    """Return the repetitions with their times, and the last against the mean of the others."""
    done = sorted(runs, key=lambda run: run.began_ns)
    if not done:
        return "  no repetition was run"
    lengths = {run.distance_m for run in done}
    same = len(lengths) == 1 and None not in lengths
    what = f" of {done[0].distance_m:.0f} m" if same and done[0].distance_m is not None else ""
    times = [_time(run, same=same) for run in done]
    step = _PER_LINE if same else _PER_LINE_WITH_METRES
    rows = [", ".join(times[i : i + step]) for i in range(0, len(times), step)]
    head = f"  {len(done)} repetition{'s' if len(done) > 1 else ''}{what}: "
    text = head + f",\n{' ' * len(head)}".join(rows)
    how = compared(done)
    return f"{text}\n  {how}" if how else text


def compared(runs: Iterable[LegResult]) -> str:
    """Return how the last repetition was against the others; nothing where that cannot be said.

    They must be three or more, and all of one length.
    """
    done = sorted(runs, key=lambda run: run.began_ns)
    lengths = {run.distance_m for run in done}
    return _last(done) if len(lengths) == 1 and None not in lengths and len(done) > 2 else ""


def _time(run: LegResult, *, same: bool) -> str:
    lasted = f"{ns_to_s(run.ended_ns - run.began_ns):.1f} s"
    return lasted if same or run.distance_m is None else f"{run.distance_m:.0f} m in {lasted}"


def _last(done: list[LegResult]) -> str:
    *others, last = (ns_to_s(run.ended_ns - run.began_ns) for run in done)
    faster_s = fmean(others) - last
    how = f"{abs(faster_s):.1f} s {'faster' if faster_s > 0 else 'slower'} than"
    how = "as fast as" if abs(faster_s) < 0.05 else how
    return f"the last one was {how} the mean of the others"
