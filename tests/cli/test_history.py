"""``kickcue history``: a folder's season, what it prints and writes."""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.course import course_for
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate
from kickcue.recording import Header, jsonl
from kickcue.report.season_index import NAME


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a race and a file that is none."""
    race = simulate(course_for("1500m"), SCENARIOS["button"], 3)
    header = Header(race="1500m", lap_m=400.0, utc="2026-06-14T10:09:11Z")
    jsonl.write(tmp_path / "race.jsonl", header, race.inputs)
    (tmp_path / "junk.fit").write_text("junk")
    return tmp_path


def test_a_season_is_a_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a folder with a race and junk THEN the page is in the folder, the junk is named and
    passed over, and an index is kept.
    """
    assert main(["history", str(folder)]) == 0
    captured = capsys.readouterr()
    assert f"wrote {folder / 'history.html'}\n" == captured.out
    assert captured.err.startswith("kickcue: junk.fit left out: not a FIT file")
    page = (folder / "history.html").read_text(encoding="utf-8")
    assert "1 race." in page
    assert "1500m" in page
    assert (folder / NAME).exists()


def test_recordings_link_to_their_reports(folder: Path, tmp_path: Path) -> None:
    """GIVEN a recording with a report page beside it, and one whose page is another's THEN the
    season links to the report alone, from wherever its page is.
    """
    elsewhere = tmp_path / "pages"
    elsewhere.mkdir()
    assert main(["report", str(folder / "race.jsonl")]) == 0
    (folder / "junk.html").write_text("somebody's own")
    assert main(["history", str(folder), "-o", str(elsewhere / "season.html")]) == 0
    page = (elsewhere / "season.html").read_text(encoding="utf-8")
    assert '<a href="../race.html">race.jsonl</a>' in page
    assert "junk.html" not in page


def test_json_and_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are printed and write no page."""
    assert main(["history", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert ["race.jsonl"] == [each["file"] for each in found["recordings"]]
    assert ["junk.fit"] == [each["file"] for each in found["left_out"]]
    assert main(["history", str(folder), "--text"]) == 0
    assert "1500m: last 400 m in" in capsys.readouterr().out
    assert not (folder / "history.html").exists()


def test_the_own_races_are_the_default(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN no folder THEN it is the one with the user's own races."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    races = tmp_path / "state" / "kickcue" / "races"
    races.mkdir(parents=True)
    (folder / "race.jsonl").rename(races / "race.jsonl")
    assert main(["history", "--json"]) == 0
    assert 1 == len(json.loads(capsys.readouterr().out)["recordings"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["nowhere"], "nowhere: no such folder of recordings"),
        ([".", "--text", "--json"], "expected --text or --json, got both"),
        ([".", "--json", "--open"], "--open shows the page"),
    ],
)
def test_what_cannot_be_is_refused(
    options: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever cannot be is refused in one line that says why."""
    monkeypatch.chdir(tmp_path)
    assert main(["history", *options]) == 2
    assert told in capsys.readouterr().err
