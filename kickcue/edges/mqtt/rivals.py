"""Another sender on the same topics: two of them have every cue felt twice.

Each sender receives the status of all, its own too. The run that began first goes on and the other
one holds its tongue: ``sent_ms`` counts from where a run began, so both see it alike. That holds
also when the first was away for a moment: it is the older one when it is back.

What the broker retained may be of a run that crashed. So a sender that finds another's ``online``
there waits for a live one, which would come within a second, and goes on without it. Times are the
run's, in ns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kickcue.core.events import Phase
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.edges.mqtt.messages import StatusMessage

LISTEN_NS: Final = 400 * NS_PER_MS
"""What the broker retained comes at once behind the subscription."""
PROVE_NS: Final = 5 * NS_PER_S // 2
"""A status comes each second: two may be lost."""
GONE_NS: Final = 5 * NS_PER_S
AT_ONCE_MS: Final = 1000
"""Of two that began within it both may think to be the first, for a message takes its time: then
the names decide."""


@dataclass(frozen=True, slots=True)
class Rival:
    """The run that sends on the same topics, and began earlier."""

    run_id: str
    phase: Phase | None


class Rivals:
    """Tells whether this run may send. ``alongside``: it may, whoever else does."""

    def __init__(self, run_id: str, now_ns: Callable[[], int], *, alongside: bool = False) -> None:
        self._run_id = run_id
        self._now_ns = now_ns
        self._alongside = alongside
        self._until_ns: int | None = None
        """How long to listen before the first word; None before there is a connection."""
        self._rival: Rival | None = None
        self._last_ns = 0

    def link_up(self) -> None:
        """Take note of a new connection."""
        if self._until_ns is None:
            self._until_ns = self._now_ns() + LISTEN_NS

    def take(self, status: StatusMessage, *, retained: bool) -> None:
        """Take any status on the own topic."""
        now_ns = self._now_ns()
        if status.run_id == self._run_id:
            return
        if status.status == "offline":
            if status.sent_ms is not None and self._is_rivals(status):
                self._rival = (
                    None  # it took its leave; after a last will it may be back in a moment
                )
        elif retained:
            # It may come before anybody has taken note of the connection that it came by.
            if self._until_ns is None or now_ns < self._until_ns:
                self._until_ns = now_ns + PROVE_NS
        elif status.sent_ms is not None and self._is_older(status.run_id, status.sent_ms):
            self._rival, self._last_ns = Rival(status.run_id, status.phase), now_ns

    def _is_rivals(self, status: StatusMessage) -> bool:
        return self._rival is not None and status.run_id == self._rival.run_id

    @property
    def found(self) -> Rival | None:
        """The run that keeps this one from sending."""
        if self._rival is not None and self._now_ns() - self._last_ns > GONE_NS:
            self._rival = None
        return None if self._alongside else self._rival

    @property
    def decided(self) -> bool:
        """Whether it is known if this run may send."""
        return (
            self._alongside
            or self.found is not None
            or (self._until_ns is not None and self._now_ns() >= self._until_ns)
        )

    @property
    def may_send(self) -> bool:
        """Whether this run may send."""
        return self.decided and self.found is None

    def _is_older(self, run_id: str, sent_ms: int) -> bool:
        ahead_ms = sent_ms - self._now_ns() // NS_PER_MS
        return run_id > self._run_id if abs(ahead_ms) < AT_ONCE_MS else ahead_ms > 0
