"""``kickcue compare``: what it prints, writes and refuses."""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.course import course_for
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate
from kickcue.recording import Header, jsonl
from kickcue.recording.mcap_writer import McapWriter
from tests.analysis.review.made_up import session_recording


@pytest.fixture(scope="module")
def races(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Write two simulated races of 1500 m."""
    folder = tmp_path_factory.mktemp("races")
    for seed in (3, 4):
        race = simulate(course_for("1500m"), SCENARIOS["button"], seed)
        jsonl.write(folder / f"race{seed}.jsonl", Header(race="1500m", lap_m=400.0), race.inputs)
    return str(folder / "race3.jsonl"), str(folder / "race4.jsonl")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write a simulated session."""
    path = tmp_path_factory.mktemp("session") / "session.mcap"
    recording = session_recording()
    with McapWriter(path, recording.header) as writer:
        for entry in recording.entries:
            writer.write(entry)
    return str(path)


def test_json_adds_up(races: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN two races THEN what was lost in the laps is the difference of their times."""
    assert main(["compare", *races, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["races"]
    assert 4 == len(found["stretches"])
    lost_s = sum(stretch["lost_s"][1] for stretch in found["stretches"])
    first, second = (side["common_s"] for side in found["sides"])
    assert abs(lost_s - (second - first)) < 0.01
    assert 1500.0 == found["common_m"]


def test_text_names_both(races: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed says who was faster, and which file is which."""
    assert main(["compare", *races, "--text"]) == 0
    printed = capsys.readouterr().out
    assert "than A over 1500 m" in printed
    assert "A  race3.jsonl" in printed
    assert "B  race4.jsonl" in printed


def test_a_page_is_written_and_overwrites_nothing_else(
    races: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page is written, and written again in its own place; another file stays as it is."""
    page, other = tmp_path / "compare.html", tmp_path / "other.html"
    other.write_text("precious")
    for _ in range(2):
        assert main(["compare", *races, "-o", str(page)]) == 0
    assert f"wrote {page}" in capsys.readouterr().out
    assert "Lap by lap" in page.read_text(encoding="utf-8")
    assert main(["compare", *races, "-o", str(other)]) == 2
    assert "precious" == other.read_text()


def test_an_anonymous_page_names_nobody(races: tuple[str, str], tmp_path: Path) -> None:
    """GIVEN --anonymous THEN neither the files' names nor their folder are on the page."""
    page = tmp_path / "compare.html"
    assert main(["compare", *races, "--anonymous", "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "than A over 1500 m" in text
    assert not [name for name in ("race3", "race4", Path(races[0]).parent.name) if name in text]


def test_sessions_go_by_repetition(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN two sessions THEN they are set beside each other repetition by repetition; by distance
    where that is asked for.
    """
    assert main(["compare", session, session, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["sessions"]
    assert [0.0] * 4 == [row["lost_s"][1] for row in found["rows"]]
    assert main(["compare", session, session, "--by", "distance", "--json"]) == 0
    assert "races" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("files", "options", "status", "told"),
    [
        ("r", [], 2, "expected 2 to 8 recordings to compare, got 1"),
        ("r" * 9, [], 2, "expected 2 to 8 recordings to compare, got 9"),
        ("rs", [], 2, "is a session and"),
        ("rr", ["--by", "repetitions"], 1, "no repetitions to compare"),
        ("rr", ["--text", "--json"], 2, "expected --text or --json, got both"),
        ("rr", ["--json", "--open"], 2, "--open shows the page"),
        ("rx", [], 2, "no such file"),
    ],
)
def test_what_cannot_be_is_refused(
    races: tuple[str, str],
    session: str,
    files: str,
    options: list[str],
    status: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever cannot be compared is refused in one line that says why."""
    named = {"r": races[0], "s": session, "x": "nowhere.fit"}
    assert status == main(["compare", *(named[each] for each in files), *options])
    captured = capsys.readouterr()
    assert "" == captured.out
    assert told in captured.err
    assert 1 == captured.err.count("\n")
