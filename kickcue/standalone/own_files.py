"""A runner's own plans, languages and sensor profiles, taken along into the app.

They are read and checked as every command does it: the app itself has no model to check one by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kickcue.config.named_files import is_path
from kickcue.config.phrase_files import Language, language_file, languages, own_languages
from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import own_plans
from kickcue.config.profile_files import SENSORS, SensorFile
from kickcue.core.errors import UsageError
from kickcue.workouts.plan_source import any_session


@dataclass(frozen=True, slots=True)
class OwnThings:
    """What goes along besides what kickcue ships."""

    plans: tuple[PlanDocument, ...] = ()
    languages: Mapping[str, Language] = field(default_factory=dict)
    """By what a race calls them: a name, or the path of the file."""
    profiles: tuple[SensorFile, ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield kind and name of each."""
        yield from (("plan", each.name) for each in self.plans)
        yield from (("language", name) for name in self.languages)
        yield from (("profile", each.document.profile.id) for each in self.profiles)


def own_things(
    plans: Sequence[str] = (),
    names: Sequence[str] = (),
    profiles: Sequence[str] = (),
    *,
    whole_folder: bool = False,
) -> OwnThings:
    """Return the plans, the languages (``names``) and the profiles that are asked for.

    Each by its name or the path of its file; with ``whole_folder`` also all that lie in the user's
    own folder. UsageError where one is not valid, or a plan is that of a race.
    """
    if whole_folder:
        plans = [*plans, *_sessions_of(own_plans())]
        names = [*names, *own_languages()]
        profiles = [*profiles, *SENSORS.own_ids()]
    return OwnThings(
        tuple(_plan(name) for name in dict.fromkeys(plans)),
        {name: _language(name) for name in dict.fromkeys(names)},
        tuple(_profile(name) for name in dict.fromkeys(profiles)),
    )


def _sessions_of(names: Mapping[str, object]) -> Iterator[str]:
    """Yield those that are sessions: a race is set up by its event."""
    yield from (name for name in names if any_session(name) is not None)


def _plan(name: str) -> PlanDocument:
    found = any_session(name)
    if found is None:
        raise UsageError(f"--plan {name}: is the plan of a race: in the app choose its event")
    return found


def _language(name: str) -> Language:
    if name in languages():
        raise UsageError(f"--language {name}: comes with kickcue: expected one of your own")
    return language_file(name)


def _profile(name: str) -> SensorFile:
    if not is_path(name) and name not in SENSORS.own_ids() and name in SENSORS.shipped_paths():
        raise UsageError(f"--profile {name}: comes with kickcue: expected one of your own")
    return SENSORS.file(name)
