"""What must be sent again is: no more often than it helps, and not once it is felt or over."""

from kickcue.core.events import Arm, Cue, CueKind
from kickcue.core.units import NS_PER_S
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


def test_a_given_cue_is_sent_again_until_it_is_felt() -> None:
    """GIVEN a cue that was sent THEN it is due again after a while; felt, it is not, and only the
    first one who felt it counts.
    """
    pending = PendingCues()
    pending.give(CUE, 0)
    assert () == pending.unfelt(REPEAT_AFTER_NS - 1)
    assert [CUE] == [each.cue for each in pending.unfelt(REPEAT_AFTER_NS)]
    assert [True, False] == [pending.felt(CUE.id), pending.felt(CUE.id)]
    assert () == pending.unfelt(REPEAT_AFTER_NS)


def test_a_cue_that_one_watch_refused_is_still_sent_to_the_others() -> None:
    """GIVEN a cue WHEN watches say that they did not give it THEN it is due again, each reason is
    news once, and one that nobody waits for always is.
    """
    pending = PendingCues()
    assert [True, True] == [pending.refuse(CUE.id, "late") for _ in range(2)]
    pending.give(CUE, 0)
    reasons = ("muted", "muted", "link", "muted")
    assert [True, False, True, False] == [pending.refuse(CUE.id, why) for why in reasons]
    (unfelt,) = pending.unfelt(REPEAT_AFTER_NS)
    assert {"muted", "link"} == unfelt.refusals


def test_a_cue_that_was_felt_is_armed_no_more() -> None:
    """GIVEN an armed cue WHEN a watch felt it by its own timer THEN it is not sent again."""
    pending = PendingCues()
    pending.arm(ARM, 0)
    pending.felt(CUE.id)
    assert [] == list(pending.arms_due(ARM_EACH_NS, fresh_link=True))
