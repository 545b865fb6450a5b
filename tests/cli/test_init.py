"""``kickcue init``: questions on a terminal, options for scripts, one file that explains itself."""

import importlib
import io
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import COMMANDS, CliCommand, main
from kickcue.cli.init import QUESTIONS
from kickcue.config.settings import load_settings


class Terminal(io.StringIO):
    """What somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with the command at hand and nobody at the keyboard."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "kickcue.cli.COMMANDS",
        {
            **COMMANDS,
            "init": CliCommand("Before the race", "kickcue.cli.init", "write a race file"),
        },
    )
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that types lines into a terminal."""
    return lambda *lines: monkeypatch.setattr(
        "sys.stdin", Terminal("".join(f"{line}\n" for line in lines))
    )


def _written(path: str = "race.toml") -> dict[str, Any]:
    """Return what the file sets; blocks in which nothing is set say nothing."""
    return {
        key: value for key, value in tomllib.loads(Path(path).read_text()).items() if value != {}
    }


def test_enter_takes_what_is_usual(
    type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a terminal WHEN only Enter is pressed THEN the usual race is written, private, and the
    next step is told.
    """
    type_in("", "", "", "", "", "")
    assert main(["init"]) == 0
    assert {"race": "5000m"} == _written()
    assert Path("race.toml").stat().st_mode & 0o777 == 0o600
    out = capsys.readouterr().out
    questions = (
        "Event",
        "[5000m]",
        "Lap length in metres [400]",
        "Target time",
        "Rules",
        "sanctioned race",
        "[training]",
        "[en]",
        "MQTT broker",
    )
    assert [] == [text for text in questions if text not in out]
    assert "Wrote race.toml" in out
    assert "'kickcue pair'" in out


def test_answers_reach_the_file(type_in: Callable[..., None]) -> None:
    """Every answer is a setting; one that is the usual one leaves its key off."""
    type_in("3000m", "200", "9:30", "timetrial", "de", "mqtts://maria@broker.example.org")
    assert main(["init"]) == 0
    broker = {"url": "mqtts://maria@broker.example.org"}
    assert {
        "race": "3000m",
        "lap_m": 200,
        "target_s": 570,
        "rules": "timetrial",
        "language": "de",
        "broker": broker,
    } == _written()


def test_a_wrong_answer_is_asked_again(
    type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong answer is refused with the reason, and the same question comes again."""
    type_in(
        "5001x",
        "5000m",
        "far",
        "3",
        "400",
        "fast",
        "0",
        "16.30",
        "16:30",
        "olympic",
        "training",
        "tlh",
        "fr",
        "h:1883",
        "none",
    )
    assert main(["init"]) == 0
    assert {"race": "5000m", "target_s": 990, "language": "fr"} == _written()
    out = capsys.readouterr().out
    reasons = (
        "unknown event '5001x'",
        "lap: expected metres, like 400, got 'far'",
        "lap: expected 50 to 2000 m, got 3.0 m",
        "expected a time like 15:30, 1:02:03 or 930, got 'fast'",
        "target_s: expected at least 1, got 0.0",
        "target_s: expected 11:58 to 1:40:00 for 5000m, got 0:16.3; did you mean 16:30?",
        "rules: expected one of training, timetrial, road, sanctioned, got 'olympic'",
        "language: expected one of de, en, fr",
        "broker.url: expected something like mqtt://",
    )
    assert [] == [text for text in reasons if text not in out]
    assert "the options" not in out


def test_no_lap_is_asked_on_the_road(
    type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A road race has no lap."""
    type_in("10k", "", "", "", "")
    assert main(["init"]) == 0
    assert "lap" not in capsys.readouterr().out.lower()
    assert {"race": "10k"} == _written()


def test_a_steeplechase_has_a_lap_of_its_own(
    type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The lap that is offered is the event's."""
    type_in("3000sc", "", "", "", "", "")
    assert main(["init"]) == 0
    assert "metres [39" in capsys.readouterr().out


def test_options_are_not_asked_for(
    type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """What an option tells is not asked."""
    type_in("", "", "")
    assert (
        main(["init", "--race", "1500m", "--target", "4:10", "--language", "de", "mine.toml"]) == 0
    )
    assert {"race": "1500m", "target_s": 250, "language": "de"} == _written("mine.toml")
    out = capsys.readouterr().out
    assert "Event" not in out
    assert "'kickcue pair mine.toml'" in out


def test_options_alone_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN no terminal WHEN --yes stands for what is usual THEN nothing is asked, and the file
    loads.
    """
    assert (
        main(
            ["init", "--race", "5000m", "--target", "16:30", "--broker", "mqtt://u:hush@h", "--yes"]
        )
        == 0
    )
    assert 990.0 == load_settings(Path("race.toml"), environ={}).target_s
    assert "hush" not in capsys.readouterr().out
    told = [
        "--race",
        "mile",
        "--lap",
        "400",
        "--target",
        "none",
        "--rules",
        "road",
        "--language",
        "en",
        "--broker",
        "none",
    ]
    assert main(["init", "second.toml", *told]) == 0
    assert {"race": "mile", "rules": "road"} == _written("second.toml")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "expected --race EVENT, as there is no terminal to ask in"),
        (["--yes"], "expected --race EVENT"),
        (["--race", "5000m"], "expected --lap M"),
        (["--race", "5k"], "expected --target TIME"),
        (["--race", "5001x", "--yes"], "--race: unknown event '5001x'"),
        (["--race", "5k", "--lap", "400", "--yes"], "--lap: lap only applies to a track race"),
        (
            ["--race", "5000m", "--target", "soon", "--yes"],
            "--target: expected a time like 15:30, 1:02:03 or 930, got 'soon'",
        ),
        (
            ["--race", "5000m", "--broker", "u:hush@h", "--yes"],
            "--broker: broker.url: expected something like mqtt://",
        ),
        (
            ["--race", "5000m", "--yes", "none/race.toml"],
            "cannot write none/race.toml: no folder none; create it first",
        ),
    ],
)
def test_what_is_missing_or_wrong_without_a_terminal(
    options: list[str], told: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the option; nothing is written, and the exit status is 2."""
    assert main(["init", *options]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert 1 == error.count("\n")
    assert [] == list(here.iterdir())


def test_a_file_is_not_overwritten(
    type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is there is refused before anything is asked."""
    Path("race.toml").write_text("mine")
    type_in("5000m")
    assert main(["init"]) == 2
    captured = capsys.readouterr()
    assert "" == captured.out
    assert "race.toml: already exists" in captured.err
    assert "mine" == Path("race.toml").read_text()


def test_leaving_in_the_middle(
    type_in: Callable[..., None], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control-D before the last answer writes nothing."""
    type_in("5000m", "400")
    assert main(["init"]) == 2
    assert "nothing written" in capsys.readouterr().err
    assert [] == list(here.iterdir())


def test_every_question_has_its_option() -> None:
    """Whatever is asked can be told by an option."""
    parser = ArgumentParser()
    importlib.import_module("kickcue.cli.init").configure(parser)
    told = vars(
        parser.parse_args([word for it in QUESTIONS for word in (f"--{it.option}", it.metavar)])
    )
    assert {it.option: it.metavar for it in QUESTIONS} == {
        it.option: told[it.option] for it in QUESTIONS
    }
