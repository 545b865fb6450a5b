"""The scenarios of the evaluation: which faults a simulated race has."""

from collections.abc import Mapping
from dataclasses import dataclass

from kickcue.core.events import MarkSource
from kickcue.lab.sensors import PodFaults, Thumb


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the evaluation protocol."""

    name: str
    pod: PodFaults
    thumb: Thumb | None
    """None: no marks at all."""
    source: MarkSource = MarkSource.BUTTON


SCENARIOS: Mapping[str, Scenario] = {
    s.name: s
    for s in (
        Scenario("bare", PodFaults(), None),
        Scenario("button", PodFaults(), Thumb()),
        Scenario("button-bad", PodFaults(scale_sd=0.05), Thumb(missed=0.25, doubled=0.10, stray=0.02)),
    )
}
