"""What a race came to, read from its recording beside the screen."""

import asyncio
from pathlib import Path

import pytest

from kickcue.cli.tui import race_result
from kickcue.cli.tui.race_result import RaceResult, ResultReader
from tests.analysis.review.made_up import race, race_recording
from tests.recorded import written


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing wait for a disk."""
    monkeypatch.setattr(race_result, "SETTLED_S", 0.0)


async def read_out(reader: ResultReader, path: Path, over_ns: int) -> RaceResult | None:
    """Return the result once it has been read."""
    reader.result(path, over_ns)
    (reading,) = (task for task in asyncio.all_tasks() if task.get_name() == "race result")
    await asyncio.wait({reading})
    return reader.result(path, over_ns)


async def test_the_result_comes_from_the_recording(tmp_path: Path) -> None:
    """GIVEN the recording of a race WHEN it is over THEN its laps and the last one are those of its
    review, a moment later.
    """
    path = written(race_recording(), tmp_path)
    reader = ResultReader()
    assert reader.result(path, 1) is None
    found = await read_out(reader, path, 1)
    assert found is not None
    assert race().seconds == pytest.approx(found.seconds)
    assert len(race().laps) == len(found.times)
    assert found.last_against_rest is not None
    assert found.last_against_rest.startswith("last lap ")


async def test_an_end_that_is_taken_back_has_no_result(tmp_path: Path) -> None:
    """GIVEN a result WHEN the race goes on THEN it is gone, and the next end is read anew."""
    path = written(race_recording(), tmp_path)
    reader = ResultReader()
    assert await read_out(reader, path, 1) is not None
    assert reader.result(path, None) is None
    assert reader.result(path, 2) is None
    assert await read_out(reader, path, 2) is not None


async def test_a_recording_that_cannot_be_read_is_no_result(tmp_path: Path) -> None:
    """GIVEN a file that is no recording THEN the screen goes on without."""
    path = tmp_path / "race.mcap"
    path.write_bytes(b"nothing of the kind")
    assert await read_out(ResultReader(), path, 1) is None


async def test_nothing_recorded_is_no_result() -> None:
    """GIVEN no recording THEN nothing is read."""
    reader = ResultReader()
    assert reader.result(None, 1) is None
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "race result"]
