"""Whether the sender lives: a dead number looks like a live one.

So it decides whether the sender's last message may still be shown. A sender that is online says so
each second. What the broker retained may be of any age: it proves nothing, and is shown only once a
live message of the same run has come.
"""

from dataclasses import dataclass
from typing import Final

from kickcue.edges.mqtt.messages import LegMessage, StateMessage, StatusMessage

SILENT_S: Final = 2.5
"""Two statuses in a row are lost, or the sender is."""


@dataclass(frozen=True, slots=True)
class SenderSilent:
    """The sender has fallen silent or has left: its numbers are unknown from now on."""


class Liveness:
    """Takes status, state and leg as they come and returns what may be shown.

    Times are seconds on one clock.
    """

    def __init__(self) -> None:
        self._run_id: str | None = None
        self._silent_run_id: str | None = None
        self._shown = False
        self._last_s = 0.0
        self._state: StateMessage | None = None
        self._leg: LegMessage | None = None

    def take_status(
        self, status: StatusMessage, now_s: float, *, live: bool
    ) -> tuple[StatusMessage | StateMessage | LegMessage | SenderSilent, ...]:
        """Take a status; ``live``: it has just been sent, as a last will has by the broker."""
        if status.status == "offline":
            if self._run_id not in (None, status.run_id):
                return ()  # of another run than the one that is followed
            return (status, *self._fall_silent())
        if live:
            return (status, *self._still_alive(status.run_id, now_s))
        if self._run_id is not None or status.run_id == self._silent_run_id:
            return ()
        self._shown, self._last_s, self._silent_run_id = True, now_s, status.run_id
        return (status,)

    def take_state(
        self, state: StateMessage, now_s: float, *, live: bool
    ) -> tuple[StateMessage | LegMessage, ...]:
        """Take a state."""
        self._state = state
        if live:
            kept = self._still_alive(state.run_id, now_s)
            return kept if state in kept else (*kept, state)
        return (state,) if state.run_id == self._run_id else ()

    def take_leg(
        self, leg: LegMessage, now_s: float, *, live: bool
    ) -> tuple[StateMessage | LegMessage, ...]:
        """Take the leg of a session."""
        self._leg = leg
        if live:
            kept = self._still_alive(leg.run_id, now_s)
            return kept if leg in kept else (*kept, leg)
        return (leg,) if leg.run_id == self._run_id else ()

    def look(self, now_s: float) -> tuple[SenderSilent, ...]:
        """Return whether the sender has fallen silent by now, once each time."""
        return self._fall_silent() if self._shown and now_s - self._last_s >= SILENT_S else ()

    def left_s(self, now_s: float) -> float | None:
        """Return how long a silence may still last, None where nobody is followed."""
        return max(self._last_s + SILENT_S - now_s, 0.0) if self._shown else None

    def _still_alive(self, run_id: str, now_s: float) -> tuple[StateMessage | LegMessage, ...]:
        """Note a sign of life; return the leg and state that were kept back until one came."""
        self._last_s, self._shown = now_s, True
        before, self._run_id = self._run_id, run_id
        if before == run_id:
            return ()
        return tuple(
            kept for kept in (self._leg, self._state) if kept is not None and kept.run_id == run_id
        )

    def _fall_silent(self) -> tuple[SenderSilent, ...]:
        shown, self._shown = self._shown, False
        self._silent_run_id, self._run_id = self._run_id or self._silent_run_id, None
        return (SenderSilent(),) if shown else ()
