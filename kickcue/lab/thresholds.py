"""What kickcue asks of itself: the thresholds of ``kickcue evaluate``, by scenario and event.

A count of wrong laps is allowed its share rounded up, for 200 races cannot show one in a thousand.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from kickcue.lab.statistics import Summary

LEAST_RACES: Final = 200
"""With fewer races of a kind the figures say too little to be judged."""
COVERAGE: Final = (0.93, 0.97)
OUTSIDE: Final = (0.90, 1.0)
"""...where something happens that is in no model of the sensors: the truth must lie in what is
told, be it wide."""
UNWARNED: Final = 1 / 2000
"""Largest share, of all races of a run together, whose bell is on a wrong lap without "about"."""


@dataclass(frozen=True, slots=True)
class Target:
    """Largest median and 95 % quantile of the error, in seconds, and largest share of wrong laps.

    None where not asked for.
    """

    median_s: float | None = None
    p95_s: float | None = None
    wrong_lap: float | None = None


_BUTTON: Final = Target(0.28, 1.1, 1 / 1000)
_HARDER: Final = Target(0.45, 1.8, 1 / 500)
_CALIBRATED: Final = Target(4.2, 13.0, 1 / 200)

_WITH_PRESSES: Final = (
    "start-late",
    "false-start",
    "slip",
    "scale-step",
    "burst",
    "sleep",
    "cadence-only",
    "strap-only",
    "last-four",
)
_WITHOUT_TARGET: Final = ("no-total", "helper-elsewhere", "correlated-late")
"""Of these, lagging totals and kilometre marks only honesty is asked; ``--best`` tells a limit."""
_PHYSICAL: Final = ("speed-scale", "fatigue", "overtaking", "rolling-start")
"""Of the size of *wide* and *surge*, and asked the same."""
_LAGGING: Final = ("smooth", "physical")
_ROAD: Final = ("road", "road-boards", "road-start-late", "road-slip", "road-scale-step")
_MISHAPS: Final = (*_WITH_PRESSES, *_WITHOUT_TARGET)
_OUTSIDE_MODEL: Final = (*_MISHAPS, *_PHYSICAL, *_LAGGING, *_ROAD)
_BEFALLEN: Final = Target(0.45, 2.5, 1 / 200)

TARGETS: Final[Mapping[str, Target]] = {
    "calibrated": _CALIBRATED,
    "button": _BUTTON,
    "button-bad": Target(0.5, 2.5, 1 / 200),
    "gate": Target(0.30, 1.0, 0.0),
    "beacon": Target(0.5, 1.5, 0.0),
    "wide": _HARDER,
    "surge": _HARDER,
    "dropout": _HARDER,
    "swap": _BUTTON,
    **dict.fromkeys(_WITH_PRESSES, _BEFALLEN),
    **dict.fromkeys(_PHYSICAL, _HARDER),
    **dict.fromkeys((*_WITHOUT_TARGET, *_LAGGING, *_ROAD), Target()),
}
ASKED_OF: Final = ("5000m", "10000m")
SHORT: Final = ("800m", "1500m")
"""When something goes wrong, races in which a lap was pressed before the bell are judged here."""
LEAST_PRESSED: Final = 100
"""With fewer races that had such a press their figures are not judged."""
LONGER: Final[Mapping[tuple[str, str], Target]] = {
    ("calibrated", "10000m"): replace(_CALIBRATED, median_s=8.0, p95_s=24.0)
}
"""Where another event has figures of its own."""


def target(scenario: str, event: str) -> Target:
    """Return what is asked of the errors in that scenario and event; nothing where none is set."""
    if event not in ASKED_OF:
        return Target()
    return LONGER.get((scenario, event), TARGETS.get(scenario, Target()))


def is_short(scenario: str, event: str) -> bool:
    """Return whether races with a press before the bell are told apart there."""
    return event in SHORT and scenario in _MISHAPS


def missed(scenario: str, event: str, found: Summary) -> Iterator[str]:
    """Yield one sentence for each threshold that is not reached.

    None for fewer than ``LEAST_RACES`` races. Of a short event's races in which something goes
    wrong only those with a press before the bell are judged (``missed_after_press``).
    """
    if found.races < LEAST_RACES:
        return
    if not is_short(scenario, event):
        yield from _missed_figures(scenario, target(scenario, event), found)
    for name, count in (("felt late", found.late_felt), ("felt twice", found.double_felt)):
        if count:
            yield f"{name} {count}, 0 is asked"


def missed_after_press(scenario: str, found: Summary) -> Iterator[str]:
    """Yield the same of those of a short event's races that had a press before the bell."""
    if found.races >= LEAST_PRESSED:
        for sentence in _missed_figures(scenario, TARGETS.get(scenario, Target()), found):
            yield f"after a press: {sentence}"


def missed_together(races: int, unwarned: int) -> Iterator[str]:
    """Yield a sentence where too many of all ``races`` were lost without an "about"."""
    at_most = math.ceil(UNWARNED * races)
    if races >= LEAST_RACES and unwarned > at_most:
        yield f"unwarned in {unwarned} of {races} races, at most {at_most} is asked"


def _missed_figures(scenario: str, asked: Target, found: Summary) -> Iterator[str]:
    quantiles = ("median", found.median_s, asked.median_s), ("p95", found.p95_s, asked.p95_s)
    for name, value, at_most in quantiles:
        if at_most is not None and (value is None or value > at_most):
            told = "-" if value is None else f"{value:.2f}"
            yield f"{name} {told} s, at most {at_most:g} s is asked"
    if asked.wrong_lap is not None:
        most_wrong = math.ceil(asked.wrong_lap * found.races)
        if found.wrong_lap > most_wrong:
            wrong = f"wrong lap in {found.wrong_lap} of {found.races} races"
            yield f"{wrong}, at most {most_wrong} is asked"
    if found.never > (found.slept_over or 0):
        yield f"never {found.never}, {found.slept_over or 0} is asked"
    least, most = OUTSIDE if scenario in _OUTSIDE_MODEL else COVERAGE
    if found.coverage95 is not None and not least <= found.coverage95 <= most:
        yield f"coverage95 {found.coverage95:.3f}, {least} to {most} is asked"
