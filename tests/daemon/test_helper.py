"""A helper beside the track of a live race: counts where the rules allow it, is refused and
recorded where they do not.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from kickcue.core.events import Command, CommandKind, Mark, MarkSource, Orderer, Phase
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from kickcue.recording.sensor_encoding import strap_notification
from tests.daemon.test_race_daemon import recorded, replays_alike, settings

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401


def notices(run: RaceDaemon) -> list[str]:
    return (
        []
        if run.session is None
        else [f"{notice.code}: {notice.text}" for notice in run.session.view.notices]
    )


def says(run: RaceDaemon, *words: str) -> Callable[[], bool]:
    """Return whether a notice has all these words."""
    return lambda: any(all(word in notice for word in words) for notice in notices(run))


@pytest.mark.parametrize("rules", ["training", "timetrial"])
async def test_a_helpers_lap_counts(tmp_path: Path, rules: str) -> None:
    """GIVEN training or a time trial WHEN a helper starts the race and presses THEN both count; the
    press is a mark from beside the track.
    """
    async with live(settings(rules=rules), state=tmp_path) as run:
        await until(
            lambda: run.way is not None and run.way.watch is not None and run.way.trouble is None
        )
        assert run.way is not None
        assert run.way.watch is not None
        async with watch(run.way.watch, Topics(), subscribes=("state",)) as helper:
            helper.command(CommandKind.START, Orderer.TRACKSIDE)
            await until(lambda: run.phase is Phase.BODY)
            helper.command(CommandKind.LAP, Orderer.TRACKSIDE)
            await until(says(run, "helper's lap press"))
    assert [MarkSource.TRACKSIDE] == [
        event.source for event in recorded(tmp_path).inputs if isinstance(event, Mark)
    ]


@pytest.mark.parametrize("rules", ["road", "sanctioned"])
async def test_a_helpers_press_in_a_race_is_refused_and_recorded(
    tmp_path: Path, rules: str
) -> None:
    """GIVEN a race WHEN a helper presses THEN it is refused and told, the runner's own press
    counts, and the recording has both.
    """
    async with live(settings(rules=rules), state=tmp_path) as run:
        await until(
            lambda: run.way is not None and run.way.watch is not None and run.way.trouble is None
        )
        assert run.way is not None
        assert run.way.watch is not None
        run.put(strap_notification(run.clock.run_ns(), 150.0))
        async with watch(run.way.watch, Topics(), subscribes=("state",)) as helper:
            helper.command(CommandKind.START, Orderer.TRACKSIDE)
            await until(
                says(run, "helper_refused: start from a trackside helper", f"under {rules} rules")
            )
            assert Phase.WAITING is run.phase
            helper.command(CommandKind.START)
            await until(lambda: run.phase is Phase.BODY)
            helper.command(CommandKind.LAP, Orderer.TRACKSIDE)
            await until(says(run, "helper_refused: lap from a trackside helper"))
            helper.command(CommandKind.LAP)
            await until(says(run, "that lap press"))
            assert not says(run, "helper's lap press")()
    recording = recorded(tmp_path)
    assert [
        (CommandKind.START, Orderer.TRACKSIDE),
        (CommandKind.START, None),
        (CommandKind.LAP, None),
    ] == [(event.kind, event.by) for event in recording.inputs if isinstance(event, Command)]
    assert [MarkSource.TRACKSIDE] == [
        event.source for event in recording.inputs if isinstance(event, Mark)
    ]
    assert replays_alike(recording)
