import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Command, CommandKind, Mark, MarkSource, Tick
from kickcue.recording import Header, read
from kickcue.recording.jsonl import lines
from kickcue.recording.mcap_writer import McapWriter
from tests.recording.fit_bytes import simple_run

TCX = """<?xml version="1.0"?><TrainingCenterDatabase xmlns="x"><Activities>
<Activity Sport="Running"><Lap StartTime="2013-06-08T08:04:42Z"><Track>
<Trackpoint><Time>2013-06-08T08:04:42Z</Time><DistanceMeters>1</DistanceMeters></Trackpoint>
</Track></Lap></Activity></Activities></TrainingCenterDatabase>"""
GPX = """<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="1" lon="2"><time>2013-06-08T08:04:42Z</time></trkpt></trkseg></trk></gpx>"""
JSONL = (
    '{"kickcue": 1}\n{"t": 0, "command": "start"}\n{"t": 60, "mark": "button"}\n{"t": 61, '
    '"command": "lap"}\n{"t": 62, "tick": true}\n'
)


def saved(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def mcap_bytes(tmp_path: Path) -> bytes:
    path = tmp_path / "made.mcap"
    with McapWriter(path, Header()) as writer:
        writer.write(Command(0, CommandKind.START))
    return path.read_bytes()


@pytest.mark.parametrize("name", ["race.mcap", "race.txt", "race", "race.fit"])
def test_the_content_tells_the_kind_and_not_the_name(tmp_path: Path, name: str) -> None:
    """Whatever a file is called, plain or gzipped, it is read as what it is."""
    contents = {
        "MCAP": mcap_bytes(tmp_path),
        "JSONL": JSONL.encode(),
        "FIT": bytes(simple_run()),
        "TCX": TCX.encode(),
        "GPX": GPX.encode(),
    }
    for kind, data in contents.items():
        assert kind == read(saved(tmp_path, name, data)).kind
        assert kind == read(saved(tmp_path, name, gzip.compress(data))).kind
        if kind not in ("MCAP", "FIT"):
            assert kind == read(saved(tmp_path, name, b"\xef\xbb\xbf\n " + data)).kind


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (
            "race.fit",
            b"not a FIT file at all",
            (
                "race.fit: not a FIT file (no .FIT at byte 8); readable are MCAP, "
                "JSONL, FIT, TCX, GPX"
            ),
        ),
        ("race.FIT.gz", gzip.compress(b"no FIT", mtime=0), "not a FIT file"),
        ("race.mcap", b"\x89MCAP", "not an MCAP file"),
        ("race.tcx", b"<html></html>", "a web page"),
        ("race.tcx", b"<TCX></TCX>", "not a TCX file"),
        ("race.gpx", b"<kml/>", "a KML file"),
        ("race.gpx", b"<wpt/>", "not a GPX file"),
        ("race.jsonl", b"start", "not a kickcue JSONL file"),
        ("race.txt", b"start", "race.txt: not a recording kickcue can read"),
        ("race.fit", b"", "race.fit is empty"),
        (
            "race.tcx.gz",
            gzip.compress(b"", mtime=0),
            "the gzip file is empty; nothing could be recovered",
        ),
        (
            "race.tcx.gz",
            gzip.compress(TCX.encode(), mtime=0)[:12],
            "the gzip file is truncated; nothing could be recovered",
        ),
        (
            "race.tcx.gz",
            b"\x1f\x8b\x00\x00",
            "the gzip file is damaged; nothing could be recovered",
        ),
    ],
)
def test_what_is_no_recording_is_told(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    """A file that is not what its name promises, or nothing, is refused in one line that says what
    would be right.
    """
    with pytest.raises(DataError) as caught:
        read(saved(tmp_path, name, data))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_the_callers_mistake(tmp_path: Path) -> None:
    """A missing file, a folder and an unknown choice of marks blame the caller."""
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "no.fit")
    with pytest.raises(UsageError, match="got a folder"):
        read(tmp_path)
    with pytest.raises(UsageError, match="marks: expected one of manual, all, none, got 'auto'"):
        read(saved(tmp_path, "race.jsonl", JSONL.encode()), marks="auto")


def test_a_file_that_the_system_refuses(tmp_path: Path) -> None:
    """GIVEN a name that the file system cannot hold THEN its reason is told in one line."""
    with pytest.raises(DataError, match=r"cannot read .*: File name too long"):
        read(tmp_path / ("x" * 5000))


def test_a_cut_gzip_gives_what_is_before_the_cut(tmp_path: Path) -> None:
    """GIVEN a gzipped file cut off in the middle THEN what could be unzipped is read, and both
    losses are told.
    """
    text = (
        "\n".join(lines(Header(ticks=True), [Tick(n * 10**9 + n * n % 997) for n in range(2000)]))
        + "\n"
    )
    whole = gzip.compress(bytes(simple_run(2000)))
    found = read(saved(tmp_path, "run.fit.gz", whole[: len(whole) // 2]))
    assert 100 < found.duration_s < 1999
    assert "the gzip file is truncated: everything after the damage is lost" in found.problems
    assert len(found.problems) == 2
    with pytest.raises(DataError, match="truncated"):
        read(saved(tmp_path, "race.jsonl.gz", gzip.compress(text.encode())[:5000]))


def test_marks_can_be_taken_out_of_an_own_recording(tmp_path: Path) -> None:
    """GIVEN kickcue's own recording THEN its marks are events like all others, and only ``none``
    takes them and lap commands out.
    """
    path = saved(tmp_path, "race.jsonl", JSONL.encode())
    start, lap, tick = (
        Command(0, CommandKind.START),
        Command(61 * 10**9, CommandKind.LAP),
        Tick(62 * 10**9),
    )
    assert (
        (start, Mark(60 * 10**9, MarkSource.BUTTON), lap, tick)
        == read(path).inputs
        == read(path, marks="all").inputs
    )
    assert (start, tick) == read(path, marks="none").inputs == read(path, marks="none").entries


@pytest.mark.parametrize("kind", CommandKind)
def test_without_marks_nothing_takes_one_back_either(tmp_path: Path, kind: CommandKind) -> None:
    """GIVEN an order in a recording of kickcue's own WHEN it is read without marks THEN a lap and
    its undo are gone, which would take back a start or an end instead; any other order stays.
    """
    metres = ', "race_distance_m": 3000' if kind is CommandKind.DISTANCE else ""
    text = f'{JSONL.splitlines()[0]}\n{{"t": 1.0, "command": "{kind}"{metres}}}\n'
    path = saved(tmp_path, "race.jsonl", text.encode())
    marks = (CommandKind.LAP, CommandKind.UNDO_LAP)

    assert [kind] == [each.kind for each in read(path).inputs if isinstance(each, Command)]
    assert (kind not in marks) == bool(read(path, marks="none").inputs)


def test_libraries_are_loaded_only_where_they_are_needed() -> None:
    """Importing the package loads no file format library: the command line starts fast."""
    heavy = "{'fitdecode', 'mcap', 'xml.parsers.expat', 'numpy', 'pydantic'}"
    code = f"import sys, kickcue.recording; print(sorted({heavy} & sys.modules.keys()))"
    assert (
        "[]"
        == subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
    )
