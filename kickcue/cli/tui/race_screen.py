"""The race screen alive: a run's facts become boards, keys become orders."""

from dataclasses import dataclass
from typing import Final

from kickcue.cli.tui.keyboard import FINISH, GIVE_UP, HUNG_UP, ORDERS, QUESTIONS, is_asked_first
from kickcue.cli.tui.race_result import RaceResult, ResultReader
from kickcue.cli.tui.race_state import RaceBoard, RaceLogEntry, Wrist
from kickcue.cli.tui.race_view import RacePicture
from kickcue.cli.tui.screen import END, INTERRUPT, Canvas
from kickcue.cli.tui.session_state import SessionState, following, planned_s
from kickcue.cli.tui.typed_distance import DISTANCE, TypedDistance
from kickcue.core.cueing.phases import RACING
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.events import Command, CommandKind, CueKind, Level, Phase
from kickcue.core.session.numbered_legs import NumberedLeg, numbered, repetitions
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.daemon.health import State
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.race_session import View

FRAME_S: Final = 0.5
QUIT: Final = "q"
ASKS: Final = {
    QUIT: ("The race is on. Press q again to quit, any other key to continue."),
    **QUESTIONS,
}
SESSION_ASKS: Final = {
    QUIT: "The session is on. Press q again to quit, any other key to continue.",
    GIVE_UP: "Stop the session? Press x again to confirm, any other key to continue.",
    FINISH: "Repetitions are left. Press f again to finish anyway, any other key to continue.",
}


@dataclass(frozen=True, slots=True)
class _Note:
    """A sentence of the run's own, and the race time at which it was first seen."""

    text: str
    t_ns: int | None


class Watching:
    """Looks at a run, again and again, and remembers when what it does not date happened."""

    def __init__(self, live: RaceDaemon) -> None:
        self._live = live
        self._notes: list[_Note] = []
        self._legs: tuple[NumberedLeg, ...] | None = None
        self._results = ResultReader()

    def board(self, question: str | None = None) -> RaceBoard:
        """Return what there is to be seen now."""
        live, now_ns = self._live, self._live.race_ns()
        self._date(now_ns)
        view = View() if live.session is None else live.session.view
        cue = view.cues[-1] if view.cues else None
        bell_s = None if view.estimate is None else view.estimate.eta_bell_s
        if bell_s is not None and view.estimate is not None and now_ns is not None:
            bell_s = max(bell_s - ns_to_s(now_ns - view.estimate.t_ns), 0.0)
        recording, in_trouble = self._recording()
        result = self._result(view)
        elapsed_s = _race_s(view, now_ns if view.over_ns is None else view.over_ns)
        return RaceBoard(
            title=self._title(),
            course=live.course,
            phase=view.phase,
            wrist=self._wrist(),
            recording=recording,
            recording_trouble=in_trouble,
            sensors=live.health,
            estimate=view.estimate,
            session=self._session(view, now_ns),
            elapsed_s=elapsed_s if result is None else result.seconds,
            bell_in_s=bell_s,
            armed=view.armed,
            last_cue=cue,
            last_cue_s=None if cue is None else _race_s(view, cue.t_ns),
            log=self._log(view),
            question=question,
            undo_left_s=_left_s(view.undo_until_ns, now_ns),
            result=result,
            unstarted=view.phase is Phase.WAITING
            and any(notice.code == "start_missing" for notice in view.notices),
        )

    def all_run(self) -> bool:
        """Tell whether all repetitions of a session's plan have been run."""
        state = self.board().session
        return state is not None and len(state.runs) >= state.reps

    def stop(self) -> None:
        """Look no more."""
        self._results.stop()

    def _result(self, view: View) -> RaceResult | None:
        recorder = self._live.recorder
        path = None if recorder is None else recorder.path
        over_ns = None if self._live.document.plan is not None else view.over_ns
        return self._results.result(path, over_ns)

    def _date(self, now_ns: int | None) -> None:
        """Note when the run reported something."""
        known = {note.text for note in self._notes}
        self._notes += [_Note(text, now_ns) for text in self._live.notes if text not in known]

    def _session(self, view: View, now_ns: int | None) -> SessionState | None:
        plan = self._live.document.plan
        if plan is None:
            return None
        if self._legs is None:
            self._legs = numbered(plan.plan())
        legs, leg = self._legs, view.leg
        on_s = None if leg is None or now_ns is None else ns_to_s(max(now_ns - leg.began_ns, 0))
        return SessionState(
            plan.title or plan.name,
            repetitions(legs),
            leg,
            on_s,
            None if leg is None else planned_s(legs, leg),
            None if leg is None else following(legs, leg),
            tuple(sorted(view.runs.values(), key=lambda run: run.began_ns)),
        )

    def _title(self) -> str:
        document, course = self._live.document, self._live.course
        again = ", resumed" if self._live.resumed else ""
        again += ", simulated" if self._live.simulated is not None else ""
        if document.plan is not None:
            return f"{document.plan.title or document.name}, {document.rules}{again}"
        ground = "road" if course.lap_m is None else f"laps of {course.lap_m:g} m"
        return f"{self._live.title}, {ground}, {document.rules}{again}"

    def _wrist(self) -> Wrist:
        way = self._live.way
        if way is None or way.delivery is None:
            return Wrist("", "connecting to the watch" if way is None else way.text)
        counters = way.delivery.counters
        to = way.text if way.watch is None else "`kickcue watch` on this machine"
        there, who, cues = (
            self._live.watch_is_there,
            self._live.watch_text,
            ALLOWED[self._live.document.rules].cues,
        )
        return Wrist(to, way.trouble, counters.cues, counters.felt, there, who, cues)

    def _recording(self) -> tuple[str, bool]:
        part = self._live.recording_part
        return part.text, part.state is not State.OK or not self._live.settings.record

    def _log(self, view: View) -> list[RaceLogEntry]:
        dated = [(notice.t_ns, notice.text, notice.level) for notice in view.notices]
        dated += [
            (cue.t_ns, f"cue: {cue.text}", Level.INFO)
            for cue in view.cues
            if cue.kind is not CueKind.TICK  # three a rest: they would push out all else
        ]
        dated += [(note.t_ns or 0, note.text, Level.WARNING) for note in self._notes]
        return [
            RaceLogEntry(_race_s(view, t_ns), text, level)
            for t_ns, text, level in sorted(dated, key=lambda each: each[0])
        ]


def _race_s(view: View, t_ns: int | None) -> float | None:
    """Return seconds after the gun."""
    return None if t_ns is None or view.gun_ns is None else (t_ns - view.gun_ns) / NS_PER_S


def _left_s(until_ns: int | None, now_ns: int | None) -> float | None:
    """Return how many seconds are left, None where none are."""
    return (
        None
        if until_ns is None or now_ns is None or now_ns >= until_ns
        else (until_ns - now_ns) / NS_PER_S
    )


class RaceScreen:
    """Shows a run on a canvas and takes keys, until the person leaves."""

    def __init__(self, live: RaceDaemon, canvas: Canvas) -> None:
        self._live = live
        self._canvas = canvas
        self._watching = Watching(live)
        self._asked: str | None = None
        self._typed: TypedDistance | None = None

    async def until_left(self) -> bool:
        """Return once the person leaves; False if only the terminal went and the race is on."""
        try:
            while not self._broken():
                self._canvas.draw(RacePicture(self._watching.board(self._question())))
                key = await self._canvas.key(FRAME_S)
                if key == HUNG_UP:
                    return self._live.phase not in RACING
                if key == END or (
                    key is not None and self._take(QUIT if key == INTERRUPT else key)
                ):
                    break
        finally:
            self._watching.stop()
        return True

    def _broken(self) -> bool:
        """Tell whether the run has ended although the race has not."""
        return self._live.done.is_set() and self._live.phase not in {Phase.FINISHED, Phase.ABORTED}

    def _question(self) -> str | None:
        if self._typed is not None:
            return self._typed.question
        asks = ASKS if self._live.document.plan is None else SESSION_ASKS
        return None if self._asked is None else asks[self._asked]

    def _type(self, typed: TypedDistance, key: str) -> None:
        """Take a key for the distance that is being typed."""
        press = typed.take(key)
        if typed.over:
            self._typed = None
        if press is not None:
            self._order(*press)

    def _take(self, key: str) -> bool:
        """Take a key; return whether the person leaves."""
        if self._typed is not None:
            self._type(self._typed, key)
            return False
        asked, self._asked = self._asked, None
        racing = self._live.phase in RACING
        if key == QUIT and (not racing or asked == QUIT):
            return True
        if racing and key != asked and (key == QUIT or self._is_asked_first(key)):
            self._asked = key
        elif key == DISTANCE and self._live.document.plan is None:
            self._typed = TypedDistance()
        elif key == GIVE_UP and racing:
            self._order(CommandKind.ABORT)
        elif key in ORDERS:
            self._order(ORDERS[key])
        return False

    def _is_asked_first(self, key: str) -> bool:
        session = self._live.session
        if self._live.document.plan is not None:
            return key == GIVE_UP or (key == FINISH and not self._watching.all_run())
        estimate = None if session is None else session.view.estimate
        return is_asked_first(
            key, *((None, None) if estimate is None else (estimate.to_go_m, estimate.distance_sd_m))
        )

    def _order(self, kind: CommandKind, race_distance_m: float | None = None) -> None:
        now_ns = self._live.clock.run_ns()
        self._live.put(Command(now_ns, kind, race_distance_m=race_distance_m))
