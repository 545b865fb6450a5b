import json
import random
import struct
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from mcap.reader import NonSeekingReader, make_reader
from mcap.records import Message
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import (
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Fix,
    Mark,
    MarkSource,
    Mode,
    Notification,
    Tick,
)
from kickcue.recording import Header, read
from kickcue.recording.codec import SHAPES
from kickcue.recording.mcap_reader import read as read_mcap
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry
from tests.recording.event_strategies import entries, headers

HEADER = Header(
    race="5000m",
    lap_m=400.0,
    utc="2026-06-14T10:09:11Z",
    sensors={"pod": "stryd"},
    setup={"seed": 1, "plan": {"laps": [1, 2.5, None]}},
    ticks=True,
    made_by="kickcue 0.1.0",
)
RACE: Sequence[Entry] = (
    Command(0, CommandKind.START),
    Notification(1_021_000_000, "pod", "2a53", bytes.fromhex("0780035ae90039300000")),
    Estimate(1_021_000_000, 3.9, 0.2, 4.1, 180.0, None, 0, 4996.1, None, Mode.POD),
    Tick(1_250_000_000),
    Mark(40_900_000_001, MarkSource.BUTTON),
    Cue(
        40_900_000_001,
        "c1",
        CueKind.LAST_LAP,
        "last lap",
        None,
        ((200, 100, 1.0), (200, 0, 0.5)),
        2,
        3000,
        400.0,
        1.5,
    ),
    Fix(41_000_000_000, 51.5, -0.1, 3.0),
)


def write_race(path: Path, header: Header = HEADER, race: Sequence[Entry] = RACE) -> Path:
    with McapWriter(path, header) as writer:
        for entry in race:
            writer.write(entry)
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(headers, st.lists(entries, max_size=8))
def test_round_trip(tmp_path: Path, header: Header, race: list[Entry]) -> None:
    """Any header and any sequence of inputs and outputs comes back exactly, interleaved as it was
    written.
    """
    path = tmp_path / "race.mcap"
    path.unlink(missing_ok=True)
    found = read(write_race(path, header, race))
    assert (header, tuple(race), ()) == (found.header, found.entries, found.problems)


def test_inputs_and_outputs_are_told_apart(tmp_path: Path) -> None:
    """GIVEN a race with inputs and outputs between each other THEN each part holds its own, in
    order.
    """
    found = read(write_race(tmp_path / "race.mcap"))
    assert (RACE[0], RACE[1], RACE[3], RACE[4], RACE[6]) == found.inputs
    assert (RACE[2], RACE[5]) == found.outputs
    assert ("MCAP", 41.0) == (found.kind, found.duration_s)


def test_the_librarys_own_strict_reader_agrees(tmp_path: Path) -> None:
    """A finished file is valid MCAP: checksums, summary, statistics, schemas, channels and the
    metadata index are there and right.
    """
    data = write_race(tmp_path / "race.mcap").read_bytes()
    records = list(StreamReader(BytesIO(data), validate_crcs=True).records)
    assert len(RACE) == sum(isinstance(record, Message) for record in records)
    reader = make_reader(BytesIO(data), validate_crcs=True)
    summary = reader.get_summary()
    assert summary is not None
    assert summary.statistics is not None
    statistics = summary.statistics
    assert (len(RACE), len(SHAPES), len(SHAPES), 0, 1) == (
        statistics.message_count,
        statistics.channel_count,
        statistics.schema_count,
        statistics.chunk_count,
        statistics.metadata_count,
    )
    assert {shape.topic for shape in SHAPES} == {
        channel.topic for channel in summary.channels.values()
    }
    assert {"jsonschema"} == {schema.encoding for schema in summary.schemas.values()}
    assert all(json.loads(schema.data)["type"] == "object" for schema in summary.schemas.values())
    (metadata,) = reader.iter_metadata()
    assert ("kickcue", "5000m", "400.0", '{"pod": "stryd"}') == (
        metadata.name,
        metadata.metadata["race"],
        metadata.metadata["lap_m"],
        metadata.metadata["sensors"],
    )
    assert len(RACE) == len(
        list(NonSeekingReader(BytesIO(data), validate_crcs=True).iter_messages())
    )


def test_viewers_see_wall_time(tmp_path: Path) -> None:
    """Log and publish time are UTC in nanoseconds, ``t_ns`` stands in the message, and the sequence
    restores the order of ties.
    """
    found = list(
        make_reader(BytesIO(write_race(tmp_path / "race.mcap").read_bytes())).iter_messages()
    )
    start_ns = round(datetime.fromisoformat("2026-06-14T10:09:11Z").timestamp()) * 10**9
    assert [start_ns + entry.t_ns for entry in RACE] == [
        message.log_time for _, _, message in found
    ]
    assert all(message.log_time == message.publish_time for _, _, message in found)
    assert [entry.t_ns for entry in RACE] == [
        json.loads(message.data)["t_ns"] for _, _, message in found
    ]
    assert list(range(1, len(RACE) + 1)) == [message.sequence for _, _, message in found]


def whole_entries(data: bytes, cut: int) -> int:
    """Count the messages that lie before ``cut`` as a whole, by the lengths in the file and nothing
    else.
    """
    at, messages = 8, 0
    while at + 9 <= cut:
        opcode, length = struct.unpack_from("<BQ", data, at)
        at += 9 + length
        messages += opcode == 5 and at <= cut
    return messages


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)])
def test_cut_anywhere(tmp_path: Path, every: int) -> None:
    """GIVEN a recording cut off at any byte (each third in ``make test``) THEN every whole record
    before the cut is there, what is missing is told, nothing else raised.
    """
    data = write_race(tmp_path / "race.mcap").read_bytes()
    ends = {read(tmp_path / "race.mcap").duration_s}
    refused: list[tuple[int, str]] = []
    # Before it stand the schemas: every 13th byte will do there.
    events_from = data.index(b'{"t_ns":0,') - 40
    for cut in (*range(0, events_from, 13), *range(events_from, len(data), every)):
        try:
            found = read_mcap(Path("cut.mcap"), data[:cut])
        except DataError as error:
            refused.append((whole_entries(data, cut), str(error).rpartition("; ")[2]))
            continue
        assert RACE[: whole_entries(data, cut)] == found.entries
        assert found.problems or found.notes or cut >= len(data) - 8
        assert all(
            "the file is truncated there" in told for told in (*found.problems, *found.notes)
        )
        ends |= {
            found.duration_s
            for problem in found.problems
            if f"ends at {found.duration_s:.3f} s" in problem
        }
    assert {(0, "nothing could be recovered")} == set(refused)
    assert {0.0, 1.021, 1.25, 40.900000001, 41.0} == ends


def test_cut_in_the_index_loses_nothing(tmp_path: Path) -> None:
    """GIVEN a file that lacks only its last bytes, the index THEN all events are there and that is
    a note, not a problem.
    """
    data = write_race(tmp_path / "race.mcap").read_bytes()
    found = read_mcap(Path("cut.mcap"), data[:-20])
    assert ((), RACE) == (found.problems, found.entries)
    assert "no event is lost" in found.notes[0]


@given(st.randoms(use_true_random=False), st.integers(1, 20))
def test_damaged_anywhere(random_: random.Random, wrong: int) -> None:
    """Whatever bytes are changed, reading ends in a recording that tells its problems or in a
    DataError, never in anything else.
    """
    data = bytearray(_race_bytes())
    for _ in range(wrong):
        data[random_.randrange(8, len(data))] = random_.randrange(256)
    with suppress(DataError):
        found = read_mcap(Path("damaged.mcap"), bytes(data))
        assert RACE == found.entries or found.problems


_CACHE: list[bytes] = []


def _race_bytes() -> bytes:
    if not _CACHE:
        import tempfile  # noqa: PLC0415  hypothesis has no fixtures of its own

        with tempfile.TemporaryDirectory() as folder:
            _CACHE.append(write_race(Path(folder) / "race.mcap").read_bytes())
    return _CACHE[0]


def test_a_changed_value_is_noticed(tmp_path: Path) -> None:
    """GIVEN one digit changed within a message, well-formed as ever THEN the checksum gives it
    away.
    """
    data = write_race(tmp_path / "race.mcap").read_bytes()
    found = read_mcap(Path("changed.mcap"), data.replace(b"51.5", b"51.6"))
    assert "checksum" in found.problems[0]


def test_a_record_that_is_no_event_is_skipped_and_told(tmp_path: Path) -> None:
    """GIVEN one message in the middle that is no JSON any more THEN all others are there and the
    bad one is told by its number.
    """
    data = write_race(tmp_path / "race.mcap").read_bytes()
    for bad in (
        b'["t_ns":1250000000,"tick":true}',
        b'["t_ns","tick"]'.ljust(31),
        b'{"t_ns":1250000000,"tick":null}',
    ):
        found = read_mcap(Path("bad.mcap"), data.replace(b'{"t_ns":1250000000,"tick":true}', bad))
        assert tuple(entry for entry in RACE if not isinstance(entry, Tick)) == found.entries
        assert any(
            "1 damaged records, the first: record 4" in problem for problem in found.problems
        )


def test_each_record_is_on_file_at_once(tmp_path: Path) -> None:
    """GIVEN a writer that was never closed, as in a process that was killed THEN everything written
    so far can be read.
    """
    writer = McapWriter(tmp_path / "race.mcap", HEADER)
    try:
        for count, entry in enumerate(RACE, start=1):
            writer.write(entry)
            assert RACE[:count] == read(tmp_path / "race.mcap").entries
    finally:
        writer.close()


def test_an_exception_loses_nothing(tmp_path: Path) -> None:
    """GIVEN an exception that passes through the writer THEN what was recorded before it stands in
    a finished, valid file.
    """

    class StopError(Exception):
        pass

    def record() -> None:
        with McapWriter(tmp_path / "race.mcap", HEADER) as writer:
            for entry in RACE[:3]:
                writer.write(entry)
            raise StopError

    with pytest.raises(StopError):
        record()
    found = read(tmp_path / "race.mcap")
    assert (RACE[:3], (), ()) == (found.entries, found.problems, found.notes)


def test_a_value_that_is_no_number_is_refused_before_it_is_written(tmp_path: Path) -> None:
    """GIVEN a nan, which JSON does not have THEN writing it is refused and the file goes on
    unharmed.
    """
    with McapWriter(tmp_path / "race.mcap", HEADER) as writer:
        writer.write(RACE[0])
        with pytest.raises(ValueError, match="not JSON compliant"):
            writer.write(Fix(1, float("nan"), 0.0))
        writer.write(RACE[1])
    assert RACE[:2] == read(tmp_path / "race.mcap").entries


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a disk that is full in the middle of a record THEN one clear line says so and all
    records before it can be read.
    """
    writer = McapWriter(tmp_path / "race.mcap", HEADER)
    for entry in RACE[:4]:
        writer.write(entry)
    raw = writer._file._raw

    def half(data: memoryview) -> int:
        raw.__class__.write(raw, bytes(data)[: len(data) // 2])
        raise OSError(28, "No space left on device")

    class Full:
        closed = False
        write = staticmethod(half)
        tell = raw.tell
        close = raw.close
        fileno = raw.fileno

    monkeypatch.setattr(writer._file, "_raw", Full())
    with pytest.raises(DataError, match=r"cannot write .*: No space left on device"):
        writer.write(RACE[4])
    writer.close()
    found = read(tmp_path / "race.mcap")
    assert RACE[:4] == found.entries
    assert "ends at 1.250 s" in found.problems[0]


def test_the_disk_is_asked_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN ten writes a second for three seconds THEN the system is asked to bring the file to the
    disk at each second, and no more.
    """
    now_s = 0.0
    asked: list[float] = []
    monkeypatch.setattr("kickcue.recording.mcap_writer.time.monotonic", lambda: now_s)
    monkeypatch.setattr("kickcue.recording.locked_file.os.fsync", lambda _: asked.append(now_s))
    with McapWriter(tmp_path / "race.mcap", HEADER) as writer:
        for tenth in range(31):
            now_s = tenth / 10
            writer.write(Tick(tenth * 10**8))
    assert [0.0, 1.0, 2.0, 3.0, 3.0] == asked


@pytest.mark.parametrize(
    ("writes", "told"),
    [(0, "cannot write .*: Input/output error"), (1, "cannot finish .*: Input/output error")],
)
def test_a_dying_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int, told: str
) -> None:
    """GIVEN a disk that fails when the file is begun or finished THEN one clear line says so, and
    the file is closed.
    """
    left = writes

    def fail(_: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("kickcue.recording.locked_file.os.fsync", fail)
    with pytest.raises(DataError, match=told), McapWriter(tmp_path / "race.mcap", HEADER) as writer:
        writer.write(RACE[0])
    assert (tmp_path / "race.mcap").stat().st_size > 0


def test_a_race_is_never_recorded_over_another(tmp_path: Path) -> None:
    """GIVEN a file of that name THEN the writer refuses, and the old recording is as it was."""
    path = write_race(tmp_path / "race.mcap")
    with pytest.raises(UsageError, match="never overwritten"):
        McapWriter(path, HEADER)
    assert read(path).entries == RACE
    with pytest.raises(UsageError, match=r"cannot create .*: No such file"):
        McapWriter(tmp_path / "no" / "race.mcap", HEADER)


def test_a_file_that_another_tool_has_compressed(tmp_path: Path) -> None:
    """GIVEN a recording that went through a tool which chunks and compresses THEN it reads the
    same.
    """
    path = write_race(tmp_path / "race.mcap")
    packed = BytesIO()
    writer = Writer(packed, compression=CompressionType.ZSTD)
    writer.start()
    reader = make_reader(BytesIO(path.read_bytes()))
    for metadata in reader.iter_metadata():
        writer.add_metadata(metadata.name, metadata.metadata)
    channels: dict[str, int] = {}
    for schema, channel, message in reader.iter_messages():
        if channel.topic not in channels:
            assert schema is not None
            schema_id = writer.register_schema(schema.name, schema.encoding, schema.data)
            channels[channel.topic] = writer.register_channel(channel.topic, "json", schema_id)
        writer.add_message(
            channels[channel.topic],
            message.log_time,
            message.data,
            message.publish_time,
            message.sequence,
        )
    annotation = writer.register_channel("/in/wind", "json", 0)
    writer.add_message(annotation, 0, b"{}", 0)
    writer.finish()  # type: ignore[no-untyped-call]  # the library forgot its type
    found = read_mcap(path, packed.getvalue())
    assert (RACE, HEADER, ()) == (found.entries, found.header, found.problems)
    assert ("ignored channels unknown to this version of kickcue: '/in/wind'",) == found.notes


def _mcap_with(metadata: dict[str, str] | None) -> bytes:
    stream = BytesIO()
    writer = Writer(stream)
    writer.start()
    if metadata is not None:
        writer.add_metadata("kickcue", metadata)
    writer.finish()  # type: ignore[no-untyped-call]  # the library forgot its type
    return stream.getvalue()


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        (None, "not recorded by kickcue"),
        ({"kickcue": "2"}, "made by a newer version"),
        ({"kickcue": "0"}, "made by an older version"),
        ({"kickcue": "x"}, "kickcue: expected JSON, got 'x'"),
        ({"kickcue": "1", "lap_m": "-4"}, "lap_m: expected a number of metres above 0"),
    ],
)
def test_foreign_files(metadata: dict[str, str] | None, told: str) -> None:
    """An MCAP of another program, or of another form, is refused in one line that says so."""
    with pytest.raises(DataError) as caught:
        read_mcap(Path("other.mcap"), _mcap_with(metadata))
    assert str(caught.value).startswith("other.mcap: ")
    assert told in str(caught.value)
