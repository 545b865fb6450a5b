"""What follows a race: what it has taught is kept, and the run ends, unless the end is taken back.

An end may be undone for a minute, and a next heat may begin.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from kickcue.config.calibration import Calibrations
from kickcue.config.learned_scale import lead_changed, learn_from_race
from kickcue.config.settings import Settings
from kickcue.core.events import Phase
from kickcue.core.restart import TAKEN_BACK_NS
from kickcue.core.units import ns_to_s
from kickcue.daemon.race_feed import RaceFeed
from kickcue.daemon.race_session import RaceSession, View

LINGER_S: Final = ns_to_s(TAKEN_BACK_NS) + 5.0
"""How long the run goes on after the race: as long as its end can be taken back, and until that
press has come. The heart rate of the first minute of recovery is worth having, too."""
KEEPING_S: Final = 5.0
"""How long an end waits for what was learned to be written."""


@dataclass(slots=True)
class _Ended:
    """A race that is over as far as is known: an undo may take that back.

    ``lesson`` keeps what it has taught; it is None once that is kept.
    """

    gun_ns: int | None
    lesson: Callable[[], str] | None


class RaceEnd:
    """Sets ``done`` some time after the race.

    ``report`` gets what was learned in a sentence; ``ended`` takes the task that keeps it, once
    that has ended. ``calibrations`` are None where nothing is to be learned.
    """

    def __init__(
        self,
        settings: Settings,
        calibrations: Calibrations | None,
        done: asyncio.Event,
        *,
        report: Callable[[str], None],
        ended: Callable[[asyncio.Task[str]], None],
    ) -> None:
        self._settings = settings
        self._calibrations = calibrations
        self._done = done
        self._report = report
        self._task_ended = ended
        self._ended: _Ended | None = None
        self._linger: asyncio.TimerHandle | None = None
        self._learning: asyncio.Task[str] | None = None
        self._heats = 0

    @property
    def near(self) -> bool:
        """Whether the run ends by itself before long."""
        return self._linger is not None

    def look(self, session: RaceSession, feed: RaceFeed) -> None:
        """Note an end, and that it was none or that the next heat has begun.

        To be called after every event, for they may come at once.
        """
        view, ended = session.view, self._ended
        over = view.over_ns is not None
        same = ended is not None and ended.gun_ns == view.gun_ns
        if same and not over:
            self._ended = None  # it was none
        elif ended is not None and not same and (over or not _may_be_undone(view, feed.race_ns())):
            self._learn(ended)
            self._ended = None
        if over and self._ended is None:
            lesson = self._lesson(session, feed) if view.phase is Phase.FINISHED else None
            self._ended = _Ended(view.gun_ns, lesson)
        self._look_after_rest(feed.clock.rate, over=over)

    async def learnt(self) -> None:
        """Return when what this race has taught about the pod is kept, or after ``KEEPING_S``.

        Who leaves takes no end back any more.
        """
        if self._linger is not None:
            self._linger.cancel()
        if self._ended is not None:
            self._learn(self._ended)
        if self._learning is not None:
            await asyncio.wait({self._learning}, timeout=KEEPING_S)

    def _look_after_rest(self, rate: float, *, over: bool) -> None:
        """Have the run end some time after its race, unless that goes on or the next one begins."""
        if over and self._linger is None:
            loop = asyncio.get_running_loop()
            self._linger = loop.call_later(LINGER_S / rate, self._rest)
        elif not over and self._linger is not None:
            self._linger.cancel()
            self._linger = None
            self._done.clear()

    def _rest(self) -> None:
        if self._ended is not None:
            self._learn(self._ended)
        self._done.set()

    def _lesson(self, session: RaceSession, feed: RaceFeed) -> Callable[[], str] | None:
        """Return what keeps what the race has taught, once it is sure that it is over.

        None where it has taught nothing.
        """
        if self._calibrations is None:
            return None
        found = session.measured_scale
        if found is None:
            why = lead_changed(session.distance_pods)
            return None if why is None else lambda: why
        path, utc = None if feed.recorder is None else feed.recorder.path, feed.began_utc
        name = None if path is None else path.name
        if self._heats and utc is not None and session.view.gun_ns is not None:
            # Of one recording: each is a race of its own.
            utc = (
                datetime.fromisoformat(utc) + timedelta(microseconds=session.view.gun_ns // 1000)
            ).isoformat()
            name = None
        return partial(learn_from_race, self._calibrations, self._settings, found, utc, name)

    def _learn(self, ended: _Ended) -> None:
        """Keep what the race has taught; it is over for good."""
        lesson, ended.lesson = ended.lesson, None
        self._heats += 1
        if lesson is None:
            return
        keep = _in_turn(self._learning, lesson)
        self._learning = asyncio.create_task(keep, name="learning")
        self._learning.add_done_callback(self._report_learnt)

    def _report_learnt(self, task: asyncio.Task[str]) -> None:
        self._task_ended(task)
        if not task.cancelled() and task.exception() is None:
            self._report(task.result())


async def _in_turn(before: asyncio.Task[str] | None, lesson: Callable[[], str]) -> str:
    """Keep what a race has taught, in a thread: no disk may hold up the last outputs.

    After what the race before has taught: each adds to what is there.
    """
    if before is not None:
        await asyncio.wait({before})
    return await asyncio.to_thread(lesson)


def _may_be_undone(view: View, now_ns: int | None) -> bool:
    """Tell whether the last start, or the last end, may still be taken back."""
    until_ns = view.undo_until_ns
    return until_ns is not None and now_ns is not None and now_ns <= until_ns
