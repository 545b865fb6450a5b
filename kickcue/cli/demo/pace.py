"""How the demo's race time becomes real time: the body quickly, the end slowly enough to watch."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Self

from kickcue.core.events import Arm, Estimate, Output
from kickcue.core.units import NS_PER_MS, s_to_ns
from kickcue.daemon.clock import RaceTime
from kickcue.replay.source import at_pace

PLAYED_S: Final = 30.0
"""How long a race takes to watch, unless a rate is asked for."""
ENDING_SHARE: Final = 1 / 3
ENDING_BEFORE_BELL_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Stretches of even speed: ``race_ns`` and ``wall_ns`` are where they begin and end."""

    race_ns: tuple[int, ...]
    wall_ns: tuple[int, ...]

    @classmethod
    def of(cls, bell_s: float, end_s: float, rate: float | None, start_wall_ns: int) -> Self:
        """Return the pace that is ``rate`` times as fast as the race on the whole.

        With None the race takes ``PLAYED_S``.
        """
        turn_s = bell_s - ENDING_BEFORE_BELL_S
        played_s = PLAYED_S if rate is None else end_s / rate
        walls = (
            start_wall_ns + s_to_ns(share * played_s) for share in (0.0, 1.0 - ENDING_SHARE, 1.0)
        )
        first, turn, last = walls
        return cls((0, s_to_ns(turn_s), s_to_ns(end_s)), (first, turn, last))

    @classmethod
    def of_stretches(
        cls,
        ends_s: Sequence[float],
        weights: Sequence[float],
        rate: float | None,
        start_wall_ns: int,
    ) -> Self:
        """Return the pace of stretches that end at ``ends_s``, each watched by its weight.

        ``rate`` as in ``of``; the weights are above 0.
        """
        played_s = PLAYED_S if rate is None else ends_s[-1] / rate
        shares = accumulate((weight / sum(weights) for weight in weights), initial=0.0)
        walls = (start_wall_ns + s_to_ns(share * played_s) for share in shares)
        return cls((0, *map(s_to_ns, ends_s)), tuple(walls))

    def wall(self, race_ns: int) -> int:
        """Return when the moment ``race_ns`` of the race is played."""
        return _mapped(race_ns, self.race_ns, self.wall_ns)

    def race(self, wall_ns: int) -> int:
        """Return which moment of the race is played at ``wall_ns``."""
        return _mapped(wall_ns, self.wall_ns, self.race_ns)

    def rate(self, race_ns: int) -> float:
        """Return how many times as fast as the race it is played there."""
        i = _stretch(race_ns, self.race_ns)
        return (self.race_ns[i + 1] - self.race_ns[i]) / (self.wall_ns[i + 1] - self.wall_ns[i])

    def race_time(self, race_ns: int) -> RaceTime:
        """Return how both times belong together there, as if it had been so from the start."""
        i = _stretch(race_ns, self.race_ns)
        rate = self.rate(race_ns)
        return RaceTime(self.wall_ns[i] - round(self.race_ns[i] / rate), rate)

    def played(self, output: Output) -> Output:
        """Return the output with its times as they are played.

        What is foreseen in one stretch may fall due in the other.
        """
        wall_ns = self.wall(output.t_ns)
        rate = self.rate(output.t_ns)
        due_ns = _foreseen_ns(output)
        if due_ns > 0:
            rate = due_ns / (self.wall(output.t_ns + due_ns) - wall_ns)
        return at_pace(output, round(output.t_ns - wall_ns * rate), rate)


def _foreseen_ns(output: Output) -> int:
    """Return in how much race time the bell is due by this output, 0 where it gives none."""
    if isinstance(output, Arm):
        return output.due_in_ms * NS_PER_MS
    return (
        s_to_ns(output.eta_bell_s)
        if isinstance(output, Estimate) and output.eta_bell_s is not None
        else 0
    )


def _stretch(x: int, knots: Sequence[int]) -> int:
    """Return the number of the stretch of ``x``; the last one goes on."""
    return min(max(bisect_right(knots, x) - 1, 0), len(knots) - 2)


def _mapped(x: int, xs: Sequence[int], ys: Sequence[int]) -> int:
    i = _stretch(x, xs)
    return ys[i] + (x - xs[i]) * (ys[i + 1] - ys[i]) // (xs[i + 1] - xs[i])
