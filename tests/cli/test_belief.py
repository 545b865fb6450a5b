"""``kickcue belief`` and its sentences in ``kickcue visualise``: which recordings are read, and
what is done with those that cannot be.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from kickcue.cli import main, own_recordings
from kickcue.core.events import Command, CommandKind
from kickcue.core.units import s_to_ns
from kickcue.recording import Header, Recording, read as read_whole
from kickcue.recording.mcap_reader import first_header
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry
from tests.cli.conftest import home
from tests.coaching.made_up_record import race, session

__all__ = ["home"]

SENTENCE = (
    "On 3 May 2026 the last of your 4 repeats of 200 m took 29.0 s: 2.0 s faster than the average "
    "of the 3 before."
)
TIMES_S = (31.0, 31.5, 30.5, 29.0)


@pytest.fixture
def races(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of recordings, empty; be in a folder without a race file."""
    monkeypatch.chdir(home)
    folder = home.parent / "state" / "kickcue" / "races"
    folder.mkdir(parents=True)
    return folder


def record(
    path: Path, entries: Iterable[Entry], *, day: str | None = "2026-05-03", event: str = "5000m"
) -> Path:
    header = Header(race=event, utc=None if day is None else f"{day}T12:00:00Z")
    with McapWriter(path, header) as writer:
        for entry in entries:
            writer.write(entry)
    return path


def out_of(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[list[str], list[str]]:
    """Run the command; return its lines and what it complained of."""
    assert 0 == main(["belief", "--language", "en", *words])
    found = capsys.readouterr()
    return found.out.splitlines(), found.err.splitlines()


def test_a_sentence_with_its_recording(races: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session WHEN asked THEN its sentence stands there, and its file."""
    record(races / "s.mcap", session(TIMES_S))
    assert ([SENTENCE, "  s.mcap"], []) == out_of(capsys)


def test_as_json(races: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session WHEN asked for JSON THEN the figures stand there besides the sentence."""
    record(races / "s.mcap", session(TIMES_S))
    (line,), _ = out_of(capsys, "--json")
    assert {
        "kind": "last_repeat",
        "text": SENTENCE,
        "file": "s.mcap",
        "date": "2026-05-03",
        "figures": {"metres": 200.0, "count": 4, "before": 3, "time_s": 29.0, "gain_s": 2.0},
    } == json.loads(line)


def test_files_given_count_besides_the_folder(
    races: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file besides, and one of the folder named twice THEN each is read once."""
    path = record(races / "s.mcap", session(TIMES_S))
    other = record(tmp_path / "r.mcap", race([38.0, *([76.0] * 11), 70.0]), day="2026-04-01")
    lines, errors = out_of(capsys, str(path), str(other), str(path))
    assert (["  s.mcap", "  r.mcap", "  r.mcap"], []) == (lines[1::2], errors)


def test_another_folder(races: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN another state folder THEN that one is read, and the usual one is not."""
    record(races / "s.mcap", session(TIMES_S))
    assert (["nothing to say yet: no recording shows it clearly enough"], []) == out_of(
        capsys, "--state", str(tmp_path / "other")
    )
    assert ([], []) == out_of(capsys, "--state", str(tmp_path / "other"), "--json")


@pytest.mark.parametrize(("language", "begins"), [("de", "Am 3. Mai 2026 "), ("fr", "Le 3 mai ")])
def test_other_languages(
    races: Path, capsys: pytest.CaptureFixture[str], language: str, begins: str
) -> None:
    """GIVEN a language THEN the sentence is in it."""
    record(races / "s.mcap", session(TIMES_S))
    (text, _), _ = out_of(capsys, "--language", language)
    assert text.startswith(begins)
    assert "29,0 s" in text


# ---- what cannot be read


def test_strange_files_are_left_out_and_named(
    races: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN files that are none, are damaged, have no date, an unset clock or an unknown race WHEN
    asked THEN each is left out and named in one line, and the good one counts.
    """
    whole = record(races / "good.mcap", session(TIMES_S)).read_bytes()
    (races / "cut.mcap").write_bytes(whole[: whole.index(b'"ended_ns"')])
    (races / "changed.mcap").write_bytes(whole.replace(b'"began_ns"', b'"begun_ns"'))
    (races / "empty.mcap").write_bytes(b"")
    (races / "text.mcap").write_text("no recording")
    (races / "notes.txt").write_text("not looked at")
    record(races / "dateless.mcap", session(TIMES_S), day=None)
    record(races / "unset.mcap", session(TIMES_S), day="1970-01-01")
    record(races / "strange.mcap", session(TIMES_S), event="hopping")
    (races / "nowhere.mcap").symlink_to("nothing")
    (races / "folder.mcap").mkdir()
    os.mkfifo(races / "pipe.mcap")

    lines, errors = out_of(capsys)

    assert [SENTENCE, "  good.mcap"] == lines
    assert ["changed", "cut", "dateless", "empty", "strange", "text", "unset"] == sorted(
        error.removeprefix("kickcue: ").partition(".mcap left out: ")[0] for error in errors
    )


def test_given_files_that_are_none(races: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file that is no recording, twice THEN it is left out and named, once; one that is not
    there at all is a usage error.
    """
    path = races / "notes.txt"
    path.write_text("no recording")
    (line,), (error,) = out_of(capsys, str(path), str(path))
    assert line.startswith("nothing to say yet")
    assert error.startswith("kickcue: notes.txt left out: ")
    assert 2 == main(["belief", str(races / "nothing.fit")])


def test_a_ride_is_no_run(races: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a ride on a bicycle THEN it is left out."""
    path = races / "ride.tcx"
    points = "".join(
        f"<Trackpoint><Time>2026-05-03T12:{at // 60:02}:{at % 60:02}Z</Time>"
        f"<DistanceMeters>{8 * at}</DistanceMeters></Trackpoint>"
        for at in range(600)
    )
    path.write_text(
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/'
        'TrainingCenterDatabase/v2"><Activities><Activity Sport="Biking">'
        "<Id>2026-05-03T12:00:00Z</Id>"
        f'<Lap StartTime="2026-05-03T12:00:00Z"><Track>{points}</Track></Lap>'
        "</Activity></Activities></TrainingCenterDatabase>"
    )
    _, (error,) = out_of(capsys, str(path))
    assert "not a run (Biking)" in error


# ---- bounds


def test_a_thousand_recordings_are_not_all_read(
    races: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a thousand recordings, the newest by their last change the best THEN a few hundred at
    most have their headers read, some thirty are read whole, the newest among them.
    """
    whole = record(races / "0000.mcap", session([31.0, 30.8])).read_bytes()
    for number in range(1, 1000):
        (races / f"{number:04}.mcap").write_bytes(whole)
    newest = record(races / "a.mcap", session(TIMES_S))
    for path in races.iterdir():
        os.utime(path, (1_000_000, 1_000_000 if path != newest else 2_000_000))
    headers: list[int] = []
    read: list[Path] = []

    def count_header(data: bytes) -> Header | None:
        headers.append(len(data))
        return first_header(data)

    def count_read(path: Path, *, marks: str) -> Recording:
        read.append(path)
        return read_whole(path, marks=marks)

    monkeypatch.setattr(own_recordings, "first_header", count_header)
    monkeypatch.setattr(own_recordings, "read", count_read)

    lines, errors = out_of(capsys)

    assert ([SENTENCE, "  a.mcap"], []) == (lines, errors)
    assert (own_recordings.MOST_READ, newest) == (len(read), read[0])
    assert len(headers) <= own_recordings.MOST_HEADERS


def test_large_recordings_are_read_within_bounds(
    races: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN recordings of which two have more bytes than are read at once THEN the second is left
    out and named.
    """
    sizes = [record(races / f"{name}.mcap", session(TIMES_S)).stat().st_size for name in ("a", "b")]
    os.utime(races / "a.mcap", (1_000_000, 1_000_000))
    monkeypatch.setattr(own_recordings, "MOST_BYTES", sum(sizes) - 1)
    lines, (error,) = out_of(capsys)
    assert ([SENTENCE, "  b.mcap"], True) == (lines, "a.mcap left out" in error)


# ---- in the visualisation


RACE = ("visualise", "--race", "5000m", "--goal", "15:30", "--language", "en", "--show")


def test_the_visualisation_tells_it(races: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session and a race of one's own THEN the script tells two sentences of them, unless
    they are not wanted; what cannot be read does not disturb it.
    """
    record(races / "s.mcap", session(TIMES_S))
    record(races / "r.mcap", race([38.0, *([76.0] * 11), 70.0]), day="2026-04-01")
    (races / "text.mcap").write_text("no recording")

    assert 0 == main([*RACE])
    found = capsys.readouterr()
    (line,) = [line for line in found.out.splitlines() if SENTENCE in line]
    assert line.endswith(
        "your last lap of the 5000 metres took 70.0 s: 6.0 s faster than the "
        "average of the 11 full laps before."
    )
    assert "" == found.err

    assert 0 == main([*RACE, "--no-belief"])
    assert "2026" not in capsys.readouterr().out


def test_a_start_alone_says_nothing(races: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race that was started and no more THEN the script goes on without a line of it."""
    record(races / "r.mcap", [Command(s_to_ns(1.0), CommandKind.START)])
    assert 0 == main([*RACE])
    assert "2026" not in capsys.readouterr().out
