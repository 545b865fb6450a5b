"""Pausing, skipping and stopping a session, in virtual time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from kickcue.cli.visualise.player import PlayerOrder, ScriptPlayer
from kickcue.coaching.timeline import Spoken, Timeline, TimelineEntry
from tests.chaos.virtual_time import run

LINE_S = 2.0
SESSION = Timeline(
    tuple(
        TimelineEntry(at_s, LINE_S, Spoken(name, name))
        for name, at_s in (("a", 0), ("b", 5), ("c", 10))
    ),
    15.0,
)


def nobody(_: object) -> None:
    """Hear of pauses."""


@dataclass
class Heard:
    """What began and when, in seconds, and what was heard to its end."""

    began: list[tuple[str, float]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    ended: tuple[bool, float] = (False, 0.0)


def heard(*orders: tuple[float, PlayerOrder]) -> Heard:
    """Play the session with orders at their moments."""
    found = Heard()

    async def perform(entry: TimelineEntry) -> None:
        assert isinstance(entry.what, Spoken)
        found.began.append((entry.what.text, asyncio.get_running_loop().time()))
        await asyncio.sleep(entry.lasts_s)
        found.whole.append(entry.what.text)

    async def story() -> None:
        player = ScriptPlayer(SESSION, perform, nobody)
        loop = asyncio.get_running_loop()
        for at_s, order in orders:
            loop.call_at(at_s, player.order, order)
        found.ended = (await player.run(), loop.time())

    run(story())
    return found


@pytest.mark.parametrize(
    ("orders", "began", "ended"),
    [
        ([], [("a", 0), ("b", 5), ("c", 10)], (True, 15)),
        # in the pause after a: all that follows is later by as much
        (
            [(3, PlayerOrder.PAUSE), (103, PlayerOrder.PAUSE)],
            [("a", 0), ("b", 105), ("c", 110)],
            (True, 115),
        ),
        # in the middle of b: it is said anew
        (
            [(6, PlayerOrder.PAUSE), (20, PlayerOrder.PAUSE)],
            [("a", 0), ("b", 5), ("b", 20), ("c", 25)],
            (True, 30),
        ),
        # skipped while it is said, and while it is silent
        ([(6, PlayerOrder.SKIP)], [("a", 0), ("b", 5), ("c", 6)], (True, 11)),
        ([(3, PlayerOrder.SKIP)], [("a", 0), ("b", 3), ("c", 8)], (True, 13)),
        (
            [(3, PlayerOrder.PAUSE), (50, PlayerOrder.SKIP)],
            [("a", 0), ("b", 50), ("c", 55)],
            (True, 60),
        ),
        (
            [(6, PlayerOrder.PAUSE), (50, PlayerOrder.SKIP)],
            [("a", 0), ("b", 5), ("c", 50)],
            (True, 55),
        ),
        ([(11, PlayerOrder.SKIP)], [("a", 0), ("b", 5), ("c", 10)], (True, 11)),
        ([(13, PlayerOrder.SKIP)], [("a", 0), ("b", 5), ("c", 10)], (True, 13)),
        ([(6, PlayerOrder.STOP)], [("a", 0), ("b", 5)], (False, 6)),
        ([(3, PlayerOrder.STOP)], [("a", 0)], (False, 3)),
        ([(3, PlayerOrder.PAUSE), (40, PlayerOrder.STOP)], [("a", 0)], (False, 40)),
    ],
)
def test_orders(
    orders: Sequence[tuple[float, PlayerOrder]],
    began: Sequence[tuple[str, float]],
    ended: tuple[bool, float],
) -> None:
    """GIVEN lines at 0, 5 and 10 s of 2 s each WHEN a listener pauses, skips or stops THEN what
    follows keeps its measure from there on, and nobody goes on in the middle of a sentence.
    """
    found = heard(*orders)
    assert [name for name, _ in began] == [name for name, _ in found.began]
    assert [at_s for _, at_s in began] == pytest.approx([at_s for _, at_s in found.began])
    assert ended[0] is found.ended[0]
    assert found.ended[1] == pytest.approx(ended[1])


def test_a_line_that_takes_longer_than_its_time() -> None:
    """GIVEN a voice slower than foreseen THEN the next line waits for it, and none is lost."""

    async def story() -> list[float]:
        began: list[float] = []

        async def perform(entry: TimelineEntry) -> None:
            began.append(asyncio.get_running_loop().time())
            await asyncio.sleep(3 * entry.lasts_s)

        assert await ScriptPlayer(SESSION, perform, nobody).run()
        return began

    assert [0, 6, 12] == pytest.approx(run(story()))


def test_what_fails_is_not_passed_over() -> None:
    """GIVEN a fault in performing THEN the session ends with it."""

    async def story() -> None:
        async def perform(entry: TimelineEntry) -> None:
            raise RuntimeError(entry.at_s)

        await ScriptPlayer(SESSION, perform, nobody).run()

    with pytest.raises(RuntimeError):
        run(story())
