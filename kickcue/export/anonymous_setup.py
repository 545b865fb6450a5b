"""The set-up of a recording without what a runner wrote into it himself.

Only keys that are known to be harmless stay: the next one that is added to a race document is left
out until somebody has thought about it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from kickcue.core.course import course_for
from kickcue.core.errors import UsageError

KEPT: Final = (
    "lap_m",
    "kick_m",
    "lane",
    "indoor",
    "water_jump",
    "rules",
    "tactical",
    "smile",
    "target_s",
    "splits",
    "hr_ceiling_bpm",
    "lead_ms",
    "scale",
    "scale_sd",
    "cues",
)
"""Not ``gate``, which is a place; not ``language``, which may be the path of a file."""
KEPT_OF_STEP: Final = ("run", "rest", "repeat", "effort", "cues", "lap_m", "kick_m")
"""Not ``imagery``: a runner's own words."""
PLAN: Final = "session"


def anonymous_setup(setup: Mapping[str, Any], sensor: Callable[[str], str]) -> dict[str, Any]:
    """Return the race document as plain JSON; ``sensor`` gives each sensor its other name."""
    kept = {key: setup[key] for key in KEPT if key in setup}
    race = known_event(setup.get("race"))
    if race is not None:
        kept["race"] = race
    if isinstance(sensors := setup.get("sensors"), Mapping):
        kept["sensors"] = {sensor(name): choice for name, choice in sensors.items()}
    if isinstance(plan := setup.get("plan"), Mapping):
        kept["plan"] = {"name": PLAN, "steps": [*map(_step, plan.get("steps", ()))]}
    return kept


def known_event(race: Any) -> str | None:
    """Return the event where it is one, "5000m"; a session may be called by anybody's name."""
    if not isinstance(race, str):
        return None
    try:
        course_for(race)
    except UsageError:
        return None
    return race


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: step[key] for key in KEPT_OF_STEP if key in step}
    race = known_event(step.get("race"))
    if race is not None:
        kept["race"] = race
    if "steps" in step:
        kept["steps"] = [*map(_step, step["steps"])]
    return kept
