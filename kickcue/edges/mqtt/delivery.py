"""The sender's side: engine outputs become messages, answers become engine inputs.

Every hop drops what is past its deadline and counts it: here before it is queued, the outbox before
it is sent, the broker by its message expiry, the watch by its own measure. What one lost message
could break is sent again: status each second (a watch learns from it that the link lives, and what
a fast message is), armed cues every few seconds and on each new connection, a cue until a watch
felt it or it is late.
"""

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, Literal

from kickcue.core.events import (
    Ack,
    Arm,
    Cue,
    Disarm,
    Estimate,
    Input,
    LegBegin,
    Output,
    Phase,
    PhaseChange,
)
from kickcue.core.throttle import Throttle
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.connection import ConnectionPlan
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.inbound import Inbound
from kickcue.edges.mqtt.messages import (
    MODELS,
    ArmMessage,
    CueMessage,
    DisarmMessage,
    LegMessage,
    Message,
    StateMessage,
    StatusMessage,
    parse,
    touch_message,
)
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.pending_cues import ARM_EACH_NS, PendingCues, UnfeltCue, due_ns, over_ns
from kickcue.edges.mqtt.rivals import Rivals
from kickcue.edges.mqtt.sender_gate import SenderGate
from kickcue.edges.mqtt.session import Session, connect
from kickcue.edges.mqtt.topics import RULES, Side, Topics
from kickcue.edges.mqtt.traffic import Received
from kickcue.edges.mqtt.watches import Watches
from kickcue.supervision.tasks import running

BEAT_S: Final = 0.1
STATUS_EACH_NS: Final = NS_PER_S
STATE_EACH_NS: Final = NS_PER_S // 2
FALLBACK_AT: Final = 2  # one repeat was in vain, and at 1.4 s the cue is still worth playing
MOST_LOOKS: Final = 100
LOOKS_PER_S: Final = 50.0
"""At the statuses on our topics: ours alone, unless somebody else sends there."""
STATE_WORTH_NS: Final = NS_PER_S
ORDER_WORTH_NS: Final = 5 * NS_PER_S  # a disarm; it is never wrong, only no longer needed


@dataclasses.dataclass(slots=True)
class DeliveryCounters:
    """What happened to the cues."""

    cues: int = 0
    late: int = 0
    """Came out of the engine past their deadline."""
    repeated: int = 0
    felt: int = 0
    dropped: int = 0
    """No watch that answered before their deadline gave them."""
    unanswered: int = 0
    """Nobody answered before their deadline."""


class Delivery:
    """What ``deliver`` gives.

    ``send`` takes the engine's outputs, ``incoming`` holds inputs for it. ``send`` never waits.
    """

    def __init__(
        self,
        session: Session,
        topics: Topics,
        run_id: str,
        now_ns: Callable[[], int],
        *,
        alongside: bool = False,
    ) -> None:
        self.incoming: asyncio.Queue[Input] = asyncio.Queue()
        self.session = session
        self.counters = DeliveryCounters()
        self.unfelt: Callable[[Cue], None] | None = None
        """Hears of each cue that was repeated once and that still nobody has felt, while it may yet
        be played in another way."""
        self._topics = topics
        self._run_id = run_id
        self._now_ns = now_ns
        self._inbound = Inbound(topics, run_id, now_ns)
        self._inbound.met = self.greet
        self._gate = SenderGate(Rivals(run_id, now_ns, alongside=alongside), topics, session.send)
        self._phase: Phase | None = None
        self._status_ns: int | None = None
        self._greets = False
        self._looks = Throttle(MOST_LOOKS, LOOKS_PER_S)
        self._estimate: Estimate | None = None
        self._standing: dict[str, Mapping[str, Any]] = {}
        """What stands until it changes: by topic, the values of its message."""
        self._state: StateMessage | None = None
        self._state_ns: int | None = None
        self._pending = PendingCues()
        self._connections = 0
        self._sent_ms = -1

    def send(self, output: Output) -> None:
        """Publish one engine output. Notices are not sent: they are for the screen."""
        match output:
            case Estimate():
                self._estimate = output
                self._send_state()
            case PhaseChange():
                self._phase = output.phase
                self._send_status("online")
            case LegBegin():
                self.show("leg", LegMessage.values(output))
            case Arm():
                self._pending.arm(output, self._now_ns())
                self._send_arm(output)
            case Disarm():
                self._pending.disarm(output.cue_id)
                message = DisarmMessage(
                    run_id=self._run_id, sent_ms=self._stamp_ms(), id=output.cue_id, why=output.why
                )
                self._publish("disarm", message, self._now_ns() + ORDER_WORTH_NS)
            case Cue():
                self._pending.disarm(output.id)
                self.counters.cues += 1
                if self._send_cue(output):
                    self._pending.give(output, self._now_ns())
                else:
                    self.counters.late += 1

    def show(self, name: str, values: Mapping[str, Any]) -> None:
        """Publish what stands until it changes, if it has changed: ``leg``, ``race``, ``laps``...

        ``values`` are those of its message beside ``run_id`` and ``sent_ms``. It is sent again on
        each new connection.
        """
        if self._standing.get(name) != values:
            self._standing[name] = values
            self._send_standing(name)

    def greet(self) -> None:
        """Say within a beat that the sender lives: somebody has come who cannot know it yet.

        What the broker kept for newcomers proves nothing. A crowd is greeted together.
        """
        self._greets = True

    def report(self) -> Mapping[str, int]:
        """Return all counters by name: of the cues, of what came in, and of the connection."""
        return {
            **dataclasses.asdict(self.counters),
            **{
                f"in_{name}": value
                for name, value in dataclasses.asdict(self._inbound.counters).items()
            },
            **{
                f"link_{name}": value
                for name, value in dataclasses.asdict(self.session.counters).items()
            },
            "link_expired": self.session.expired,
        }

    @property
    def watches(self) -> Watches:
        """Who is there to feel a cue."""
        return self._inbound.watches

    @property
    def second(self) -> str | None:
        """Why nothing is sent beside another run on the same topics, and what to do.

        None while there is none.
        """
        return self._gate.second

    def send_warnings_to(self, warn: Callable[[str], None]) -> None:
        """Call ``warn`` with each trouble of the connection and of senders, one line each."""
        self.session.warn = self._inbound.warn = warn

    async def only_sender(self) -> None:
        """Return once it is known that nobody else sends on these topics.

        UsageError where somebody does.
        """
        await self._gate.only_sender()

    async def work(self) -> None:
        """Read what comes, repeat what must be repeated; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(), name="delivery reader")
            tasks.create_task(self._beat(), name="delivery beat")

    def farewell(self) -> None:
        """Say that the sender leaves."""
        self._send_status("offline")

    async def _read(self) -> None:
        while True:
            received = await self.session.incoming.get()
            if received.topic == self._topics["status"]:
                self._look_at(received)
                continue
            found = self._inbound.take(received)
            if found is not None and not (isinstance(found, Ack) and self._said_before(found)):
                self.incoming.put_nowait(found)

    def _look_at(self, received: Received) -> None:
        """See whether a status is another sender's; of a flood the first ones are looked at."""
        if not self._looks.passes(received.received_s):
            return
        with contextlib.suppress(WireError):
            status = parse("status", received.payload)
            assert isinstance(status, StatusMessage)
            self._gate.take(status, retained=received.retained)

    def _said_before(self, ack: Ack) -> bool:
        """Take note of an answer; return whether it only says again why a cue was not given."""
        if not ack.felt:
            return not self._pending.refuse(ack.cue_id, ack.why)
        self.counters.felt += self._pending.felt(ack.cue_id)
        return False

    async def _beat(self) -> None:
        while True:
            self._catch_up()
            await asyncio.sleep(BEAT_S)

    def _catch_up(self) -> None:
        """Do what is due by now."""
        now_ns = self._now_ns()
        fresh_link = (
            self.session.connected and self._connections != self.session.counters.connections
        )
        if fresh_link:
            self._connections, self._state = self.session.counters.connections, None
            self._gate.link_up()
        fresh_link = self._gate.look() or fresh_link
        if fresh_link:
            for name in self._standing:
                self._send_standing(name)
        is_due = self._status_ns is None or now_ns - self._status_ns >= STATUS_EACH_NS
        if fresh_link or self._greets or is_due:
            self._send_status("online")
        self._send_state()
        for arm in self._pending.arms_due(now_ns, fresh_link=fresh_link):
            self._send_arm(arm)
        for given in self._pending.unfelt(now_ns):
            self._repeat(given, now_ns)

    def _repeat(self, given: UnfeltCue, now_ns: int) -> None:
        if self._send_cue(given.cue):
            given.sent_ns = now_ns
            given.repeats += 1
            self.counters.repeated += 1
            if given.repeats == FALLBACK_AT and self.unfelt is not None:
                self.unfelt(given.cue)
        else:
            self._pending.give_up(given)
            self.counters.dropped += bool(given.refusals)
            self.counters.unanswered += not given.refusals

    def _send_status(self, status: Literal["online", "offline"]) -> None:
        self._status_ns, self._greets = self._now_ns(), False
        message = StatusMessage(
            run_id=self._run_id, sent_ms=self._stamp_ms(), status=status, phase=self._phase
        )
        self._publish("status", message, self._status_ns + STATUS_EACH_NS)

    def _send_state(self) -> None:
        """Send the newest estimate, if it differs and the last one is old enough."""
        now_ns = self._now_ns()
        if self._estimate is None or (
            self._state_ns is not None and now_ns - self._state_ns < STATE_EACH_NS
        ):
            return
        message = StateMessage.of(self._estimate, self._run_id, self._stamp_ms())
        self._estimate = None
        if (
            self._state is not None
            and message.model_copy(update={"sent_ms": self._state.sent_ms}) == self._state
        ):
            return
        self._state, self._state_ns = message, now_ns
        self._publish("state", message, now_ns + STATE_WORTH_NS)

    def _send_standing(self, name: str) -> None:
        values = self._standing[name]
        message = MODELS[name](run_id=self._run_id, sent_ms=self._stamp_ms(), **values)
        self._publish(name, message, self._now_ns() + ORDER_WORTH_NS)

    def _send_arm(self, arm: Arm) -> None:
        now_ns = self._now_ns()
        message = touch_message(
            ArmMessage,
            arm.cue,
            self._run_id,
            self._stamp_ms(now_ns),  # of one moment: a busy machine may stand still between two
            due_in_ms=(due_ns(arm) - now_ns) // NS_PER_MS,
            ttl_ms=arm.cue.ttl_ms,
        )
        self._publish("arm", message, min(over_ns(arm), now_ns + ARM_EACH_NS))

    def _send_cue(self, cue: Cue) -> bool:
        """Send a cue, unless it is past its deadline; return whether it was sent."""
        deadline_ns = cue.t_ns + cue.ttl_ms * NS_PER_MS
        left_ms = (deadline_ns - self._now_ns()) // NS_PER_MS
        if left_ms <= 0:
            return False
        message = touch_message(
            CueMessage, cue, self._run_id, self._stamp_ms(), due_in_ms=0, ttl_ms=left_ms
        )
        self._publish("cue", message, deadline_ns)
        return True

    def _publish(self, name: str, message: Message, deadline_ns: int) -> None:
        rule = RULES[name]
        left_s = (deadline_ns - self._now_ns()) / NS_PER_S
        outgoing = Outgoing(
            topic=self._topics[name],
            payload=message.to_json(),
            deadline_s=asyncio.get_running_loop().time() + left_s,
            qos=rule.qos,
            retain=rule.retained,
            urgent=name == "cue",
            shorter=message.shorter(),
        )
        self._gate.put(outgoing)

    def _stamp_ms(self, now_ns: int | None = None) -> int:
        """Return the time for a message's ``sent_ms``, different for each.

        Brokers keep no order between topics, receivers go by it.
        """
        now_ns = self._now_ns() if now_ns is None else now_ns
        self._sent_ms = max(self._sent_ms + 1, now_ns // NS_PER_MS)
        return self._sent_ms


def new_run_id() -> str:
    """Return a name for a run that nobody else has."""
    return secrets.token_hex(4)


@contextlib.asynccontextmanager
async def deliver(  # noqa: PLR0913  where to, as whom, and what to do where that is in doubt
    address: Address,
    topics: Topics,
    *,
    run_id: str,
    now_ns: Callable[[], int],
    patient: bool = False,
    alongside: bool = False,
) -> AsyncIterator[Delivery]:
    """Connect to a broker as the sender of cues.

    Where another run sends on the same topics, this one does not, unless ``alongside``. ``now_ns``
    is the engine's clock: what the events' ``t_ns`` are on, started when the run began, going on in
    real time. BrokerError when the first attempt fails, unless ``patient``.
    """
    will = StatusMessage(run_id=run_id, sent_ms=None, status="offline", phase=None)
    rule = RULES["status"]
    plan = ConnectionPlan(
        address=address,
        subscriptions=(*topics.from_side(Side.WATCH), (topics["status"], rule.qos)),
        will=Outgoing(topics["status"], will.to_json(), 0.0, rule.qos, rule.retained),
    )
    async with connect(plan, patient=patient) as session:
        delivery = Delivery(session, topics, run_id, now_ns, alongside=alongside)
        try:
            async with running(delivery.work(), name="delivery"):
                yield delivery
        finally:
            delivery.farewell()
