"""Publishes that a watch is there: on connecting, on change, now and then, and at its end."""

import asyncio
from collections.abc import Callable
from typing import Final, Literal

from kickcue.edges.mqtt.messages import PresenceMessage
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.session import Session
from kickcue.edges.mqtt.topics import RULES, Topics

PRESENCE_EACH_S: Final = 5.0
LONGEST_WHY_LETTERS: Final = 200


class Presence:
    """Tells whether a cue would be felt.

    ``publish`` sends a status; ``sent_ms`` gives the watch's own time. ``kind`` None: it
    is no watch and publishes nothing.
    """

    def __init__(
        self,
        session: Session,
        kind: str | None,
        run_id: str,
        *,
        sent_ms: Callable[[], int],
        publish: Callable[[PresenceMessage], None],
    ) -> None:
        self._session = session
        self._kind = kind
        self._run_id = run_id
        self._sent_ms = sent_ms
        self._publish = publish
        self._published: tuple[int, str | None, float] | None = None

    def mind(self, unworn: str | None) -> None:
        """Publish a status if one is due. ``unworn``: why a cue would not be felt."""
        if self._kind is None or not self._session.connected:
            return
        now_s = asyncio.get_running_loop().time()
        connection = self._session.counters.connections
        if (
            self._published is None
            or self._published[:2] != (connection, unworn)
            or now_s - self._published[2] >= PRESENCE_EACH_S
        ):
            self._published = (connection, unworn, now_s)
            self._publish_status("online" if unworn is None else "offline", unworn)

    def farewell(self) -> None:
        """Say that the watch leaves."""
        self._publish_status("offline", "it was switched off")

    def _publish_status(self, status: Literal["online", "offline"], why: str | None) -> None:
        if self._kind is not None:
            shown = None if why is None else why[:LONGEST_WHY_LETTERS]
            self._publish(
                PresenceMessage(
                    run_id=self._run_id,
                    sent_ms=self._sent_ms(),
                    status=status,
                    kind=self._kind,
                    why=shown,
                )
            )


def last_will(kind: str | None, run_id: str, topics: Topics) -> Outgoing | None:
    """Return the last will: what the broker publishes for a watch whose connection is lost."""
    if kind is None:
        return None
    message = PresenceMessage(
        run_id=run_id, sent_ms=None, status="offline", kind=kind, why="its connection was lost"
    )
    return Outgoing(topics["presence"], message.to_json(), 0.0, RULES["presence"].qos)
