"""A helper beside the track: presses for the runner over a real broker, hears where the runner is,
and is no watch.
"""

import asyncio

import pytest

from kickcue.core.events import Ack, Command, CommandKind, Estimate, Mark, MarkSource, Mode, Orderer
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt.messages import StateMessage
from kickcue.edges.mqtt.watch_client import Happening, WatchClient, watch
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import TOPICS, Broker, running, until

pytestmark = pytest.mark.usefixtures("quick")


async def listen(helper: WatchClient, heard: list[Happening]) -> None:
    while True:
        heard.extend(await helper.wait(1.0))


async def test_a_helpers_presses_reach_the_engine_as_a_helpers(broker: Broker) -> None:
    """GIVEN a helper WHEN all is pressed THEN a lap comes as a mark from beside the track, the rest
    as a helper's orders; a watch's as before.
    """
    async with (
        running(broker) as run,
        watch(broker.watch_address, TOPICS, subscribes=("status", "state")) as helper,
    ):
        assert helper.command(CommandKind.LAP, Orderer.TRACKSIDE)
        await until(lambda: len(run.inputs) == 1)
        assert helper.command(CommandKind.UNDO_LAP, Orderer.TRACKSIDE)
        await until(lambda: len(run.inputs) == 2)
        run.watch.command(CommandKind.LAP)
        await until(lambda: len(run.inputs) == 3)
        mark, undo, lap = run.inputs
        assert isinstance(mark, Mark)
        assert MarkSource.TRACKSIDE is mark.source
        assert isinstance(undo, Command)
        assert (CommandKind.UNDO_LAP, Orderer.TRACKSIDE) == (undo.kind, undo.by)
        assert isinstance(lap, Command)
        assert (CommandKind.LAP, None) == (lap.kind, lap.by)


async def test_a_helper_hears_where_the_runner_is_and_feels_no_cue(broker: Broker) -> None:
    """GIVEN a helper beside a watch WHEN state and cue are sent THEN the helper hears the state,
    and the watch alone acknowledges the cue.
    """
    heard: list[Happening] = []
    async with (
        running(broker) as run,
        watch(broker.watch_address, TOPICS, subscribes=("status", "state")) as helper,
    ):
        listening = asyncio.create_task(listen(helper, heard))
        try:
            run.delivery.send(run.cue("c1"))
            await until(lambda: bool(run.inputs))
            run.delivery.send(
                Estimate(run.clock(), 400.0, 3.0, 5.5, 182.0, 171.0, 2, 4600.0, None, Mode.MARKS)
            )
            await until(lambda: any(isinstance(each, StateMessage) for each in heard))
        finally:
            await end([listening])
        assert [] == [each for each in heard if isinstance(each, Play)]
        assert 0 == helper.session.counters.sent
        # A cue whose answer is slow is said, and answered, once more.
        assert {"c1"} == {each.cue_id for each in run.inputs if isinstance(each, Ack)}
