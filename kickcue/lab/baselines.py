"""What simpler devices would have done with the very same bytes."""

from collections.abc import Iterable, Mapping
from typing import Final

from kickcue.core.course import Course
from kickcue.core.errors import DecodeError
from kickcue.core.events import Input, Mark, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s

BASELINES: Final = ("pod_distance", "press_counter", "press_snap")


def baselines(course: Course, inputs: Iterable[Input]) -> Mapping[str, float | None]:
    """Return when each baseline would have called the last lap, in seconds after the gun; None: never.

    ``pod_distance`` fires when the pod's distance reaches the bell (a distance alert). ``press_counter`` fires at the press whose number is
    the bell line's (a lap counter). ``press_snap`` sets the distance to the next line at each press and runs on by the pod.
    """
    bell_line = next(n for n, line_m in enumerate(course.crossings_m, start=1) if line_m >= course.bell_m)
    fired: dict[str, float | None] = dict.fromkeys(BASELINES)
    began_m: float | None = None
    pod_m = snapped_m = pod_at_snap_m = 0.0
    count = 0
    for event in inputs:
        t_s = ns_to_s(event.t_ns)
        if isinstance(event, Notification) and event.char == "2a53":
            total_m = _total_m(event)
            if total_m is None:
                continue
            began_m = total_m if began_m is None else began_m
            pod_m = total_m - began_m
        elif isinstance(event, Mark):
            count += 1
            snapped_m, pod_at_snap_m = course.crossings_m[min(count, course.laps) - 1], pod_m
        reached = {
            "pod_distance": pod_m >= course.bell_m,
            "press_counter": count >= bell_line,
            "press_snap": snapped_m + pod_m - pod_at_snap_m >= course.bell_m,
        }
        for name, yes in reached.items():
            if yes and fired[name] is None:
                fired[name] = t_s
    return fired


def _total_m(event: Notification) -> float | None:
    try:
        return RscMeasurement.from_bytes(event.data).distance_m
    except DecodeError:  # a frame that was broken on air
        return None
