"""What must be sent again is: no more often than it helps, and not once it is answered or over."""

from kickcue.core.events import Ack, Arm, Cue, CueKind
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.edges.mqtt.pending_cues import ARM_EACH_NS, REPEAT_AFTER_NS, PendingCues

CUE = Cue(
    0,
    "c1",
    CueKind.LAST_LAP,
    "last lap",
    say=None,
    pulses=((1, 200, 0.0),),
    urgency=3,
    ttl_ms=2000,
    to_go_m=400.0,
    sd_m=2.0,
)
ARM = Arm(0, CUE, due_in_ms=60_000)
OVER_NS = 62 * NS_PER_S


def test_an_armed_cue_is_sent_again_now_and_then_until_it_is_over() -> None:
    """GIVEN an armed cue THEN it is due every few seconds and on each new connection, until it is
    past its deadline.
    """
    pending = PendingCues()
    pending.arm(ARM, 0)
    assert [] == list(pending.arms_due(ARM_EACH_NS - 1, fresh_link=False))
    assert [ARM] == list(pending.arms_due(ARM_EACH_NS, fresh_link=False))
    assert [] == list(pending.arms_due(ARM_EACH_NS + 1, fresh_link=False))
    assert [ARM] == list(pending.arms_due(ARM_EACH_NS + 2, fresh_link=True))
    assert [] == list(pending.arms_due(OVER_NS, fresh_link=True))


def test_a_given_cue_is_sent_again_until_it_is_answered() -> None:
    """GIVEN a cue that was sent THEN it is due again after a while; answered, it is not, and only
    the first answer counts.
    """
    pending = PendingCues()
    pending.give(CUE, 0)
    assert () == pending.unanswered(REPEAT_AFTER_NS - 1)
    assert [CUE] == [each.cue for each in pending.unanswered(REPEAT_AFTER_NS)]
    ack = Ack(NS_PER_MS, CUE.id, felt=False, why="late", latency_ms=3000)
    assert [True, False] == [pending.answer(ack), pending.answer(ack)]
    assert () == pending.unanswered(REPEAT_AFTER_NS)


def test_a_cue_that_was_felt_is_armed_no_more() -> None:
    """GIVEN an armed cue WHEN a watch felt it by its own timer THEN it is not sent again."""
    pending = PendingCues()
    pending.arm(ARM, 0)
    pending.answer(Ack(NS_PER_S, CUE.id, felt=True, why=None, latency_ms=0))
    assert [] == list(pending.arms_due(ARM_EACH_NS, fresh_link=True))
