"""The steps of a plan as a file says them, from what the engine runs."""

from typing import Any

from kickcue.config.plan_lengths import Length, as_text
from kickcue.core.course import Course, course_for
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind
from kickcue.core.plan import CuePoint, Repeat, Rest, Run, Step, TimedRun, race, straight


def written(step: Step) -> dict[str, Any]:
    """Return a step as a file has it; UsageError where no file can say it."""
    if isinstance(step, Repeat):
        return {"repeat": step.times, "steps": [written(each) for each in step.steps]}
    if isinstance(step, Rest):
        return {"rest": as_text(Length(step.distance_m, step.duration_s, step.until))}
    feeling = {"effort": step.effort.value, "imagery": step.imagery}
    if isinstance(step, TimedRun):
        until = CommandKind.LAP if step.duration_s is None else None
        return {"run": as_text(Length(duration_s=step.duration_s, until=until)), **feeling}
    places: dict[str, list[float]] = {}
    for cue in step.cues:
        places.setdefault(cue.kind.value, []).append(cue.to_go_m)
    if step.course == straight(step.course.distance_m):
        distance = as_text(Length(distance_m=step.course.distance_m))
        return {"run": distance, **feeling, "cues": places or None}
    usual = step.cues == cues_of_a_race(step.course)
    return {**_race(step.course), **feeling, "cues": None if usual else places}


def _race(course: Course) -> dict[str, Any]:
    """Return the keys of a race, as few as say it."""
    kick = {"kick_m": course.kick_m}
    for told in ({}, kick, {"lap_m": course.lap_m}, {"lap_m": course.lap_m, **kick}):
        try:
            found = course_for(course.event, **told)
        except UsageError:
            continue
        if found == course:
            return {"race": course.event, **told}
    raise UsageError(
        f"plan: expected a stretch in metres or a race that its event, lap_m and kick_m tell, got "
        f"{course.event} of {course.distance_m:g} m"
    )


def cues_of_a_race(course: Course) -> tuple[CuePoint, ...]:
    """Return the cues that a race has unless others are told."""
    (leg,) = race(course).steps
    return leg.cues if isinstance(leg, Run) else ()
