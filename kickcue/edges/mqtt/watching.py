"""The watch's side: messages go through the wrist's logic, what it decides comes out, and is acknowledged."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Final

from kickcue.core.events import CommandKind, Orderer
from kickcue.core.wrist import Action, Answer, Play, Stamp, Wrist
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.client import Received, Session, connect
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.link import Plan
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.topics import RULES, Side, Topics
from kickcue.edges.mqtt.wire import (
    AckMessage,
    ArmMessage,
    CommandMessage,
    CueMessage,
    DisarmMessage,
    Message,
    SensorMessage,
    StateMessage,
    StatusMessage,
    parse,
)

LOG: Final = logging.getLogger(__name__)
ACK_WORTH_S: Final = 2.0
SILENCE_S: Final = 3.0
"""A sender that is online says so each second. The private broker was seen to lose a message to one watch (a last will, 1 time in 100)."""
COMMAND_WORTH_S: Final = 1.0  # a lap press that arrives later than this would mark another line

SENSOR_WORTH_S: Final = 1.0

Happening = StatusMessage | StateMessage | ArmMessage | DisarmMessage | Play | Answer | AckMessage
"""What a watch shows or does. An ``Answer`` that was felt follows its ``Play``; it is sent already, unless ``answers`` is False."""


class Watch:
    """What ``watch`` gives. Without ``answers`` it acknowledges nothing by itself: the caller does, when it knows what was felt."""

    def __init__(self, session: Session, topics: Topics, *, over: Iterable[Answer] = (), answers: bool = True) -> None:
        self.session = session
        self._answers = answers
        self._topics = topics
        self._run_id = secrets.token_hex(4)
        self._start_s = asyncio.get_running_loop().time()
        self._wrist = Wrist(over)
        self._online = False
        self._heard_s = self._start_s

    async def wait(self, at_most_s: float) -> tuple[Happening, ...]:
        """Wait until something happens; return it, or nothing after ``at_most_s``."""
        self._mind_silence()
        due_ms = self._wrist.next_due_ms
        until_due_s = at_most_s if due_ms is None else (due_ms - _now_ms()) / 1000
        try:
            async with asyncio.timeout(max(0.001, min(at_most_s, until_due_s))):
                received = await self.session.incoming.get()
        except TimeoutError:
            return self._acknowledged(self._wrist.tick(_now_ms()))
        return self._acknowledged(self._take(received))

    @property
    def wrist(self) -> Wrist:
        """What decides: its ``lead_ms`` may be set, and it tells what is armed."""
        return self._wrist

    def acknowledge(self, answer: Answer) -> None:
        """Tell the sender what became of a cue."""
        self._publish("ack", AckMessage.of(answer, self._run_id, self._sent_ms()), ACK_WORTH_S)

    def pass_on(self, sensor: str, char: str, data: bytes) -> None:
        """Publish what a sensor said, as a gateway does."""
        message = SensorMessage(run_id=self._run_id, sent_ms=self._sent_ms(), hex=data.hex())
        self._publish("sensor", message, SENSOR_WORTH_S, topic=self._topics.sensor(sensor, char))

    def command(self, kind: CommandKind, by: Orderer = Orderer.RUNNER) -> bool:
        """Send an order; tell whether there is a connection for it (it is sent if that comes back within a second)."""
        message = CommandMessage(run_id=self._run_id, sent_ms=self._sent_ms(), id=secrets.token_hex(4), kind=kind, by=by)
        self._publish("command", message, COMMAND_WORTH_S)
        return self.session.connected

    def _mind_silence(self) -> None:
        """Connect anew when the sender has fallen silent: that brings what the broker retained, its `offline` too."""
        now_s = asyncio.get_running_loop().time()
        if self._online and self.session.connected and now_s - self._heard_s > SILENCE_S:
            self._heard_s = now_s
            self.session.renew()

    def _take(self, received: Received) -> tuple[Happening, ...]:
        place = self._topics.name_of(received.topic)
        if place is None:
            return ()
        try:
            message = parse(place[0], received.payload)
        except WireError as error:
            LOG.info("%s refused: %s", received.topic, error)
            return ()
        self._heard_s = received.received_s
        if isinstance(message, AckMessage):
            return () if received.retained else (message,)
        if isinstance(message, StatusMessage):
            self._online = message.status == "online"
        return self._show_only(message) if received.retained else self._obey(message, _millis(received.received_s))

    def _show_only(self, message: Message) -> tuple[Happening, ...]:
        """Of what the broker retained, at whatever age, only the display makes use."""
        return (message,) if isinstance(message, StatusMessage | StateMessage) else ()

    def _obey(self, message: Message, received_ms: int) -> tuple[Happening, ...]:
        if message.sent_ms is None:  # a last will
            return self._show_only(message)
        stamp = Stamp(message.run_id, message.sent_ms, received_ms)
        match message:
            case ArmMessage():
                return (message, *self._wrist.arm(stamp, message.to_touch(), message.due_in_ms))
            case DisarmMessage():
                return (message, *self._wrist.disarm(stamp, message.id))
            case CueMessage():
                return self._wrist.cue(stamp, message.to_touch())
        self._wrist.hear(stamp)
        return (*self._show_only(message), *self._wrist.tick(received_ms))

    def _acknowledged(self, happenings: tuple[Happening | Action, ...]) -> tuple[Happening, ...]:
        for each in happenings:
            if isinstance(each, Answer) and self._answers:
                self.acknowledge(each)
        return happenings

    def _publish(self, name: str, message: Message, worth_s: float, *, topic: str | None = None) -> None:
        rule = RULES[name]
        deadline_s = asyncio.get_running_loop().time() + worth_s
        self.session.send(Outgoing(topic or self._topics[name], message.to_json(), deadline_s, rule.qos, rule.retained))

    def _sent_ms(self) -> int:
        return _millis(asyncio.get_running_loop().time() - self._start_s)


def _now_ms() -> int:
    return _millis(asyncio.get_running_loop().time())


def _millis(seconds: float) -> int:
    return round(seconds * 1000)


@contextlib.asynccontextmanager
async def watch(  # noqa: PLR0913  one for each way in which a watch can be more or less than one
    address: Address,
    topics: Topics,
    *,
    hears: Collection[str] | None = None,
    over: Iterable[Answer] = (),
    answers: bool = True,
    patient: bool = False,
) -> AsyncIterator[Watch]:
    """Connect to a broker as a watch; ``BrokerError`` when the first attempt fails, unless ``patient``.

    ``hears`` names the only topics to listen to (all that a watch obeys, unless told). Who is no watch must not hear cues: what is heard is
    acknowledged as felt. ``over`` and ``answers`` as in ``Wrist`` and ``Watch``.
    """
    all_of_it = topics.from_side(Side.DAEMON)
    wanted = all_of_it if hears is None else tuple((topics[name], RULES[name].qos) for name in hears)
    plan = Plan(address, client_id=f"kickcue-watch-{secrets.token_hex(4)}", subscriptions=wanted)
    async with connect(plan, patient=patient) as session:
        yield Watch(session, topics, over=over, answers=answers)
