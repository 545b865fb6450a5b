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
from kickcue.core.cueing.phrases import Phrase, Vocabulary
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import UsageError
from kickcue.core.events import CueKind
from kickcue.core.generic_profiles import GENERIC_POD, GENERIC_STRAP, GENERIC_TREADMILL
from kickcue.core.plan import Plan, race
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.profiles import SensorProfile
from kickcue.core.records import check_target
from kickcue.standalone.plain_values import made
from kickcue.standalone.race_terms import Term, check_terms, shown

SENSORS: Final[Mapping[str, str]] = {
    "pod": GENERIC_POD,
    "strap": GENERIC_STRAP,
    "treadmill": GENERIC_TREADMILL,
}
"""What the page calls a sensor, and the profile that reads it where no other was chosen."""
SESSION_CUES: Final = ("rep", "last_rep", "tick", "go", "image", "through", "tall", "rest_half")
_CHOICE: Final[Mapping[str, Term]] = {
    "profile": {"kind": "text"},
    "sha256": {"kind": "text", "optional": True},
}
_COURSE: Final = ("lap_m", "kick_m", "lane", "water_jump", "indoor")
_ENGINE: Final = ("target_s", "hr_ceiling_bpm", "smile", "lead_ms")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the app has, by name, as ``standalone.catalogue`` has written it."""

    profiles: Mapping[str, Mapping[str, Any]]
    phrases: Mapping[str, Mapping[str, Any]]
    plans: Mapping[str, Mapping[str, Any]]
    terms: Mapping[str, Term] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    """Keys of a race file that are about the machine it was written for."""
    scripts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    watches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Return the catalogue out of its JSON."""
        keys = ("profiles", "phrases", "plans", "terms", "scripts", "watches")
        return cls(**{key: given[key] for key in keys}, elsewhere=frozenset(given["elsewhere"]))

    def with_sensors(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with all sensors of the page, and the digest of each one's profile.

        UsageError where the app does not have a profile.
        """
        self._check_sensors(document)
        usual = {name: {"profile": id_} for name, id_ in SENSORS.items()}
        return self.with_digests({**document, "sensors": usual | document.get("sensors", {})})

    def with_digests(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with the digest of the profile of each sensor in it.

        UsageError where the app does not have a profile.
        """
        self._check_sensors(document)
        sensors = {
            name: {"profile": each["profile"], "sha256": self._profile(each["profile"])["sha256"]}
            for name, each in document.get("sensors", {}).items()
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
            vocabulary=self._vocabulary(document.get("language", "en"), course),
            rules=Rules(rules),
            scale=ScalePrior(document.get("scale", 1.0), document.get("scale_sd", 0.03)),
            splits=Splits(splits),
            gate=_gate(document.get("gate", {})),
            session_cues={
                CueKind(name): CueOutput(document.get("cues", {}).get(name, "both"))
                for name in SESSION_CUES
            },
            **{key: document[key] for key in _ENGINE if key in document},
        )

    def plan(self, document: Mapping[str, Any]) -> Plan | None:
        """Return the plan of a session, None for a race; UsageError where it is not shipped."""
        wanted = document.get("plan")
        if wanted is None:
            return None
        name = wanted.get("name") if isinstance(wanted, Mapping) else wanted
        known = self.plans.get(name) if isinstance(name, str) else None
        if known is None or known["document"] != wanted:
            raise UsageError(f"{self.unknown_plan(name)} like that")
        return made(Plan, known["plan"])

    def unknown_plan(self, name: Any) -> str:
        """Return the sentence about a plan that this app does not have."""
        return (
            f"plan: expected one of {', '.join(self.plans)} (kickcue export-app takes your own "
            f"along), got {shown(name)!r}"
        )

    def spoken(self, document: Mapping[str, Any]) -> str:
        """Return which language the phrases of a race are in: a voice is chosen by it."""
        spoken: str = self._language(document.get("language", "en"))["spoken"]
        return spoken

    def _vocabulary(self, name: str, course: Course) -> Vocabulary:
        """Return the phrases; what a file lacks is said by the shipped one that it names."""
        found = self._language(name)
        return vocabulary(_phrases(found), _phrases(self._language(found["rest"])), course)

    def _profile(self, id_: str) -> Mapping[str, Any]:
        if id_ not in self.profiles:
            raise UsageError(
                f"sensors: this app has no profile {shown(id_)!r} (kickcue export-app takes your "
                "own along)"
            )
        return self.profiles[id_]

    def _language(self, name: str) -> Mapping[str, Any]:
        if name not in self.phrases:
            known = ", ".join(self.phrases)
            raise UsageError(
                f"language: expected one of {known} (kickcue export-app takes your own along), got "
                f"{shown(name)!r}"
            )
        return self.phrases[name]

    def _check(self, document: Mapping[str, Any]) -> None:
        """Raise UsageError for a key that no race has, or a value that it cannot have."""
        rest = {key: each for key, each in document.items() if key not in ("sensors", "plan")}
        check_terms(self.terms, rest)
        self._check_sensors(document)

    def _check_sensors(self, document: Mapping[str, Any]) -> None:
        sensors = document.get("sensors", {})
        if not isinstance(sensors, Mapping):
            raise UsageError("sensors: expected a block for each, [sensors.pod]")
        for name, choice in sensors.items():
            if not isinstance(choice, Mapping):
                raise UsageError(f"sensors: expected a block [sensors.{shown(name)}]")
            check_terms(_CHOICE, choice, f"sensors.{shown(name)}.")
            if "profile" not in choice:
                raise UsageError(f"sensors.{shown(name)}.profile: expected a profile, got none")


def course_of(document: Mapping[str, Any]) -> Course:
    """Return the course; UsageError where there is none, or its lengths make no sense."""
    event = document.get("race")
    if not isinstance(event, str):
        raise UsageError(f"race: expected an event such as 5000m, got {event!r}")
    return course_for(event, **{key: document[key] for key in _COURSE if key in document})


def _phrases(found: Mapping[str, Any]) -> Mapping[str, Phrase]:
    return {name: Phrase(*both) for name, both in found["phrases"].items()}


def _gate(given: Mapping[str, Any]) -> Gate | None:
    """Return the finish line; UsageError unless it is given in one way, and whole."""
    said = {key: each for key, each in given.items() if each is not None}
    if not said:
        return None
    if said.keys() == {"left", "right"}:
        return Gate.between(tuple(said["left"]), tuple(said["right"]))
    if said.keys() - {"half_width_m"} != {"lat_deg", "lon_deg", "heading_deg"}:
        raise UsageError(
            "gate: expected lat_deg, lon_deg, heading_deg (and half_width_m if wanted), or left "
            f"and right alone, got {', '.join(said)}"
        )
    return Gate(**said)
