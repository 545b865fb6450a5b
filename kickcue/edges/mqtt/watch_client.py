"""The watch's side: messages in, through the wrist's logic, its decisions out and acknowledged."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from typing import Final

from kickcue.core.events import CommandKind, Orderer
from kickcue.core.watch.state_machine import Action, CueAck, MessageTimes, Play, WatchStateMachine
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.connection import ConnectionPlan, new_client_id
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.liveness import SILENT_S, Liveness, SenderSilent
from kickcue.edges.mqtt.messages import (
    AckMessage,
    ArmMessage,
    CommandMessage,
    CueMessage,
    DisarmMessage,
    LegMessage,
    Message,
    SensorMessage,
    StateMessage,
    StatusMessage,
    parse,
)
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.presence import PRESENCE_EACH_S, Presence, last_will
from kickcue.edges.mqtt.session import Session, connect
from kickcue.edges.mqtt.topics import RULES, Side, Topics
from kickcue.edges.mqtt.traffic import Received

LOG: Final = logging.getLogger(__name__)
CLOCK_BACK: Final = "the sender's clock went back: treated as restarted"
ACK_WORTH_S: Final = 2.0
SILENCE_S: Final = 3.0
"""A sender that is online publishes that each second. The private broker was seen to lose a message
to one watch (a last will, 1 time in 100)."""
COMMAND_WORTH_S: Final = 1.0  # a lap press that arrives later than this would mark another line

SENSOR_WORTH_S: Final = 1.0
TERMINAL: Final = "terminal"

Happening = (
    StatusMessage
    | StateMessage
    | LegMessage
    | SenderSilent
    | ArmMessage
    | DisarmMessage
    | Play
    | CueAck
    | AckMessage
)
"""What a watch shows or does: a ``StateMessage`` or ``LegMessage`` is live, until the next one or
``SenderSilent``.

An ``CueAck`` that was felt follows its ``Play``; it is sent already, unless ``answers`` is False.
"""


class WatchClient:
    """What ``watch`` gives.

    Without ``answers`` it acknowledges nothing by itself: the caller does, who knows what was felt.
    """

    def __init__(  # noqa: PLR0913  one for each way in which a watch can be more or less than one
        self,
        session: Session,
        topics: Topics | Callable[[], Topics],
        *,
        over: Iterable[CueAck] = (),
        answers: bool = True,
        kind: str | None = None,
        run_id: str | None = None,
    ) -> None:
        """Take a connection. ``kind``: its name for people; None: no watch, no status published."""
        self.session = session
        self.unworn: str | None = None
        """Why a cue would not be felt at the moment, None while it would be: for a watch behind
        another link."""
        self._topics_now = topics if callable(topics) else lambda: topics
        self._answers = answers
        self._run_id = run_id or new_watch_id()
        self._start_s = asyncio.get_running_loop().time()
        self._wrist = WatchStateMachine(over)
        self._presence = Presence(
            session,
            kind,
            self._run_id,
            sent_ms=self._sent_ms,
            publish=lambda message: self._publish("presence", message, PRESENCE_EACH_S),
        )
        self._online = False
        self._liveness = Liveness()
        self._clock_resets = 0
        self._received_s = self._start_s

    async def wait(self, at_most_s: float) -> tuple[Happening, ...]:
        """Wait until something happens; return it, or nothing after ``at_most_s``."""
        self._mind_silence()
        self._presence.mind(self.unworn)
        now_s = asyncio.get_running_loop().time()
        if self._wrist.clock_resets != self._clock_resets:
            self._clock_resets = self._wrist.clock_resets
            self.session.warn(CLOCK_BACK)
        silent = self._liveness.look(now_s)
        if silent:
            return silent
        due_ms = self._wrist.next_due_ms
        until_due_s = None if due_ms is None else (due_ms - _now_ms()) / 1000
        soonest_s = min(
            each
            for each in (at_most_s, until_due_s, self._liveness.left_s(now_s))
            if each is not None
        )
        try:
            async with asyncio.timeout(max(0.001, soonest_s)):
                received = await self.session.incoming.get()
        except TimeoutError:
            return self._acknowledged(self._wrist.tick(_now_ms()))
        return self._acknowledged(self._take(received))

    @property
    def topics(self) -> Topics:
        """The topics of the present connection.

        A private broker that is found anew may be another athlete's.
        """
        return self._topics_now()

    @property
    def wrist(self) -> WatchStateMachine:
        """What decides: its ``lead_ms`` may be set, and it knows what is armed."""
        return self._wrist

    def acknowledge(self, answer: CueAck) -> None:
        """Tell the sender what became of a cue."""
        self._publish("ack", AckMessage.of(answer, self._run_id, self._sent_ms()), ACK_WORTH_S)

    def pass_on(self, sensor: str, char: str, data: bytes) -> None:
        """Publish what a sensor sent, as a gateway does."""
        message = SensorMessage(run_id=self._run_id, sent_ms=self._sent_ms(), hex=data.hex())
        self._publish("sensor", message, SENSOR_WORTH_S, topic=self.topics.sensor(sensor, char))

    def command(
        self,
        kind: CommandKind,
        by: Orderer = Orderer.RUNNER,
        race_distance_m: float | None = None,
    ) -> bool:
        """Send an order; return whether there is a connection for it.

        It is sent if that comes back within a second. ``race_distance_m`` belongs to ``distance``.
        """
        message = CommandMessage(
            run_id=self._run_id,
            sent_ms=self._sent_ms(),
            id=secrets.token_hex(4),
            kind=kind,
            by=by,
            race_distance_m=race_distance_m,
        )
        self._publish("command", message, COMMAND_WORTH_S)
        return self.session.connected

    def farewell(self) -> None:
        """Say that the watch leaves."""
        self._presence.farewell()

    def _mind_silence(self) -> None:
        """Connect anew when the sender has fallen silent.

        That brings what the broker retained, its ``offline`` too.
        """
        now_s = asyncio.get_running_loop().time()
        if self._online and self.session.connected and now_s - self._received_s > SILENCE_S:
            self._received_s = now_s
            self.session.renew()

    def _take(self, received: Received) -> tuple[Happening, ...]:
        place = self.topics.name_of(received.topic)
        if place is None:
            return ()
        try:
            message = parse(place[0], received.payload)
        except WireError as error:
            LOG.info("%s refused: %s", received.topic, error)
            return ()
        self._received_s = received.received_s
        if isinstance(message, AckMessage):
            return () if received.retained else (message,)
        if isinstance(message, StatusMessage):
            self._online = message.status == "online"
        if received.retained:
            return self._show(message, received.received_s, live=False)
        return self._obey(message, received.received_s)

    def _show(self, message: Message, now_s: float, *, live: bool) -> tuple[Happening, ...]:
        """Return what the display makes use of.

        ``live``: it has just been sent. What was retained is of any age.
        """
        match message:
            case StatusMessage():
                return self._liveness.take_status(message, now_s, live=live)
            case StateMessage():
                return self._liveness.take_state(message, now_s, live=live)
            case LegMessage():
                return self._liveness.take_leg(message, now_s, live=live)
        return ()

    def _obey(self, message: Message, received_s: float) -> tuple[Happening, ...]:
        received_ms = _millis(received_s)
        if message.sent_ms is None:  # a last will
            return self._show(message, received_s, live=True)
        stamp = MessageTimes(message.run_id, message.sent_ms, received_ms)
        match message:
            case ArmMessage():
                return (message, *self._wrist.arm(stamp, message.to_touch(), message.due_in_ms))
            case DisarmMessage():
                return (message, *self._wrist.disarm(stamp, message.id))
            case CueMessage():
                return self._wrist.cue(stamp, message.to_touch())
        live = self._wrist.hear(stamp) < SILENT_S * 1000
        return (*self._show(message, received_s, live=live), *self._wrist.tick(received_ms))

    def _acknowledged(self, happenings: tuple[Happening | Action, ...]) -> tuple[Happening, ...]:
        for each in happenings:
            if isinstance(each, CueAck) and self._answers:
                self.acknowledge(each)
        return happenings

    def _publish(
        self, name: str, message: Message, worth_s: float, *, topic: str | None = None
    ) -> None:
        rule = RULES[name]
        deadline_s = asyncio.get_running_loop().time() + worth_s
        self.session.send(
            Outgoing(
                topic or self.topics[name], message.to_json(), deadline_s, rule.qos, rule.retained
            )
        )

    def _sent_ms(self) -> int:
        return _millis(asyncio.get_running_loop().time() - self._start_s)


def new_watch_id() -> str:
    """Return a name for what a watch sends."""
    return secrets.token_hex(4)


def _now_ms() -> int:
    return _millis(asyncio.get_running_loop().time())


def _millis(seconds: float) -> int:
    return round(seconds * 1000)


class _Calling:
    """Makes the plan of each attempt to connect."""

    def __init__(
        self,
        address: Address | Callable[[], Address],
        topics: Topics | None,
        names: Collection[str],
        kind: str | None,
    ) -> None:
        self.run_id = new_watch_id()
        self.topics = topics or Topics()
        self._address = address if callable(address) else lambda: address
        self._given = topics
        self._names = names
        self._kind = kind
        self._client_id = new_client_id()

    def plan(self) -> ConnectionPlan:
        found = self._address()
        self.topics = self._given or Topics.of(found.prefix, None)
        subscriptions = tuple((self.topics[name], RULES[name].qos) for name in self._names)
        return ConnectionPlan(
            found, self._client_id, subscriptions, last_will(self._kind, self.run_id, self.topics)
        )


@contextlib.asynccontextmanager
async def watch(  # noqa: PLR0913  one for each way in which a watch can be more or less than one
    address: Address | Callable[[], Address],
    topics: Topics | None = None,
    *,
    subscribes: Collection[str] | None = None,
    over: Iterable[CueAck] = (),
    answers: bool = True,
    patient: bool = False,
    kind: str | None = None,
) -> AsyncIterator[WatchClient]:
    """Connect to a broker as a watch.

    ``address`` may be a function that looks it up anew at each attempt (``PrivateBrokerFinder``).
    ``topics``: those below the address's prefix unless given. ``subscribes`` names the only topics
    to listen to (default: all that a watch obeys). A client that is no watch must not subscribe to
    cues: what it receives is acknowledged as felt. ``over``, ``answers`` and ``kind`` as in
    ``WatchStateMachine`` and ``WatchClient``. BrokerError when the first attempt fails, unless
    ``patient``.
    """
    names = (
        [name for name, rule in RULES.items() if rule.side is Side.DAEMON]
        if subscribes is None
        else subscribes
    )
    calling = _Calling(address, topics, names, kind)
    async with connect(
        calling.plan if callable(address) else calling.plan(), patient=patient
    ) as session:
        made = WatchClient(
            session,
            lambda: calling.topics,
            over=over,
            answers=answers,
            kind=kind,
            run_id=calling.run_id,
        )
        try:
            yield made
        finally:
            made.farewell()
