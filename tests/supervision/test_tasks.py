"""Tasks are ended for certain, their failures are seen, and none is lost."""

import asyncio

import pytest

from kickcue.supervision.tasks import (
    AGAIN_S,
    BackgroundTasks,
    cancel,
    end,
    result_within,
    running,
)
from tests.patience import PATIENCE_S


class Stubborn:
    """Swallows its first cancellations, as ``asyncio.wait_for`` does up to Python 3.11."""

    def __init__(self, swallows: int) -> None:
        self.cancelled = 0
        self._swallows = swallows

    async def work(self) -> None:
        while True:
            try:
                await asyncio.sleep(60.0)
            except asyncio.CancelledError:
                self.cancelled += 1
                if self.cancelled > self._swallows:
                    raise


async def _fail() -> None:
    raise ZeroDivisionError


async def test_a_task_that_swallows_its_cancellation_is_ended() -> None:
    """GIVEN a task that swallows two cancellations WHEN it is ended THEN it has ended."""
    stubborn = Stubborn(2)
    task = asyncio.create_task(stubborn.work())
    await asyncio.sleep(0)
    await end([task])
    assert task.cancelled()
    assert stubborn.cancelled == 3


async def test_cancel_asks_once_and_waits_no_longer_than_told() -> None:
    """GIVEN a task that takes its time to end WHEN cancelled with a limit THEN it is asked once,
    and is left to it.
    """
    stubborn = Stubborn(1)
    task = asyncio.create_task(stubborn.work())
    await asyncio.sleep(0)
    await cancel([task], 2 * AGAIN_S)
    assert not task.done()
    assert stubborn.cancelled == 1
    await cancel([task])
    assert task.done()


async def test_cancel_of_nothing_returns() -> None:
    """asyncio.wait would refuse an empty set."""
    await cancel([])
    await end([])


async def test_what_runs_beside_is_ended_on_leaving() -> None:
    """GIVEN work beside a block WHEN the block is left THEN the work has ended."""
    async with running(Stubborn(0).work(), name="beside") as task:
        await asyncio.sleep(0)
        assert not task.done()
    assert task.cancelled()


async def test_what_runs_beside_may_take_its_time_to_end() -> None:
    """GIVEN work beside a block that needs a while to hang up WHEN it is to be cancelled once and
    the block is left THEN it is asked once, and has ended in its own time.
    """
    ended: list[str] = []

    async def hang_up_slowly() -> None:
        try:
            await asyncio.sleep(60.0)
        finally:
            await asyncio.sleep(3 * AGAIN_S)  # a second cancellation would cut this short
            ended.append("well")

    async with running(hang_up_slowly(), name="beside", cancel_once=True):
        await asyncio.sleep(0)
    assert ended == ["well"]


async def test_a_failure_beside_does_not_pass_unseen() -> None:
    """GIVEN work beside a block that fails meanwhile WHEN the block is left THEN it is raised."""
    with pytest.raises(ZeroDivisionError):
        async with running(_fail(), name="beside"):
            await asyncio.sleep(0)


async def test_what_takes_too_long_is_not_cancelled() -> None:
    """GIVEN work that takes longer than it is waited for THEN TimeoutError, and it goes on; its
    result or failure comes through when it is in time.
    """
    enough = asyncio.Event()

    async def work() -> str:
        await enough.wait()
        return "done"

    slow = asyncio.ensure_future(work())
    with pytest.raises(TimeoutError):
        await result_within(slow, 0.001)
    assert not slow.done()
    enough.set()
    assert await result_within(slow, PATIENCE_S) == "done"
    with pytest.raises(ZeroDivisionError):
        await result_within(asyncio.ensure_future(_fail()), 5.0)


async def test_background_tasks_settle_and_tell_their_failures() -> None:
    """GIVEN tasks in the background, one that fails, one that ends, one that never does WHEN they
    are to settle THEN the failure is told, the last is cancelled, and a cancellation is no failure.
    """
    failures: list[BaseException] = []
    tasks = BackgroundTasks(failures.append)
    tasks.start(_fail())
    ended = tasks.start(asyncio.sleep(0))
    stuck = tasks.start(Stubborn(0).work())
    await tasks.settle(0.05)
    assert ended.done()
    assert stuck.cancelled()
    assert [type(each) for each in failures] == [ZeroDivisionError]


async def test_background_tasks_can_be_ended_at_once() -> None:
    """GIVEN a stubborn task in the background WHEN all are ended THEN it has ended."""
    tasks = BackgroundTasks(lambda _: None)
    stubborn = tasks.start(Stubborn(1).work())
    await asyncio.sleep(0)
    await tasks.end()
    assert stubborn.cancelled()
