"""What sensors and thumb of a simulated race or session send, for the commands that play it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kickcue.config.race_document import RaceDocument
from kickcue.core.errors import UsageError
from kickcue.core.events import Input
from kickcue.core.generic_profiles import GENERIC_POD, GENERIC_STRAP
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulate
from kickcue.lab.simulate_session import simulate_session
from kickcue.lab.standing import gun_moment_s, standing_around

PROFILES: Final[Mapping[str, str]] = {"pod": GENERIC_POD, "strap": GENERIC_STRAP}
"""The simulated sensors, by name."""
SCENARIO: Final = "button"
GUN_IN_S: Final = 5.0
"""Of this machine: time for a watch, or for a run, to learn how late messages are."""


def simulated_inputs(
    document: RaceDocument, scenario: str | None, seed: int | None
) -> tuple[Sequence[Input], RaceDocument]:
    """Return what is received, and the document with what earlier races taught of the pod.

    UsageError for a scenario that is none, or with a session, which has none.
    """
    if document.plan is not None:
        if scenario is not None:
            raise UsageError("--scenario: expected a race with it, a session has none")
        return simulate_session(document.plan.plan(), seed or 0, PodFaults()).inputs, document
    chosen = SCENARIOS.get(scenario or SCENARIO)
    if chosen is None:
        raise UsageError(f"--scenario: expected one of {', '.join(SCENARIOS)}, got {scenario}")
    race = simulate(document.course(), chosen, seed or 0)
    return race.inputs, race.document(document)


def after_a_wait(
    inputs: Sequence[Input], rate: float, stay_s: float
) -> tuple[float, Iterator[Input]]:
    """Return in how many seconds of this machine the gun goes, and what comes until the end.

    Before it, and for ``stay_s`` of the race after the last of ``inputs``, the runner stands.
    """
    gun_s = gun_moment_s(inputs, GUN_IN_S * rate)
    return gun_s / rate, standing_around(inputs, gun_s, stay_s)
