"""Several sensors of one quantity: the first healthy one in the order of the configuration leads,
and the lead does not flap.
"""

from enum import Enum
from itertools import pairwise

from hypothesis import given, strategies as st

from kickcue.core.profiles import SensorProfile
from kickcue.core.sensors.channel_health import ChannelHealth
from kickcue.core.sensors.failover import SensorSelector
from kickcue.core.units import s_to_ns

ORDER = ("first", "second", "third")
PROFILE = SensorProfile("x", "x", "x", "guess", ())
SETTLED_S = 5


class Sends(Enum):
    """What a sensor does in one second."""

    TRUE = "something new and true"
    SAME = "what it said before"
    ODD = "what cannot be"
    SILENT = "nothing"
    GONE = "its link goes down"


def quantity() -> SensorSelector:
    q = SensorSelector("pulse", 4.0, ORDER)
    for name in reversed(ORDER):
        q.follow(name, PROFILE)
    return q


def second_of(q: SensorSelector, second: int, sends: dict[str, Sends]) -> str | None:
    """Let each sensor say its part; return who leads."""
    for name, what in sends.items():
        if what in (Sends.TRUE, Sends.SAME, Sends.ODD):
            q.channels[name].update(
                s_to_ns(second),
                second if what is not Sends.SAME else "same",
                plausible=what is not Sends.ODD,
            )
        elif what is Sends.GONE:
            q.channels[name].connected = False
    return q.leader(s_to_ns(second))


lives = st.lists(
    st.fixed_dictionaries(
        {name: st.sampled_from([Sends.TRUE, Sends.TRUE, Sends.TRUE, *Sends]) for name in ORDER}
    ),
    max_size=60,
)


@given(lives)
def test_who_leads_is_healthy_and_does_not_flap(life: list[dict[str, Sends]]) -> None:
    """WHATEVER the sensors do THEN who leads is fresh, somebody leads if anybody is, and a healthy
    leader yields only to a settled better one.
    """
    q, before, well = quantity(), None, dict.fromkeys(ORDER, 0)
    for second, sends in enumerate(life):
        leader = second_of(q, second, sends)
        fresh = {
            name for name in ORDER if q.channels[name].state(s_to_ns(second)) is ChannelHealth.FRESH
        }
        well = {name: well[name] + 1 if name in fresh else 0 for name in ORDER}
        assert (leader in fresh) if fresh else leader is None
        if (
            before is not None
            and before in fresh
            and leader != before
            and q.channels[before].healthy_since_ns < s_to_ns(second)
        ):
            assert leader is not None
            assert ORDER.index(leader) < ORDER.index(before)
            assert well[leader] > SETTLED_S
        before = leader


@given(st.lists(st.sampled_from([Sends.TRUE, Sends.ODD, Sends.GONE]), max_size=40))
def test_a_leader_that_comes_and_goes(first: list[Sends]) -> None:
    """GIVEN a first sensor that fails again and again THEN the lead changes at most twice in any
    five seconds, and never to nobody.
    """
    q = quantity()
    leaders = [
        second_of(q, second, {"first": what, "second": Sends.TRUE})
        for second, what in enumerate(first)
    ]
    assert None not in leaders
    for from_s in range(len(leaders) - SETTLED_S):
        window = leaders[from_s : from_s + SETTLED_S]
        assert sum(a != b for a, b in pairwise(window)) <= 2


def test_the_first_leads_again_once_it_has_settled() -> None:
    """GIVEN a leader that falls silent THEN the next leads as soon as it is stale, and yields 5 s
    after the first came back.
    """
    q = quantity()
    leaders = {}
    for second in range(30):
        leaders[second] = second_of(
            q,
            second,
            {"first": Sends.SILENT if 10 <= second < 20 else Sends.TRUE, "third": Sends.TRUE},
        )
    assert ["first", "third", "third", "third", "first"] == [
        leaders[second] for second in (11, 12, 20, 24, 25)
    ]


def test_while_nobody_has_settled_the_oldest_leads() -> None:
    """GIVEN sensors that have just been switched on THEN the one received first leads until a
    better one has been well for 5 s.
    """
    q = quantity()
    leaders = [
        second_of(
            q, second, {"third": Sends.TRUE, **({"first": Sends.TRUE} if second >= 2 else {})}
        )
        for second in range(10)
    ]
    assert ["third"] * 7 + ["first"] * 3 == leaders


def test_a_frozen_sensor_hands_over() -> None:
    """GIVEN a leader that repeats itself THEN the next leads; WHEN it lives again THEN it has to
    settle first.
    """
    q = quantity()
    lives = [
        {"first": Sends.SAME if 5 <= second < 15 else Sends.TRUE, "second": Sends.TRUE}
        for second in range(30)
    ]
    leaders = [second_of(q, second, sends) for second, sends in enumerate(lives)]
    assert ["first", "second", "second", "second", "first"] == [
        leaders[second] for second in (9, 10, 15, 19, 20)
    ]
