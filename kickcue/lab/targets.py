"""What kickcue asks of itself: the thresholds of ``kickcue evaluate``, by scenario and event.

A count of wrong laps is allowed its share rounded up, for 200 races cannot show one in a thousand.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from kickcue.lab.figures import Summary

LEAST_RACES: Final = 200
"""With fewer races of a kind the figures say too little to be judged."""
COVERAGE: Final = (0.93, 0.97)
OUTSIDE: Final = (0.90, 1.0)
"""...where something happens that is in no model of the sensors: the truth must lie in what is told, be it wide."""


@dataclass(frozen=True, slots=True)
class Target:
    """Largest median and 95 % quantile of the error, in seconds, and largest share of wrong laps; None: not asked."""

    median_s: float | None = None
    p95_s: float | None = None
    wrong_lap: float | None = None


_BUTTON: Final = Target(0.28, 1.1, 1 / 1000)
_HARDER: Final = Target(0.45, 1.8, 1 / 500)
_CALIBRATED: Final = Target(4.2, 13.0, 1 / 200)

_WITH_PRESSES: Final = ("start-late", "false-start", "slip", "scale-step", "burst", "sleep", "cadence-only", "strap-only", "last-four")
_WITHOUT_TARGET: Final = ("smooth", "no-total", "helper-elsewhere", "correlated-late")
"""Their figures are told and not judged; what limits them, ``kickcue evaluate --best`` tells."""
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
    **dict.fromkeys(_WITHOUT_TARGET, Target()),
}
ASKED_OF: Final = ("5000m", "10000m")
LONGER: Final[Mapping[tuple[str, str], Target]] = {("calibrated", "10000m"): replace(_CALIBRATED, median_s=8.0, p95_s=24.0)}
"""Where another event has figures of its own."""


def target(scenario: str, event: str) -> Target:
    """Return what is asked of the errors in that scenario and event; nothing where none is set."""
    if event not in ASKED_OF:
        return Target()
    return LONGER.get((scenario, event), TARGETS.get(scenario, Target()))


def missed(scenario: str, event: str, found: Summary) -> Iterator[str]:
    """Yield one sentence for each threshold that is not reached; none for fewer than ``LEAST_RACES`` races."""
    if found.races < LEAST_RACES:
        return
    asked = target(scenario, event)
    for name, value, at_most in (("median", found.median_s, asked.median_s), ("p95", found.p95_s, asked.p95_s)):
        if at_most is not None and (value is None or value > at_most):
            yield f"{name} {'-' if value is None else f'{value:.2f}'} s, at most {at_most:g} s is asked"
    if asked.wrong_lap is not None and found.wrong_lap > math.ceil(asked.wrong_lap * found.races):
        yield f"wrong lap in {found.wrong_lap} of {found.races} races, at most {math.ceil(asked.wrong_lap * found.races)} is asked"
    for name, count in (("never", found.never), ("felt late", found.late_felt), ("felt twice", found.double_felt)):
        if count:
            yield f"{name} {count}, 0 is asked"
    least, most = OUTSIDE if scenario in (*_WITH_PRESSES, *_WITHOUT_TARGET) else COVERAGE
    if found.coverage95 is not None and not least <= found.coverage95 <= most:
        yield f"coverage95 {found.coverage95:.3f}, {least} to {most} is asked"
