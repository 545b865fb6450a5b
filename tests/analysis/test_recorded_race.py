"""When a run began and ended, of a recording in which starts and ends were taken back."""

from pathlib import Path

import pytest

from kickcue.analysis.recorded_race import presses, recorded_run
from kickcue.core.engine import Engine
from kickcue.core.events import Command, CommandKind, Input, MarkSource, Tick
from kickcue.core.units import s_to_ns
from kickcue.lab.simulate import simulated_document
from kickcue.recording import Entry, Header, Recording

START, LAP, UNDO, FINISH, ABORT = (
    CommandKind.START,
    CommandKind.LAP,
    CommandKind.UNDO_LAP,
    CommandKind.FINISH,
    CommandKind.ABORT,
)
LAST_S = 100.0


def recorded(*orders: tuple[float, CommandKind], outputs: bool = True) -> Recording:
    """Return a recording of orders, each at its second, with what the engine says or without."""
    engine = Engine(simulated_document("1500m").engine_config())
    entries: list[Entry] = []
    inputs: list[Input] = [Command(s_to_ns(t_s), kind) for t_s, kind in orders]
    for event in [*inputs, Tick(s_to_ns(LAST_S))]:
        said = engine.feed(event)
        entries += [event, *(said if outputs else ())]
    return Recording.of(Path("race.jsonl"), Header(), entries)


@pytest.mark.parametrize(
    ("orders", "from_s", "to_s", "ended"),
    [
        ([(1.0, START), (30.0, FINISH)], 1.0, 30.0, True),
        ([(1.0, START), (30.0, FINISH), (40.0, UNDO)], 1.0, LAST_S, False),
        ([(1.0, START), (30.0, ABORT), (40.0, UNDO), (90.0, FINISH)], 1.0, 90.0, True),
        ([(1.0, START), (5.0, UNDO), (20.0, START), (80.0, FINISH)], 20.0, 80.0, True),
        ([(1.0, START), (30.0, FINISH), (40.0, START), (50.0, UNDO)], 1.0, 30.0, True),
        ([(1.0, START), (30.0, FINISH), (40.0, START), (90.0, FINISH)], 40.0, 90.0, True),
        ([(1.0, START), (3.0, START), (90.0, FINISH)], 1.0, 90.0, True),
    ],
)
def test_what_was_taken_back_is_none(
    orders: list[tuple[float, CommandKind]],
    from_s: float,
    to_s: float,
    ended: bool,
) -> None:
    """GIVEN starts and ends, some taken back or ignored.

    THEN the run lies between those that stand.
    """
    told = recorded_run(recorded(*orders))
    assert (from_s, to_s, True, ended) == (told.from_s, told.to_s, told.started, told.ended)


def test_a_start_that_was_taken_back_began_nothing() -> None:
    """GIVEN a start taken back and no other THEN nobody has started."""
    assert not recorded_run(recorded((1.0, START), (5.0, UNDO))).started


def test_orders_alone_tell_as_much_as_they_can() -> None:
    """GIVEN a recording made by hand, without outputs.

    THEN the last start and the first end after it count.
    """
    told = recorded_run(recorded((1.0, START), (3.0, START), (60.0, FINISH), outputs=False))
    assert (3.0, 60.0, True) == (told.from_s, told.to_s, told.ended)


@pytest.mark.parametrize("outputs", [True, False])
@pytest.mark.parametrize(
    ("orders", "pressed_s"),
    [
        ([(1.0, START), (10.0, LAP), (20.0, LAP), (21.0, UNDO), (30.0, LAP)], [10.0, 30.0]),
        ([(1.0, START), (10.0, LAP), (20.0, FINISH), (25.0, UNDO), (30.0, LAP)], [10.0, 30.0]),
        ([(1.0, START), (10.0, LAP), (11.0, UNDO), (12.0, UNDO), (20.0, START)], []),
        ([(1.0, UNDO), (2.0, START), (10.0, LAP)], [10.0]),
        ([(1.0, START), (10.0, LAP), (20.0, FINISH), (90.0, UNDO), (91.0, UNDO)], [10.0]),
    ],
)
def test_a_lap_that_was_ordered_is_a_press(
    orders: list[tuple[float, CommandKind]],
    pressed_s: list[float],
    outputs: bool,
) -> None:
    """GIVEN laps by order WHEN one is taken back THEN it is gone; where a start or an end was taken
    back the laps before it stay.
    """
    told = presses(recorded(*orders, outputs=outputs))
    assert [(s_to_ns(t_s), MarkSource.BUTTON) for t_s in pressed_s] == told


def test_an_end_that_was_taken_back_is_none_in_a_simulation_either() -> None:
    """GIVEN orders without what the engine says of them WHEN an end or a start is taken back within
    a minute THEN the run is what is left.
    """
    back = recorded((1.0, START), (30.0, FINISH), (40.0, UNDO), (80.0, FINISH), outputs=False)
    told = recorded_run(back)
    assert (1.0, 80.0, True) == (told.from_s, told.to_s, told.ended)
    late = recorded((1.0, START), (20.0, FINISH), (90.0, UNDO), outputs=False)
    assert 20.0 == recorded_run(late).to_s
    false_start = recorded((1.0, START), (5.0, UNDO), (20.0, START), outputs=False)
    assert 20.0 == recorded_run(false_start).from_s
