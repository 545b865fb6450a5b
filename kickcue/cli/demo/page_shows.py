"""What the demo's page shows beside the cues: the race, its laps, how everything is doing."""

from collections.abc import Iterator
from pathlib import Path

from kickcue.cli.demo.pace import Pace
from kickcue.config.race_document import RaceDocument
from kickcue.core.engine_choice import AnyEngine
from kickcue.core.events import Command, Input, Mark, Output, PhaseChange
from kickcue.core.units import NS_PER_S
from kickcue.daemon.clock import RaceTime
from kickcue.daemon.health import PartHealth, State, of_wrist
from kickcue.daemon.page_state import PageLaps, health_values, race_values
from kickcue.daemon.race_session import RaceSession
from kickcue.edges.mqtt.delivery import Delivery

SHOW_EACH_NS = NS_PER_S // 2
SENSORS = ("strap", "pod")


class PageShows:
    """Follows the engine as it is played; ``take`` each event with its outputs."""

    def __init__(  # noqa: PLR0913, PLR0917  what is run, how fast, and who hears of it
        self,
        delivery: Delivery,
        document: RaceDocument,
        title: str,
        engine: AnyEngine,
        pace: Pace,
        recording: Path,
    ) -> None:
        self._delivery, self._engine, self._pace = delivery, engine, pace
        self._is_race = document.plan is None
        self._session = RaceSession(engine, lambda _: None, lambda _: None)
        self._laps = PageLaps()
        self._recording = recording
        self._shown_ns: int | None = None
        delivery.show("race", race_values(document, document.course(), title))

    def take(self, event: Input, outputs: tuple[Output, ...], now_ns: int) -> None:
        """Take in an event of the race; ``now_ns`` is when it is played."""
        view = self._session.view
        self._session.remember(outputs)
        changed = any(isinstance(output, PhaseChange) for output in outputs)
        if changed:
            view.finish_pressed = isinstance(event, Command | Mark)
        if changed or self._shown_ns is None or now_ns - self._shown_ns >= SHOW_EACH_NS:
            self._shown_ns = now_ns
            self._show(self._pace.race_time(event.t_ns), now_ns)

    def _show(self, race: RaceTime, now_ns: int) -> None:
        view, course = self._session.view, self._engine.course
        laps = self._laps.values(course, view, race, is_race=self._is_race)
        self._delivery.show("laps", laps)
        self._delivery.show("health", health_values(tuple(self._parts(now_ns))))

    def _parts(self, now_ns: int) -> Iterator[PartHealth]:
        for name in SENSORS:
            yield PartHealth(name, State.OK, "simulated")
        watches = self._delivery.watches
        there, who = watches.is_there(now_ns), watches.text(now_ns)
        yield of_wrist(None, connecting=False, there=there, who=who)
        yield PartHealth("recording", State.OK, str(self._recording))
