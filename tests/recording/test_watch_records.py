"""What a watch wrote stays beside the events that were made of it."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from kickcue.core.events import Tick
from kickcue.recording import read
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Header
from kickcue.recording.watch_records import WatchLap, WatchRecord, WatchRecords
from tests.recording.event_strategies import events_of

TCX = """<TrainingCenterDatabase><Activities><Activity Sport="Running">
<Lap StartTime="2026-06-14T10:00:00Z"><TotalTimeSeconds>2</TotalTimeSeconds>
<TriggerMethod>Manual</TriggerMethod><Track>
<Trackpoint><Time>2026-06-14T10:00:00Z</Time><DistanceMeters>0.0</DistanceMeters></Trackpoint>
<Trackpoint><Time>2026-06-14T10:00:01Z</Time><DistanceMeters>4.018</DistanceMeters>
<HeartRateBpm><Value>171</Value></HeartRateBpm><Cadence>91</Cadence></Trackpoint>
</Track></Lap>
<Lap StartTime="2026-06-14T10:00:02Z"><TotalTimeSeconds>1</TotalTimeSeconds>
<DistanceMeters>4.26</DistanceMeters><TriggerMethod>Distance</TriggerMethod><Track>
<Trackpoint><Time>2026-06-14T10:00:03Z</Time><DistanceMeters>12.273</DistanceMeters></Trackpoint>
</Track></Lap></Activity></Activities></TrainingCenterDatabase>"""


def _in_order(cls: type, least: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(events_of(cls), min_size=least, max_size=4).map(
        lambda found: tuple(sorted(found, key=lambda each: each.t_ns))
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.builds(WatchRecords, _in_order(WatchRecord, 1), _in_order(WatchLap, 0)))
def test_mcap_keeps_them_to_the_digit(tmp_path: Path, watch: WatchRecords) -> None:
    """GIVEN whatever a watch may have written WHEN in an MCAP and read back THEN it is the same,
    and no event.
    """
    path = tmp_path / "run.mcap"
    path.unlink(missing_ok=True)
    with McapWriter(path, Header()) as writer:
        writer.write(Tick(0))
        entries: list[WatchLap | WatchRecord] = [*watch.laps, *watch.records]
        for each in entries:
            writer.write(each)

    found = read(path)
    assert watch == found.watch
    assert (Tick(0),) == found.entries


def test_an_imported_file_has_them(tmp_path: Path) -> None:
    """GIVEN a file whose distances are finer than a pod's WHEN read THEN its records and laps stand
    there as the watch wrote them, from the recording's epoch on.
    """
    path = tmp_path / "run.tcx"
    path.write_text(TCX, encoding="utf-8")

    watch = read(path).watch

    assert watch is not None
    assert [0.0, 4.018, 12.273] == [record.distance_m for record in watch.records]
    assert (171, 91) == (watch.records[1].heart_rate_bpm, watch.records[1].cadence_per_min)
    assert (
        WatchLap(2_000_000_000, "manual", timer_s=2.0),
        WatchLap(3_000_000_000, "distance", final=True, distance_m=4.26, timer_s=1.0),
    ) == watch.laps


def test_an_own_recording_has_none(tmp_path: Path) -> None:
    """GIVEN a recording of kickcue's own WHEN read THEN there is nothing of a watch."""
    path = tmp_path / "race.mcap"
    with McapWriter(path, Header()) as writer:
        writer.write(Tick(0))
    assert read(path).watch is None
