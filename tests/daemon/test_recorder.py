"""The recorder beside a race: whatever the disk does, every cue comes, and what was recorded can be
read.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kickcue.core.engine import Engine
from kickcue.core.events import Cue, Fix, Input, Output, Tick
from kickcue.core.units import NS_PER_S
from kickcue.daemon.race_session import RaceSession
from kickcue.daemon.recorder import MOST_WAITING, Recorder, resume_recorder, start_recorder
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header, read
from kickcue.recording.locked_file import StraightFile
from kickcue.recording.mcap_writer import McapWriter
from kickcue.replay.differences import first_difference
from kickcue.replay.source import source
from tests.patience import PATIENCE_S

HEADER = Header(race="1500m", utc="2026-06-14T10:09:11.250000Z", ticks=True)
DOCUMENT = simulated_document("1500m")


def ticks(count: int) -> list[Input]:
    return [Tick(number * NS_PER_S) for number in range(count)]


def race(record: Callable[[Any], None]) -> list[Output]:
    """Run a whole race in no time; return what was delivered."""
    delivered: list[Output] = []
    session = RaceSession(Engine(DOCUMENT.engine_config()), record, delivered.append)
    for event in simulate(DOCUMENT.course(), SCENARIOS["button"], 3).inputs:
        while session.wake_ns is not None and session.wake_ns < event.t_ns:
            session.feed(Tick(session.wake_ns))
        session.feed(event)
    return delivered


def undisturbed() -> list[Output]:
    return race(lambda _: None)


class Card:
    """A disk that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.going = threading.Event()
        self.going.set()
        self.stuck = threading.Event()

    def wait(self) -> None:
        if not self.going.is_set():
            self.stuck.set()
            assert self.going.wait(PATIENCE_S)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    """Return the disk under all files that are opened from now on."""
    card = Card()
    write = StraightFile.write

    def slow(self: StraightFile, data: bytes) -> None:
        card.wait()
        write(self, data)

    monkeypatch.setattr(StraightFile, "write", slow)
    yield card
    card.going.set()
    for thread in threading.enumerate():
        if thread.name == "recorder":
            thread.join(PATIENCE_S)


def test_a_race_is_recorded_whole_and_in_order(tmp_path: Path) -> None:
    """GIVEN a race WHEN it is over and the recorder closed THEN all of it stands in a new file
    named by moment and race, and verifies.
    """
    recorder = start_recorder(
        tmp_path / "state" / "races",
        Header(race="1500m", setup=DOCUMENT.as_json(), ticks=True, utc=HEADER.utc),
    )
    delivered = race(recorder.write)
    recorder.close()
    path = tmp_path / "state" / "races" / "20260614T100911Z-1500m.mcap"
    assert (None, path) == (recorder.trouble, recorder.path)
    found = read(path)
    assert (tuple(delivered), ()) == (found.outputs, found.problems)
    assert None is first_difference(
        found,
        tuple(output for _, outputs in source(found, None).run() for output in outputs),
        exact=True,
    )


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (Header(race="5000m", utc="2026-06-14T12:09:11+02:00"), "20260614T100911Z-5000m.mcap"),
        (Header(race="../10 km?", utc="2026-06-14T10:09:11Z"), "20260614T100911Z-..-10-km-.mcap"),
        (Header(), "undated-race.mcap"),
    ],
)
def test_recordings_are_named_by_utc_and_race(tmp_path: Path, header: Header, name: str) -> None:
    """Whatever zone the moment is told in and whatever the race is called, the name is a plain one
    in the folder.
    """
    recorder = start_recorder(tmp_path, header)
    recorder.close()
    assert tmp_path / name == recorder.path


def test_no_recording_overwrites_another(tmp_path: Path) -> None:
    """GIVEN three races in one second THEN each has a file of its own."""
    recorders = [start_recorder(tmp_path, HEADER) for _ in range(3)]
    for number, recorder in enumerate(recorders):
        recorder.write(Tick(number))
        recorder.close()
    names = [
        "20260614T100911Z-1500m.mcap",
        "20260614T100911Z-1500m-2.mcap",
        "20260614T100911Z-1500m-3.mcap",
    ]
    assert names == [recorder.path.name for recorder in recorders if recorder.path]
    assert [(Tick(0),), (Tick(1),), (Tick(2),)] == [read(tmp_path / name).entries for name in names]


def test_what_is_written_is_in_the_file_before_the_end(tmp_path: Path) -> None:
    """GIVEN a recorder that is not closed THEN what was written can soon be read: a process that is
    killed then has lost nothing.
    """
    recorder = start_recorder(tmp_path, HEADER)
    for tick in ticks(20):
        recorder.write(tick)
    assert recorder.path is not None
    given_up_s = time.monotonic() + PATIENCE_S
    while len(read(recorder.path).entries) < 20 and time.monotonic() < given_up_s:
        time.sleep(0.01)
    assert tuple(ticks(20)) == read(recorder.path).entries
    recorder.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """GIVEN a place where no folder can be THEN there is trouble and no file, nothing is raised,
    and every cue of the race comes.
    """
    (tmp_path / "state").write_text("a file")
    recorder = start_recorder(tmp_path / "state" / "races", HEADER)
    assert (None, f"cannot create {tmp_path / 'state' / 'races'}: Not a directory") == (
        recorder.path,
        recorder.trouble,
    )
    assert undisturbed() == race(recorder.write)
    recorder.close()


@pytest.mark.parametrize("number", [5, 28, 30])
def test_a_disk_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """GIVEN EIO, ENOSPC or EROFS in the middle of a race THEN every cue comes, the trouble is told,
    what was written can be read.
    """
    left = 200

    def failing(self: StraightFile, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(number, "the disk says no")
        write(self, data)

    write = StraightFile.write
    monkeypatch.setattr(StraightFile, "write", failing)
    recorder = start_recorder(tmp_path, HEADER)
    assert undisturbed() == race(recorder.write)
    recorder.close()
    assert f"cannot write {recorder.path}: the disk says no" == recorder.trouble
    assert recorder.path is not None
    found = read(recorder.path)
    assert 199 == len(found.entries)
    assert "truncated there" in found.problems[0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 96 kB, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, check=False, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here: that takes root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """GIVEN a real disk that is full in the middle of the race THEN every cue comes, and the
    recording is whole up to there.
    """
    recorder = start_recorder(small_disk / "races", HEADER)
    assert undisturbed() == race(recorder.write)
    recorder.close()
    assert f"cannot write {recorder.path}: No space left on device" == recorder.trouble
    assert recorder.path is not None
    found = read(recorder.path)
    assert len(found.entries) > 100
    assert undisturbed()[: len(found.outputs)] == list(found.outputs)
    again = start_recorder(small_disk / "races", HEADER)
    assert (True, None) == ("No space left" in str(again.trouble), again.path)
    resumed = resume_recorder(recorder.path)
    for tick in ticks(500):
        resumed.write(tick)
    resumed.close()
    assert "No space left" in str(resumed.trouble)
    assert found.entries == read(recorder.path).entries[: len(found.entries)]


LIMITED = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))
from kickcue.core.events import Cue
from tests.daemon.test_recorder import HEADER, race, start_recorder
recorder = start_recorder(Path(sys.argv[1]), HEADER)
cues = [output.id for output in race(recorder.write) if isinstance(output, Cue)]
recorder.close(60.0)
print(json.dumps([cues, recorder.trouble, str(recorder.path)]))
"""


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """GIVEN a process whose files may have 64 kB, set by the system THEN every cue comes and the
    recording is whole up to there.
    """
    repo = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path], check=True, stdout=subprocess.PIPE, cwd=repo
    )
    cues, trouble, path = json.loads(done.stdout)
    assert [output.id for output in undisturbed() if isinstance(output, Cue)] == cues
    assert f"cannot write {path}: File too large" == trouble
    assert undisturbed()[:50] == list(read(Path(path)).outputs[:50])


def test_a_disk_that_stands_still_for_a_while(tmp_path: Path, card: Card) -> None:
    """GIVEN a disk that stalls WHEN the race goes on and the disk recovers THEN nothing was held up
    and nothing is missing.
    """
    recorder = start_recorder(tmp_path, HEADER)
    card.going.clear()
    recorder.write(Tick(0))
    assert card.stuck.wait(PATIENCE_S)
    delivered = race(recorder.write)
    assert undisturbed() == delivered
    card.going.set()
    recorder.close(PATIENCE_S)
    assert recorder.path is not None
    assert (None, tuple(delivered)) == (recorder.trouble, read(recorder.path).outputs)


def test_a_disk_that_stands_still_for_too_long(tmp_path: Path, card: Card) -> None:
    """GIVEN a disk that stalls until too much waits THEN recording ends, with trouble; when the
    disk recovers nothing with a hole is written.
    """
    recorder = start_recorder(tmp_path, HEADER)
    recorder.write(Tick(0))
    card.going.clear()
    card.stuck.clear()
    entries = ticks(MOST_WAITING + 3)
    for entry in entries:
        recorder.write(entry)
    assert "the disk has been too slow for minutes" == recorder.trouble
    card.going.set()
    recorder.close(PATIENCE_S)
    assert recorder.path is not None
    found = read(recorder.path)
    assert (Tick(0), *entries)[: len(found.entries)] == found.entries
    assert len(found.entries) <= 3
    assert "truncated there" in found.problems[0]


def test_closing_takes_no_longer_than_told(tmp_path: Path, card: Card) -> None:
    """GIVEN a disk that stands still WHEN the recorder is closed THEN it returns after the given
    time and says what is missing.
    """
    recorder = start_recorder(tmp_path, HEADER)
    card.going.clear()
    recorder.write(Tick(0))
    recorder.close(0.05)
    assert "the disk did not finish writing it within 0.05 s" == recorder.trouble
    assert not card.going.is_set()
    recorder.write(Tick(1))
    recorder.close(0.0)


def test_a_disk_that_is_slow_to_begin(
    tmp_path: Path, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a disk that takes long to make the file WHEN the race begins THEN it is not held up,
    and recorded all the same.
    """
    monkeypatch.setattr("kickcue.daemon.recorder.BEGIN_S", 0.01)
    card.going.clear()
    recorder = start_recorder(tmp_path, HEADER)
    assert (None, None) == (recorder.path, recorder.trouble)
    recorder.write(Tick(5))
    card.going.set()
    recorder.close(PATIENCE_S)
    assert recorder.path is not None
    assert (Tick(5),) == read(recorder.path).entries


def test_an_entry_that_cannot_be_written(tmp_path: Path) -> None:
    """GIVEN a nan, which should never be WHEN it is to be recorded THEN the recording ends there
    instead of having a hole.
    """
    recorder = start_recorder(tmp_path, HEADER)
    for entry in (Tick(0), Fix(1, float("nan"), 0.0), Tick(2)):
        recorder.write(entry)
    recorder.close()
    assert recorder.path is not None
    assert (True, (Tick(0),)) == (
        str(recorder.trouble).startswith("ValueError: "),
        read(recorder.path).entries,
    )


def test_a_recording_is_gone_on_with(tmp_path: Path) -> None:
    """GIVEN an interrupted recording WHEN gone on with THEN new entries follow the old ones, and
    the file is whole.
    """
    path = tmp_path / "race.mcap"
    writer = McapWriter(path, HEADER)
    writer.write(Tick(0))
    busy = resume_recorder(path)
    assert (None, f"cannot resume {path}: another process is writing it") == (
        busy.path,
        busy.trouble,
    )
    writer.leave()
    recorder = resume_recorder(path)
    recorder.write(Tick(1))
    recorder.close()
    found = read(path)
    assert (None, path, (Tick(0), Tick(1)), ()) == (
        recorder.trouble,
        recorder.path,
        found.entries,
        found.problems,
    )


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    """GIVEN a closed recorder WHEN it is written to and closed again
    THEN the file stays as it was.
    """
    recorder: Recorder = start_recorder(tmp_path, HEADER)
    recorder.write(Tick(0))
    recorder.close()
    assert recorder.path is not None
    before = recorder.path.read_bytes()
    recorder.write(Tick(1))
    recorder.close()
    assert (before, None) == (recorder.path.read_bytes(), recorder.trouble)


def test_a_slow_disk_is_waited_for_and_told(tmp_path: Path, card: Card) -> None:
    """GIVEN a disk that stands still at the end WHEN the recording is closed THEN that is told, and
    nothing is lost once it goes on.
    """
    recorder = start_recorder(tmp_path, HEADER)
    card.going.clear()
    for event in ticks(3):
        recorder.write(event)
    said: list[str] = []

    def slow(text: str) -> None:
        said.append(text)
        card.going.set()

    recorder.close(slow=slow)
    assert recorder.trouble is None
    assert recorder.path is not None
    assert [f"slow disk: waiting up to {PATIENCE_S:g} s to finish writing the recording"] == said
    assert (3, ()) == (len(read(recorder.path).inputs), read(recorder.path).problems)
