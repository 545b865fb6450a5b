"""The minimum-delay filter: how late a message is, without any clock being set."""

import pytest
from hypothesis import example, given, strategies as st

from kickcue.core.watch.clock_offset import MOST_RUNS, WINDOW_MS, MinimumDelayFilter, _WindowMinimum

ZERO_MS = 7_777_000  # the receiver's clock minus the sender's; nobody knows it


def test_the_first_message_of_a_run_counts_as_on_time() -> None:
    """GIVEN no message of a run yet WHEN one comes THEN its lateness is 0: there is nothing to
    compare it with.
    """
    assert MinimumDelayFilter().lateness_ms("a", 0, ZERO_MS + 50) == 0


def test_lateness_is_what_a_message_lost_against_the_fastest() -> None:
    """GIVEN a fast message (20 ms) WHEN another takes 1520 ms THEN it is 1500 ms late, whatever the
    two clocks' zeros are.
    """
    delays = MinimumDelayFilter()
    delays.lateness_ms("a", 0, ZERO_MS + 20)
    assert delays.lateness_ms("a", 1000, ZERO_MS + 1000 + 1520) == 1500


def test_a_faster_message_sets_the_new_measure() -> None:
    """GIVEN a held up first message WHEN a fast one follows THEN the next slow one is measured
    against the fast one.
    """
    delays = MinimumDelayFilter()
    delays.lateness_ms("a", 0, ZERO_MS + 4000)
    assert delays.lateness_ms("a", 1000, ZERO_MS + 1030) == 0
    assert delays.lateness_ms("a", 2000, ZERO_MS + 6030) == 4000


def test_runs_are_measured_apart() -> None:
    """GIVEN a run WHEN the sender restarts (its clock begins at 0 again) THEN the new run has a
    measure of its own.
    """
    delays = MinimumDelayFilter()
    delays.lateness_ms("a", 500_000, ZERO_MS)
    assert delays.lateness_ms("b", 0, ZERO_MS + 100) == 0


def test_a_drifting_clock_is_never_taken_for_lateness() -> None:
    """GIVEN a receiver 100 ppm fast WHEN messages come each second for 10 hours THEN none looks
    more than 60 ms late (two windows).
    """
    delays = MinimumDelayFilter()
    latest = max(
        delays.lateness_ms("a", s * 1000, ZERO_MS + round(s * 1000 * 1.0001)) for s in range(36_000)
    )
    assert 0 < latest <= round(2 * WINDOW_MS * 0.0001)


def test_silence_forgets_nothing() -> None:
    """GIVEN a run that was measured WHEN nothing comes for three windows and then a message 5 s
    late THEN it is 5 s late.
    """
    delays = MinimumDelayFilter()
    delays.lateness_ms("a", 0, ZERO_MS + 20)
    sent_ms = 3 * WINDOW_MS
    assert delays.lateness_ms("a", sent_ms, ZERO_MS + sent_ms + 5020) == 5000


def hears(*messages: tuple[int, int]) -> bool:
    """Return whether a measure has settled after messages of (sent_ms, delay_ms)."""
    delays = MinimumDelayFilter()
    for sent_ms, delay_ms in messages:
        delays.lateness_ms("a", sent_ms, ZERO_MS + sent_ms + delay_ms)
    return delays.settled("a")


def test_it_takes_two_that_agree() -> None:
    """GIVEN messages of one run THEN the measure settles with two of about one delay, sent 0.9 s
    apart or more, the fastest among them.
    """
    assert not hears((0, 20))
    assert not hears((0, 20), (899, 20))
    assert hears((0, 20), (900, 420))
    assert not hears((0, 20), (900, 421))
    assert not hears((0, 5000), (1000, 20))
    assert hears((0, 5000), (1000, 20), (2000, 7000), (3000, 30))
    assert not MinimumDelayFilter().settled("never heard")


@given(st.lists(st.integers(0, 600), min_size=1, max_size=12), st.integers(1000, 10_000))
def test_what_was_held_up_by_one_thing_never_settles(gaps_ms: list[int], first_ms: int) -> None:
    """GIVEN messages sent over time that come all at once THEN however many they are, none of them
    is taken for one in time.
    """
    sent_ms = [sum(gaps_ms[:n]) for n in range(len(gaps_ms))]
    come_ms = sent_ms[-1] + first_ms
    assert not hears(*((sent, come_ms - sent) for sent in sent_ms))


def test_when_a_message_would_have_come_at_best() -> None:
    """GIVEN a fastest message of 20 ms WHEN asked for a moment of the sender THEN it is that moment
    plus 20 ms; unknown runs have none.
    """
    delays = MinimumDelayFilter()
    delays.lateness_ms("a", 0, ZERO_MS + 20)
    delays.lateness_ms("a", 100, ZERO_MS + 900)
    assert delays.received_ms("a", 60_000) == ZERO_MS + 60_020
    assert delays.received_ms("b", 0) is None


def test_memory_is_bounded() -> None:
    """GIVEN more runs than anybody has WHEN they come THEN only the ones heard last are kept."""
    delays = MinimumDelayFilter()
    for run in range(MOST_RUNS + 1):
        delays.lateness_ms(str(run), 0, 0)
    assert delays.received_ms("0", 0) is None
    assert delays.received_ms("1", 0) == 0


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5)), min_size=1, max_size=50),
    st.integers(-(10**9), 10**9),
)
def test_lateness_is_never_negative_and_never_more_than_the_delay(
    messages: list[tuple[int, int]], zero_ms: int
) -> None:
    """For any sending times, delays and clock zeros: 0 <= lateness <= the true delay."""
    delays = MinimumDelayFilter()
    for sent_ms, delay_ms in messages:
        assert 0 <= delays.lateness_ms("a", sent_ms, zero_ms + sent_ms + delay_ms) <= delay_ms


# ---- a clock that goes back


def heard(delays: MinimumDelayFilter, messages: list[tuple[int, int]]) -> list[int]:
    """Return how late each message is, of (sent_ms, received_ms) in one run."""
    return [delays.lateness_ms("a", sent_ms, received_ms) for sent_ms, received_ms in messages]


def seconds(
    first_ms: int, count: int, *, zero_ms: int, delay_ms: int = 20
) -> list[tuple[int, int]]:
    """Return messages that are sent each second from ``first_ms`` on."""
    return [(first_ms + s * 1000, zero_ms + first_ms + s * 1000 + delay_ms) for s in range(count)]


@given(st.integers(3, 2000), st.integers(0, 1_000_000_000))
def test_a_sender_that_began_again_under_its_old_name_is_heard_after_four_messages(
    uptime_s: int, first_ms: int
) -> None:
    """GIVEN a sender that was on for a while WHEN its clock begins at an earlier time THEN the
    fourth message of each second is in time.
    """
    delays = MinimumDelayFilter()
    heard(delays, seconds(first_ms + 5000, uptime_s, zero_ms=ZERO_MS))
    now_ms = ZERO_MS + first_ms + 5000 + uptime_s * 1000
    later = heard(delays, seconds(first_ms, 6, zero_ms=now_ms - first_ms))
    assert all(late_ms >= 5000 for late_ms in later[:3])
    assert [0, 0, 0] == later[3:]
    assert (1, True) == (delays.resets, delays.settled("a"))


def test_one_absurd_time_costs_four_seconds_and_not_minutes() -> None:
    """GIVEN a sender in good order WHEN one message claims to be of the year to come THEN the
    fourth message after it is in time again.
    """
    delays = MinimumDelayFilter()
    heard(delays, [*seconds(0, 10, zero_ms=ZERO_MS), (2**31 - 1, ZERO_MS + 9500)])
    assert [0, 0] == heard(delays, seconds(10_000, 5, zero_ms=ZERO_MS))[3:]


@given(st.lists(st.integers(0, 600), min_size=1, max_size=40), st.integers(1000, 60_000))
def test_what_was_held_up_and_comes_at_once_is_no_new_clock(
    gaps_ms: list[int], held_ms: int
) -> None:
    """GIVEN a fast message WHEN any number sent before it come at once after it THEN each is as
    late as it is, and the measure stays.
    """
    delays = MinimumDelayFilter()
    sent_ms = [sum(gaps_ms[:n]) for n in range(len(gaps_ms))]
    newest_ms = sent_ms[-1] + 1
    delays.lateness_ms("a", newest_ms, ZERO_MS + newest_ms)
    came_ms = newest_ms + held_ms
    assert [came_ms - sent for sent in sent_ms] == heard(
        delays, [(sent, ZERO_MS + came_ms) for sent in sent_ms]
    )
    assert delays.resets == 0


@given(st.integers(1, 60), st.integers(500, 60_000), st.integers(20, 200))
def test_late_ones_among_messages_in_time_are_no_new_clock(
    each: int, held_ms: int, count: int
) -> None:
    """GIVEN a status each second in time WHEN on another way others come, all late by the same THEN
    they stay late, for however long.
    """
    delays = MinimumDelayFilter()
    for s in range(count):
        delays.lateness_ms("a", s * 1000, ZERO_MS + s * 1000)
        if s % each == 0:
            late_ms = delays.lateness_ms("a", s * 1000 - held_ms, ZERO_MS + s * 1000)
            assert late_ms == held_ms
    assert delays.resets == 0


def test_a_way_that_grows_longer_is_no_new_clock() -> None:
    """GIVEN messages in their order WHEN all of them take 10 s longer from some moment on THEN they
    are late: the newest is always the newest.
    """
    delays = MinimumDelayFilter()
    heard(delays, seconds(0, 10, zero_ms=ZERO_MS))
    assert {10_000} == set(heard(delays, seconds(10_000, 200, zero_ms=ZERO_MS, delay_ms=10_020)))


def test_the_same_message_again_and_again_is_no_new_clock() -> None:
    """GIVEN one old message WHEN it comes each second THEN it proves nothing."""
    delays = MinimumDelayFilter()
    heard(delays, seconds(0, 10, zero_ms=ZERO_MS))
    assert all(
        late_ms > 5000
        for late_ms in heard(delays, [(1000, ZERO_MS + 10_000 + s * 100) for s in range(50)])
    )


def test_a_clock_that_drifts_is_followed_within_ten_minutes() -> None:
    """GIVEN messages that come 0.3 s later from one second on, and stay so THEN they are 0.3 s late
    at first, and in time once the two windows of five minutes have gone by.
    """
    delays = MinimumDelayFilter()
    late_ms = [
        delays.lateness_ms("run", 1000 * n, 1000 * n + 50 + 300 * (n >= 10)) for n in range(700)
    ]
    assert {0} == {*late_ms[:10]}
    assert {300} == {*late_ms[10:300]}
    assert {0} == {*late_ms[601:]}


def test_three_messages_prove_no_clock_that_went_back() -> None:
    """GIVEN a sender whose messages are suddenly of an earlier time THEN three of one delay, sent
    over three seconds, prove nothing; the fourth does.
    """
    delays = MinimumDelayFilter()
    for n in range(100):
        delays.lateness_ms("run", 1000 * n, 1000 * n + 50)
    resets = []
    for sent_ms in (1000, 2500, 4000, 4100):
        delays.lateness_ms("run", sent_ms, 99_000 + sent_ms)
        resets.append(delays.resets)
    assert [0, 0, 0, 1] == resets


@example([(1000, 30, False), (1000, 30, False), (WINDOW_MS, 1000, False), (1000, 1000, False)])
@given(
    st.lists(
        st.tuples(
            st.sampled_from((1000, 1000, 1000, 300, 0, -2000, WINDOW_MS)),
            st.sampled_from((1000, 1000, 30, 450, 5000)),
            st.sampled_from((False, False, False, True)),
        ),
        max_size=60,
    )
)
def test_the_short_way_of_a_usual_message_leads_to_the_same(
    messages: list[tuple[int, int, bool]],
) -> None:
    """GIVEN any messages WHEN none may take the short way of the usual ones THEN all are as late,
    and clocks go back as often.
    """
    short, long = MinimumDelayFilter(), MinimumDelayFilter()
    sent_ms = 0
    for later_ms, delay_ms, judged in messages:
        sent_ms += later_ms
        received_ms = ZERO_MS + sent_ms + delay_ms
        found = short.lateness_ms("a", sent_ms, received_ms, judged=judged)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_WindowMinimum, "usual_lateness_ms", lambda *_: None)
            assert long.lateness_ms("a", sent_ms, received_ms, judged=judged) == found
        assert (short.resets, short.sure("a"), short.received_ms("a", 0)) == (
            long.resets,
            long.sure("a"),
            long.received_ms("a", 0),
        )
