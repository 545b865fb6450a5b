"""The race screen: what it says at each stage of a race, and that it fits."""

import io
from dataclasses import replace
from typing import Final

import pytest
from rich.console import Console
from rich.screen import Screen

from kickcue.cli.tui.race_result import RaceResult
from kickcue.cli.tui.race_state import RaceBoard, RaceLogEntry, Wrist
from kickcue.cli.tui.race_view import RacePicture
from kickcue.cli.tui.terminal import Asciified
from kickcue.core.course import course_for
from kickcue.core.cueing.phases import RACING
from kickcue.core.events import Arm, Cue, CueKind, Estimate, Level, Mode, Phase
from kickcue.supervision.health import DeviceHealth, Stage

ESTIMATE: Final = Estimate(
    0, 3600.0, 3.1, 5.41, 184.0, 176.0, 9, 1400.0, 83.0, Mode.MARKS, 9, 9, 2.6
)
UNSURE: Final = ESTIMATE._replace(
    distance_sd_m=130.0, lap_min=8, lap_max=10, eta_bell_sd_s=24.0, mode=Mode.POD
)
HOLD: Final = Cue(0, "hold-1", CueKind.HOLD, "Last lap: hold form", None, (), 3, 2000, None, None)
EASE: Final = Cue(0, "even-1", CueKind.EVEN, "Even pace: ease", None, (), 1, 2000, None, None)
LOG: Final = tuple(
    RaceLogEntry(n - 3.0, f"line {n} of 25, {400 * n} m (button)") for n in range(40)
)
FULL: Final = RaceBoard(
    title="5000m, laps of 400 m, training",
    course=course_for("5000m"),
    phase=Phase.BODY,
    wrist=Wrist(
        "mqtt://a-broker-with-a-long-name.example.org:1883, topics kickcue/maria/#",
        None,
        3,
        2,
        there=True,
        who="infinitime on the wrist, last seen 2 s ago",
    ),
    recording="/home/maria/.local/state/kickcue/races/20260614T100911Z-5000m.mcap",
    sensors={
        "strap": DeviceHealth(
            Stage.CONNECTED, rssi_dbm=-61, battery_percent=80, model="H10", drops=1
        ),
        "pod": DeviceHealth(Stage.LOOKING, "not seen for 12 s: is it worn and awake?"),
    },
    estimate=ESTIMATE,
    elapsed_s=754.2,
    bell_in_s=83.0,
    last_cue=EASE,
    last_cue_s=700.0,
    log=LOG,
)
EMPTY: Final = RaceBoard(
    "mile, road, training",
    course_for("mile"),
    Phase.WAITING,
    Wrist("", "no broker"),
    "starts with the first data",
)


def drawn(
    board: RaceBoard, columns: int = 80, lines: int = 24, *, ascii_only: bool = False
) -> list[str]:
    """Return the screen as lines of text."""
    console = Console(file=io.StringIO(), width=columns, height=lines, color_system=None)
    picture = Screen(RacePicture(board))
    with console.capture() as captured:
        console.print(Asciified(picture) if ascii_only else picture, end="")
    return captured.get().splitlines()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20), (80, 12), (45, 24), (38, 30)])
@pytest.mark.parametrize("phase", list(Phase))
def test_it_fits_at_every_stage(phase: Phase, size: tuple[int, int]) -> None:
    """GIVEN a full board and an empty one WHEN drawn THEN not a line or column is too many, and the
    keys are in the last line.
    """
    for board in (replace(FULL, phase=phase), replace(EMPTY, phase=phase)):
        lines = drawn(board, *size)
        assert size[1] == len(lines)
        assert max(map(len, lines)) <= size[0]
        assert "q quit" in lines[-1]


@pytest.mark.parametrize("columns", [38, 45, 60])
def test_a_phone_held_upright(columns: int) -> None:
    """GIVEN few columns THEN metres, lap, cadence, heart rate, pace, trouble and every key stand
    there, none of them cut.
    """
    text = " ".join(" ".join(drawn(FULL, columns, 24)).split())
    for expected in (
        "race lap 9 of 13",
        "± 6 m to go",
        "184 spm 176 bpm 3:05 min/km",
        "from your laps and the pod",
        "last lap in 1:23 ± 5 s",
    ):
        assert expected in text
    for key in ("space lap", "u undo", "f finish", "x give up", "q quit"):
        assert key in text
    assert "not seen for 12 s: is it worn and awake?" in text
    assert "line 39 of 25" in text


def test_a_question_is_whole_on_a_phone() -> None:
    """GIVEN a question longer than the terminal is wide THEN it stands on two lines."""
    asked = "The race is on. Press q again to quit, any other key to continue."
    lines = drawn(replace(FULL, question=asked), 45, 24)
    assert 24 == len(lines)
    assert asked == " ".join(" ".join(lines[-2:]).split())


def test_nothing_moves_while_the_race_goes_on() -> None:
    """GIVEN one board with everything and one with nothing known WHEN drawn THEN sensors, watch and
    keys stand in the same lines.
    """
    known, unknown = (
        drawn(FULL),
        drawn(replace(FULL, estimate=None, elapsed_s=None, bell_in_s=None, last_cue=None, log=())),
    )
    for label in ("  strap", "  pod", "  watch", "  recording", "  last cue", " space lap"):
        places = [
            [n for n, line in enumerate(lines) if line.startswith(label)]
            for lines in (known, unknown)
        ]
        assert len(places[0]) == 1
        assert places[0] == places[1]


def test_it_says_where_the_runner_is() -> None:
    """GIVEN an estimate WHEN drawn THEN lap, error (95 %), cadence, heart rate, pace and on what
    that stands are there.
    """
    text = "\n".join(drawn(FULL))
    for expected in (
        "12:34",
        "race  lap 9 of 13",
        "± 6 m to go",
        "184 steps/min",
        "176 heartbeats/min",
        "3:05 min/km, 5.4 m/s",
        "from your laps and the pod",
    ):
        assert expected in text


def test_a_sanctioned_race_has_no_cues() -> None:
    """GIVEN rules without cues THEN nothing says that cues go anywhere, or that one is still to
    come.
    """
    board = replace(
        FULL, wrist=Wrist("`kickcue watch` on this machine", None, cues=False), last_cue=None
    )
    text = "\n".join(drawn(board))
    assert "cues are sent" not in text
    assert "none yet" not in text
    assert "no cues: the race is sanctioned; display only, via" in text


def test_it_says_what_comes_next() -> None:
    """The next cue is counted down, with what it will be; before the gun and after the bell the
    line says what is to be expected.
    """
    hold = Arm(0, HOLD, 83_000)
    for board, expected in (
        (FULL, "last lap in 1:23 ± 5 s"),
        (replace(FULL, estimate=UNSURE), "last lap in about 1:23 (0:35 to 2:10)"),
        (replace(FULL, armed=hold), "last lap in 1:23 ± 5 s: hold form, your heart rate is high"),
        (replace(FULL, bell_in_s=None), "last lap: not known yet"),
        (replace(FULL, course=course_for("10k")), "last kilometre in 1:23 ± 5 s"),
        (replace(FULL, course=course_for("5000m", kick_m=600.0)), "last 600 m in 1:23 ± 5 s"),
        (
            replace(FULL, phase=Phase.LAST_LAP, estimate=ESTIMATE._replace(to_go_m=270.5)),
            "finish in 0:50 ± 3 s",
        ),
        (
            replace(FULL, phase=Phase.LAST_LAP, estimate=UNSURE._replace(to_go_m=270.5)),
            "finish in about 0:50 (0:02 to 1:37)",
        ),
        (
            replace(FULL, phase=Phase.LAST_50, estimate=ESTIMATE._replace(speed_mps=None)),
            "on the way to the finish",
        ),
        (EMPTY, "press s when the gun goes"),
        (replace(FULL, phase=Phase.FINISHED), "finished after 12:34"),
        (replace(EMPTY, phase=Phase.ABORTED), "abandoned"),
    ):
        assert expected in "\n".join(drawn(board))


def test_what_cannot_be_known_is_a_range() -> None:
    """GIVEN a place known to 255 m WHEN drawn on 80 columns THEN the laps it may be are shown, and
    the bell as wide as its window.
    """
    sure, unsure = drawn(FULL), drawn(replace(FULL, estimate=UNSURE, armed=Arm(0, HOLD, 83_000)))
    text = "\n".join(unsure)
    for expected in (
        "race  lap 8 to 10 of 13",
        "± 255 m to go",
        "(0:35 to 2:10): hold form, your heart rate is high",
    ):
        assert expected in text
    assert [1, 9] == [
        next(line for line in lines if "━━━━" in line).count("┃") for lines in (sure, unsure)
    ]


def test_what_is_unknown_is_a_dash() -> None:
    """GIVEN sensors that fell silent WHEN drawn THEN a dash stands where the value was, not the
    last value.
    """
    text = "\n".join(
        drawn(
            replace(
                FULL,
                estimate=ESTIMATE._replace(cadence_spm=None, heart_rate_bpm=None, speed_mps=None),
            )
        )
    )
    for expected in ("- steps/min", "- heartbeats/min", "- min/km"):
        assert f"     {expected}" in text


def test_a_broker_with_no_watch_behind_it_has_no_green_dot() -> None:
    """GIVEN a broker that takes cues WHEN no watch says that it is there THEN the dot is empty, and
    it is told.
    """
    nobody = replace(
        FULL,
        wrist=Wrist("`kickcue watch` on this machine", None, who="no watch seen yet"),
    )
    text = "\n".join(drawn(nobody, columns=80))
    assert "○ no watch seen yet; cues are sent to `kickcue watch`" in text


def test_each_part_tells_how_it_is() -> None:
    """Sensors with signal, battery and losses or what is wrong; the watch with what was felt or why
    nothing gets there; the recording's file.
    """
    text = "\n".join(drawn(FULL, columns=110))
    for expected in (
        "● ▂▄▆  -61 dBm, battery 80 %, H10, lost once",
        "○ not seen for 12 s: is it worn and awake?",
        "● 2 of 3 cues felt; infinitime on the wrist, last seen 2 s ago",
        "● /home/maria/.local/state/kickcue/races/20260614T100911Z-5000m.mcap",
        "11:40  Even pace: ease",
    ):
        assert expected in text
    text = "\n".join(
        drawn(
            replace(
                FULL,
                wrist=Wrist("x", "cannot connect: Connection refused"),
                recording="ended: No space left",
                recording_trouble=True,
            )
        )
    )
    assert "○ cannot connect: Connection refused" in text
    assert "○ ended: No space left" in text


def test_what_to_do_is_never_cut_off() -> None:
    """GIVEN troubles too long for a line WHEN drawn on 80 columns THEN their ends, which say what
    to do, stand on a second one.
    """
    why = "D-Bus is not running, which Bluetooth needs: sudo systemctl start dbus bluetooth"
    lines = drawn(
        replace(
            FULL,
            sensors={"strap": DeviceHealth(Stage.OFF, why), "pod": DeviceHealth(Stage.OFF, why)},
        )
    )
    assert 2 == [line.strip() for line in lines].count("dbus bluetooth")
    assert len(lines) == 24


def test_a_long_path_keeps_its_end() -> None:
    """GIVEN a path too long for the line WHEN drawn THEN the file's name is there."""
    text = "\n".join(drawn(replace(FULL, recording=f"/{'deep/' * 20}5000m.mcap")))
    assert "…" in text
    assert "deep/5000m.mcap" in text


def test_the_log_shows_the_latest_that_there_is_room_for() -> None:
    """GIVEN forty entries WHEN drawn on 24 and on 40 lines THEN the last ones are there, the newest
    at the bottom, warnings too.
    """
    small, large = drawn(FULL), drawn(FULL, lines=40)
    assert "line 39 of 25" in small[-3]
    assert (
        sum("(button)" in line for line in large) == sum("(button)" in line for line in small) + 16
    )
    log = (
        RaceLogEntry(None, "before the gun is known"),
        RaceLogEntry(-5.0, "strap: heart rate fresh"),
        RaceLogEntry(61.0, "pod lost", Level.WARNING),
    )
    text = "\n".join(drawn(replace(FULL, log=log)))
    for expected in (
        "          before the gun is known",
        "   -0:05  strap: heart rate fresh",
        "    1:01  pod lost",
    ):
        assert expected in text


def test_a_question_takes_the_place_of_the_keys() -> None:
    """GIVEN a question WHEN drawn THEN it is in the last line, and the keys are not."""
    assert " The race is on." in drawn(replace(FULL, question="The race is on."))[-1]
    assert "q quit" not in "\n".join(drawn(replace(FULL, question="The race is on.")))


@pytest.mark.parametrize("phase", [Phase.WAITING, *sorted(RACING)])
def test_it_can_be_drawn_in_ascii(phase: Phase) -> None:
    """GIVEN a terminal without UTF-8 WHEN drawn THEN the same screen comes in ASCII, as large as
    before, without question marks of its own.
    """
    board = replace(
        FULL, phase=phase, sensors={"strap": DeviceHealth(Stage.CONNECTED, rssi_dbm=-50)}
    )
    plain = drawn(board, ascii_only=True)
    assert all(line.isascii() for line in plain)
    assert "?" not in "".join(plain)
    assert [len(line) for line in drawn(board)] == [len(line) for line in plain]


def test_what_the_moment_asks_for_stands_where_the_bell_is_awaited() -> None:
    """GIVEN an end that can be taken back, or a start that is missing THEN the screen says which
    key to press, also where it is narrow.
    """
    over = replace(FULL, phase=Phase.FINISHED, undo_left_s=42.6)
    missing = replace(EMPTY, unstarted=True)
    for columns in (80, 60):
        assert any(
            "finished after 12:34; u to undo for 43 s" in line for line in drawn(over, columns)
        )
        assert any(
            "you are running: press s, and the distance so far counts" in line
            for line in drawn(missing, columns)
        )
    assert " s next race · d distance · p phone · q quit" == drawn(over)[-1].rstrip()
    assert not any("u to undo" in line for line in drawn(replace(over, undo_left_s=None)))


RESULT: Final = RaceResult(
    942.3, "15:42.3", ("37.2 (200 m)", *(f"{75 + n / 10:.1f}" for n in range(12))), "last lap 68.9"
)


@pytest.mark.parametrize("phase", [Phase.FINISHED, Phase.ABORTED])
@pytest.mark.parametrize("columns", [38, 80])
def test_a_race_that_is_over_shows_its_laps(phase: Phase, columns: int) -> None:
    """GIVEN what a race came to THEN its laps and the last one stand where the metres stood, in as
    many lines; a race that was given up is not said to have finished.
    """
    over = replace(FULL, phase=phase)
    before, after = drawn(over, columns), drawn(replace(over, result=RESULT), columns)
    text = "\n".join(after)
    assert "76.1" in text
    assert "last lap 68.9" in text
    assert "m to go" not in text
    assert ("finished in 15:42.3" in text) == (phase is Phase.FINISHED)
    parts = [
        [n for n, line in enumerate(lines) if line.startswith("  strap")]
        for lines in (before, after)
    ]
    assert parts[0] == parts[1]


def test_a_race_that_is_on_shows_no_result() -> None:
    """GIVEN an end that was taken back THEN the metres to go stand there again."""
    assert drawn(FULL) == drawn(replace(FULL, result=RESULT))
