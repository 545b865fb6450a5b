"""Undoing a mark: what was before it, and all that came since, to be handled again without it."""

from typing import Final, NamedTuple

from kickcue.core.events import MarkSource
from kickcue.core.position.mixture import GaussianMixture
from kickcue.core.position.monitors import Monitors
from kickcue.core.position.odometer import Odometer
from kickcue.core.position.speed_leaps import SpeedLeaps
from kickcue.core.units import NS_PER_S

UNDO_WITHIN_NS: Final = 600 * NS_PER_S
"""A press can be undone for ten minutes: two laps of somebody who walks [judgement]."""
MAX_CALLS_SINCE_PRESS: Final = 10_000
"""What came since a press is kept to be handled again: sixteen calls a second over
``UNDO_WITHIN_NS``. After more of them the press stands."""

Call = tuple[str, *tuple[object, ...]]
"""The name of a method, and its arguments, kept to be called again.

A bound method would be traversed at each garbage collection, and thousands are kept.
"""


class BeforeMark(NamedTuple):
    """What undo restores; ``t_ns`` is when the mark was made."""

    t_ns: int
    mixture: GaussianMixture
    odometer: Odometer
    marked_at_m: float | None
    source: MarkSource | None
    monitors: Monitors
    shared_sd_m: float
    leaps: SpeedLeaps


class MarkUndo:
    """The last mark that can be undone, for ``UNDO_WITHIN_NS``."""

    def __init__(self) -> None:
        self._before: BeforeMark | None = None
        self._since: list[Call] = []

    def copy(self) -> "MarkUndo":
        """Return an independent copy."""
        copy = MarkUndo()
        copy._before, copy._since = self._before, list(self._since)
        return copy  # what undo restores is copied when it does

    @property
    def possible(self) -> bool:
        """Whether there is a mark to undo."""
        return self._before is not None

    def begin(self, before: BeforeMark) -> None:
        """Handle a mark that can be undone; none before it can be any more."""
        self._before, self._since = before, []

    def keep(self, t_ns: int, call: Call) -> None:
        """Keep what comes after a mark, to be handled again should the mark be undone.

        In the end the mark can no longer be undone.
        """
        if self._before is None:
            return
        if t_ns - self._before.t_ns > UNDO_WITHIN_NS or len(self._since) >= MAX_CALLS_SINCE_PRESS:
            self._before, self._since = None, []
        else:
            self._since.append(call)

    def take(self) -> tuple[BeforeMark, list[Call]] | None:
        """Return what was before the mark and what came since, once; None: there is no mark."""
        if self._before is None:
            return None
        taken = self._before, self._since
        self._before, self._since = None, []
        return taken
