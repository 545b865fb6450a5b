"""The time from the gun, while a race is replayed: nobody knows yet which start will count."""

from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.engine_choice import AnyEngine
from kickcue.core.events import Command, CommandKind, Timer
from kickcue.replay.source import Source


class ReplayClock:
    """Turns ``t_ns`` into seconds of the race that ``engine`` is in."""

    def __init__(self, race: Source, engine: AnyEngine) -> None:
        self._engine = engine
        self._timers = [event for event in race.inputs if isinstance(event, Timer)]
        self._starts_ns = sorted(
            event.t_ns
            for event in race.inputs
            if isinstance(event, Command) and event.kind is CommandKind.START
        )
        self._time = RaceTime(0, self._timers)

    def race_s(self, t_ns: int) -> float:
        """Return the seconds from the gun, without those for which the recorder was stopped."""
        gun_ns = self._gun_ns(t_ns)
        if gun_ns != self._time.start_ns:
            self._time = RaceTime(gun_ns, self._timers)
        return self._time.at(t_ns)

    def _gun_ns(self, t_ns: int) -> int:
        """Return the gun that counts now; before there was any, the next one.

        Where none comes any more it is the last that was taken back, else the recording's begin.
        """
        known_ns = self._engine.gun_ns
        if known_ns is not None:
            return known_ns
        to_come = (start_ns for start_ns in self._starts_ns if start_ns >= t_ns)
        return next(to_come, max(self._starts_ns, default=0))
