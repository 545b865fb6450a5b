from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import (
    Ack,
    Command,
    CommandKind,
    Fix,
    Link,
    Mark,
    MarkSource,
    Notification,
    Tick,
)
from kickcue.recording import Header, read
from kickcue.recording.codec import SHAPES
from kickcue.recording.header import write_header
from kickcue.recording.jsonl import lines, read as read_jsonl, write
from kickcue.recording.model import Entry
from tests.recording.event_strategies import entries, headers

EXAMPLE = """\
{"kickcue": 1, "race": "5000m", "lap_m": 400, "utc": "2026-06-14T10:09:11Z", "sensors": {"pod": "generic-rsc", "strap": "polar-h10"}}
{"t": 0.000, "command": "start"}
{"t": 1.021, "sensor": "pod", "char": "2a53", "hex": "0780035ae90039300000"}
{"t": 1.507, "sensor": "strap", "char": "2a37", "hex": "1648"}
{"t": 2.0, "sensor": "strap", "link": "down"}
{"t": 3.5, "lat_deg": 51.8627, "lon_deg": -0.4231, "accuracy_m": 3}
{"t": 3.75, "tick": true}
{"t": 40.9,  "mark": "button"}
{"t": 41.2, "ack": "last_lap-1", "felt": true, "latency_ms": 41}
"""  # noqa: E501  a line of the documentation
HEAD = '{"kickcue": 1}\n'


def test_the_example_of_the_documentation() -> None:
    """Each kind of line becomes the event that it says, at its time to the nanosecond."""
    found = read_jsonl(Path("race.jsonl"), EXAMPLE.encode())
    sensors = {"pod": "generic-rsc", "strap": "polar-h10"}
    assert Header("5000m", 400, "2026-06-14T10:09:11Z", sensors, None, ticks=True) == found.header
    assert (
        Command(0, CommandKind.START),
        Notification(1_021_000_000, "pod", "2a53", bytes.fromhex("0780035ae90039300000")),
        Notification(1_507_000_000, "strap", "2a37", bytes.fromhex("1648")),
        Link(2_000_000_000, "strap", up=False),
        Fix(3_500_000_000, 51.8627, -0.4231, 3.0),
        Tick(3_750_000_000),
        Mark(40_900_000_000, MarkSource.BUTTON),
        Ack(41_200_000_000, "last_lap-1", felt=True, latency_ms=41.0),
    ) == found.inputs
    assert ((), (), "JSONL") == (found.outputs, found.problems, found.kind)


def test_the_documentation_is_true() -> None:
    """docs/recording.md shows exactly the example that is tested here, and names every key and
    every channel.
    """
    page = (Path(__file__).parents[2] / "docs" / "recording.md").read_text(encoding="utf-8")
    assert EXAMPLE in page
    keys = {field.key for shape in SHAPES for field in shape.fields} | {
        shape.tag for shape in SHAPES
    }
    assert set() == {key for key in keys | write_header(Header()).keys() if f"`{key}`" not in page}
    assert set() == {name for shape in SHAPES for name in (shape.topic,) if f"`{name}`" not in page}


@pytest.mark.parametrize("name", ["", "a\\u001b[31m", "n" * 65])
def test_sensor_names_can_be_printed(tmp_path: Path, name: str) -> None:
    """A sensor's name reaches terminals: control characters, nothing and books are refused with
    file and line.
    """
    path = tmp_path / "race.jsonl"
    path.write_text(
        f'{{"kickcue": 1}}\n{{"t": 1, "sensor": "{name}", "char": "2a37", "hex": "0048"}}\n'
    )
    with pytest.raises(DataError, match=r"jsonl:2: sensor: expected a printable name of 1 to 64"):
        read(path)


@given(headers.filter(lambda header: header.ticks), st.lists(entries, max_size=8))
def test_round_trip(header: Header, race: list[Entry]) -> None:
    """Any header, any inputs and outputs come back exactly, interleaved as they were written, every
    nanosecond included.
    """
    found = read_jsonl(Path("race.jsonl"), "\n".join(lines(header, race)).encode())
    assert (header, tuple(race)) == (found.header, found.entries)


def test_files_round_trip(tmp_path: Path) -> None:
    """What is written to a file reads back, and no file is written over another."""
    race = read_jsonl(Path("race.jsonl"), EXAMPLE.encode())
    path = tmp_path / "race.jsonl"
    write(path, race.header, race.entries)
    assert (race.header, race.entries) == (read(path).header, read(path).entries)
    with pytest.raises(UsageError, match="never overwritten"):
        write(path, race.header, race.entries)
    with pytest.raises(UsageError, match="cannot write "):
        write(tmp_path / "no" / "race.jsonl", race.header, race.entries)


def test_editors_leave_traces() -> None:
    """A byte order mark, CRLF and empty lines, as editors leave them, change nothing."""
    plain = read_jsonl(Path("race.jsonl"), EXAMPLE.encode())
    edited = read_jsonl(
        Path("race.jsonl"), b"\xef\xbb\xbf\r\n" + EXAMPLE.replace("\n", "\r\n\r\n").encode()
    )
    assert plain.entries == edited.entries
    # As PowerShell writes it.
    assert plain.entries == read_jsonl(Path("race.jsonl"), EXAMPLE.encode("utf-16")).entries


def test_time_is_rounded_and_may_run_backwards() -> None:
    """GIVEN more digits than nanoseconds and a line that comes late THEN time is rounded and the
    order of the file is kept.
    """
    found = read_jsonl(
        Path("race.jsonl"),
        f'{HEAD}{{"t": 1.0000000004, "mark": "gate"}}\n{{"t": 0.5, "mark": "beacon"}}\n'.encode(),
    )
    assert (
        Mark(1_000_000_000, MarkSource.GATE),
        Mark(500_000_000, MarkSource.BEACON),
    ) == found.inputs


@pytest.mark.parametrize(
    ("head", "body", "ticks"),
    [
        ("{}", "", False),
        ("{}", '{"t": 1, "tick": true}', True),
        ('{"ticks": true}', "", True),
        ('{"ticks": null}', '{"t": 1, "tick": true}', True),
    ],
)
def test_ticks_are_told_or_seen(head: str, body: str, ticks: bool) -> None:
    """A file with ticks is one whose ticks were recorded, whether its header says so or not."""
    header = head.replace("{", '{"kickcue": 1, ').replace(", }", "}")
    assert ticks == read_jsonl(Path("race.jsonl"), f"{header}\n{body}\n".encode()).header.ticks


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '{"t": 1, "mark": "btn"}',
            "mark: expected one of button, gate, beacon, trackside",
        ),
        (
            '{"t": 1, "marc": "button"}',
            (
                "nothing of hex, link, mark, command, lat_deg, rssi_dbm, ack, timer, tick (or "
                "out) is in the line"
            ),
        ),
        (
            '{"t": 1, "mark": "button", "command": "lap"}',
            "mark and command stand in one line; a line is one event",
        ),
        ('{"t": 1, "mark": "button", "note": "x"}', "'note': unknown key of a mark"),
        (
            '{"mark": "button"}',
            "t: expected seconds since the start of the recording",
        ),
        ('{"t": "1", "mark": "button"}', "got '1'"),
        ('{"t": true, "mark": "button"}', "got True"),
        ('{"t": -0.1, "mark": "button"}', "got -0.1"),
        (
            '{"t": 1718359751, "mark": "button"}',
            ("t: expected seconds since the start of the recording, 0 to 2000000"),
        ),
        ('{"t": NaN, "mark": "button"}', "NaN is not a JSON number"),
        (
            '{"t": 1, "sensor": "pod", "char": "2A53", "hex": "00"}',
            "char: expected four lower-case hex digits such as 2a53",
        ),
        (
            '{"t": 1, "sensor": "pod", "char": "2a53", "hex": "0"}',
            "hex: expected bytes in hex",
        ),
        ('{"t": 1, "sensor": "pod", "char": "2a53"}', "nothing of hex, link"),
        ('{"t": 1, "sensor": "pod", "hex": "00"}', "char is missing"),
        (
            '{"t": 1, "out": "cues"}',
            "out: expected one of estimate, phase, leg_begin, leg_result, cue, arm, disarm, notice",
        ),
        ('{"t": 1, "out": 3}', "out: expected one of"),
        ('{"t": 1, "mark"', "truncated?"),
        ("[1, 2]", "expected a JSON object"),
        ('"x"', "expected a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"kickcue": 1}', "got None"),
    ],
)
def test_bad_lines_are_named(line: str, told: str) -> None:
    """A line that is not understood ends the reading with file, line number, key, value and what
    would be right, in one line.
    """
    with pytest.raises(DataError) as caught:
        read_jsonl(Path("race.jsonl"), f'{HEAD}{{"t": 0, "command": "start"}}\n\n{line}\n'.encode())
    assert str(caught.value).startswith("race.jsonl:4: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '{"t": 0, "command": "start"}',
            'kickcue: expected 1, got None: the first line is {"kickcue": 1, ...}',
        ),
        ('{"kickcue": 2}', "expected recording format 1, got 2: made by a newer version"),
        ('{"kickcue": 0}', "made by an older version"),
        ('{"kickcue": "1"}', "kickcue: expected 1, got '1'"),
        (
            '{"kickcue": 1, "lap": 400}',
            "'lap': unknown key of the header (expected kickcue, race, lap_m",
        ),
        ('{"kickcue": 1, "lap_m": 0}', "lap_m: expected a number of metres above 0"),
        ('{"kickcue": 1, "lap_m": true}', "got True"),
        ('{"kickcue": 1, "race": 5000}', "race: expected text such as 5000m"),
        (
            '{"kickcue": 1, "utc": "2026-06-14T10:09:11"}',
            "expected a time with its zone such as 2026-06-14T10:09:11Z",
        ),
        ('{"kickcue": 1, "utc": "1969-12-31T00:00:00Z"}', "utc: expected"),
        ('{"kickcue": 1, "utc": "yesterday"}', "got 'yesterday'"),
        (
            '{"kickcue": 1, "sensors": ["pod"]}',
            'expected an object of names and profiles such as {"pod": "generic-rsc"}',
        ),
        ('{"kickcue": 1, "sensors": {"pod": null}}', "sensors: expected"),
        ('{"kickcue": 1, "setup": 3}', "setup: expected an object"),
        ('{"kickcue": 1, "ticks": "yes"}', "ticks: expected true or false"),
    ],
)
def test_bad_headers_are_named(line: str, told: str) -> None:
    """The header is checked key by key, and a form of another version is refused as such."""
    with pytest.raises(DataError) as caught:
        read_jsonl(Path("race.jsonl"), line.encode())
    assert str(caught.value).startswith("race.jsonl:1: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b'{"kickcue": 1, "ticks": false}\n{"t": 1, "tick": true}',
            'race.jsonl:2: expected no tick, as the header has "ticks": false',
        ),
        (b'{"kickcue": 1, "race": "\xff\xfe"}', "race.jsonl:1: not UTF-8 text"),
        (b"\n \n", "race.jsonl:1: expected a header line such as"),
    ],
)
def test_bad_files_are_named(data: bytes, told: str) -> None:
    """Contradictions, other encodings and empty files have their own words."""
    with pytest.raises(DataError) as caught:
        read_jsonl(Path("race.jsonl"), data)
    assert told in str(caught.value)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=4)
    .map(repr)
    .map(str.encode)
)
def test_any_bytes(data: bytes) -> None:
    """Whatever stands after a good header, reading ends in a recording or in a DataError."""
    outcome: Any = None
    try:
        outcome = read_jsonl(Path("race.jsonl"), HEAD.encode() + data)
    except DataError as error:
        outcome = error
    assert outcome is not None
