"""The watch's logic: felt once, never late, whatever the network does."""

from dataclasses import replace

from hypothesis import given, strategies as st

from kickcue.core.watch.clock_offset import MOST_RUNS
from kickcue.core.watch.state_machine import (
    LATE,
    MOST_CUES,
    Action,
    CueAck,
    CueContent,
    MessageTimes,
    Play,
    WatchStateMachine,
)

ZERO_MS = 50_000  # the watch's clock minus the sender's
TTL_MS = 1500
LAST_LAP = CueContent(
    "c1", "last_lap", "last lap: turnover up, stay relaxed", None, ((300, 150, 1.0),), 3, TTL_MS
)
FELT = CueAck("r", "c1", felt=True, why=None, latency_ms=0)


def stamp(sent_ms: int, delay_ms: int = 0, run_id: str = "r") -> MessageTimes:
    return MessageTimes(run_id, sent_ms, ZERO_MS + sent_ms + delay_ms)


def hears(wrist: WatchStateMachine, run_id: str = "r", delay_ms: int = 0) -> None:
    """Let the watch hear two messages of a run, sent a second apart, the second at 0."""
    wrist.hear(stamp(-1000, delay_ms, run_id))
    wrist.hear(stamp(0, delay_ms, run_id))


def fresh() -> WatchStateMachine:
    """Return a watch that has heard run r in time and knows it."""
    wrist = WatchStateMachine()
    hears(wrist)
    return wrist


def test_a_cue_is_felt_and_acknowledged() -> None:
    """GIVEN a watch WHEN a cue comes THEN it plays it and answers that it was felt."""
    assert fresh().cue(stamp(1000), LAST_LAP) == (Play(LAST_LAP, 0, from_timer=False), FELT)


def test_a_cue_that_comes_twice_is_felt_once_and_answered_twice() -> None:
    """GIVEN a cue that was felt WHEN it comes again (our answer was lost) THEN only the answer is
    given again.
    """
    wrist = fresh()
    wrist.cue(stamp(1000), LAST_LAP)
    assert wrist.cue(stamp(1700), LAST_LAP) == (FELT,)


def test_a_late_cue_is_dropped_and_the_answer_says_so() -> None:
    """GIVEN a cue worth 1.5 s WHEN it comes 1.501 s late THEN it is dropped and the answer says
    late; at 1.500 s it is felt.
    """
    assert fresh().cue(stamp(1000, TTL_MS + 1), LAST_LAP) == (
        CueAck("r", "c1", felt=False, why=LATE, latency_ms=TTL_MS + 1),
    )
    assert isinstance(fresh().cue(stamp(1000, TTL_MS), LAST_LAP)[0], Play)


def test_an_armed_cue_fires_by_itself() -> None:
    """GIVEN an armed cue WHEN the link dies THEN it is felt at the predicted moment, not before."""
    wrist = fresh()
    assert wrist.arm(stamp(1000), LAST_LAP, due_in_ms=30_000) == ()
    assert wrist.next_due_ms == ZERO_MS + 31_000
    assert wrist.tick(ZERO_MS + 30_999) == ()
    assert wrist.tick(ZERO_MS + 31_000) == (Play(LAST_LAP, 0, from_timer=True), FELT)
    assert wrist.next_due_ms is None


def test_a_slow_watch_fires_earlier() -> None:
    """GIVEN a watch that needs 300 ms to the skin WHEN a cue is armed THEN its timer fires 300 ms
    before its time, and that is not late.
    """
    wrist = fresh()
    wrist.lead_ms = 300
    wrist.arm(stamp(1000), LAST_LAP, due_in_ms=30_000)
    assert ZERO_MS + 30_700 == wrist.next_due_ms
    assert () == wrist.tick(ZERO_MS + 30_699)
    assert (Play(LAST_LAP, 0, from_timer=True), FELT) == wrist.tick(ZERO_MS + 30_700)


def test_the_cue_after_the_timer_is_not_felt_again() -> None:
    """GIVEN an armed cue that fired WHEN the cue itself comes THEN there is no second buzz."""
    wrist = fresh()
    wrist.arm(stamp(1000), LAST_LAP, 500)
    wrist.tick(ZERO_MS + 1500)
    assert wrist.cue(stamp(1490, 100), LAST_LAP) == (FELT,)


def test_the_cue_before_the_timer_stops_the_timer() -> None:
    """GIVEN an armed cue WHEN the cue comes first THEN it is felt now, and its time comes without a
    buzz.
    """
    wrist = fresh()
    wrist.arm(stamp(1000), LAST_LAP, 2000)
    assert wrist.cue(stamp(2000), LAST_LAP)[0] == Play(LAST_LAP, 0, from_timer=False)
    assert wrist.tick(ZERO_MS + 3000) == ()


def test_an_arm_that_was_held_up_fires_at_its_own_time() -> None:
    """GIVEN an arm that took 4 s WHEN its time comes THEN the timer is not 4 s late: the delay was
    measured and taken off.
    """
    wrist = fresh()
    wrist.arm(stamp(1000, 4000), LAST_LAP, 10_000)
    assert wrist.next_due_ms == ZERO_MS + 11_000


def test_a_better_measure_of_the_delay_moves_the_timer() -> None:
    """GIVEN a watch whose first message ever was held up WHEN a fast one follows THEN the armed
    time is corrected.
    """
    wrist = WatchStateMachine()
    hears(wrist, delay_ms=800)
    wrist.arm(stamp(0, 800), LAST_LAP, 10_000)
    assert wrist.next_due_ms == ZERO_MS + 10_800
    wrist.hear(stamp(1000, 10))
    assert wrist.next_due_ms == ZERO_MS + 10_010


def test_a_later_arm_replaces_the_time_and_an_overtaken_one_does_not() -> None:
    """GIVEN an armed cue WHEN a newer arm comes THEN it holds; WHEN an older one arrives after it
    THEN nothing changes.
    """
    wrist = fresh()
    wrist.arm(stamp(1000), LAST_LAP, 30_000)
    wrist.arm(stamp(5000), LAST_LAP, 24_000)
    wrist.arm(stamp(3000, 3000), LAST_LAP, 60_000)
    assert wrist.next_due_ms == ZERO_MS + 29_000


def test_a_disarmed_cue_does_not_fire() -> None:
    """GIVEN an armed cue WHEN it is disarmed THEN its time comes without a buzz, even if the arm
    comes once more after that.
    """
    wrist = fresh()
    wrist.arm(stamp(1000), LAST_LAP, 2000)
    assert wrist.disarm(stamp(1500), "c1") == ()
    wrist.arm(stamp(1000, 900), LAST_LAP, 2000)
    assert wrist.tick(ZERO_MS + 4000) == ()
    assert wrist.next_due_ms is None


def test_a_disarm_that_was_overtaken_by_a_newer_arm_is_void() -> None:
    """GIVEN disarm and then arm were sent WHEN they come the other way round THEN the cue stays
    armed.
    """
    wrist = fresh()
    wrist.arm(stamp(2000), LAST_LAP, 2000)
    wrist.disarm(stamp(1500, 700), "c1")
    assert wrist.next_due_ms == ZERO_MS + 4000


def test_a_cue_after_its_disarm_is_felt() -> None:
    """GIVEN a disarmed cue WHEN the sender says "now" all the same THEN it is felt."""
    wrist = fresh()
    wrist.disarm(stamp(500), "c1")
    assert wrist.cue(stamp(1000), LAST_LAP)[0] == Play(LAST_LAP, 0, from_timer=False)


def test_a_watch_that_was_asleep_drops_the_armed_cue() -> None:
    """GIVEN an armed cue WHEN the watch wakes more than its ttl after the time THEN it is not felt;
    at its ttl it is.
    """
    for woken_ms, touches in ((TTL_MS, 1), (TTL_MS + 1, 0)):
        wrist = fresh()
        wrist.arm(stamp(1000), LAST_LAP, 500)
        assert touches == len(
            [each for each in wrist.tick(ZERO_MS + 1500 + woken_ms) if isinstance(each, Play)]
        )


def test_an_arm_that_comes_after_its_time_leaves_room_for_the_next() -> None:
    """GIVEN an arm that was held up till long after its time WHEN the newer one behind it comes
    THEN that fires at its own time.
    """
    wrist = fresh()
    assert () == wrist.arm(stamp(1000, 9000), LAST_LAP, 2000)
    assert () == wrist.arm(stamp(9000, 1000), LAST_LAP, 5000)
    assert ZERO_MS + 14_000 == wrist.next_due_ms
    assert isinstance(wrist.tick(ZERO_MS + 14_000)[0], Play)


def test_a_restarted_sender_takes_over() -> None:
    """GIVEN an armed cue of one run WHEN another run arms the same id THEN only the new run's timer
    fires.
    """
    wrist = fresh()
    wrist.arm(stamp(1000), LAST_LAP, 5000)
    hears(wrist, "new", 3000)
    wrist.arm(stamp(0, 3000, "new"), LAST_LAP, 9000)
    actions = wrist.tick(ZERO_MS + 60_000 - 48_000)
    assert [each.touch for each in actions if isinstance(each, Play)] == [LAST_LAP]
    assert [each.run_id for each in actions if isinstance(each, CueAck)] == ["new"]


def test_the_same_id_in_the_next_race_is_another_cue() -> None:
    """GIVEN a cue felt in one run WHEN the next race sends the same id THEN it is felt."""
    wrist = fresh()
    wrist.cue(stamp(1000), LAST_LAP)
    hears(wrist, "next race")
    assert isinstance(wrist.cue(stamp(1000, run_id="next race"), LAST_LAP)[0], Play)


def test_a_watch_that_was_just_switched_on_waits_for_others_to_vouch_for_a_cue() -> None:
    """GIVEN a watch whose first message ever is a cue WHEN two others agree with it THEN it is
    felt, once.
    """
    wrist = WatchStateMachine()
    assert () == wrist.cue(stamp(1000), LAST_LAP)
    wrist.hear(stamp(1200))
    assert (None, ()) == (wrist.next_due_ms, wrist.tick(ZERO_MS + 1900))
    wrist.hear(stamp(2200))
    late = replace(FELT, latency_ms=1200)
    assert (Play(LAST_LAP, 1200, from_timer=True), late) == wrist.tick(ZERO_MS + 2200)
    assert (late,) == wrist.cue(stamp(1000, 1500), LAST_LAP)


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=12), st.integers(2000, 30_000))
def test_cues_alone_make_a_watch_feel_nothing(sent_ms: list[int], held_ms: int) -> None:
    """GIVEN a watch that has heard cues alone, all held up by the same WHEN any time passes THEN
    none is felt.
    """
    wrist = WatchStateMachine()
    actions: list[Action] = []
    for number, sent in enumerate(sorted(sent_ms)):
        actions += wrist.cue(stamp(sent, held_ms), replace(LAST_LAP, id=f"c{number % 3}"))
    actions += wrist.tick(ZERO_MS + 100_000)
    assert [] == actions


@given(st.integers(TTL_MS + 1, 30_000), st.integers(0, 900), st.integers(1, 20))
def test_a_queue_that_empties_makes_no_cue_felt_late(
    held_ms: int, before_ms: int, count: int
) -> None:
    """GIVEN statuses that agree, all held up by the same, and a cue WHEN the queue empties at once
    THEN the cue is not felt.

    The newest of the queue is held up least, and whatever it is, it is no measure of itself.
    """
    wrist = WatchStateMachine()
    for s in range(count + 1):
        wrist.hear(stamp(s * 1000, held_ms + 2000))
    come_ms = count * 1000 + held_ms + 2100  # all that was sent till then comes now
    sent_ms = come_ms - held_ms
    wrist.hear(stamp(sent_ms - before_ms, held_ms + before_ms))
    actions = [*wrist.cue(stamp(sent_ms, held_ms), LAST_LAP), *wrist.tick(ZERO_MS + come_ms)]
    for s in range(3):
        wrist.hear(stamp(come_ms + s * 1000))
    actions += wrist.tick(ZERO_MS + come_ms + 2000)
    assert [each.felt for each in actions if isinstance(each, CueAck)] == [False]


def test_what_was_held_up_before_a_watch_was_switched_on_is_not_felt() -> None:
    """GIVEN a cue and a status that were held up by one thing, 8 s WHEN a watch hears them first of
    all THEN it drops the cue once it knows.
    """
    wrist = WatchStateMachine()
    assert () == wrist.cue(stamp(1000, 8000), LAST_LAP)
    wrist.hear(stamp(2000, 7000))
    wrist.hear(stamp(9000, 50))
    assert () == wrist.tick(ZERO_MS + 9100)
    wrist.hear(stamp(10_000, 0))
    assert (CueAck("r", "c1", felt=False, why=LATE, latency_ms=9000),) == wrist.tick(
        ZERO_MS + 10_000
    )


def test_what_was_over_before_a_watch_was_switched_off_is_over() -> None:
    """GIVEN a cue that was felt WHEN the watch starts again, told so, and the cue is repeated THEN
    only the answer is given again.
    """
    wrist = WatchStateMachine(over=[FELT])
    hears(wrist)
    assert (FELT,) == wrist.cue(stamp(1000), LAST_LAP)
    wrist.arm(stamp(1500), LAST_LAP, 1000)
    assert () == wrist.tick(ZERO_MS + 3000)


def test_memory_is_bounded() -> None:
    """GIVEN a flood of cues WHEN ten times the bound have come THEN the watch remembers no more
    than the bound.
    """
    wrist = fresh()
    for number in range(10 * MOST_CUES):
        wrist.arm(stamp(number), replace(LAST_LAP, id=str(number)), 10**6)
    assert len(wrist._entries) == MOST_CUES


def test_memory_of_runs_is_bounded() -> None:
    """GIVEN a sender that restarts again and again WHEN each run sends a cue THEN each is felt and
    only the last runs are remembered.
    """
    wrist = fresh()
    for number in range(2 * MOST_RUNS):
        hears(wrist, str(number))
        assert isinstance(wrist.cue(stamp(1000, run_id=str(number)), LAST_LAP)[0], Play)
    assert len(wrist._runs) == MOST_RUNS


# ---- any network

ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["arm", "disarm", "cue"]),
        st.sampled_from(["c1", "c2"]),
        st.integers(0, 20_000),  # sent_ms
        st.integers(0, 10_000),  # due_in_ms
        st.lists(st.integers(0, 8000), min_size=1, max_size=3),  # the delay of each copy
    ),
    max_size=12,
)
TICKS = st.lists(st.integers(0, 40_000), max_size=20)


@given(ORDERS, TICKS)
def test_no_network_makes_the_watch_buzz_twice_or_late(
    orders: list[tuple[str, str, int, int, list[int]]], ticks: list[int]
) -> None:
    """For any interleaving, doubling, delay and loss, a cue is felt at most once and at most its
    ttl after the moment the sender meant.

    The network's shortest delay is 0 and one message (the status of each second) has shown it; all
    clocks run evenly.
    """
    wrist = fresh()
    arrivals = [(order[2] + delay, order) for order in orders for delay in order[4]]
    steps: list[tuple[int, tuple[str, str, int, int, list[int]] | None]] = [
        *arrivals,
        *((tick, None) for tick in ticks),
    ]
    steps.sort(key=lambda step: step[0])
    felt: list[str] = []
    for now, order in steps:
        actions: tuple[Action, ...] = wrist.tick(ZERO_MS + now)
        if order is not None:
            kind, cue_id, sent, due_in, _ = order
            at = MessageTimes("r", sent, ZERO_MS + now)
            touch = replace(LAST_LAP, id=cue_id)
            if kind == "arm":
                actions += wrist.arm(at, touch, due_in)
            elif kind == "disarm":
                actions += wrist.disarm(at, cue_id)
            else:
                actions += wrist.cue(at, touch)
        for play in (each for each in actions if isinstance(each, Play)):
            meant = [
                sent if kind == "cue" else sent + due_in
                for kind, cue_id, sent, due_in, _ in orders
                if cue_id == play.touch.id and kind != "disarm"
            ]
            assert any(0 <= now - moment <= TTL_MS for moment in meant)
            felt.append(play.touch.id)
    assert len(felt) == len(set(felt))


def test_what_is_armed_is_told_with_its_time() -> None:
    """GIVEN a wrist that knows how late messages are WHEN a cue is armed, moved, disarmed THEN what
    waits, and when it is due, is told.
    """
    wrist = WatchStateMachine()
    wrist.hear(MessageTimes("run", 0, 5_000))
    wrist.hear(MessageTimes("run", 1_000, 6_000))
    touch = CueContent("bell", "last_lap", "Last lap", None, ((100, 0, 1.0),), 3, 2_000)
    wrist.arm(MessageTimes("run", 1_100, 6_150), touch, 10_000)
    assert {("run", "bell"): (touch, 16_100)} == wrist.armed
    wrist.disarm(MessageTimes("run", 1_200, 6_200), "bell")
    assert {} == wrist.armed


def test_a_sender_whose_clock_went_back_counts_as_restarted() -> None:
    """GIVEN an armed cue and one that was felt WHEN the run's clock goes back THEN the first is
    cancelled, may be armed anew, the other is over.
    """
    wrist = WatchStateMachine()
    for s in range(10):
        wrist.hear(MessageTimes("r", 600_000 + s * 1000, s * 1000))
    old = CueContent("old", "last_lap", "", None, (), 3, 2000)
    felt = CueContent("felt", "ready", "", None, (), 0, 2000)
    wrist.arm(MessageTimes("r", 609_100, 9100), old, 60_000)
    assert len(wrist.cue(MessageTimes("r", 609_200, 9200), felt)) == 2
    for s in range(4):
        wrist.hear(MessageTimes("r", s * 1000, 20_000 + s * 1000))
    assert wrist.clock_resets == 1
    assert wrist.next_due_ms is None
    wrist.arm(MessageTimes("r", 3100, 23_100), old, 5000)
    assert wrist.next_due_ms == 28_100
    (again,) = wrist.cue(MessageTimes("r", 3200, 23_200), felt)
    assert isinstance(again, CueAck)
    assert again.felt
