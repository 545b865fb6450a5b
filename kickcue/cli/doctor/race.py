"""The race file: there, right, and with sensors in it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kickcue.cli.doctor.result import Context, Result, fault, ok, warning
from kickcue.config.watch_files import load_watch
from kickcue.core.cueing.race_rules import ALLOWED

if TYPE_CHECKING:
    from kickcue.config.device_settings import WatchSettings
    from kickcue.config.settings import Settings

MINDED: Final = frozenset(
    {"link_is_no_proof", "needs_app", "needs_authentication", "needs_permission", "refuses_code"}
)
"""What of a watch a person has to see to before the race."""


def race(patient: Context) -> Iterator[Result]:
    """Tell which race is set up, and whose sensors are its."""
    if patient.race_file is None:
        yield fault("race file", "there is none", "`kickcue init` writes one")
        return
    if patient.settings is None:
        yield fault("race file", str(patient.mistake))
        return
    yield ok("race file", f"{patient.race_file}: {_what(patient.settings)}")
    rules = ALLOWED[patient.settings.rules]
    if not rules.cues:
        yield warning(
            "cues",
            rules.reason,
            'other `rules` in the race file, such as "training", allow them',
        )
    pins = patient.settings.sensors
    if pins:
        yield ok(
            "sensors",
            "; ".join(
                f"{name} is {' '.join(pin.pin)} ({pin.profile})" for name, pin in pins.items()
            ),
        )
    else:
        yield fault(
            "sensors",
            "the race file has none, and kickcue does not guess which are yours",
            "`kickcue pair` finds yours",
        )
    yield from _watch(patient.settings.watch)


def _what(settings: "Settings") -> str:
    """Return what is run by the race file."""
    if settings.plan is not None:
        return f"the session {settings.plan}"
    course = settings.course()
    laps = "on the road" if course.lap_m is None else f"in laps of {course.lap_m:.10g} m"
    return f"{course.event} {laps}"


def _watch(watch: "WatchSettings") -> Iterator[Result]:
    """Tell which watch is bridged to, and what a person has to see to on it."""
    if watch.profile is None:
        return
    profile = load_watch(watch.profile)
    yield ok("watch", f"{watch.address or watch.name or 'the only one nearby'} ({profile.id})")
    for quirk in profile.quirks:
        if quirk.effect in MINDED:
            yield ok("watch", quirk.why)
