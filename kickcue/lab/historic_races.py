"""Famous races as data: published times and whose they are, what is missing, and the sources.

A race of one's own is added as one more entry; ``reconstruct.py`` makes a run of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class FamousRace:
    """One race; ``points`` are the published moments, (metres, seconds after the gun).

    The finish is the last of them.

    ``story`` is the race in three lines: who and where, how it went, the last lap. ``whose`` tells
    whose times they are, ``gaps`` what had to be interpolated, ``sources`` where the figures were
    read.
    """

    name: str
    runner: str
    title: str
    event: str
    story: tuple[str, str, str]
    points: tuple[tuple[float, float], ...]
    whose: str
    gaps: str
    sources: tuple[str, ...]

    @property
    def finish_s(self) -> float:
        """The winning time."""
        return self.points[-1][1]

    def published(self, distance_m: float) -> float | None:
        """Return the published time at ``distance_m``; None where there is none."""
        return dict(((0.0, 0.0), *self.points)).get(distance_m)


def _laps(
    first_m: float, first_s: float, laps_s: Iterable[float], lap_m: float = 400.0
) -> tuple[tuple[float, float], ...]:
    """Return the points of a race that is published lap by lap, seconds to the hundredth."""
    times = accumulate(laps_s, initial=first_s)
    return tuple((first_m + n * lap_m, round(t_s, 2)) for n, t_s in enumerate(times))


FAMOUS: Final[Mapping[str, FamousRace]] = {
    race.name: race
    for race in (
        FamousRace(
            name="cheptegei-2020",
            runner="Joshua Cheptegei",
            title="5000 m world record 12:35.36, Monaco 2020",
            event="5000m",
            story=(
                "Joshua Cheptegei runs the 5000 m of Monaco, in 2020.",
                "Pacemakers lead at first. Each of the twelve laps takes between 59.6 and 61.7 s.",
                "The last is the fastest, 59.64, by 1.4 %: a world record, 12:35.36.",
            ),
            # The first 200 m are the finishing time less the twelve laps.
            points=_laps(
                200.0,
                29.50,
                (
                    60.70,
                    61.70,
                    60.64,
                    60.41,
                    61.25,
                    60.91,
                    60.03,
                    60.10,
                    60.18,
                    60.33,
                    59.97,
                    59.64,
                ),
            ),
            whose="each lap; pacemakers led the first ones",
            gaps="the first 200 m (the finishing time less the laps)",
            sources=("letsrun.com, 2020-08", "idigsports.com"),
        ),
        FamousRace(
            name="bekele-2004",
            runner="Kenenisa Bekele",
            title="5000 m world record 12:37.35, Hengelo 2004",
            event="5000m",
            story=(
                "Kenenisa Bekele runs the 5000 m of Hengelo, in 2004.",
                "Each kilometre is faster than the one before it, from 2:33.2 to 2:29.4.",
                "The last lap takes 57.85, 4.9 % less than the others: a record, 12:37.35.",
            ),
            points=(
                (1000.0, 153.24),
                (2000.0, 305.47),
                (3000.0, 457.34),
                (4000.0, 607.93),
                (4600.0, 699.5),
                (5000.0, 757.35),
            ),
            whose="whoever led, each kilometre and at the bell",
            gaps="the laps within the kilometres",
            sources=("worldathletics.org",),
        ),
        FamousRace(
            name="farah-2012",
            runner="Mo Farah",
            title="Olympic 5000 m 13:41.66, London 2012",
            event="5000m",
            story=(
                "Mo Farah in the Olympic 5000 m of London, in 2012.",
                "It begins slowly, with kilometres of 2:55 and 3:01, and then gets faster.",
                "The last lap takes 52.94, and Farah wins by 0.32 s in 13:41.66.",
            ),
            # From the last 1600 m in 3:57.47 and the last lap in 52.94.
            points=(
                *((1000.0, 175.40), (2000.0, 356.70), (3000.0, 522.95), (3400.0, 584.19)),
                *((4000.0, 676.47), (4600.0, 768.72), (5000.0, 821.66)),
            ),
            whose="whoever led, each kilometre; the winner's last 1600 m and last lap",
            gaps="the laps within the kilometres",
            sources=("runblogrun.com", "letsrun.com, 2012-08-11", "olympedia.org, 302371"),
        ),
        FamousRace(
            name="farah-2016",
            runner="Mo Farah",
            title="Olympic 10,000 m 27:05.17, Rio 2016",
            event="10000m",
            story=(
                "Mo Farah in the Olympic 10,000 m of Rio, in 2016.",
                "He falls at about 4 km, and gets up again. At 9 km he leads, in 24:36.95.",
                "The last 800 m take 1:56.6, the last 100 m 13.4, and he wins in 27:05.17.",
            ),
            # From the last 800 m in 1:56.6 and the last 100 m in 13.4.
            points=(
                *(
                    (1000.0, 175.20),
                    (2000.0, 344.49),
                    (3000.0, 510.70),
                    (4000.0, 672.29),
                    (5000.0, 833.11),
                ),
                *((6000.0, 997.20), (7000.0, 1159.07), (8000.0, 1320.83), (9000.0, 1476.95)),
                *((9200.0, 1508.57), (9900.0, 1611.77), (10000.0, 1625.17)),
            ),
            whose="whoever led, each kilometre; the winner's last 800 m and last 100 m",
            gaps="the laps within the kilometres; his fall at 4 km is not in them",
            sources=("olympedia.org, 358638",),
        ),
        FamousRace(
            name="hassan-2019",
            runner="Sifan Hassan",
            title="World Championships 10,000 m 30:17.62, Doha 2019",
            event="10000m",
            story=(
                "Sifan Hassan in the World Championships 10,000 m of Doha, in 2019.",
                "Half way, in 15:33.8, she is 1.1 s behind; up to 8 km it gets slower still.",
                "The last 1500 m take 3:59.09, the last lap some 61 s; she wins in 30:17.62.",
            ),
            # From the last 1600 m in 4:17.15, its first laps in 64.90, 65.32 and 66.16, and the
            # last 1500 m in 3:59.09.
            points=(
                *((1000.0, 193.86), (2000.0, 380.81), (3000.0, 569.08), (4000.0, 753.40)),
                *((5000.0, 933.82), (6000.0, 1116.29), (7000.0, 1299.89), (8000.0, 1484.90)),
                *((8400.0, 1560.47), (8500.0, 1578.53), (8800.0, 1625.37), (9200.0, 1690.69)),
                *((9600.0, 1756.85), (10000.0, 1817.62)),
            ),
            whose="whoever led, each kilometre (4 and 5 km: her own); her last 1600 m, by laps",
            gaps="the laps within the first 8 km",
            sources=("Athletics Weekly", "Track & Field News", "letsrun.com"),
        ),
        FamousRace(
            name="mills-1964",
            runner="Billy Mills",
            title="Olympic 10,000 m 28:24.4, Tokyo 1964",
            event="10000m",
            story=(
                "Billy Mills in the Olympic 10,000 m of Tokyo, on 14 October 1964.",
                "The halves take 14:04.6 and 14:19.8: nothing is saved up for the end.",
                "The last lap, 59.8: shoved wide, he passes with some 50 m left, wins by 0.4 s.",
            ),
            # The bell from the last lap in 59.8.
            points=(
                *(
                    (1000.0, 162.0),
                    (2000.0, 329.6),
                    (3000.0, 500.0),
                    (4000.0, 673.0),
                    (5000.0, 844.6),
                ),
                *((9000.0, 1542.8), (9600.0, 1644.6), (10000.0, 1704.4)),
            ),
            whose="whoever led, each kilometre (no times for 6 to 8 km); the winner's last lap",
            gaps="5 to 9 km, and the laps within the other kilometres",
            sources=("olympedia.org, 60160", "sport-olympic.gr"),
        ),
    )
}
DEFAULT: Final = "cheptegei-2020"


def famous_race(name: str) -> FamousRace:
    """Return a famous race; UsageError names those there are."""
    if name not in FAMOUS:
        guess = did_you_mean(name, FAMOUS)
        raise UsageError(
            f"famous race {name!r}: {f'{guess} ' if guess else ''}there are {', '.join(FAMOUS)}"
        )
    return FAMOUS[name]
