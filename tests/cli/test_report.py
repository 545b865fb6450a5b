"""``kickcue report``: pages, JSON, text, and what it does not overwrite."""

import json
import webbrowser
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.recording.mcap_writer import McapWriter
from tests.analysis.review import made_up

GENERATOR = '<meta name="generator" content="kickcue '


def recorded(path: Path) -> Path:
    """Write a race of 1500 m as kickcue records it."""
    recording = made_up.race_recording()
    with McapWriter(path, recording.header) as writer:
        for entry in recording.entries:
            writer.write(entry)
    return path


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return recorded(tmp_path / "race.mcap")


def test_the_page_lies_beside_the_recording(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a recording WHEN it is reported on THEN a page of its name is beside it, for its owner
    alone, and that is said; a second report takes the place of the first.
    """
    page = race.with_suffix(".html")
    for _ in range(2):
        assert main(["report", str(race)]) == 0
        assert f"wrote {page}\n" == capsys.readouterr().out
        assert GENERATOR in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600


def test_no_other_file_is_overwritten(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a page of somebody else's where the report would be THEN it stays, and that is said."""
    page = race.with_suffix(".html")
    page.write_text("<p>my own page", encoding="utf-8")

    for arguments in ([], ["-o", str(page)]):
        assert main(["report", str(race), *arguments]) == 2
        assert "not a report of kickcue" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "<p>my own page"


def test_several_recordings_have_a_page_each(
    race: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two recordings and a folder WHEN they are reported on THEN there is a page for each."""
    other, folder = recorded(tmp_path / "other.mcap"), tmp_path / "pages"
    folder.mkdir()

    assert main(["report", str(race), str(other), "-o", str(folder)]) == 0
    assert ["other.html", "race.html"] == sorted(page.name for page in folder.iterdir())
    assert main(["report", str(race), str(other), "-o", str(tmp_path / "one.html")]) == 2
    assert "expected a folder" in capsys.readouterr().err


def test_two_recordings_that_would_share_a_page(
    race: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN race.mcap and race.jsonl WHEN both are reported on THEN neither page is written, and
    the clash is named.
    """
    other = tmp_path / "race.jsonl"

    assert main(["report", str(race), str(other)]) == 2
    assert "would both become" in capsys.readouterr().err
    assert not race.with_suffix(".html").exists()


def test_one_bad_file_does_not_stop_the_others(
    race: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file that is no recording before one that is WHEN both are reported on THEN the
    second has its page, and the status tells of the first.
    """
    bad = tmp_path / "bad.fit"
    bad.write_bytes(b"no recording")

    assert main(["report", str(bad), str(race)]) == 1
    assert "bad.fit" in capsys.readouterr().err
    assert race.with_suffix(".html").exists()


def test_what_can_be_had_of_a_damaged_file(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a recording whose end is lost WHEN it is reported on THEN the page is of what is left,
    with the problem on it, and the status is 1.
    """
    whole = race.read_bytes()
    race.write_bytes(whole[: len(whole) * 2 // 3])

    assert main(["report", str(race)]) == 1
    problem = capsys.readouterr().err
    assert problem.startswith(f"kickcue: {race}: ")
    page = race.with_suffix(".html").read_text(encoding="utf-8")
    assert 'class="problems"' in page
    assert "The recording ends after" in page


def test_json_is_one_object_a_line(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN --json THEN each recording is one line, and no page is written."""
    assert main(["report", "--json", str(race), str(race)]) == 0

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert (first["kind"], first["distance_m"]) == ("race", 1500.0)
    assert not race.with_suffix(".html").exists()


def test_text_is_printed(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN --text THEN the report is printed, and no page is written."""
    assert main(["report", "--text", str(race)]) == 0

    assert "1500m in 4:56.8" in capsys.readouterr().out
    assert not race.with_suffix(".html").exists()


def test_text_and_page(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN --json and -o THEN there are both, and the page is not named among the JSON."""
    page = race.with_name("x.html")

    assert main(["report", "--json", str(race), "-o", str(page)]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert f"kickcue: wrote {page}\n" == err
    assert page.exists()


def test_a_picture_to_share(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN --image THEN it is a PNG, and no page is written."""
    pytest.importorskip("PIL")
    card = race.with_name("card.png")

    assert main(["report", str(race), "--image", str(card)]) == 0
    assert f"wrote {card}\n" == capsys.readouterr().out
    assert card.read_bytes().startswith(b"\x89PNG")
    assert not race.with_suffix(".html").exists()


def test_miles(race: Path) -> None:
    """GIVEN --units mi THEN the page begins with miles."""
    assert main(["report", str(race), "--units", "mi"]) == 0
    assert 'id="units-mi" checked' in race.with_suffix(".html").read_text(encoding="utf-8")


def test_an_anonymous_report_names_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording whose name says who and when WHEN it is reported on anonymously THEN page,
    JSON and name of the page say neither, nor the date.
    """
    path = recorded(tmp_path / "20260530-jane-doe.mcap")

    assert main(["report", "--anonymous", str(path)]) == 0
    assert main(["report", "--anonymous", "--json", str(path)]) == 0

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for text in (page, capsys.readouterr().out.splitlines()[1]):
        assert "jane" not in text.lower()
        assert "2026" not in text.replace("20260530-jane-doe", "")
    assert not path.with_suffix(".html").exists()


@pytest.mark.parametrize("options", [[], ["--anonymous"]])
def test_another_race_is_replayed(
    race: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN --race WHEN a recording is reported on THEN it is that race, of nobody's too."""
    assert main(["report", "--json", str(race), "--race", "800m", *options]) == 0
    review = json.loads(capsys.readouterr().out)
    assert (review["course"]["event"], review["course"]["distance_m"]) == ("800m", 800.0)


@pytest.mark.parametrize("started", [True, False])
def test_the_browser_shows_it(
    race: Path,
    started: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN --open THEN the browser is asked to show the page; where there is none, that is
    said.
    """
    asked: list[str] = []

    def opened(url: str) -> bool:
        asked.append(url)
        return started

    monkeypatch.setattr(webbrowser, "open", opened)

    assert main(["report", "--open", str(race)]) == 0
    assert [race.with_suffix(".html").as_uri()] == asked
    assert started != ("no browser could be started" in capsys.readouterr().err)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--text", "--json"], "--text or --json"),
        (["--open", "--json"], "--open"),
        (["again.mcap", "--image", "x.png"], "--image"),
    ],
)
def test_contradictions_are_refused(
    race: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN options that exclude each other THEN the error names them, and nothing is written."""
    assert main(["report", str(race), *options]) == 2
    assert said in capsys.readouterr().err
    assert [race] == list(race.parent.iterdir())
