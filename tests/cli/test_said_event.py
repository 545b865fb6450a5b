"""The event and the wanted time, wherever they are said: what was taken for granted is told, and
what cannot be meant is refused.
"""

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from kickcue.cli import main, race_options
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import load_settings
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.recording import read

BOUNDS = "target_s: expected 11:58 to 1:40:00 for 5000m"
SLIPS = {
    "10.30": "did you mean 10:30?",
    "16.30": "did you mean 16:30?",
    "1:00": "did you mean 1:00:00?",
    "16:30:00": "did you mean 16:30?",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, in a process that has told nothing yet."""
    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    race_options._print_note.cache_clear()
    return tmp_path


@pytest.fixture
def recording(here: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a race of 5000 m that was made up."""
    assert main(["simulate", "--race", "5000m", "--target", "16:30", "--out", "race.jsonl"]) == 0
    capsys.readouterr()
    return here / "race.jsonl"


@pytest.mark.parametrize("said", SLIPS)
def test_an_option_that_cannot_be_meant(
    said: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a slip in a wanted time WHEN said by an option of any command THEN status 2, the
    bounds, and what was probably meant.
    """
    (recording.parent / "race.toml").write_text(
        'race = "5000m"\n[sensors.s]\nprofile = "stryd"\nmqtt = "s"\n'
    )
    for words in (
        ["init", "new.toml", "--race", "5000m", "--yes"],
        ["replay", "race.jsonl"],
        ["simulate", "--race", "5000m", "--out", "new.jsonl"],
        ["run", "--headless", "race.toml"],
    ):
        assert main([*words, "--target", said]) == 2, words
        error = capsys.readouterr().err
        assert BOUNDS in error
        assert SLIPS[said] in error
    assert not Path("new.toml").exists()
    assert not Path("new.jsonl").exists()


@pytest.mark.parametrize("said", ["10,30", "10.30.0", "10-30"])
def test_no_time_at_all(said: str, recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN what is no time, such as one with a comma THEN it is refused with what may be meant."""
    assert main(["replay", str(recording), "--target", said]) == 2
    error = capsys.readouterr().err
    assert "--target: expected a time like 15:30, 1:02:03 or 930" in error
    assert "did you mean 10:30" in error


@pytest.mark.parametrize("said", SLIPS)
def test_a_file_or_a_variable_that_cannot_be_meant(
    said: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same slip in race.toml, quoted or not, or in the environment, is refused with who said
    it.
    """
    path = here / "race.toml"
    for written in (f'"{said}"', said if ":" not in said else f'"{said}"'):
        path.write_text(f'race = "5000m"\ntarget_s = {written}\n')
        assert main(["run", "--headless", "race.toml"]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"kickcue: race.toml: {BOUNDS}")
        assert SLIPS[said] in error
    path.write_text('race = "5000m"\n')
    monkeypatch.setenv("KICKCUE_TARGET_S", said)
    assert main(["run", "--headless", "race.toml"]) == 2
    error = capsys.readouterr().err
    assert "environment variable KICKCUE_TARGET_S" in error
    assert SLIPS[said] in error


def test_a_time_of_another_event(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file with a wanted time WHEN a much shorter race is run by an option THEN it is not
    paced by the time of the longer one.
    """
    (here / "race.toml").write_text(
        'race = "5000m"\ntarget_s = "16:30"\n[sensors.s]\nprofile = "stryd"\nmqtt = "s"\n'
    )
    assert main(["run", "--headless", "race.toml", "--race", "800m"]) == 2
    assert (
        "the options and race.toml: target_s: expected 1:36 to 16:00 for 800m, got 16:30"
        in capsys.readouterr().err
    )


def test_what_was_recorded_is_replayed_as_it_was(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording made with a wanted time that would be refused today WHEN replayed THEN it
    is, also under other rules.
    """
    header, _, rest = recording.read_text().partition("\n")
    old = json.loads(header)
    old["setup"]["target_s"] = 10.3
    recording.write_text(f"{json.dumps(old)}\n{rest}")
    assert main(["replay", "race.jsonl"]) == 0
    assert main(["replay", "race.jsonl", "--rules", "timetrial"]) == 0
    assert "target_s" not in capsys.readouterr().err
    assert main(["replay", "race.jsonl", "--race", "3000m"]) == 0, "another race has another time"


def test_another_race_leaves_the_recorded_time_behind(recording: Path) -> None:
    """GIVEN a recorded wanted time WHEN another event is asked for THEN that has none, unless one
    is said with it.
    """
    recorded = RaceDocument.parse(read(recording).header.setup or {}, "x")
    assert 990.0 == recorded.target_s
    parser = ArgumentParser()
    race_options.add_race_options(parser)
    for words, expected in (
        (["--race", "10000m"], None),
        (["--race", "10000m", "--target", "33:00"], 1980.0),
        (["--lap", "200"], 990.0),
    ):
        wish = race_options.race_wish(parser.parse_args(words), recorded, {})
        assert wish is not None
        assert expected == wish.target_s


@pytest.mark.parametrize("event", ["3k", "5k"])
def test_a_road_race_is_said_to_be_one(
    event: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN kilometres WHEN chosen in any command THEN one line says that this is the road, and how
    the track is said.
    """
    told = f"{event} is a road race with a line every kilometre; for the track, use {event[0]}000m"
    (recording.parent / "second.jsonl").write_bytes(recording.read_bytes())
    for words in (
        ["course", event],
        ["init", "new.toml", "--race", event, "--yes"],
        ["replay", "race.jsonl", "second.jsonl", "--race", event],
        ["simulate", "--race", event, "--out", "new.jsonl"],
    ):
        race_options._print_note.cache_clear()
        assert main(words) == 0, words
        captured = capsys.readouterr()
        assert 1 == (captured.out + captured.err).count(told), words


def test_the_track_is_not_spoken_of(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing was taken for granted nothing is said."""
    assert main(["replay", str(recording), "--race", "5000m"]) == 0
    assert "" == capsys.readouterr().err


async def test_a_run_says_it_on_screen_and_in_the_log(here: Path) -> None:
    """GIVEN a road race in race.toml WHEN it is run THEN the run's own notes have the line: screen
    and log show those.
    """
    settings = load_settings(
        None,
        options={
            "race": "5k",
            "record": False,
            "sensors.s.profile": "stryd",
            "sensors.s.mqtt": "s",
        },
        environ={},
    )
    async with live(settings, state=here) as run:
        assert isinstance(run, RaceDaemon)
        assert [True] == ["5k is a road race" in note for note in run.notes if "road" in note]
