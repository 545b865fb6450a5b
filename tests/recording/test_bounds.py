"""Numbers beyond what can be: refused, or left out and told, in every format; never an error of
arithmetic.
"""

import json
import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from mcap.data_stream import ReadDataStream
from mcap.records import Chunk
from mcap.writer import CompressionType, Writer

from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind
from kickcue.recording import Header, read
from kickcue.recording.bounds import LAST_NS, Bounds
from kickcue.recording.fields import LONGEST_M
from kickcue.recording.imported_activity import Activity, recording
from kickcue.recording.json_text import DEEPEST, parse
from kickcue.recording.json_values import LAST_NS as LAST_T_NS
from kickcue.recording.laps import Lap
from kickcue.recording.mcap_records import unpacked
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Recording
from kickcue.recording.points import Point
from kickcue.recording.time_order import in_order

HUGE = (
    "1e308",
    "-1e308",
    "1" + "0" * 400,
    "9223372036854775807",
    "1e400",
    "NaN",
    "-Infinity",
    "1" * 5000,
)


def saved(tmp_path: Path, name: str, data: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "line",
    [
        '{"t": #, "tick": true}',
        '{"t": 1, "lat_deg": #, "lon_deg": 0}',
        '{"t": 1, "lat_deg": 0, "lon_deg": #}',
        '{"t": 1, "lat_deg": 0, "lon_deg": 0, "accuracy_m": #}',
        '{"t": 1, "lat_deg": 0, "lon_deg": 0, "speed_mps": #}',
        '{"t": 1, "lat_deg": 0, "lon_deg": 0, "age_s": #}',
        '{"t": 1, "rssi_dbm": #}',
        '{"t": 1, "ack": "c", "felt": true, "latency_ms": #}',
        '{"t": 1, "out": "disarm", "cue_id": #, "why": ""}',
    ],
)
def test_a_line_of_jsonl(tmp_path: Path, line: str, number: str) -> None:
    """GIVEN a number beyond its bounds in any key of an event THEN one short line names file, line
    and what is wrong.
    """
    with pytest.raises(DataError) as caught:
        read(saved(tmp_path, "race.jsonl", f'{{"kickcue": 1}}\n{line.replace("#", number)}\n'))
    assert "race.jsonl:2: " in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("key", ["lap_m", "kickcue", "utc", "race", "sensors", "made_by", "x"])
def test_a_header(tmp_path: Path, key: str, number: str) -> None:
    """GIVEN such a number in a header, or as what is no number at all
    THEN it is refused likewise.
    """
    with pytest.raises(DataError) as caught:
        read(saved(tmp_path, "race.jsonl", f'{{"kickcue": 1, "{key}": {number}}}\n'))
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize(
    "utc",
    [
        "2024-05-01T08:00:00+24:01",
        "2024-05-01T08:00:00+99:99",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_a_moment_that_no_clock_tells(tmp_path: Path, utc: str) -> None:
    """GIVEN an offset of more than a day, or a year at the end of the calendar THEN it is refused
    in a header, and a point has no time.
    """
    with pytest.raises(DataError, match="utc: expected"):
        read(saved(tmp_path, "race.jsonl", json.dumps({"kickcue": 1, "utc": utc})))
    with pytest.raises(DataError, match="without a readable time: 1"):
        read(
            saved(
                tmp_path,
                "run.gpx",
                '<gpx><trk><trkseg><trkpt lat="1" '
                f'lon="1"><time>{utc}</time></trkpt></trkseg></trk></gpx>',
            )
        )


def test_json_is_bounded_in_depth() -> None:
    """GIVEN values nested up to the bound, one deeper, and without end THEN the first is read, the
    others are refused.
    """
    assert parse("[" * DEEPEST + "]" * DEEPEST)
    for deep in (DEEPEST + 1, 900, 100_000):
        for text in ("[" * deep + "]" * deep, '{"a":' * deep + "1" + "}" * deep):
            with pytest.raises(DataError, match="nested too deeply: expected at most 32 levels"):
                parse(text)
    assert {"a": [{}] * 100} == parse(json.dumps({"a": [{}] * 100}))


@pytest.mark.parametrize("t_ns", [LAST_T_NS + 1, 2**63 - 1, 2**64, 10**400, -1])
def test_a_record_of_a_native_recording(tmp_path: Path, t_ns: int) -> None:
    """GIVEN an own recording in which one record has a time beyond all THEN it is left out and
    told, and the rest is there.
    """
    path = tmp_path / "race.mcap"
    with McapWriter(path, Header()) as writer:
        writer.write(Command(0, CommandKind.START))
        writer.write(Command(5, CommandKind.LAP))
    data = path.read_bytes()
    at = data.index(b'{"t_ns":5,')
    end = data.index(b"}", at) + 1
    content = data[at:end].replace(b'"t_ns":5,', f'"t_ns":{t_ns},'.encode())
    head = at - 22 - 8
    data = (
        data[:head]
        + struct.pack("<Q", 22 + len(content))
        + data[head + 8 : at]
        + content
        + data[end:]
    )
    found = read(saved(tmp_path, "bad.mcap", data))
    assert ((Command(0, CommandKind.START),), 0.0) == (found.inputs, found.duration_s)
    assert any(
        "1 damaged records, the first: record 2: t_ns: expected" in problem
        for problem in found.problems
    )
    assert max(map(len, found.problems)) < 300


@pytest.mark.parametrize(
    "compression", [CompressionType.ZSTD, CompressionType.LZ4, CompressionType.NONE]
)
def test_a_chunk_is_unpacked_within_bounds(tmp_path: Path, compression: CompressionType) -> None:
    """GIVEN a chunk that says it is larger than all that may come, or unpacks to more than it says
    THEN it is refused.
    """
    path = tmp_path / "chunked.mcap"
    with path.open("wb") as file:
        writer = Writer(file, compression=compression)
        writer.start()
        channel = writer.register_channel("/in/tick", "json", 0)
        writer.add_message(channel, 0, bytes(100_000), 0)
        writer.finish()  # type: ignore[no-untyped-call]
    data = path.read_bytes()
    at = next(at for at in _records(data) if data[at] == 6)  # a chunk
    chunk = Chunk.read(_stream(data[at + 9 :]))
    assert chunk.uncompressed_size == len(unpacked(chunk, 200_000).data)
    with pytest.raises(ValueError, match="larger than any recording"):
        unpacked(chunk, 50_000)
    chunk.uncompressed_size = 1000
    with pytest.raises(ValueError, match="chunk size does not match"):
        unpacked(chunk, 200_000)


def _records(data: bytes) -> list[int]:
    found, at = [], 8
    while at + 9 <= len(data) - 8:
        found.append(at)
        at += 9 + int.from_bytes(data[at + 1 : at + 9], "little")
    return found


def _stream(data: bytes) -> ReadDataStream:
    return ReadDataStream(BytesIO(data))


@pytest.mark.parametrize("number", ["1e308", "-1e308", "9" * 39, "-0.01e9"])
@pytest.mark.parametrize(
    "name", ["DistanceMeters", "Speed", "RunCadence", "HeartRateBpm", "LatitudeDegrees"]
)
def test_a_point_of_tcx(tmp_path: Path, name: str, number: str) -> None:
    """GIVEN one impossible value THEN it is left out and told,
    and all others of the run are there.
    """
    point = (
        "<Trackpoint><Time>2024-05-01T08:00:0{}Z</Time><{}>{}</{}>"
        "<LongitudeDegrees>1</LongitudeDegrees></Trackpoint>"
    )
    points = "".join(
        point.format(second, name, number if second == 1 else second, name) for second in range(4)
    )
    lap = (
        f'<Lap StartTime="2024-05-01T08:00:00Z"><TotalTimeSeconds>{number}</TotalTimeSeconds>'
        f"<DistanceMeters>{number}</DistanceMeters>"
    )
    text = (
        "<TrainingCenterDatabase><Activity "
        f'Sport="Running">{lap}<Track>{points}</Track></Lap></Activity></TrainingCenterDatabase>'
    )
    found = read(saved(tmp_path, "run.tcx", text))
    assert 3.0 == found.duration_s
    unknown = number.startswith("-") and name in ("Speed", "RunCadence", "HeartRateBpm")
    assert unknown or any(
        "impossible values skipped:" in problem and " 1 (such as " in problem
        for problem in found.problems
    )


FLOATS = st.none() | st.floats(allow_nan=False)


@given(
    st.lists(
        st.builds(
            Point,
            st.integers(-(2**70), 2**70),
            FLOATS,
            FLOATS,
            FLOATS,
            FLOATS,
            FLOATS,
            FLOATS,
            FLOATS,
        ),
        max_size=5,
    ),
    st.lists(
        st.builds(
            Lap,
            st.integers(0, LAST_NS),
            st.just("manual"),
            st.booleans(),
            st.none() | st.floats(0, LONGEST_M),
        ),
        max_size=3,
    ),
)
def test_any_points(points: list[Point], laps: list[Lap]) -> None:
    """Whatever numbers a reader has found, a recording comes of what is kept, or one line; the rest
    is told once and shortly.
    """
    bounds = Bounds()
    kept = bounds.kept(points)
    outcome: object = None
    try:
        outcome = recording(Path("run.any"), Activity("any", in_order(kept).points, laps), "all")
    except DataError as error:
        outcome = error
    assert isinstance(outcome, Recording | DataError)
    told = list(bounds.sentences())
    assert len(told) <= 1
    assert all(len(sentence) < 500 for sentence in told)


def test_a_number_of_thousands_of_digits_is_refused_in_our_own_words() -> None:
    """GIVEN JSON with an integer beyond what Python converts THEN the message is short and names no
    function of Python's.
    """
    with pytest.raises(DataError, match="is out of range") as refused:
        parse("9" * 5000)
    assert (len(str(refused.value)) < 200, "set_int" in str(refused.value)) == (True, False)


@pytest.mark.parametrize("time_ns", [-1, LAST_NS + 1])
def test_a_record_of_no_time_is_left_out(time_ns: int) -> None:
    """GIVEN a record before 1970 or after 2199 THEN it is left out and told; others stay."""
    bounds = Bounds()
    good = Point(0, 1.0, 4.0)
    assert [good] == bounds.kept([Point(time_ns, 1.0, 4.0), good])
    assert "time 1" in next(bounds.sentences())
