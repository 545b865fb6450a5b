"""Random traffic for one engine: a runner whose sensors and thumbs work, and among it everything
else that can come in.

Drawn from a seed alone. Races must really run, or nothing is proved: so most of it is a runner who
runs, and the rest is thrown in between.
"""

import math
from collections.abc import Callable, Iterator
from enum import Enum
from random import Random
from typing import Final

from kickcue.core import events as ev
from kickcue.core.course import Course
from kickcue.core.units import NS_PER_S
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

CHARS: Final = (
    "2a53",
    "2a37",
    "2acd",
    "2a67",
    "2a19",
    "2a24",
    "ffff",
    "",
    "00002A37-0000-1000-8000-00805F9B34FB",
)
SENSORS: Final = ("pod", "strap", "other", "stranger", "")
EARLIEST_NS: Final = -(2**63)
LATEST_NS: Final = 2**63 - 1
"""What a recording can hold."""
LAT_DEG: Final = 52.0
LON_DEG: Final = 5.0
METRES_PER_DEGREE: Final = 111_195.0
ODD_FLOATS: Final = (0.0, -1.0, 1e-300, 1e300, float("inf"), float("nan"), 91.0, -180.0)
DISTANCES_M: Final = (None, 0.0, -1.0, 417.3, 800.0, 1500.0, 3000.0, 5000.0, 1e9, float("nan"))
PACES: Final = (1.0, 1.0, 1.0, 0.85, 1.2, 0.0)
"""Of the runner's usual one: even, easing, kicking, standing."""
CUE_IDS: Final = ("last_lap-1", "relax-1", "nobody", "")


class Pod(Enum):
    """What a pod counts; some runners have none."""

    TOTAL = "total"
    SPEED = "speed"
    CADENCE = "cadence"
    NONE = "none"


class Traffic:
    """One runner, and all that disturbs him."""

    def __init__(self, random: Random, course: Course) -> None:
        self._random = random
        self._lines_m = course.crossings_m
        self._distance_m = course.distance_m
        self._lap_m = course.marker_m
        self._t_ns = random.choice((0, 0, 0, NS_PER_S, -(10**15), 2**62))
        self._mps = random.uniform(2.5, 9.0)
        self._scale = random.choice((1.0, 1.0, random.uniform(0.5, 2.0)))
        self._run_m = 0.0
        self._positions = random.random() < 0.3
        """Whether the runner carries a receiver: it learns the line."""
        self._pod = random.choice((Pod.TOTAL, *Pod))
        self._wild = random.choice((0.0, 0.0, 0.1, 0.4, 1.0))
        """How often something else is thrown in."""
        self._longest_run_s = random.choice((5, 150))
        self._farthest_ns = random.choice(
            (60 * NS_PER_S, 60 * NS_PER_S, 3600 * NS_PER_S, 30 * 86_400 * NS_PER_S, 2**62)
        )
        """How far the clock leaps; with most runners seldom beyond the race."""

    def events(self) -> Iterator[ev.Input]:
        """Yield events for ever."""
        if self._random.random() < 0.9:
            yield from self._runs(self._random.choice((0.0, self._mps)), self._random.randrange(20))
            yield ev.Command(self._t_ns, ev.CommandKind.START)
            self._run_m = 0.0
        moods: tuple[Callable[[], Iterator[ev.Input]], ...]
        moods = (
            self._noise,
            self._orders,
            self._leaps,
            self._places,
            self._beacon,
            self._recorder,
            self._burst,
        )
        while True:
            seconds = self._random.randrange(self._longest_run_s)
            yield from self._runs(self._mps * self._random.choice(PACES), seconds)
            if self._run_m > 1.1 * self._distance_m:
                yield from self._again()
            elif self._random.random() < self._wild:
                yield from self._random.choice(moods)()

    def _runs(self, mps: float, seconds: int) -> Iterator[ev.Input]:
        """Let the runner run: a reading of each sensor a second, most lines pressed, a stray press
        now and then.
        """
        random = self._random
        for _ in range(seconds):
            before_m, self._run_m = self._run_m, self._run_m + mps
            self._t_ns += NS_PER_S
            if self._pod is not Pod.NONE:
                yield self._counted(self._stamp(), mps)
            yield strap_notification(
                self._stamp(), random.gauss(165.0, 2.0), rr_1024=(random.randrange(330, 400),)
            )
            if self._positions:
                yield self._fix(self._run_m)
            crossed = mps and any(before_m < line_m <= self._run_m for line_m in self._lines_m)
            if random.random() < (0.8 if crossed else 0.003):
                yield ev.Mark(self._stamp(), random.choice((ev.MarkSource.BUTTON, *ev.MarkSource)))

    def _counted(self, t_ns: int, mps: float) -> ev.Notification:
        """Return what the pod says of a runner at that speed."""
        spm = self._random.gauss(90.0 * math.sqrt(mps / self._mps), 2.0) if mps else 0.0
        if self._pod is Pod.CADENCE:
            return pod_notification(t_ns, PodSample(0.0, spm))
        metres = self._run_m * self._scale % 100_000.0 if self._pod is Pod.TOTAL else None
        return pod_notification(t_ns, PodSample(mps * self._scale, spm, metres))

    def _stamp(self) -> int:
        """Return the time, or once in a while another one, which the runner's clock does not
        follow.
        """
        random = self._random
        if random.random() < 0.99:
            return _in_range(self._t_ns + random.randrange(200_000_000))
        return _in_range(
            random.choice(
                (
                    self._t_ns - random.randrange(10**11),
                    self._t_ns + random.randrange(10**10),
                    EARLIEST_NS,
                    -1,
                    0,
                )
            )
        )

    def _fix(self, run_m: float) -> ev.Fix:
        """Return a position on a straight there and back, which closes a lap as well as an oval
        does for whoever counts them.
        """
        random = self._random
        along_m = run_m % self._lap_m
        east_m = along_m if along_m < self._lap_m / 2.0 else self._lap_m - along_m
        north_m = 0.0 if along_m < self._lap_m / 2.0 else 20.0
        lat_deg = LAT_DEG + (north_m + random.gauss(0.0, 1.0)) / METRES_PER_DEGREE
        lon_deg = LON_DEG + (east_m + random.gauss(0.0, 1.0)) / METRES_PER_DEGREE / 0.6157
        return ev.Fix(
            self._stamp(),
            lat_deg,
            lon_deg,
            random.choice((None, 2.0)),
            None,
            random.choice((None, 0.2)),
        )

    def _noise(self) -> Iterator[ev.Input]:
        """Let anybody send any bytes."""
        random = self._random
        for _ in range(random.randrange(1, 30)):
            data = random.randbytes(random.randrange(24))
            yield ev.Notification(self._stamp(), random.choice(SENSORS), random.choice(CHARS), data)

    def _orders(self) -> Iterator[ev.Input]:
        """Let somebody press whatever there is, quickly."""
        random = self._random
        for _ in range(random.randrange(1, 8)):
            self._t_ns += random.choice(
                (0, 1, random.randrange(2 * NS_PER_S), random.randrange(70 * NS_PER_S))
            )
            if random.random() < 0.6:
                by, race_m = random.choice((None, *ev.Orderer)), random.choice(DISTANCES_M)
                yield ev.Command(self._stamp(), random.choice(tuple(ev.CommandKind)), by, race_m)
            else:
                yield ev.Mark(self._stamp(), random.choice(tuple(ev.MarkSource)))

    def _leaps(self) -> Iterator[ev.Input]:
        """Let the clock leap, by a second as often as by as much as it leaps at all."""
        leap_ns = round(10 ** self._random.uniform(9.0, math.log10(self._farthest_ns)))
        self._t_ns = _in_range(self._t_ns + leap_ns)
        yield ev.Tick(self._t_ns)

    def _places(self) -> Iterator[ev.Input]:
        """Let positions come that are none, or from elsewhere."""
        random = self._random
        for _ in range(random.randrange(1, 10)):
            odd = [random.choice((*ODD_FLOATS, random.uniform(-100.0, 200.0))) for _ in range(5)]
            yield ev.Fix(
                self._stamp(), odd[0], odd[1], *(random.choice((None, each)) for each in odd[2:])
            )

    def _beacon(self) -> Iterator[ev.Input]:
        """Let a beacon be passed, or shout."""
        random = self._random
        for n in range(random.randrange(3, 60)):
            self._t_ns += 100_000_000
            yield ev.BeaconReading(
                self._stamp(), random.choice((-50 - abs(n - 25), random.randrange(-128, 128)))
            )

    def _recorder(self) -> Iterator[ev.Input]:
        """Stop and start the recorder, and let sensors come and go."""
        random = self._random
        for _ in range(random.randrange(1, 6)):
            self._t_ns += random.randrange(20 * NS_PER_S)
            if random.random() < 0.5:
                yield ev.Timer(self._stamp(), random.random() < 0.7)
            else:
                yield ev.Link(self._stamp(), random.choice(SENSORS), random.random() < 0.5)
        yield ev.Timer(self._stamp(), running=True)

    def _burst(self) -> Iterator[ev.Input]:
        """Hold up the pod's readings for a while, then let them come at once; answer cues that
        there were, and were not.
        """
        random = self._random
        self._t_ns += random.randrange(40) * NS_PER_S
        for _ in range(random.randrange(40)):
            self._run_m += self._mps
            yield self._counted(self._t_ns, self._mps)
        why = random.choice((None, "late", "\x1b[2J"))
        yield ev.Ack(
            self._stamp(),
            random.choice(CUE_IDS),
            random.random() < 0.5,
            why,
            random.choice((None, 12.0)),
        )

    def _again(self) -> Iterator[ev.Input]:
        """Run another race, with another pod and at another pace."""
        random = self._random
        self._mps, self._scale = (
            random.uniform(2.5, 9.0),
            random.choice((1.0, random.uniform(0.5, 2.0))),
        )
        self._pod = random.choice(tuple(Pod))
        yield from self._runs(0.0, 5)
        yield ev.Command(self._stamp(), ev.CommandKind.START)
        self._run_m = 0.0


def _in_range(t_ns: int) -> int:
    return min(max(t_ns, EARLIEST_NS), LATEST_NS)
