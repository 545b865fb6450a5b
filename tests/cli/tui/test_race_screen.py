"""The race screen's loop: what keys order, when it asks, and when it leaves."""

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import RenderableType

from kickcue.cli.tui import race_result
from kickcue.cli.tui.keyboard import HUNG_UP
from kickcue.cli.tui.race_result import RaceResult
from kickcue.cli.tui.race_screen import RaceScreen, Watching
from kickcue.cli.tui.race_view import RacePicture
from kickcue.cli.tui.screen import END, INTERRUPT, Canvas
from kickcue.config.plan_files import load_plan
from kickcue.config.race_document import RaceDocument
from kickcue.core.events import (
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Input,
    LegBegin,
    LegEnd,
    LegKind,
    LegResult,
    Level,
    Mode,
    Notice,
    Phase,
    PhaseChange,
)
from kickcue.core.units import s_to_ns
from kickcue.daemon.health import PartHealth, of_recording
from kickcue.daemon.race_session import View
from kickcue.daemon.simulated_sensors import SimulatedRun, SimulatedSensors

if TYPE_CHECKING:
    from kickcue.daemon.race_daemon import RaceDaemon


@dataclass
class Run:
    """What the screen sees of a run, with a clock that is set by hand."""

    view: View = field(default_factory=View)
    now_ns: int = 0
    orders: list[CommandKind] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    document: RaceDocument = field(default_factory=lambda: RaceDocument(race="5000m"))
    settings: Any = field(default_factory=lambda: SimpleNamespace(record=True))
    health: dict[str, Any] = field(default_factory=dict)
    notes: deque[str] = field(default_factory=deque)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    way: Any = None
    recorder: Any = None
    resumed: bool = False
    simulated: SimulatedSensors | None = None

    @property
    def course(self) -> Any:
        return self.document.course()

    @property
    def title(self) -> str:
        return self.document.race

    @property
    def session(self) -> Any:
        return SimpleNamespace(view=self.view)

    @property
    def phase(self) -> Phase:
        return self.view.phase

    @property
    def clock(self) -> Any:
        return SimpleNamespace(run_ns=lambda: self.now_ns)

    @property
    def recording_part(self) -> PartHealth:
        return of_recording(self.recorder, None, wanted=self.settings.record)

    def race_ns(self) -> int:
        return self.now_ns

    def put(self, event: Input) -> None:
        assert isinstance(event, Command)
        self.orders.append(event.kind)
        if event.race_distance_m is not None:
            self.metres.append(event.race_distance_m)
        if event.kind is CommandKind.ABORT:
            self.view.phase = Phase.ABORTED

    def at(self, seconds: float, phase: Phase) -> None:
        self.now_ns = s_to_ns(seconds)
        if self.view.phase is Phase.WAITING and phase is not Phase.WAITING:
            self.view.gun_ns = self.now_ns
        if phase is not self.view.phase:
            self.view.take(PhaseChange(self.now_ns, phase, self.view.phase))


class Keys:
    """A canvas on which these keys are pressed, one after another;
    None is a frame without a key.
    """

    def __init__(self, *keys: str | None) -> None:
        self.keys = deque(keys)
        self.questions: list[str | None] = []

    def draw(self, picture: RenderableType) -> None:
        assert isinstance(picture, RacePicture)
        self.questions.append(picture.board.question)

    async def key(self, within_s: float) -> str | None:
        assert within_s > 0
        return self.keys.popleft()


async def left(run: Run, keys: Keys) -> bool:
    return await RaceScreen(cast("RaceDaemon", run), cast("Canvas", keys)).until_left()


async def test_keys_order_the_race() -> None:
    """S starts, space is a lap, u to undo, f finishes; other keys do nothing; without a race
    q leaves at once.
    """
    run = Run()
    assert await left(run, Keys("s", " ", "u", None, "z", "f", "q"))
    assert [
        CommandKind.START,
        CommandKind.LAP,
        CommandKind.UNDO_LAP,
        CommandKind.FINISH,
    ] == run.orders


@pytest.mark.parametrize("quit_key", ["q", INTERRUPT])
async def test_leaving_a_race_is_asked_about(quit_key: str) -> None:
    """GIVEN a race that is on WHEN q (or Ctrl-C) is pressed THEN it asks; another key stays, and
    does what it always does.
    """
    run = Run(View(phase=Phase.BODY))
    keys = Keys(quit_key, " ", quit_key, quit_key)
    assert await left(run, keys)
    assert [CommandKind.LAP] == run.orders
    assert [False, True, False, True] == [question is not None for question in keys.questions]


async def test_a_race_is_given_up_by_x_twice() -> None:
    """GIVEN a race that is on WHEN x, something else, x and x are pressed THEN it is given up once;
    before the gun x does nothing.
    """
    run = Run(View(phase=Phase.LAST_LAP))
    assert await left(run, Keys("x", None, "u", "x", "x", "x", "q"))
    assert [CommandKind.UNDO_LAP, CommandKind.ABORT] == run.orders
    waiting = Run()
    assert await left(waiting, Keys("x", "x", "q"))
    assert [] == waiting.orders


async def test_a_distance_is_typed() -> None:
    """GIVEN a race WHEN d, a distance and Enter are typed.

    THEN it is corrected to that; a lap counts meanwhile, and letters order nothing.
    """
    run = Run(View(phase=Phase.BODY))
    keys = Keys("d", *"30", " ", "\x7f", *"000", "\n", "d", *"mile", "\r", "q", "q")
    assert await left(run, keys)
    assert [CommandKind.LAP, CommandKind.DISTANCE, CommandKind.DISTANCE] == run.orders
    assert [3000.0, 1609.344] == run.metres
    assert "How long is the race? 30_" in (keys.questions[3] or "")


@pytest.mark.parametrize("leave", ["\x1b", "q", INTERRUPT])
async def test_a_distance_that_is_left_or_none_corrects_nothing(leave: str) -> None:
    """GIVEN a distance being typed WHEN it is none.

    THEN what is wrong is said and it can be typed again; left, it is nothing.
    """
    run = Run(View(phase=Phase.BODY))
    keys = Keys("d", *"10m", "\n", "5", leave, None, "q", "q")
    assert await left(run, keys)
    assert [] == run.orders
    assert "did you mean 10mile" in (keys.questions[5] or "")
    assert "5_" in (keys.questions[6] or "")
    assert keys.questions[7] is None


async def test_finish_far_from_the_end_is_asked_about() -> None:
    """GIVEN a race WHEN f is pressed 800 m from its end, or nobody knows where THEN f again ends
    it; near its end, or over, f asks nothing.
    """
    far = Estimate(0, 4200.0, 5.0, 5.0, None, None, 11, 800.0, None, Mode.MARKS)
    near = far._replace(to_go_m=170.0, distance_sd_m=60.0)
    for view, keys, orders in (
        (
            View(phase=Phase.BODY, estimate=far),
            Keys("f", None, " ", "f", "f", "q", "q"),
            [CommandKind.LAP, CommandKind.FINISH],
        ),
        (View(phase=Phase.BODY), Keys("f", "f", "q", "q"), [CommandKind.FINISH]),
        (View(phase=Phase.LAST_LAP, estimate=near), Keys("f", "q", "q"), [CommandKind.FINISH]),
        (View(phase=Phase.FINISHED, estimate=far), Keys("f", "q"), [CommandKind.FINISH]),
    ):
        run = Run(view)
        assert await left(run, keys)
        assert orders == run.orders


def test_an_end_that_can_be_taken_back_says_so() -> None:
    """GIVEN a race that was ended by a press WHEN the minute of the undo goes by THEN the screen
    counts it down, and then says no more of it.
    """
    run = Run(
        View(phase=Phase.FINISHED, gun_ns=0, over_ns=s_to_ns(300.0), undo_until_ns=s_to_ns(360.0))
    )
    watching = Watching(cast("RaceDaemon", run))
    for now_s, undo_left_s in ((300.0, 60.0), (317.0, 43.0), (360.0, None), (400.0, None)):
        run.now_ns = s_to_ns(now_s)
        assert (undo_left_s, 300.0) == (watching.board().undo_left_s, watching.board().elapsed_s)


def test_a_start_that_nobody_pressed_is_shown_until_it_is() -> None:
    """GIVEN a runner who runs and no start WHEN the engine says so THEN the screen does, until the
    race is on.
    """
    run = Run()
    watching = Watching(cast("RaceDaemon", run))
    assert not watching.board().unstarted
    run.view.notices.append(
        Notice(
            s_to_ns(40.0),
            "start_missing",
            "you are running and no start was pressed",
            Level.WARNING,
        )
    )
    assert watching.board().unstarted
    run.at(50.0, Phase.BODY)
    assert not watching.board().unstarted


async def test_being_told_to_end_is_no_question() -> None:
    """GIVEN a race that is on WHEN the process is told to end THEN the screen leaves at once."""
    assert await left(Run(View(phase=Phase.BODY)), Keys(END))


async def test_a_lost_terminal_leaves_the_race_alone() -> None:
    """GIVEN a terminal that hangs up THEN a race goes on without it; where none is on, that is the
    end.
    """
    assert not await left(Run(View(phase=Phase.BODY)), Keys(HUNG_UP))
    assert await left(Run(View(phase=Phase.FINISHED)), Keys(HUNG_UP))


async def test_the_end_of_the_race_stays_on_the_screen() -> None:
    """GIVEN a run that is done WHEN the race is over THEN the screen stays until q; where the run
    broke, it leaves.
    """
    over, broken = Run(View(phase=Phase.FINISHED)), Run(View(phase=Phase.BODY))
    for run in (over, broken):
        run.done.set()
    keys = Keys(None, None, "q")
    assert await left(over, keys)
    assert not keys.keys
    assert await left(broken, Keys())


def test_times_count_from_the_gun() -> None:
    """GIVEN a race WHEN it begins and ends THEN elapsed time, cues and log count from its
    beginning, and stop at its end.
    """
    run = Run()
    watching = Watching(cast("RaceDaemon", run))
    assert watching.board().elapsed_s is None
    run.view.notices.append(Notice(s_to_ns(8.0), "sensor_fresh", "strap: heart rate fresh"))
    run.at(10.0, Phase.BODY)
    watching.board()
    run.view.cues.append(
        Cue(s_to_ns(70.0), "c", CueKind.EVEN, "Even pace: ease", None, (), 1, 2000, None, None)
    )
    run.notes.append("recording stopped: the disk is full")
    run.at(75.0, Phase.LAST_LAP)
    board = watching.board()
    assert (65.0, 60.0) == (board.elapsed_s, board.last_cue_s)
    expected = [
        (-2.0, "strap: heart rate fresh"),
        (60.0, "cue: Even pace: ease"),
        (65.0, "recording stopped: the disk is full"),
    ]
    assert expected == [(entry.t_s, entry.text) for entry in board.log]
    run.at(80.0, Phase.FINISHED)
    watching.board()
    run.at(95.0, Phase.FINISHED)
    assert watching.board().elapsed_s == 70.0


def test_the_bell_is_counted_down_between_estimates() -> None:
    """GIVEN an estimate of two seconds ago WHEN looked at THEN the last lap is two seconds nearer
    than it said, never less than nothing.
    """
    run = Run(
        View(
            phase=Phase.BODY,
            estimate=Estimate(0, 4000.0, 2.0, 5.0, None, None, 11, 1000.0, 9.0, Mode.POD),
        )
    )
    watching = Watching(cast("RaceDaemon", run))
    run.now_ns = s_to_ns(2.0)
    assert watching.board().bell_in_s == 7.0
    run.now_ns = s_to_ns(20.0)
    assert watching.board().bell_in_s == 0.0


def test_the_parts_of_a_run_in_words() -> None:
    """GIVEN no broker, no recording yet, a recording that failed, and none wanted WHEN looked at
    THEN each is said.
    """
    run = Run(way=SimpleNamespace(delivery=None, text="no cues to a watch: no broker"))
    watching = Watching(cast("RaceDaemon", run))
    board = watching.board()
    assert ("no cues to a watch: no broker", "starts with the first data") == (
        board.wrist.trouble,
        board.recording,
    )
    run.recorder = SimpleNamespace(trouble="No space left on device", path=None)
    assert ("stopped: No space left on device", True) == (
        watching.board().recording,
        watching.board().recording_trouble,
    )
    run.settings.record = False
    assert watching.board().recording == "off, as configured"
    run.resumed = True
    assert watching.board().title == "5000m, laps of 400 m, training, resumed"
    run.resumed, run.simulated = False, SimulatedSensors(SimulatedRun(()), ())
    assert watching.board().title == "5000m, laps of 400 m, training, simulated"


# ---- a session


def a_session() -> Run:
    run = Run()
    plan = load_plan("two-hundreds")
    run.document = run.document.model_copy(update={"plan": plan})
    return run


async def test_a_session_has_no_distance_to_type() -> None:
    """GIVEN a session WHEN d is pressed THEN nothing is asked: only a race has a distance."""
    run, keys = a_session(), Keys("d", None, "q")
    assert await left(run, keys)
    assert set(keys.questions) == {None}


async def test_finish_before_the_last_repetition_is_asked_about() -> None:
    """GIVEN repetitions that are left WHEN f is pressed THEN it is asked about; after the last one
    it ends the session at once.
    """
    run, keys = a_session(), Keys("f", "f", "q", "q")
    run.at(10.0, Phase.BODY)
    assert await left(run, keys)
    assert run.orders == [CommandKind.FINISH]
    assert keys.questions[1] is not None
    assert "Repetitions are left" in keys.questions[1]
    run = a_session()
    run.at(10.0, Phase.BODY)
    for rep in (1, 2, 3):
        run.view.take(LegResult(0, LegKind.REP, rep, rep, 0, s_to_ns(30.0), LegEnd.DISTANCE, 200.0))
    assert await left(run, Keys("f", "q", "q"))
    assert run.orders == [CommandKind.FINISH]


def test_the_screen_knows_what_of_a_session_is_on() -> None:
    """GIVEN a session in its first repetition WHEN looked at THEN leg, seconds, what follows and
    the repetitions are on the board; a countdown's ticks do not fill the log.
    """
    run = a_session()
    run.at(10.0, Phase.BODY)
    run.view.take(LegBegin(s_to_ns(12.0), LegKind.REP, 1, 5, 1, 3, s_to_ns(11.0), "200 m"))
    tick = Cue(s_to_ns(12.0), "tick-1", CueKind.TICK, "3", "3", (), 2, 2000, None, None)
    run.view.take(tick)
    run.view.take(replace(tick, id="rep-1", kind=CueKind.REP, text="Rep 1 of 3"))
    run.at(15.0, Phase.BODY)
    board = Watching(cast("RaceDaemon", run)).board()
    assert board.session is not None
    assert board.session.reps == 3
    assert board.session.leg_s == 4.0
    assert board.session.following is not None
    assert board.session.following.text == "rest 200 m"
    assert [entry.text for entry in board.log] == ["cue: Rep 1 of 3"]


async def test_a_race_that_is_over_shows_what_it_came_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a race that was recorded WHEN it is over THEN its laps are on the board once they have
    been read, with its time by the finish line; WHEN the end is taken back THEN they are gone.
    """
    result = RaceResult(942.3, "15:42.3", ("75.0", "68.9"), "last lap 68.9: 8.9 % faster")
    monkeypatch.setattr(race_result, "SETTLED_S", 0.0)
    monkeypatch.setattr(race_result, "read_result", {Path("5000m.mcap"): result}.__getitem__)
    run = Run(recorder=SimpleNamespace(path=Path("5000m.mcap"), trouble=None))
    run.at(0.0, Phase.BODY)
    run.at(944.0, Phase.FINISHED)
    watching = Watching(cast("RaceDaemon", run))
    before = watching.board()
    assert (None, 944.0) == (before.result, before.elapsed_s)
    (reading,) = (task for task in asyncio.all_tasks() if task.get_name() == "race result")
    await asyncio.wait({reading})
    after = watching.board()
    assert (result, 942.3) == (after.result, after.elapsed_s)
    run.at(950.0, Phase.LAST_50)
    assert watching.board().result is None
    watching.stop()
