"""What simpler devices would have done with the very same bytes."""

from collections.abc import Iterable, Mapping
from typing import Final

from kickcue.core.course import Course
from kickcue.core.errors import DecodeError
from kickcue.core.events import Command, CommandKind, Input, Mark, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s

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
        t_s = ns_to_s(event.t_ns)
        if isinstance(event, Command) and event.kind is CommandKind.START:
            device.start()
        elif isinstance(event, Notification) and event.char == "2a53":
            device.read(t_s, event.data)
        elif isinstance(event, Mark):
            device.press()
        device.look(t_s)
    return device.fired


class _Device:
    """The three in one, for they share the pod and the button."""

    def __init__(self, course: Course) -> None:
        self._course = course
        lines_m = course.crossings_m
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
            self._pod.read(t_s, RscMeasurement.from_bytes(data))
        except DecodeError:
            return

    def press(self) -> None:
        """Count a press, and take it for the next line."""
        self._count += 1
        self._snapped_m = self._course.crossings_m[min(self._count, self._course.laps) - 1]
        self._pod_at_snap_m = self._pod.metres

    def look(self, t_s: float) -> None:
        """Fire what is due."""
        bell_m, pod_m = self._course.bell_m, self._pod.metres
        reached = {
            "pod_distance": pod_m - self._began_m >= bell_m,
            "press_counter": self._count >= self._bell_line,
            "press_snap": self._snapped_m + pod_m - self._pod_at_snap_m >= bell_m,
        }
        for name, yes in reached.items():
            if yes and self.fired[name] is None:
                self.fired[name] = t_s


class _PodDistance:
    """The pod's metres since it was first heard: by its total, or by its speed if it has none."""

    def __init__(self) -> None:
        self.metres = 0.0
        self._first_m: float | None = None
        self._last_s: float | None = None

    def read(self, t_s: float, reading: RscMeasurement) -> None:
        """Take in one reading."""
        if reading.distance_m is not None:
            self._first_m = reading.distance_m if self._first_m is None else self._first_m
            self.metres = reading.distance_m - self._first_m
        elif self._first_m is None:
            since_s = 0.0 if self._last_s is None else t_s - self._last_s
            self.metres += reading.speed_mps * since_s
            self._last_s = t_s
