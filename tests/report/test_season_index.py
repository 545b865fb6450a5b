"""The index of a folder's recordings: kept as a whole, believed only where it fits."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from kickcue.analysis.review_digest import digest
from kickcue.report.season_index import (
    NAME,
    FileState,
    Index,
    IndexEntry,
    load_index,
    save_index,
)
from tests.analysis.made_up_reviews import race, run, session

RACE = IndexEntry(FileState(1000, 12345), digest(race("1500m", (57.0, 76.0, 75.0, 70.0))))
INDEX: Index = {
    "race.mcap": RACE,
    "reps.fit": IndexEntry(FileState(2000, 0), digest(session(200.0, (40.0, 39.0)))),
    "stran\udcffge.gpx": IndexEntry(FileState(0, -1), digest(run())),
    "damaged.mcap": IndexEntry(FileState(3, 4), "not a recording: <b>\n"),
}


def change(folder: Path, key: str, value: Any) -> None:
    path = folder / NAME
    given_json = json.loads(path.read_text())
    given_json[key] = value
    path.write_text(json.dumps(given_json))


def test_an_index_comes_back(tmp_path: Path) -> None:
    """Digests and reasons come back as they were, whatever the files are called."""
    save_index(tmp_path, INDEX)
    assert INDEX == load_index(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 2000), st.binary(max_size=4))
def test_a_damaged_index_is_no_index(tmp_path: Path, at: int, instead: bytes) -> None:
    """GIVEN an index with some bytes replaced, or cut off there, THEN reading it raises nothing,
    and an entry that is left is one of those written or was changed itself.
    """
    save_index(tmp_path, {"race.mcap": RACE})
    path = tmp_path / NAME
    data = path.read_bytes()
    path.write_bytes(data[:at] + instead + (data[at + len(instead) :] if instead else b""))
    assert len(load_index(tmp_path)) <= 1


@pytest.mark.parametrize(
    ("key", "value"), [("format", 2), ("made_by", "kickcue 0.0.1"), ("files", []), ("files", None)]
)
def test_another_version_starts_anew(tmp_path: Path, key: str, value: Any) -> None:
    """GIVEN an index of another form or another kickcue THEN nothing in it counts: its figures may
    mean something else.
    """
    save_index(tmp_path, INDEX)
    change(tmp_path, key, value)
    assert {} == load_index(tmp_path)


@pytest.mark.parametrize("wrong", [None, [], "x", {}, {"size": 1, "mtime_ns": 2}, {"size": True}])
def test_an_entry_that_is_none_is_left_out(tmp_path: Path, wrong: Any) -> None:
    """GIVEN one bad entry THEN the others count."""
    save_index(tmp_path, {"race.mcap": RACE})
    files = json.loads((tmp_path / NAME).read_text())["files"]
    change(tmp_path, "files", {**files, "wrong.mcap": wrong})
    assert {"race.mcap": RACE} == load_index(tmp_path)


def test_a_link_is_neither_followed_nor_written(tmp_path: Path) -> None:
    """GIVEN a link in place of the index THEN what it leads to is not read and not written."""
    elsewhere = tmp_path / "elsewhere.json"
    folder = tmp_path / "races"
    folder.mkdir()
    save_index(tmp_path, INDEX)
    (tmp_path / NAME).rename(elsewhere)
    before = elsewhere.read_text()
    (folder / NAME).symlink_to(elsewhere)
    assert {} == load_index(folder)
    save_index(folder, {})
    assert before == elsewhere.read_text()


def test_what_is_no_file_holds_nothing_up(tmp_path: Path) -> None:
    """GIVEN a pipe in place of the index THEN nobody waits for its writer."""
    os.mkfifo(tmp_path / NAME)
    assert {} == load_index(tmp_path)
    save_index(tmp_path, {"race.mcap": RACE})
    assert {"race.mcap": RACE} == load_index(tmp_path)


def test_a_folder_that_cannot_be_written_goes_without(tmp_path: Path) -> None:
    """GIVEN no folder of that name (or none that may be written) THEN keeping the index fails
    silently: it is never the truth.
    """
    save_index(tmp_path / "gone", INDEX)
    assert {} == load_index(tmp_path / "gone")
