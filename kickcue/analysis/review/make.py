"""From a recording to its review. Pure: what is recorded is used as it is."""

from collections.abc import Mapping

from kickcue.analysis.review.model import Review
from kickcue.analysis.review.race_end import race_span
from kickcue.analysis.review.race_review import race_review
from kickcue.analysis.review.run_review import run_review, session_review
from kickcue.core.engine_config import EngineConfig
from kickcue.core.profiles import SensorProfile
from kickcue.recording.model import Recording


def review(
    recording: Recording,
    config: EngineConfig | None,
    profiles: Mapping[str, SensorProfile],
    plan_title: str | None = None,
    *,
    tactical: bool = False,
) -> Review:
    """Return the review.

    ``config`` is that of the race or the session whose outputs the recording has, None where nobody
    knows what was run. ``profiles`` by sensor name, ``plan_title`` the name of the session's plan,
    ``tactical`` whether the race was run for the place.
    """
    if config is None:
        return run_review(recording, profiles)
    if not config.plan.is_race:
        return session_review(recording, profiles, config, plan_title or config.plan.name)
    span = race_span(recording)
    if not span.started:
        return run_review(recording, profiles, unstarted=config.race.course.event)
    return race_review(recording, config, profiles, span, tactical=tactical)
