"""Whether the sender lives: a number that is dead is not shown."""

from hypothesis import given, strategies as st

from kickcue.core.events import Estimate, LegBegin, LegKind, Mode, Phase
from kickcue.edges.mqtt.liveness import SILENT_S, Liveness, SenderSilent
from kickcue.edges.mqtt.messages import LegMessage, StateMessage, StatusMessage


def status(run_id: str = "r", *, on: bool = True, sent_ms: int | None = 0) -> StatusMessage:
    return StatusMessage(
        run_id=run_id, sent_ms=sent_ms, status="online" if on else "offline", phase=Phase.BODY
    )


def state(run_id: str = "r", spm: float = 198.0) -> StateMessage:
    return StateMessage.of(
        Estimate(0, 4600.0, 2.0, 5.6, spm, 176.0, 12, 400.0, None, Mode.MARKS), run_id, 0
    )


def test_what_was_retained_is_shown_once_its_sender_lives() -> None:
    """GIVEN a retained status and state WHEN a live status of the same run comes THEN the state is
    shown, not before.
    """
    life = Liveness()
    assert life.take_status(status(), 0.0, live=False) == (status(),)
    assert life.take_state(state(), 0.0, live=False) == ()
    assert life.take_status(status(sent_ms=5), 0.5, live=True) == (status(sent_ms=5), state())


def test_the_state_of_another_run_is_never_shown() -> None:
    """GIVEN the state of a run that crashed WHEN the next run lives THEN it stays hidden."""
    life = Liveness()
    life.take_state(state("old"), 0.0, live=False)
    assert life.take_status(status("new"), 0.5, live=True) == (status("new"),)


def leg(run_id: str = "r") -> LegMessage:
    values = LegMessage.values(LegBegin(0, LegKind.REP, 5, 9, 3, 5, 0, "200 m"))
    return LegMessage(run_id=run_id, sent_ms=0, **values)


def test_a_retained_leg_is_shown_once_its_sender_lives() -> None:
    """GIVEN the leg of a session that the broker retained WHEN its sender lives THEN it is shown;
    that of a run that is over never is.
    """
    life = Liveness()
    assert life.take_leg(leg(), 0.0, live=False) == ()
    assert life.take_status(status(sent_ms=5), 0.5, live=True) == (status(sent_ms=5), leg())
    assert life.take_leg(leg(), 0.6, live=False) == (leg(),)
    assert life.take_leg(leg("old"), 0.7, live=False) == ()
    later = Liveness()
    later.take_leg(leg("old"), 0.0, live=False)
    assert later.take_status(status("new"), 0.5, live=True) == (status("new"),)


def test_a_leg_is_a_sign_of_life() -> None:
    """GIVEN a sender that was heard WHEN only its leg comes THEN it is shown once, and the silence
    counts from then.
    """
    life = Liveness()
    life.take_status(status(), 0.0, live=True)
    assert life.take_leg(leg(), 2.0, live=True) == (leg(),)
    assert life.look(2.0 + SILENT_S - 0.01) == ()


def test_a_sender_that_falls_silent_is_told_once() -> None:
    """GIVEN a sender that is heard WHEN nothing comes for 2.5 s THEN it is silent, told once; what
    the broker retained does not revive it.
    """
    life = Liveness()
    life.take_status(status(), 0.0, live=True)
    life.take_state(state(), 0.1, live=True)
    assert life.look(0.1 + SILENT_S - 0.01) == ()
    assert life.look(0.1 + SILENT_S) == (SenderSilent(),)
    assert life.look(90.0) == ()
    assert life.take_status(status(), 91.0, live=False) == ()
    assert life.take_state(state(), 91.0, live=False) == ()
    assert life.take_status(status(), 92.0, live=True) == (status(), state())


def test_a_status_that_nobody_stands_behind_is_silent_too() -> None:
    """GIVEN a broker that retained `online` of a sender that crashed WHEN nothing else comes THEN
    it is told to be silent.
    """
    life = Liveness()
    life.take_status(status(), 0.0, live=False)
    assert life.look(SILENT_S) == (SenderSilent(),)


def test_a_farewell_and_a_last_will_end_it_at_once() -> None:
    """GIVEN numbers on the display WHEN the sender leaves THEN they are unknown at once; another
    run's leaving changes nothing.
    """
    life = Liveness()
    life.take_state(state(), 0.0, live=True)
    assert life.take_status(status("other", on=False, sent_ms=None), 0.1, live=True) == ()
    will = status(on=False, sent_ms=None)
    assert life.take_status(will, 0.2, live=True) == (will, SenderSilent())


SLACK_S = 1e-6  # of floating point
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["status", "state", "offline", "look"]),
        st.sampled_from(["r", "s"]),
        st.booleans(),
        st.floats(0.0, 4.0),
    ),
    max_size=60,
)


@given(STEPS)
def test_no_number_is_shown_for_longer_than_its_sender_is_silent(
    steps: list[tuple[str, str, bool, float]],
) -> None:
    """GIVEN anything in any order WHEN it is looked at in time THEN no state stands for 2.5 s after
    the last live message.
    """
    life, now_s, heard_s, shown = Liveness(), 0.0, None, False
    for what, run_id, live, passes_s in steps:
        until_s = now_s + passes_s
        left_s = life.left_s(now_s)
        if left_s is not None and now_s + left_s <= until_s:
            assert life.look(now_s + left_s + SLACK_S) == (SenderSilent(),)
            shown = False
        now_s = until_s
        if what == "look":
            found: tuple[object, ...] = life.look(now_s)
        elif what == "state":
            found = life.take_state(state(run_id), now_s, live=live)
        else:
            found = life.take_status(status(run_id, on=what == "status"), now_s, live=live)
        heard_s = now_s if live and what in ("status", "state") else heard_s
        for each in found:
            shown = isinstance(each, StateMessage) or (shown and not isinstance(each, SenderSilent))
        assert not shown or (heard_s is not None and now_s - heard_s <= SILENT_S + SLACK_S)
