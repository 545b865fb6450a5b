"""From a race's document to what the engine needs, where no model can check the document.

The document is the one of ``kickcue.config.race_document``, as JSON: a computer that verifies the
recording builds the same engine of it. Profiles, phrases and plans come from the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from kickcue.core.course import Course, course_for
from kickcue.core.crossing.gate import Gate
from kickcue.core.cueing.cue_output import CueOutput
from kickcue.core.cueing.lap_splits import Splits
from kickcue.core.cueing.phrase_choice import vocabulary
from kickcue.core.cueing.phrases import Phrase
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import UsageError
from kickcue.core.events import CueKind
from kickcue.core.generic_profiles import GENERIC_POD, GENERIC_STRAP
from kickcue.core.plan import Plan, race
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.profiles import SensorProfile
from kickcue.core.records import check_target
from kickcue.standalone.plain_values import made

SENSORS: Final[Mapping[str, str]] = {
    "pod": GENERIC_POD,
    "strap": GENERIC_STRAP,
}
"""What the page calls a sensor, and the profile that reads it where no other was chosen."""
SESSION_CUES: Final = ("rep", "last_rep", "tick", "go", "image", "through", "tall", "rest_half")
_COURSE: Final = ("lap_m", "kick_m", "lane", "water_jump", "indoor")
_ENGINE: Final = ("target_s", "hr_ceiling_bpm", "smile", "lead_ms")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What kickcue ships, by name, as ``standalone.catalogue`` has written it."""

    profiles: Mapping[str, Mapping[str, Any]]
    phrases: Mapping[str, Mapping[str, list[str]]]
    plans: Mapping[str, Mapping[str, Any]]
    ranges: Mapping[str, list[float | None]] = field(default_factory=dict)
    scripts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Return the catalogue out of its JSON."""
        keys = ("profiles", "phrases", "plans", "ranges", "scripts")
        return cls(*(given[key] for key in keys))

    def with_sensors(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with the sensors and the digest of each one's profile.

        UsageError where a profile is not shipped.
        """
        chosen = document.get("sensors") or {name: {"profile": SENSORS[name]} for name in SENSORS}
        sensors = {
            name: {"profile": each["profile"], "sha256": self._profile(each["profile"])["sha256"]}
            for name, each in chosen.items()
        }
        return {**document, "sensors": sensors}

    def engine_config(self, document: Mapping[str, Any]) -> EngineConfig:
        """Return what the engine needs; UsageError names the key that is wrong."""
        self._check(document)
        course = course_of(document)
        if document.get("target_s") is not None:
            check_target(course, document["target_s"])
        plan = self.plan(document)
        rules, splits = document.get("rules", "training"), document.get("splits", "off")
        return EngineConfig(
            plan=race(course) if plan is None else plan,
            sensors={
                name: made(SensorProfile, self._profile(each["profile"])["profile"])
                for name, each in document.get("sensors", {}).items()
            },
            vocabulary=vocabulary(*(self._language(document.get("language", "en")),) * 2, course),
            rules=_member(Rules, "rules", rules),
            scale=ScalePrior(document.get("scale", 1.0), document.get("scale_sd", 0.03)),
            splits=_member(Splits, "splits", splits),
            gate=_gate(document.get("gate", {})),
            session_cues={
                CueKind(name): _member(CueOutput, name, document.get("cues", {}).get(name, "both"))
                for name in SESSION_CUES
            },
            **{key: document[key] for key in _ENGINE if key in document},
        )

    def plan(self, document: Mapping[str, Any]) -> Plan | None:
        """Return the plan of a session, None for a race; UsageError where it is not shipped."""
        wanted = document.get("plan")
        if wanted is None:
            return None
        known = self.plans.get(wanted.get("name", ""))
        if known is None or known["document"] != wanted:
            raise UsageError(
                f"plan: this app has no plan {wanted.get('name')!r} like that: expected one of "
                f"{', '.join(self.plans)}"
            )
        return made(Plan, known["plan"])

    def _profile(self, id_: str) -> Mapping[str, Any]:
        if id_ not in self.profiles:
            raise UsageError(f"sensors: this app has no profile {id_!r}")
        return self.profiles[id_]

    def _language(self, language: str) -> Mapping[str, Phrase]:
        if language not in self.phrases:
            known = ", ".join(self.phrases)
            raise UsageError(f"language: expected one of {known} in this app, got {language!r}")
        return {name: Phrase(*both) for name, both in self.phrases[language].items()}

    def _check(self, document: Mapping[str, Any]) -> None:
        """Raise UsageError for a key that no race has, and a number out of its range."""
        for key, value in document.items():
            if key not in self.ranges and key not in ("sensors", "plan"):
                raise UsageError(f"{key}: unknown key")
            low, high = self.ranges.get(key, [None, None])
            if value is None or (low is None and high is None):
                continue
            if type(value) not in (int, float) or not (low or 0) <= value <= (high or value):
                raise UsageError(f"{key}: expected {low:g} to {high:g}, got {value!r}")


def course_of(document: Mapping[str, Any]) -> Course:
    """Return the course; UsageError where there is none, or its lengths make no sense."""
    event = document.get("race")
    if not isinstance(event, str):
        raise UsageError(f"race: expected an event such as 5000m, got {event!r}")
    return course_for(event, **{key: document[key] for key in _COURSE if key in document})


def _member(kind: Any, key: str, given: Any) -> Any:
    names = [each.value for each in kind]
    if given not in names:
        raise UsageError(f"{key}: expected one of {', '.join(names)}, got {given!r}")
    return kind(given)


def _gate(given: Mapping[str, Any]) -> Gate | None:
    if not given:
        return None
    if "left" in given:
        return Gate.between(tuple(given["left"]), tuple(given["right"]))
    return Gate(**given)
