"""Acks, commands and sensors read elsewhere, from the wire to the engine: once each, none late.

What is wrong is counted.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kickcue.core.events import Input
from kickcue.core.throttle import Throttle
from kickcue.core.units import NS_PER_MS
from kickcue.core.watch.clock_offset import MinimumDelayFilter
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.messages import (
    AckMessage,
    CommandMessage,
    Message,
    PresenceMessage,
    SensorMessage,
    parse,
)
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.traffic import Received
from kickcue.edges.mqtt.watches import Watches

LOG: Final = logging.getLogger(__name__)
LATEST_MS: Final = 2000
"""A press or a sensor's word that was held up longer than this would be taken for something that
happens now."""
MOST_PRESSES: Final = 64
MOST_TOPICS: Final = 64
MOST_PER_S: Final = {"command": 5.0, "sensor": 500.0}
"""What a person can press, and more than any sensor sends; on any other topic ``OTHERS_PER_S``."""
OTHERS_PER_S: Final = 20.0
JUNK_PER_S: Final = 5.0
"""Of what is no message, on all topics: as much is logged."""
BURST_S: Final = 4.0


@dataclass(slots=True)
class InboundCounters:
    """What was not handed on, and why."""

    broken: int = 0
    late: int = 0
    doubled: int = 0
    of_another_run: int = 0
    """Acks of cues that this run did not send."""
    retained: int = 0
    """Commands, acks and sensors must not be retained: the broker would repeat them at each
    connection, hours later."""
    clock_back: int = 0
    """Senders whose clock went back: their messages are taken as of a new run."""
    flooded: int = 0
    """Beyond what any honest client sends in that time."""


class Inbound:
    """Turns what comes into engine inputs; ``now_ns`` is the engine's clock."""

    def __init__(self, topics: Topics, run_id: str, now_ns: Callable[[], int]) -> None:
        self.counters = InboundCounters()
        self.watches = Watches()
        self.met: Callable[[], None] = lambda: None
        """Hears of each watch that was not there before."""
        self.warn: Callable[[str], None] = LOG.warning
        """Hears what is wrong with those who send, in one line each."""
        self._topics = topics
        self._run_id = run_id
        self._now_ns = now_ns
        self._delays = MinimumDelayFilter()
        self._throttles: OrderedDict[str, Throttle] = OrderedDict()
        self._junk = Throttle(round(JUNK_PER_S * BURST_S), JUNK_PER_S)
        self._telling = Throttle(1, 1 / 60)
        self._telling_back = Throttle(1, 1 / 60)
        self._presses: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, received: Received) -> Input | None:
        """Return the engine input that a message means, or ``None`` and count why not."""
        place = self._topics.name_of(received.topic)
        if place is None:
            return None
        name, rest = place
        if received.retained:
            self.counters.retained += 1
            return None
        try:
            message = parse(name, received.payload)
        except WireError as error:
            self._refuse(received, error)
            return None
        # A press among thousands that are none is looked at: junk has a bound of its own.
        if not self._bears(name, received):
            self._leave_out(received)
            return None
        late_ms = (
            0
            if message.sent_ms is None
            else self._late_ms(message.run_id, message.sent_ms, received)
        )
        if late_ms > LATEST_MS:
            self.counters.late += 1
            return None
        # When it happened: the sender's clock, mapped by its fastest message.
        return self._input(message, rest, self._now_ns() - late_ms * NS_PER_MS)

    def _input(self, message: Message, rest: tuple[str, ...], t_ns: int) -> Input | None:
        """Return what a message says to the engine; what it says of a watch is noted."""
        match message:
            case AckMessage():
                self.watches.take_ack(message, self._now_ns())
                return self._ack(message, t_ns)
            case PresenceMessage():
                if self.watches.take_presence(message, self._now_ns()):
                    self.met()
            case CommandMessage():
                return self._command(message, t_ns)
            case SensorMessage():
                return message.to_event(t_ns, *rest)
        return None

    def _bears(self, name: str, received: Received) -> bool:
        """Return whether one more message of this topic may be taken now."""
        throttle = self._throttles.pop(received.topic, None)
        if throttle is None:
            per_s = MOST_PER_S.get(name, OTHERS_PER_S)
            throttle = Throttle(round(per_s * BURST_S), per_s)
        self._throttles[received.topic] = throttle
        if len(self._throttles) > MOST_TOPICS:
            self._throttles.popitem(last=False)
        return throttle.passes(received.received_s)

    def _refuse(self, received: Received, error: WireError) -> None:
        """Count what is no message, and log it unless there is a flood of it."""
        if not self._junk.passes(received.received_s):
            self._leave_out(received)
            return
        self.counters.broken += 1
        LOG.info("%s refused: %s", received.topic, error)

    def _leave_out(self, received: Received) -> None:
        """Count a message of a flood; report the first, and once a minute how many there were."""
        self.counters.flooded += 1
        if self._telling.passes(received.received_s):
            count = self.counters.flooded
            LOG.warning(
                "%s: too many messages, %d dropped so far",
                received.topic,
                count,
            )

    def _late_ms(self, run_id: str, sent_ms: int, received: Received) -> int:
        before = self._delays.resets
        late_ms = self._delays.lateness_ms(run_id, sent_ms, round(received.received_s * 1000))
        if self._delays.resets != before:
            self.counters.clock_back += 1
            if self._telling_back.passes(received.received_s):
                self.warn(
                    f"{received.topic}: the clock of sender {run_id!r} went back: treated as "
                    "restarted"
                )
        return late_ms

    def _ack(self, message: AckMessage, t_ns: int) -> Input | None:
        if message.cue_run_id != self._run_id:
            self.counters.of_another_run += 1
            return None
        return message.to_event(t_ns)

    def _command(self, message: CommandMessage, t_ns: int) -> Input | None:
        press = (message.run_id, message.id)
        if press in self._presses:
            self.counters.doubled += 1
            return None
        self._presses[press] = None
        if len(self._presses) > MOST_PRESSES:
            self._presses.popitem(last=False)
        return message.to_event(t_ns)
