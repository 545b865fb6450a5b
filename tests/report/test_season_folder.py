"""A folder's digests: read once, and again where a file has changed."""

import os
from pathlib import Path

import pytest

from kickcue.analysis.review.model import ReviewKind
from kickcue.analysis.review_digest import ReviewDigest, digest
from kickcue.core.course import course_for
from kickcue.core.errors import DataError, UsageError
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate
from kickcue.recording import Header, jsonl
from kickcue.report.season_folder import folder_digests
from kickcue.report.season_index import NAME
from tests.analysis.made_up_reviews import run


class Reader:
    """Stands for the reading of recordings; keeps what was read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: Path) -> ReviewDigest:
        self.read.append(path.name)
        if path.read_text() == "bad":
            raise DataError(f"{path}: no good")
        return digest(run(path.name, seconds=float(len(path.read_text()))))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.mcap", "a.FIT", "c.tcx.gz", "d.zip", "notes.txt", ".hidden.mcap", "e.csv"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_recordings_are_read_once(folder: Path) -> None:
    """GIVEN a folder WHEN asked twice THEN each recording is read the first time only, in the order
    of names, and the answer is the same; other files are none of ours.
    """
    first, second = Reader(), Reader()
    found = folder_digests(folder, first)
    assert ["a.FIT", "b.mcap", "c.tcx.gz", "d.zip"] == first.read == [name for name, _ in found[0]]
    assert found == folder_digests(folder, second)
    assert [] == second.read


def test_a_changed_recording_is_read_again(folder: Path) -> None:
    """GIVEN one recording has another size, one another time, one is gone, one new THEN the changed
    and the new are read, and nothing is left of the one that is gone.
    """
    folder_digests(folder, Reader())
    (folder / "a.FIT").write_text("longer than before")
    os.utime(folder / "b.mcap", ns=(0, 0))
    (folder / "c.tcx.gz").unlink()
    (folder / "new.gpx").write_text("new")
    again = Reader()
    found, _ = folder_digests(folder, again)
    assert ["a.FIT", "b.mcap", "new.gpx"] == again.read
    assert ["a.FIT", "b.mcap", "d.zip", "new.gpx"] == [name for name, _ in found]
    assert 18.0 == found[0][1].seconds


def test_what_cannot_be_read_is_named_and_remembered(folder: Path) -> None:
    """GIVEN a damaged file THEN it is named with the reason, the others count, and it is not read a
    second time.
    """
    (folder / "b.mcap").write_text("bad")
    first, second = Reader(), Reader()
    found, damaged = folder_digests(folder, first)
    assert [("b.mcap", "no good")] == damaged
    assert 3 == len(found)
    assert (found, damaged) == folder_digests(folder, second)
    assert [] == second.read


@pytest.mark.parametrize("lost", ["gone", "damaged"])
def test_a_lost_index_is_made_anew(folder: Path, lost: str) -> None:
    """GIVEN the index is lost or damaged THEN the answer is the same, and there is one again."""
    found = folder_digests(folder, Reader())
    if lost == "gone":
        (folder / NAME).unlink()
    else:
        (folder / NAME).write_text('{"format": 1')
    again = Reader()
    assert found == folder_digests(folder, again)
    assert 4 == len(again.read)
    assert found == folder_digests(folder, last := Reader())
    assert [] == last.read


def test_an_interruption_loses_nothing_that_was_read(folder: Path) -> None:
    """GIVEN the reading is interrupted THEN what was read so far need not be read again."""

    def interrupted(path: Path) -> ReviewDigest:
        if path.name == "c.tcx.gz":
            raise KeyboardInterrupt
        return Reader()(path)

    with pytest.raises(KeyboardInterrupt):
        folder_digests(folder, interrupted)
    rest = Reader()
    folder_digests(folder, rest)
    assert ["c.tcx.gz", "d.zip"] == rest.read


def test_two_at_once_do_each_other_no_harm(folder: Path) -> None:
    """GIVEN another process reads the same folder while one does THEN both have the whole answer,
    and the index they leave is a whole one.
    """
    inner: list[object] = []

    def meanwhile(path: Path) -> ReviewDigest:
        if path.name == "c.tcx.gz":
            inner.append(folder_digests(folder, Reader()))
        return Reader()(path)

    found = folder_digests(folder, meanwhile)
    assert [found] == inner
    after = Reader()
    assert found == folder_digests(folder, after)
    assert [] == after.read


def test_links_and_pipes_hold_nothing_up(folder: Path) -> None:
    """A link that leads nowhere and a pipe are passed over; a link to a recording is one."""
    (folder / "nowhere.mcap").symlink_to(folder / "gone")
    (folder / "linked.mcap").symlink_to(folder / "b.mcap")
    os.mkfifo(folder / "pipe.fit")
    read = Reader()
    folder_digests(folder, read)
    assert ["a.FIT", "b.mcap", "c.tcx.gz", "d.zip", "linked.mcap"] == read.read


def test_progress_reaches_the_end(folder: Path) -> None:
    """While recordings are read, the share that is done grows to all of it."""
    shares: list[float] = []
    folder_digests(folder, Reader(), shares.append)
    assert [0.25, 0.5, 0.75, 1.0] == shares


def test_no_folder_is_refused(tmp_path: Path) -> None:
    """GIVEN no such folder THEN one line says so."""
    with pytest.raises(UsageError, match="cannot list the folder"):
        folder_digests(tmp_path / "gone")


def test_a_real_recording_has_a_digest(tmp_path: Path) -> None:
    """GIVEN a race as it was recorded THEN its digest has the finish and the event."""
    race = simulate(course_for("1500m"), SCENARIOS["button"], 3)
    jsonl.write(tmp_path / "race.jsonl", Header(race="1500m", lap_m=400.0), race.inputs)
    ((name, found),), damaged = folder_digests(tmp_path)
    assert ("race.jsonl", []) == (name, damaged)
    assert (ReviewKind.RACE, "1500m", 400.0) == (found.kind, found.event, found.last_m)
    assert found.kick_percent is not None
