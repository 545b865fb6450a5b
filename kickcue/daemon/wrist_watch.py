"""Looks after a run's wrist: another run that sends to it, and a watch that joins late."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kickcue.core.cueing.phases import RACING
from kickcue.core.events import Cue, CueKind, Phase
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.daemon.race_session import View
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.mqtt.watches import Newcomer

LOOK_S: Final = 1.0
CALM_NS: Final = 10 * NS_PER_S
"""Nothing that the runner must feel lies closer to a repeated ``ready``."""
CALM_PHASES: Final = frozenset({Phase.WAITING, Phase.BODY})

Announce = Callable[[str, str, int], None]
"""Name of the event, sentence, level of the log."""


class WristWatch:
    """Call ``look`` now and then."""

    def __init__(self, delivery: Delivery, announce: Announce) -> None:
        self._delivery = delivery
        self._announce = announce
        self._second: str | None = None
        self._again = 0

    def look(self) -> None:
        """Tell what has changed."""
        second = self._delivery.second
        if second is not None and self._second is None:
            self._announce("second_run", second, logging.WARNING)
        elif second is None and self._second is not None:
            self._announce("only_run", "the other run has ended: sending cues again", logging.INFO)
        self._second = second

    def welcome(self, view: View, run_ns: int, race_ns: int) -> Cue | None:
        """Return the ``ready`` that a watch which joined late has missed, on the race's time.

        None while there is no such watch. It is the same cue: a watch that has felt it does not
        feel it again. Only one that has dropped it needs it under another id. Not in the last lap,
        and not close to another cue.
        """
        ready = next((cue for cue in view.cues if cue.kind is CueKind.READY), None)
        if ready is None or view.phase not in CALM_PHASES or _is_busy(view, race_ns):
            return None
        newcomer = self._delivery.watches.newcomer(run_ns)
        if newcomer is None:
            return None
        if newcomer is Newcomer.TOO_EARLY:
            self._again += 1
            return replace(ready, t_ns=race_ns, id=f"{ready.id}-again-{self._again}")
        return replace(ready, t_ns=race_ns)


def _is_busy(view: View, race_ns: int) -> bool:
    armed = view.armed
    coming = armed is not None and armed.t_ns + armed.due_in_ms * NS_PER_MS - race_ns < CALM_NS
    return coming or any(
        race_ns - cue.t_ns < CALM_NS for cue in view.cues if cue.kind is not CueKind.READY
    )


def is_on(phase: Phase, *, resumed: bool) -> bool:
    """Tell whether a race is under way, so that nothing may end the run."""
    return resumed or phase in RACING
