import importlib
import json
import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from kickcue import __version__
from kickcue.cli import COMMANDS, main
from kickcue.cli.format.console import console, json_line, numbers, table
from kickcue.config.profile_files import SENSORS
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Command, CommandKind, Tick
from kickcue.lab.simulate import simulated_document
from kickcue.recording import Header
from kickcue.recording.mcap_writer import McapWriter

HEAVY = ("aiomqtt", "asyncio", "fitdecode", "mcap", "numpy", "paho", "pydantic", "rich")


def _fake_command(monkeypatch: pytest.MonkeyPatch, run: Callable[[Namespace], int]) -> None:
    """Let ``kickcue course`` do ``run``."""

    def configure(parser: ArgumentParser) -> None:
        parser.add_argument("anything", nargs="*")

    fake = SimpleNamespace(configure=configure, run=run)
    monkeypatch.setattr(importlib, "import_module", lambda _name: fake)


def _raiser(error: BaseException) -> Callable[[Namespace], int]:
    def run(_args: Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize("argv", [[], ["-h"], ["--help"], ["help"], ["list"]])
def test_overview_has_a_line_for_every_command(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """``kickcue`` alone shows within 80 columns, in groups by when it is of use, what each command
    is for.
    """
    assert main(argv) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, command in COMMANDS.items():
        assert [f"{name} {command.help}"] == [
            " ".join(line.split()) for line in lines if line.split()[:1] == [name]
        ]
    assert max(map(len, lines)) <= 80
    assert [] == [
        line
        for line in lines
        if line.endswith(":") and line[:-1] not in {command.when for command in COMMANDS.values()}
    ]
    assert len(lines) <= 48


@pytest.mark.parametrize("argv", [["--version"], ["-V"], ["version"]])
def test_version(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """``kickcue --version`` prints name and version."""
    assert main(argv) == 0
    assert capsys.readouterr().out == f"kickcue {__version__}\n"


def test_start_up_imports_nothing_heavy() -> None:
    """GIVEN a fresh interpreter WHEN the version is asked for THEN no library that costs time is
    loaded.
    """
    ask = "import sys; from kickcue.cli import main; main(['--version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[1].split()}
    assert set() == loaded & set(HEAVY)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_listed_command_is_there(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the table exists and tells its options."""
    assert main([name, "--help"]) == 0
    assert f"usage: kickcue {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "guess"),
    [
        (["corse"], ": did you mean course?"),
        (["replya", "x"], ": did you mean replay?"),
        (["calib"], ": did you mean calibrate?"),
        (["INFO"], ": did you mean info?"),
        (["--versoin"], ": did you mean --version?"),
        (["lap"], ": did you mean press lap?"),
        (["xyzzy"], ""),
        (["orbit"], ""),
    ],
)
def test_unknown_command_suggests_the_near_one(
    argv: list[str], guess: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that is none is refused in one line with status 2, naming the near one if there is
    one.
    """
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith(f"kickcue: unknown command {argv[0]!r}{guess} (")


def test_wrong_option_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake that argparse finds is reported like any other: one line, status 2, where to read
    more.
    """
    assert main(["course", "mile", "--lap", "x"]) == 2
    assert (
        capsys.readouterr().err
        == "kickcue: --lap: expected a number, got 'x' (see kickcue course --help)\n"
    )


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (
            ["gate"],
            [
                "--language",
                "--plain-relax",
                "--rules",
                "--target",
                "--hr-ceiling",
                "--kick",
                "--scale",
            ],
        ),
        (
            ["calibrate", "learn"],
            ["--language", "--plain-relax", "--rules", "--target", "--hr-ceiling", "--kick"],
        ),
    ],
)
def test_help_lists_what_has_an_effect(
    words: list[str], without: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a command that gives no cues THEN it has no options of cues, and refuses them."""
    assert main([*words, "--help"]) == 0
    told = capsys.readouterr().out
    assert [] == [option for option in without if option in told]
    assert "--race" in told
    assert main([*words, "x.mcap", without[0], "en"]) == 2


@pytest.mark.parametrize("name", ["course", "run"])
def test_help_of_a_command_in_either_order(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``kickcue help run`` is ``kickcue run --help``."""
    assert main([name, "--help"]) == 0
    told = capsys.readouterr().out
    assert main(["help", name]) == 0
    assert told == capsys.readouterr().out
    assert main(["help", "sprint"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("course", "expected EVENT, got nothing"),
        ("decode", "expected CHARACTERISTIC and HEX, got nothing"),
        ("course mile extra", "expected no further arguments, got 'extra'"),
        (
            "course mile --lpa 400",
            "expected an option of kickcue course, got '--lpa': did you mean --lap?",
        ),
        ("course mile --xyzzy", "expected an option of kickcue course, got '--xyzzy'"),
        ("course mile -x", "expected an option of kickcue course, got '-x'"),
        ("course mile --lane x", "--lane: expected a whole number, got 'x'"),
        ("course mile --lap", "--lap: expected M, got nothing"),
        ("course mile --json=3", "--json: expected no value, got '3'"),
        (
            "course mile --water-jump insid",
            "--water-jump: expected inside or outside, got 'insid': did you mean inside?",
        ),
        ("replay x --r 1", "expected --rate, --record, --race or --rules, got '--r'"),
        (
            "bridge --watch infinitime --name a --address b",
            "expected --address or --name, got both",
        ),
        ("profiles", "expected list, show or check, got nothing"),
        (
            "plan shwo x",
            "expected list, show, check, new, export or block, got 'shwo': did you mean show?",
        ),
        ("profiles lsit", "expected list, show or check, got 'lsit': did you mean list?"),
        ("calibrate forget", "expected show, learn or reset, got 'forget'"),
    ],
)
def test_argparses_words_reach_nobody(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with the words of a command, one line tells what was expected and what
    came, and where to read more.
    """
    assert main(words.split()) == 2
    command = words.partition(" ")[0]
    assert f"kickcue: {told} (see kickcue {command} --help)\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (DataError("a.fit: no FIT file"), 1, "kickcue: a.fit: no FIT file\n"),
        (UsageError("lane 0:\n should be 1 to 9"), 2, "kickcue: lane 0: should be 1 to 9\n"),
    ],
)
def test_errors_are_one_line_and_a_status(
    error: Exception,
    status: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An error meant for people leaves as one line on standard error and its own exit status."""
    _fake_command(monkeypatch, _raiser(error))
    assert status == main(["course"])
    assert line == capsys.readouterr().err


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody documented keeps its traceback."""
    _fake_command(monkeypatch, _raiser(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["course"])


def test_interrupt_is_130_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends quietly with the status that a shell expects."""
    _fake_command(monkeypatch, _raiser(KeyboardInterrupt()))
    assert main(["course"]) == 130
    assert capsys.readouterr().err == ""


def test_status_of_the_command_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``run`` returns is the exit status."""
    _fake_command(monkeypatch, lambda args: len(args.anything))
    assert main(["course", "a", "b"]) == 2


def test_reader_that_left_is_no_error() -> None:
    """GIVEN a pipe whose reader is gone (``| head``) WHEN a command prints THEN it ends with status
    0 and says nothing.
    """
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kickcue", "course", "10000m"],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("check", ["verify", "profiles", "doctor", "info", "replay"])
def test_a_reader_that_left_makes_no_success_of_a_failure(
    check: str, buffered: bool, tmp_path: Path
) -> None:
    """GIVEN a pipe whose reader is gone WHEN a check fails THEN its status is that of the failure,
    and there is no traceback.
    """
    _cut(tmp_path / "cut.mcap")
    (tmp_path / "race.toml").write_text("race = 5\n", encoding="utf-8")
    words = {
        "verify": ["verify", "cut.mcap"],
        "profiles": ["profiles", "check", str(_profile_with_a_false_self_test(tmp_path))],
        "doctor": ["doctor", "race.toml"],
        "info": ["info", "cut.mcap"],
        "replay": ["replay", "cut.mcap", "--race", "1500m", "--why", "--estimates"],
    }[check]
    reading, writing = os.pipe()
    os.close(reading)
    environ = {**os.environ, **({} if buffered else {"PYTHONUNBUFFERED": "1"})}
    ask = [sys.executable, "-m", "kickcue", *words]
    try:
        done = subprocess.run(
            ask,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            env=environ,
            cwd=tmp_path,
            text=True,
        )
    finally:
        os.close(writing)
    assert 1 == done.returncode
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_json_names_a_file_in_one_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file in a folder WHEN commands tell of it in JSON THEN ``file`` is the path as it was
    given, in each of them.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "races").mkdir()
    assert main(["simulate", "--race", "800m", "--out", "races/made.jsonl"]) == 0
    assert main(["replay", "races/made.jsonl", "--record", "races/own.mcap"]) == 0
    capsys.readouterr()
    for words in (["info"], ["replay"], ["verify"]):
        assert main([*words, "races/own.mcap", "--json"]) == 0
        assert {"races/own.mcap"} == {
            json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()
        }


def _cut(path: Path) -> None:
    """Write a recording that ends in the middle of an event."""
    document = simulated_document("1500m")
    header = Header("1500m", 400.0, setup=document.with_digests().as_json(), ticks=True)
    with McapWriter(path, header) as writer:
        writer.write(Command(0, CommandKind.START))
        for second in range(5):
            writer.write(Tick(second * 1_000_000_000))
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b'{"t_ns":3000000000')])


def _profile_with_a_false_self_test(folder: Path) -> Path:
    """Return Stryd's profile under another name, with a self-test that expects what is not so."""
    text = (SENSORS.shipped_folder / "stryd.toml").read_text(encoding="utf-8")
    for old, new in (
        ('id = "stryd"', 'id = "mine"'),
        ('name = "stryd*"', 'name = "mine*"'),
        ("cadence_spm = 180", "cadence_spm = 90"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_said_on_standard_error_comes_after_what_was_printed_before(tmp_path: Path) -> None:
    """GIVEN both outputs in one file WHEN a later file is damaged THEN that is told below what the
    file before it gave.
    """
    line = '{"t": 0, "sensor": "pod", "char": "2a53", "hex": "0400045a"}'
    (tmp_path / "good.jsonl").write_text(
        f'{{"kickcue": 1, "race": "1500m"}}\n{{"t": 0, "command": "start"}}\n{line}\n',
        encoding="utf-8",
    )
    _cut(tmp_path / "cut.mcap")
    ask = [sys.executable, "-m", "kickcue", "replay", "good.jsonl", "cut.mcap", "--estimates"]
    done = subprocess.run(
        ask, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, cwd=tmp_path, text=True
    )
    assert done.stdout.index("good.jsonl:\n") < done.stdout.index("kickcue: cut.mcap: ")


def test_broken_pipe_elsewhere_is_not_taken_for_a_reader_that_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GIVEN a standard output that works WHEN a socket breaks THEN the error is not swallowed."""
    _fake_command(monkeypatch, _raiser(BrokenPipeError()))
    with pytest.raises(BrokenPipeError):
        main(["course"])


def test_json_line_is_one_compact_line_in_the_given_order() -> None:
    """Keys stay in the order given, nothing is escaped that need not be,
    and numbers stay numbers.
    """
    assert (
        json_line({"b": 1.5, "a": (None, True, "Zürich\n")})
        == '{"b":1.5,"a":[null,true,"Zürich\\n"]}'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_line_refuses_what_is_no_json(value: float) -> None:
    """Not a number is not JSON: it must not reach a reader."""
    with pytest.raises(ValueError, match="JSON"):
        json_line({"speed_mps": value})


def test_table_aligns_and_leaves_no_blanks_at_the_ends() -> None:
    """Words stand left, numbers right, two blanks apart."""
    expected = "lap  what\n  1  bell\n 12"
    assert expected == table(("lap", "what"), [("1", "bell"), ("12", "")], align="rl")


def test_numbers_share_their_decimals() -> None:
    """A column shows as many decimals as its longest number needs, and none where none does."""
    assert numbers([9.344, 400.0]) == ("9.344", "400.000")
    assert numbers([400.0, 1000.0]) == ("400", "1000")
    assert numbers([0.12345], digits=2) == ("0.12",)
    assert numbers([]) == ()


def test_console_is_plain_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard output is no terminal, markup leaves no escape codes."""
    console().print("[bold red]bell[/]")
    assert capsys.readouterr().out == "bell\n"


def test_course_output_is_json_that_python_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    """What a command prints with --json is one line that a JSON reader takes."""
    assert main(["course", "mile", "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out)["bell_m"] == 1209.344


def test_an_ascii_terminal_gets_question_marks() -> None:
    """GIVEN an output that knows ASCII only WHEN a text has more THEN it is shown with ? in place
    of an error.
    """
    ask = [sys.executable, "-m", "kickcue", "decode", "2a29", "c3a9"]
    done = subprocess.run(
        ask,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert "manufacturer name  ?" in done.stdout
    assert "" == done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_in_one_line() -> None:
    """GIVEN an output that takes nothing more WHEN a command prints THEN that is told in one line,
    with status 1.
    """
    with open("/dev/full", "w") as full:  # noqa: PTH123  a device, not a path of ours
        done = subprocess.run(
            [sys.executable, "-m", "kickcue", "course", "mile"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (1, "kickcue: cannot write: No space left on device\n") == (done.returncode, done.stderr)
