"""The clock of a race: seconds since the gun for which the recorder's timer ran."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kickcue.core.events import Timer
from kickcue.core.timer_clock import TimerClock
from kickcue.core.units import NS_PER_S, ns_to_s


@dataclass(frozen=True, slots=True)
class _Turn:
    """The timer stopped or went on at ``t_ns``, when it had run for ``timer_ns``."""

    t_ns: int
    timer_ns: int
    running: bool


class RaceTime:
    """Turns ``t_ns`` of a recording into seconds of the race, and back."""

    def __init__(self, start_ns: int, timers: Iterable[Timer]) -> None:
        self.start_ns: Final = start_ns
        clock = TimerClock()
        self._turns = turns = [
            _Turn(each.t_ns, clock.at(each.t_ns), each.running)
            for each in sorted(timers, key=lambda timer: timer.t_ns)
            if clock.turn(each.t_ns, running=each.running)
        ]
        self._times_ns = [turn.t_ns for turn in turns]
        self._timer_ns = [turn.timer_ns for turn in turns]
        self._gun_ns = self._timer_at(start_ns)

    def at(self, t_ns: int) -> float:
        """Return the seconds since the gun; below 0 before it."""
        return ns_to_s(self._timer_at(t_ns) - self._gun_ns)

    def t_ns(self, race_s: float) -> int:
        """Return when it was so; of a pause its beginning."""
        timer_ns = self._gun_ns + round(race_s * NS_PER_S)
        after = bisect_left(self._timer_ns, timer_ns)
        if after < len(self._turns) and self._timer_ns[after] == timer_ns:
            return self._times_ns[after]
        if not after:
            return timer_ns
        last = self._turns[after - 1]
        return last.t_ns + (timer_ns - last.timer_ns if last.running else 0)

    def t_s(self, race_s: float) -> float:
        """Return the same in seconds of the recording."""
        return ns_to_s(self.t_ns(race_s))

    def stopped_s(self, to_ns: int) -> float:
        """Return for how long the timer stood between the gun and then."""
        return ns_to_s(to_ns - self.start_ns) - self.at(to_ns)

    def runs_at(self, t_ns: int) -> bool:
        """Tell whether the timer runs; at the moment when it stops or goes on it does."""
        before, after = bisect_left(self._times_ns, t_ns), bisect_right(self._times_ns, t_ns)
        return before != after or not before or self._turns[before - 1].running

    def _timer_at(self, t_ns: int) -> int:
        after = bisect_right(self._times_ns, t_ns)
        if not after:
            return t_ns
        last = self._turns[after - 1]
        return last.timer_ns + (t_ns - last.t_ns if last.running else 0)
