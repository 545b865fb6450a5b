"""What simpler devices would have done with the very same bytes."""

from collections.abc import Iterable, Mapping
from typing import Final

from kickcue.core.course import Course
from kickcue.core.errors import DecodeError
from kickcue.core.events import Command, CommandKind, Input, Notification, mark_source
from kickcue.core.gatt.rsc import rsc_values
from kickcue.core.units import ns_to_s

POD_CHAR: Final = "2a53"
BASELINES: Final = ("pod_distance", "press_counter", "press_snap")


def baselines(course: Course, inputs: Iterable[Input]) -> Mapping[str, float | None]:
    """Return when each baseline would have called the last lap, on the events' clock in seconds.

    None: never. ``pod_distance`` fires when the pod's distance reaches the bell (a distance alert).
    ``press_counter`` fires at the press whose number is the bell line's (a lap counter).
    ``press_snap`` sets the distance to the next line at each press and runs on by the pod. All
    begin at the start as it is pressed, and anew where it is pressed again.
    """
    device = _Device(course)
    for event in inputs:
        if isinstance(event, Notification):
            if event.char != POD_CHAR:
                continue  # nothing that is waited for has changed
            device.read(ns_to_s(event.t_ns), event.data)
        elif mark_source(event) is not None:
            device.press()
        elif isinstance(event, Command) and event.kind is CommandKind.START:
            device.start()
        device.look(ns_to_s(event.t_ns))
    return device.fired


class _Device:
    """The three in one, for they share the pod and the button."""

    def __init__(self, course: Course) -> None:
        self._lines_m = lines_m = course.crossings_m
        self._bell_m = course.bell_m
        self._bell_line = next(n for n, m in enumerate(lines_m, start=1) if m >= course.bell_m)
        self._pod = _PodDistance()
        self.start()

    def start(self) -> None:
        """Begin at the gun."""
        self.fired: dict[str, float | None] = dict.fromkeys(BASELINES)
        self._began_m = self._pod.metres
        self._count = 0
        self._snapped_m, self._pod_at_snap_m = 0.0, self._began_m

    def read(self, t_s: float, data: bytes) -> None:
        """Take in what the pod sent; a frame that was broken on air is passed over."""
        try:
            speed_mps, _, _, _, distance_m = rsc_values(data)
            self._pod.read(t_s, speed_mps, distance_m)
        except DecodeError:
            return

    def press(self) -> None:
        """Count a press, and take it for the next line."""
        self._count += 1
        self._snapped_m = self._lines_m[min(self._count, len(self._lines_m)) - 1]
        self._pod_at_snap_m = self._pod.metres

    def look(self, t_s: float) -> None:
        """Fire what is due."""
        bell_m, pod_m, fired = self._bell_m, self._pod.metres, self.fired
        if pod_m - self._began_m >= bell_m and fired["pod_distance"] is None:
            fired["pod_distance"] = t_s
        if self._count >= self._bell_line and fired["press_counter"] is None:
            fired["press_counter"] = t_s
        snapped_m = self._snapped_m + pod_m - self._pod_at_snap_m
        if snapped_m >= bell_m and fired["press_snap"] is None:
            fired["press_snap"] = t_s


class _PodDistance:
    """The pod's metres since it was first heard: by its total, or by its speed if it has none."""

    def __init__(self) -> None:
        self.metres = 0.0
        self._first_m: float | None = None
        self._last_s: float | None = None

    def read(self, t_s: float, speed_mps: float, distance_m: float | None) -> None:
        """Take in one reading."""
        if distance_m is not None:
            self._first_m = distance_m if self._first_m is None else self._first_m
            self.metres = distance_m - self._first_m
        elif self._first_m is None:
            since_s = 0.0 if self._last_s is None else t_s - self._last_s
            self.metres += speed_mps * since_s
            self._last_s = t_s
