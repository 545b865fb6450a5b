"""What the sender says when, to the millisecond: no broker, and a clock set by hand."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from kickcue.core.events import Ack, Arm, Cue, CueKind, Disarm, Phase, PhaseChange
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.mqtt.messages import StatusMessage
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.traffic import Counters, Received
from kickcue.supervision.tasks import running

if TYPE_CHECKING:
    from kickcue.edges.mqtt.session import Session

TOPICS: Final = Topics()
CUE: Final = Cue(
    0, "last_lap-1", CueKind.LAST_LAP, "turnover up", None, ((500, 0, 1.0),), 3, 2000, 400.0, 3.0
)


@dataclass
class Link:
    """A session whose connection never fails and that keeps what it is given."""

    sent: list[Outgoing] = field(default_factory=list)
    incoming: asyncio.Queue[Received] = field(default_factory=asyncio.Queue)
    counters: Counters = field(default_factory=Counters)
    connected: bool = True
    expired: int = 0

    def send(self, message: Outgoing) -> None:
        self.sent.append(message)


class Sender:
    """A delivery, its link and its clock; ``pass_ms`` lets time go by in beats of 0.1 s."""

    def __init__(self, *, alongside: bool = True) -> None:
        self.now_ns = 0
        self.link = Link()
        self.link.counters.connections = 1
        self.delivery = Delivery(
            cast("Session", self.link), TOPICS, "run", lambda: self.now_ns, alongside=alongside
        )
        self.delivery._catch_up()
        self.link.sent.clear()

    def pass_ms(self, ms: int) -> None:
        until_ns = self.now_ns + ms * NS_PER_MS
        while self.now_ns < until_ns:
            self.now_ns = min(self.now_ns + 100 * NS_PER_MS, until_ns)
            self.delivery._catch_up()

    def said(self, name: str) -> list[dict[str, Any]]:
        """Return what was sent on a topic so far."""
        return [json.loads(each.payload) for each in self.link.sent if each.topic == TOPICS[name]]


async def test_each_message_has_a_moment_of_its_own() -> None:
    """GIVEN messages within one millisecond, and a cue said again THEN no two tell the same
    ``sent_ms``: receivers put them in order by it.
    """
    sender = Sender()
    sender.delivery.send(PhaseChange(0, Phase.BODY, Phase.WAITING))
    sender.delivery.send(Arm(0, CUE, 5000))
    sender.delivery.send(CUE)
    sender.pass_ms(1500)

    moments = [json.loads(each.payload)["sent_ms"] for each in sender.link.sent]
    assert 3 == len(sender.said("cue"))
    assert len(moments) > 5
    assert sorted(set(moments)) == moments


async def test_a_cue_overtakes_all_else() -> None:
    """WHEN a phase, an armed cue and a cue are sent THEN the cue alone is urgent."""
    sender = Sender()
    sender.delivery.send(PhaseChange(0, Phase.BODY, Phase.WAITING))
    sender.delivery.send(Arm(0, replace(CUE, id="last_lap-2"), 5000))
    sender.delivery.send(CUE)

    assert {TOPICS["cue"]: True, TOPICS["arm"]: False, TOPICS["status"]: False} == {
        each.topic: each.urgent for each in sender.link.sent
    }


async def test_an_armed_cue_is_said_again_at_once_on_a_fresh_link() -> None:
    """GIVEN an armed cue WHEN a second connection comes about THEN it is said in the next beat, and
    not again in the one after it.
    """
    sender = Sender()
    sender.delivery.send(Arm(0, CUE, 60_000))
    sender.pass_ms(1000)
    assert 1 == len(sender.said("arm"))

    sender.link.counters.connections = 2
    sender.pass_ms(100)
    assert 2 == len(sender.said("arm"))
    sender.pass_ms(100)
    assert 2 == len(sender.said("arm"))


async def test_an_armed_cue_is_said_each_four_seconds_with_what_is_left() -> None:
    """GIVEN an armed cue due in 10 s THEN it is said at 0, 4 and 8 s, each time with what is left,
    and no more after its deadline at 12 s.
    """
    sender = Sender()
    sender.delivery.send(Arm(0, CUE, 10_000))
    sender.pass_ms(30_000)

    assert [10_000, 6000, 2000] == [each["due_in_ms"] for each in sender.said("arm")]


async def test_an_armed_cue_is_due_when_it_is_however_busy_the_machine() -> None:
    """GIVEN a machine that stands still for a tenth of a second whenever somebody has looked at the
    clock WHEN a cue is armed THEN what is told, after its own stamp, is the moment that was meant.
    """
    sender = Sender()

    def now_ns() -> int:
        sender.now_ns += 100 * NS_PER_MS
        return sender.now_ns

    sender.delivery._now_ns = now_ns
    sender.delivery.send(Arm(0, CUE, 10_000))
    assert [10_000] == [each["sent_ms"] + each["due_in_ms"] for each in sender.said("arm")]


async def test_an_armed_cue_is_kept_until_its_deadline() -> None:
    """GIVEN an armed cue that was due a second ago WHEN a link comes up THEN it is still said; BUT
    NOT once it is past its deadline.
    """
    sender = Sender()
    sender.delivery.send(Arm(0, CUE, 500))
    sender.pass_ms(1500)
    sender.link.counters.connections = 2
    sender.pass_ms(100)
    assert [500, -1100] == [each["due_in_ms"] for each in sender.said("arm")]

    sender.pass_ms(1000)
    sender.link.counters.connections = 3
    sender.pass_ms(100)
    assert 2 == len(sender.said("arm"))


@pytest.mark.parametrize("ending", ["felt", "disarmed", "given"])
async def test_what_ends_an_armed_cue(ending: str) -> None:
    """GIVEN an armed cue WHEN a watch felt it, it is called off, or the cue itself is given THEN it
    is not armed again on a fresh link.
    """
    sender = Sender()
    sender.delivery.send(Arm(0, CUE, 60_000))
    if ending == "felt":
        sender.delivery._said_before(Ack(0, CUE.id, felt=True))
    else:
        sender.delivery.send(Disarm(0, CUE.id, "undone") if ending == "disarmed" else CUE)
    sender.link.counters.connections = 2
    sender.pass_ms(100)

    assert 1 == len(sender.said("arm"))


async def test_a_watch_that_dropped_a_cue_is_armed_again() -> None:
    """GIVEN an armed cue WHEN a watch says that it dropped it THEN it stays armed for another."""
    sender = Sender()
    sender.delivery.send(Arm(0, CUE, 60_000))
    sender.delivery._said_before(Ack(0, CUE.id, felt=False, why="late"))
    sender.link.counters.connections = 2
    sender.pass_ms(100)

    assert 2 == len(sender.said("arm"))


async def test_a_cue_is_repeated_with_the_time_it_has_left() -> None:
    """GIVEN nobody answers THEN a cue of 2 s is said at 0, 0.7 and 1.4 s, with what is left of it,
    and is counted once as unanswered.
    """
    sender = Sender()
    sender.delivery.send(CUE)
    sender.pass_ms(5000)

    assert [2000, 1300, 600] == [each["ttl_ms"] for each in sender.said("cue")]
    counters = sender.delivery.counters
    assert (1, 2, 1) == (counters.cues, counters.repeated, counters.unanswered)


async def test_the_machine_speaks_up_after_the_second_repeat() -> None:
    """GIVEN nobody answers THEN this machine's own sound is asked for once, at 1.4 s: a watch on
    slow Wi-Fi has had time for two.
    """
    sender, asked_ns = Sender(), list[int]()
    sender.delivery.unfelt = lambda _: asked_ns.append(sender.now_ns)
    sender.delivery.send(CUE)
    sender.pass_ms(5000)

    assert [1400 * NS_PER_MS] == asked_ns


async def test_who_felt_a_cue_ends_its_repeats_and_is_counted_once() -> None:
    """GIVEN a cue WHEN a watch answers twice that it was felt THEN it is said no more and counts
    once.
    """
    sender = Sender()
    sender.delivery.send(CUE)
    for _ in range(2):
        assert not sender.delivery._said_before(Ack(0, CUE.id, felt=True))
    sender.pass_ms(5000)

    counters = sender.delivery.counters
    assert 1 == len(sender.said("cue"))
    assert (1, 0, 0) == (counters.felt, counters.dropped, counters.unanswered)


@pytest.mark.parametrize("felt", [True, False])
async def test_a_watch_that_cannot_give_a_cue_leaves_it_to_the_others(felt: bool) -> None:
    """GIVEN a watch that cannot vibrate, which says so at each repeat, WHEN another one feels the
    cue at the second repeat, or none does THEN it was repeated for that one, the refusal was heard
    once, this machine's own sound was asked for, and what became of the cue is counted once.
    """
    sender, asked = Sender(), list[Cue]()
    sender.delivery.unfelt = asked.append
    sender.delivery.send(CUE)
    refusal = Ack(0, CUE.id, felt=False, why="muted")
    said_before = []
    for _ in range(2):
        said_before.append(sender.delivery._said_before(refusal))
        sender.pass_ms(700)
    if felt:
        sender.delivery._said_before(Ack(0, CUE.id, felt=True))
    sender.pass_ms(5000)

    counters = sender.delivery.counters
    assert (3, [False, True], [CUE]) == (len(sender.said("cue")), said_before, asked)
    assert (felt, not felt, 0) == (counters.felt, counters.dropped, counters.unanswered)


async def test_what_was_ordered_beside_another_run_is_never_said() -> None:
    """GIVEN another run that sends on these topics WHEN this one has something to say, and the
    other leaves THEN what was to be said before is not said late.
    """
    sender = Sender(alongside=False)
    rival = StatusMessage(run_id="other", sent_ms=100_000, status="online", phase=Phase.BODY)
    sender.delivery._gate.take(rival, retained=False)
    sender.delivery._catch_up()
    sender.delivery.send(Disarm(0, CUE.id, "undone"))
    leave = rival.model_copy(update={"status": "offline"})
    sender.delivery._gate.take(leave, retained=False)
    sender.pass_ms(NS_PER_S // NS_PER_MS)

    assert [] == sender.said("disarm")
    assert sender.said("status")


async def test_who_joins_is_greeted_in_the_next_beat() -> None:
    """GIVEN a status that was just sent WHEN a crowd joins THEN it is sent once more, at once, and
    the next one is due a second later.
    """
    sender = Sender()
    sender.pass_ms(200)
    for _ in range(64):
        sender.delivery.greet()
    sender.pass_ms(100)
    assert [300] == [each["sent_ms"] for each in sender.said("status")]
    sender.pass_ms(1000)
    assert [300, 1300] == [each["sent_ms"] for each in sender.said("status")]


async def test_a_new_watch_is_greeted_and_a_known_one_is_not() -> None:
    """GIVEN no status for a second WHEN a watch reports that it is there, again and again THEN one
    status answers the first report.
    """
    sender = Sender()
    async with running(sender.delivery.work(), name="delivery"):
        for number in range(3):
            report = {"run_id": "wrist", "sent_ms": number, "status": "online"}
            payload = json.dumps(report).encode()
            sender.link.incoming.put_nowait(
                Received(TOPICS["presence"], payload, retained=False, received_s=0.0)
            )
        async with asyncio.timeout(20):
            while not sender.said("status"):  # noqa: ASYNC110  said by a task that waits for none
                await asyncio.sleep(0.02)
    sender.pass_ms(500)
    assert 1 == len(sender.said("status"))
