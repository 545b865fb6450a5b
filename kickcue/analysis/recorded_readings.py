"""What stands in a recording's notifications, and with which profile each sensor is read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from statistics import median

from kickcue.core.events import Input, Notification
from kickcue.core.generic_profiles import generic_profile
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import NS_PER_S
from kickcue.recording.model import Recording


def sensor_profiles(
    recording: Recording, by_id: Mapping[str, SensorProfile]
) -> dict[str, SensorProfile]:
    """Return the profile of each sensor by its name: the recording's, else its service's.

    A sensor that no known profile reads is left out. ``by_id``: all that are known.
    """
    named = recording.header.sensors
    found = {name: by_id[id_] for name, id_ in named.items() if id_ in by_id}
    for event in recording.inputs:
        if isinstance(event, Notification) and event.sensor not in found:
            generic = by_id.get(generic_profile(event.char) or "")
            if generic is not None:
                found[event.sensor] = generic
    return found


def notifications(inputs: Iterable[Input]) -> dict[str, list[Notification]]:
    """Return what each sensor sent, by its name, in the order of the recording."""
    by_sensor: dict[str, list[Notification]] = defaultdict(list)
    for event in inputs:
        if isinstance(event, Notification):
            by_sensor[event.sensor].append(event)
    return dict(by_sensor)


def rate_hz(times_ns: Iterable[int]) -> float | None:
    """Return how often something came a second, by the median interval; None where unknown."""
    steps_ns = [after - before for before, after in pairwise(sorted(times_ns))]
    middle_ns = median(steps_ns) if steps_ns else 0
    return NS_PER_S / middle_ns if middle_ns > 0 else None
