"""The scale of a pod: what is known of it before the race, and what the race has taught."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from kickcue.config.calibration import SCALES, Calibration, Calibrations, RaceScale
from kickcue.config.profile_files import load_profile
from kickcue.config.race_document import SCALE_TERMS, RaceDocument
from kickcue.config.settings_model import Settings
from kickcue.core.errors import DataError, KickcueError
from kickcue.core.position.scale_measurement import PodScale

ATHLETE: Final = "runner"
"""The runner where none is named."""
POD_CHARS: Final = frozenset({"2a53", "2acd", "2a67"})


def athlete_of(settings: Settings | None) -> str:
    """Return whose pod it is."""
    return (None if settings is None else settings.broker.athlete) or ATHLETE


def pod_of(settings: Settings | None, sensor: str) -> str:
    """Return which pod a sensor of the race is: its address, name or MQTT id.

    Where none is known it is the sensor's own name.
    """
    pin = None if settings is None else settings.sensors.get(sensor)
    return sensor if pin is None else pin.pin[1]


def first_pod(settings: Settings) -> str | None:
    """Return the sensor that distance comes from as long as it is healthy."""
    chars = {
        name: {offer.char for offer in load_profile(pin.profile).provides}
        for name, pin in settings.sensors.items()
    }
    return next((name for name, gives in chars.items() if gives & POD_CHARS), None)


def with_learned_scale(
    settings: Settings, known: Calibrations, document: RaceDocument | None = None
) -> tuple[RaceDocument, str | None]:
    """Return the race with the scale that earlier ones have taught, and a sentence about that.

    ``document`` is the race, where it is not just what the settings say.
    The sentence is None where nothing was known. A scale that a person has set stays. A damaged
    file counts as nothing known, and the sentence states it.
    """
    document = settings.document() if document is None else document
    sensor = first_pod(settings)
    if sensor is None or SCALE_TERMS & settings.model_fields_set:
        return document, None
    try:
        calibration = known.get(athlete_of(settings), pod_of(settings, sensor))
    except DataError as error:
        return document, f"{sensor}: scale unknown: {error}"
    if not calibration.races:
        return document, None
    scale, sd = calibration.expected()
    learned = document.model_copy(update={"scale": scale, "scale_sd": sd})
    return learned, f"{sensor}: scale {scale:.4f} ±{sd:.1%}, learned from {_races(calibration)}"


def remember(
    known: Calibrations, athlete: str, pod: str, race: RaceScale
) -> tuple[Calibration, bool]:
    """Keep what a race has measured; return what is known then, and whether that race is new.

    UsageError where it cannot be written. What was damaged is replaced.
    """
    try:
        before = known.get(athlete, pod)
    except DataError:
        before = Calibration(athlete=athlete, pod=pod)
    after = before.with_race(race)
    if after is not before:
        known.put(after)
    return after, after is not before


def race_scale(found: PodScale, utc: str | None, recording: str | None) -> RaceScale:
    """Return a measurement as it is kept; DataError where it is none of a foot pod.

    ``utc`` is ISO 8601 with its zone.
    """
    scale, sd = found.measured.scale, found.measured.sd
    if not SCALES[0] <= scale <= SCALES[1]:
        raise DataError(
            f"{found.pod} counted {1 / scale:.2f} m per metre run, which is implausible: is the "
            "configured lap length right?"
        )
    began = None if utc is None else datetime.fromisoformat(utc)
    # A file's name may be no text.
    name = None if recording is None else recording.encode(errors="replace").decode()
    return RaceScale(utc=began, recording=name, scale=round(scale, 6), sd=round(sd, 6))


def lead_changed(pods: Sequence[str]) -> str | None:
    """Return why a race whose distance ``pods`` gave in turn teaches nothing; None for one pod."""
    return (
        None
        if len(pods) < 2
        else f"pod scale not learned: the distance came from {' and '.join(pods)} in turn"
    )


def learn_from_race(
    known: Calibrations, settings: Settings, found: PodScale, utc: str | None, recording: str | None
) -> str:
    """Keep what the race that was just run has taught.

    Returns a sentence for its runner, also where that does not work.
    """
    try:
        race = race_scale(found, utc or datetime.now(UTC).isoformat(), recording)
        calibration, _ = remember(known, athlete_of(settings), pod_of(settings, found.pod), race)
    except KickcueError as error:
        return f"cannot save the scale of {found.pod}: {error}"
    return " ".join(
        (
            f"{found.pod}: scale from the laps {race.scale:.4f} ±{race.sd:.1%};",
            *outlook(calibration),
        )
    )


def outlook(calibration: Calibration) -> Iterable[str]:
    """Yield what is expected of the next race, and whether the shoes seem to have been changed."""
    scale, sd = calibration.expected()
    yield f"expected for the next race, from {_races(calibration)}: {scale:.4f} ±{sd:.1%}"
    changed = calibration.surprise()
    if changed is not None:
        yield f"- other shoes? the pod's scale changed by {changed:+.1%}"


def _races(calibration: Calibration) -> str:
    count = len(calibration.races)
    return "one race" if count == 1 else f"{count} races"
