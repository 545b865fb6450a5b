"""Going on in a recording that was interrupted: whatever was left of the file, it becomes a whole
one again.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from mcap.reader import make_reader
from mcap.records import Message, Schema
from mcap.stream_reader import StreamReader
from mcap.writer import Writer

from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, Mark, MarkSource, Notification, Tick
from kickcue.recording import Header, codec, read
from kickcue.recording.locked_file import being_written
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry
from tests.recording.event_strategies import entries, headers

EVERY: Final = pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
MESSAGE, METADATA, DATA_END = 0x05, 0x0C, 0x0F
HEADER = Header(
    race="1500m",
    utc="2026-06-14T10:09:11Z",
    ticks=True,
    live={"run_id": "a1", "boot": None, "zero_ns": 5},
)
BEFORE: Sequence[Entry] = (
    Command(0, CommandKind.START),
    Notification(1_021_000_000, "pod", "2a53", bytes.fromhex("0780035ae90039300000")),
    Tick(1_250_000_000),
    Mark(40_900_000_001, MarkSource.BUTTON),
)
AFTER: Sequence[Entry] = (Tick(50_000_000_000), Command(51_000_000_000, CommandKind.FINISH))


def record(path: Path, header: Header, race: Sequence[Entry]) -> bytes:
    """Write a whole recording; return its bytes."""
    with McapWriter(path, header) as writer:
        for entry in race:
            writer.write(entry)
    return path.read_bytes()


def go_on(path: Path, race: Sequence[Entry]) -> None:
    with McapWriter.resume(path) as writer:
        for entry in race:
            writer.write(entry)


def holds(path: Path, header: Header, race: Sequence[Entry]) -> None:
    """Check that the file is whole to kickcue and to the library's strict, its seeking and its
    counting readers.
    """
    found = read(path)
    assert (header, tuple(race), (), ()) == (
        found.header,
        found.entries,
        found.problems,
        found.notes,
    )
    data = path.read_bytes()
    messages = [
        each
        for each in StreamReader(BytesIO(data), validate_crcs=True).records
        if isinstance(each, Message)
    ]
    assert list(range(1, len(race) + 1)) == [each.sequence for each in messages]
    reader = make_reader(BytesIO(data), validate_crcs=True)
    summary = reader.get_summary()
    assert summary is not None
    assert summary.statistics is not None
    counts = {
        summary.channels[channel].topic: count
        for channel, count in summary.statistics.channel_message_counts.items()
    }
    topics = [codec.shape_of(entry).topic for entry in race]
    assert {topic: topics.count(topic) for topic in topics} == counts
    assert (len(race), 1) == (summary.statistics.message_count, summary.statistics.metadata_count)
    times = [each.log_time for each in messages]
    assert (min(times, default=0), max(times, default=0)) == (
        summary.statistics.message_start_time,
        summary.statistics.message_end_time,
    )
    assert len(race) == len(list(reader.iter_messages()))
    (metadata,) = reader.iter_metadata()
    assert "kickcue" == metadata.name


def record_ends(data: bytes) -> list[tuple[int, int]]:
    """Return opcode and end of each record of the data section, by the lengths in the file and
    nothing else.
    """
    at, found = 8, []
    while (opcode := data[at]) != DATA_END:
        at += 9 + int.from_bytes(data[at + 1 : at + 9], "little")
        found.append((opcode, at))
    return found


def metadata_end(data: bytes) -> int:
    return next(end for opcode, end in record_ends(data) if opcode == METADATA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_cut_anywhere_and_gone_on_with_any_number_of_times(
    tmp_path: Path, data: st.DataObject
) -> None:
    """Any recording, cut at any byte after its header, gone on with, cut again ...: all whole
    records and the new ones are there, in order.
    """
    path = tmp_path / "race.mcap"
    path.unlink(missing_ok=True)
    header, race = data.draw(headers), tuple(data.draw(st.lists(entries, max_size=6)))
    whole = record(path, header, race)
    head = metadata_end(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        cut = data.draw(st.integers(head, len(whole)))
        path.write_bytes(whole[:cut])
        more = tuple(data.draw(st.lists(entries, max_size=4)))
        race = (*read(path).entries, *more)
        go_on(path, more)
        holds(path, header, race)
        whole = path.read_bytes()


@EVERY
def test_cut_at_every_byte(tmp_path: Path, every: int) -> None:
    """GIVEN a recording cut at any byte behind its header (each fifth in ``make test``) WHEN gone
    on with THEN just the half record is lost, and nothing else written anew.
    """
    path = tmp_path / "race.mcap"
    whole = record(path, HEADER, BEFORE)
    ends = record_ends(whole)
    events_from = whole.index(b'{"t_ns":0,') - 40
    for cut in (
        *range(metadata_end(whole), events_from, 97),
        *range(events_from, ends[-1][1] + 40, every),
        *range(ends[-1][1] + 40, len(whole), 97),
    ):
        path.write_bytes(whole[:cut])
        go_on(path, AFTER)
        kept = [(opcode, end) for opcode, end in ends if end <= cut]
        holds(path, HEADER, (*BEFORE[: sum(opcode == MESSAGE for opcode, _ in kept)], *AFTER))
        assert path.read_bytes().startswith(whole[: kept[-1][1]])


def test_a_cut_within_the_head_leaves_nothing_to_go_on_from(tmp_path: Path) -> None:
    """GIVEN a file that does not even have its header THEN one line says so, and the file is as it
    was.
    """
    path = tmp_path / "race.mcap"
    whole = record(path, HEADER, BEFORE)
    for cut in range(0, metadata_end(whole), 5):
        path.write_bytes(whole[:cut])
        with pytest.raises(
            DataError,
            match=r"cannot resume .*: it has no header, the file is truncated there",
        ):
            McapWriter.resume(path)
        assert whole[:cut] == path.read_bytes()


def test_what_a_power_cut_leaves(tmp_path: Path) -> None:
    """GIVEN a file whose last page was never written and is full of zeros THEN the zeros go and the
    recording goes on.
    """
    path = tmp_path / "race.mcap"
    whole = record(path, HEADER, BEFORE)
    end = whole.rindex(b'"mark":"button"}') + 16
    path.write_bytes(whole[:end] + bytes(4096))
    assert "damaged there" in read(path).problems[0]
    go_on(path, AFTER)
    holds(path, HEADER, (*BEFORE, *AFTER))


def test_a_damaged_file_is_left_as_it_is(tmp_path: Path) -> None:
    """GIVEN a length that is wrong in the first tenth of a long recording THEN going on is refused,
    for the rest would be cut away.
    """
    path = tmp_path / "race.mcap"
    whole = bytearray(record(path, HEADER, [Tick(t * 10**9) for t in range(1000)]))
    at = whole.index(b'{"t_ns":99000000000,') - 31
    assert 5 == whole[at]
    whole[at + 5] ^= 0x40
    path.write_bytes(whole)
    with pytest.raises(
        DataError, match=r"damaged at byte \d+ of \d+: more than half a record would be lost"
    ):
        McapWriter.resume(path)
    assert whole == path.read_bytes()


def test_a_finished_recording_that_was_changed_is_left_as_it_is(tmp_path: Path) -> None:
    """GIVEN a finished file with one digit changed THEN going on is refused: a new checksum would
    hide the change for ever.
    """
    path = tmp_path / "race.mcap"
    changed = record(path, HEADER, BEFORE).replace(b"1250000000", b"1260000000")
    path.write_bytes(changed)
    with pytest.raises(DataError, match="bytes were changed after recording"):
        McapWriter.resume(path)
    assert changed == path.read_bytes()


def test_a_change_before_the_cut_is_noticed_where_it_makes_no_event(tmp_path: Path) -> None:
    """GIVEN a cut-off file with a record that is no event any more WHEN gone on with THEN the
    reader still tells it, and has all others.
    """
    path = tmp_path / "race.mcap"
    whole = record(path, HEADER, BEFORE).replace(b'"tick":true}', b'"tock":true}')
    path.write_bytes(whole[: whole.rindex(b'"mark":"button"}') + 16])
    go_on(path, AFTER)
    found = read(path)
    assert (*BEFORE[:2], BEFORE[3], *AFTER) == found.entries
    assert (
        "1 damaged records, the first: record 3: tick: expected True, got None",
    ) == found.problems


def test_a_file_that_another_program_has_packed_is_left_as_it_is(tmp_path: Path) -> None:
    """GIVEN a recording that a tool has put into chunks THEN going on is refused in one line."""
    path = tmp_path / "race.mcap"
    packed = BytesIO()
    writer = Writer(packed)
    writer.start()
    writer.add_metadata("kickcue", {"kickcue": "1"})
    schema = writer.register_schema("kickcue.tick", "jsonschema", b"{}")
    writer.add_message(
        writer.register_channel("/in/tick", "json", schema), 0, b'{"t_ns":0,"tick":true}', 0
    )
    writer.finish()  # type: ignore[no-untyped-call]  # the library forgot its type
    path.write_bytes(packed.getvalue())
    with pytest.raises(DataError, match="another program rewrote it in chunks"):
        McapWriter.resume(path)
    assert packed.getvalue() == path.read_bytes()


def test_a_record_that_cannot_be_a_message(tmp_path: Path) -> None:
    """GIVEN a message of three bytes at the end THEN the reader stops before it, and going on is
    refused: no kickcue writes such a thing.
    """
    path = tmp_path / "race.mcap"
    whole = record(path, HEADER, BEFORE)
    damaged = (
        whole[: record_ends(whole)[-1][1]]
        + MESSAGE.to_bytes(1, "little")
        + (3).to_bytes(8, "little")
        + b"abc"
    )
    path.write_bytes(damaged)
    assert tuple(BEFORE) == read(path).entries
    with pytest.raises(DataError, match=r"damaged at byte \d+: too short for a message"):
        McapWriter.resume(path)
    assert damaged == path.read_bytes()


@EVERY
def test_the_head_may_be_damaged_too(tmp_path: Path, every: int) -> None:
    """Whichever byte of the head is changed (each fifth in ``make test``), going on ends in a
    working recording or in a DataError that leaves the file as it is.
    """
    path = tmp_path / "race.mcap"
    whole = record(path, HEADER, BEFORE)
    for at in (
        *range(0, metadata_end(whole) + 400, every),
        *range(metadata_end(whole) + 400, len(whole), 41),
    ):
        changed = bytearray(whole[: whole.rindex(b'"mark":"button"}') + 16])
        if at >= len(changed):
            break
        changed[at] ^= 0x55
        path.write_bytes(changed)
        try:
            go_on(path, AFTER)
        except DataError:
            assert changed == path.read_bytes()
            continue
        with suppress(DataError):  # the change may lie within the header's own text
            assert AFTER == read(path).entries[-len(AFTER) :]


def test_a_kickcue_that_writes_a_message_in_another_form_gets_a_channel_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a recording by another version, with another schema for marks WHEN gone on with THEN
    the new marks stand in a channel with theirs.
    """
    path = tmp_path / "race.mcap"
    real = codec.EventShape.schema
    with monkeypatch.context() as patch:
        patch.setattr(
            codec.EventShape,
            "schema",
            lambda shape, title: {**real(shape, title), "title": f"old {title}"},
        )
        whole = record(path, HEADER, BEFORE)
    path.write_bytes(whole[: whole.rindex(b'"mark":"button"}') + 16])
    go_on(path, [Mark(60_000_000_000, MarkSource.GATE)])
    holds_entries = read(path)
    assert ((*BEFORE, Mark(60_000_000_000, MarkSource.GATE)), ()) == (
        holds_entries.entries,
        holds_entries.problems,
    )
    *_, (schema, channel, _) = make_reader(BytesIO(path.read_bytes())).iter_messages()
    assert schema is not None
    assert ("/in/mark", "kickcue.mark") == (channel.topic, json.loads(schema.data)["title"])
    ids = [
        each.id
        for each in StreamReader(BytesIO(path.read_bytes())).records
        if isinstance(each, Schema)
    ]
    assert 2 * len(codec.SHAPES) == len(set(ids))


def test_one_process_records_at_a_time(tmp_path: Path) -> None:
    """GIVEN a recording that is being written THEN nobody else can go on with it; WHEN its process
    is killed THEN everybody can.
    """
    path = tmp_path / "race.mcap"
    code = (
        "import sys, pathlib; from kickcue.recording import Header; from "
        "kickcue.recording.mcap_writer import McapWriter;"
        "writer = McapWriter(pathlib.Path(sys.argv[1]), Header()); print('recording', "
        "flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b"recording\n" == process.stdout.readline()
        assert being_written(path)
        with pytest.raises(DataError, match=r"cannot resume .*: another process is writing it"):
            McapWriter.resume(path)
        process.kill()
    assert not being_written(path)
    with McapWriter.resume(path) as writer:
        assert being_written(path)
        writer.write(AFTER[0])
    assert not being_written(path)
    assert (AFTER[0],) == read(path).entries


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """GIVEN no file, or a folder THEN one line says why nothing can be gone on with."""
    for path, why in ((tmp_path / "none.mcap", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(DataError, match=f"cannot resume .*: {why}"):
            McapWriter.resume(path)


def test_another_run_tells_its_own_facts(tmp_path: Path) -> None:
    """GIVEN a recording that another run goes on with WHEN read THEN its facts are in the header,
    all else is the first one's.
    """
    path = tmp_path / "race.mcap"
    record(path, HEADER, BEFORE)
    for run_id in ("b2", "c3"):
        McapWriter.resume(path, {"run_id": run_id}).leave()
        assert replace(HEADER, live={"run_id": run_id}) == read(path).header
    go_on(path, AFTER)
    assert (replace(HEADER, live={"run_id": "c3"}), (*BEFORE, *AFTER), ()) == (
        read(path).header,
        read(path).entries,
        read(path).problems,
    )
    names = [
        each.name
        for each in make_reader(BytesIO(path.read_bytes()), validate_crcs=True).iter_metadata()
    ]
    assert ["kickcue"] * 3 == names


def test_a_later_header_that_is_damaged_costs_nothing_else(tmp_path: Path) -> None:
    """GIVEN a second header that is none THEN the first one holds, and the damage is told."""
    path = tmp_path / "race.mcap"
    record(path, HEADER, BEFORE)
    McapWriter.resume(path, {"run_id": "b2"}).leave()
    path.write_bytes(path.read_bytes().replace(b'{"run_id": "b2"}', b'["run_id", "b2"]'))
    found = read(path)
    assert (HEADER, tuple(BEFORE)) == (found.header, found.entries)
    assert any(
        "a later header: live: expected an object, got ['run_id', 'b2']" in problem
        for problem in found.problems
    )
