"""The scenarios of the evaluation: which faults a simulated race has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kickcue.lab.beacon import Beacon
from kickcue.lab.faults import Air, CadenceByte
from kickcue.lab.mishaps import (
    Mishap,
    burst,
    cadence_only,
    correlated_late,
    false_start,
    helper_elsewhere,
    last_four,
    no_total,
    nothing,
    scale_step,
    sleep,
    slip,
    start_late,
    strap_only,
)
from kickcue.lab.pacing_profile import ANY_SHAPE, Style
from kickcue.lab.previous_races import Earlier
from kickcue.lab.sensors import PodFaults, SimulatedGate, Thumb

ANY: Final = Style(ANY_SHAPE)


class Group(StrEnum):
    """What a scenario is about, as a reader of the figures tells them apart."""

    USUAL = "usual races"
    MISHAP = "when something goes wrong"
    PHYSICAL = "physical runners"
    ROAD = "kilometre marks on the road"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the evaluation protocol."""

    name: str
    pod: PodFaults
    marks: Thumb | SimulatedGate | None
    """None: no marks at all."""
    style: Style = ANY
    earlier: Earlier | None = None
    """The pod's scale was learned in earlier races."""
    air: Air | None = None
    cadence_byte: tuple[CadenceByte, ...] = (CadenceByte.STRIDES,)
    """One of these in each race."""
    restart: bool = False
    """The pod's total begins anew in mid-race."""
    beacon: Beacon | None = None
    """It stands at the finish line."""
    mishap: Mishap | None = None
    """What else happens; then only ``pod``, ``marks``, ``style`` and ``pace_mps`` count."""
    pace_mps: tuple[float, float] | None = None
    group: Group = Group.USUAL


_EVEN: Final = Style()
"""The runner of the three oldest scenarios: kept, so that their races and figures stay what they
were."""
_BUTTON: Final = Scenario("button", PodFaults(), Thumb())
_MISHAP: Final = replace(_BUTTON, group=Group.MISHAP)
_PHYSICAL: Final = replace(_BUTTON, mishap=nothing, group=Group.PHYSICAL)
_ROAD: Final = replace(_BUTTON, marks=Thumb(missed=0.30), mishap=nothing, group=Group.ROAD)
_SURGING: Final = Style(ANY_SHAPE, surge=0.10, kick=0.25)
_PER_MPS: Final = (0.01, 0.02)
_UNSEEN: Final = (0.0, 0.5)
_FADES: Final = (0.02, 0.08)
_PASSING: Final = 0.4
_ROLLING_S: Final = (5, 60)
_LAG_S: Final = (5.0, 10.0)

SCENARIOS: Mapping[str, Scenario] = {
    s.name: s
    for s in (
        Scenario("bare", PodFaults(), None, _EVEN),
        Scenario("calibrated", PodFaults(), None, earlier=Earlier()),
        replace(_BUTTON, style=_EVEN),
        Scenario(
            "button-bad",
            PodFaults(scale_sd=0.05),
            Thumb(missed=0.25, doubled=0.10, stray=0.02),
            _EVEN,
        ),
        Scenario("gate", PodFaults(), SimulatedGate()),
        Scenario("beacon", PodFaults(), None, beacon=Beacon()),
        replace(_BUTTON, name="wide", style=Style(ANY_SHAPE, wide=True)),
        replace(
            _BUTTON,
            name="surge",
            style=Style(ANY_SHAPE, surge=0.10, kick=0.25, kick_from=(0.5, 1.5)),
        ),
        replace(_BUTTON, name="dropout", air=Air()),
        replace(
            _BUTTON, name="swap", cadence_byte=(CadenceByte.STEPS, CadenceByte.POWER), restart=True
        ),
        replace(_MISHAP, name="start-late", mishap=start_late),
        replace(_MISHAP, name="false-start", mishap=false_start),
        replace(_MISHAP, name="slip", mishap=slip),
        replace(_MISHAP, name="scale-step", mishap=scale_step),
        replace(_MISHAP, name="burst", mishap=burst),
        replace(_MISHAP, name="sleep", mishap=sleep),
        replace(_MISHAP, name="cadence-only", mishap=cadence_only, pace_mps=(3.0, 6.5)),
        replace(
            _MISHAP,
            name="no-total",
            mishap=no_total,
            style=_SURGING,
        ),
        replace(_MISHAP, name="strap-only", mishap=strap_only),
        replace(_MISHAP, name="last-four", mishap=last_four),
        replace(_MISHAP, name="helper-elsewhere", mishap=helper_elsewhere),
        replace(_MISHAP, name="correlated-late", mishap=correlated_late),
        replace(
            _BUTTON,
            name="smooth",
            pod=PodFaults(lag_s=_LAG_S, total_lags=True),
            group=Group.PHYSICAL,
        ),
        replace(_PHYSICAL, name="speed-scale", pod=PodFaults(per_mps=_PER_MPS), style=_SURGING),
        replace(
            _PHYSICAL,
            name="fatigue",
            pod=PodFaults(unseen=_UNSEEN),
            style=Style(ANY_SHAPE, fades=_FADES),
        ),
        replace(_PHYSICAL, name="overtaking", style=Style(ANY_SHAPE, passing=_PASSING)),
        replace(_PHYSICAL, name="rolling-start", style=Style(ANY_SHAPE, rolling_s=_ROLLING_S)),
        replace(
            _PHYSICAL,
            name="physical",
            pod=PodFaults(lag_s=_LAG_S, total_lags=True, per_mps=_PER_MPS, unseen=_UNSEEN),
            style=replace(_SURGING, passing=_PASSING, fades=_FADES, rolling_s=_ROLLING_S),
        ),
        replace(_ROAD, name="road"),
        replace(_ROAD, name="road-boards", marks=Thumb(missed=0.30, place_sd_m=5.0)),
        replace(_ROAD, name="road-start-late", mishap=start_late),
        replace(_ROAD, name="road-slip", mishap=slip),
        replace(_ROAD, name="road-scale-step", mishap=scale_step),
    )
}
