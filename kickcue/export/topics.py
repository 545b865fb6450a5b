"""What a recording tells people, as messages for a viewer: Foxglove, Lichtblick, PlotJuggler.

Positions and log messages have the schemas that Foxglove publishes under its names
(https://docs.foxglove.dev/docs/visualization/message-schemas), so that its Map and Log panels show
them; readings and estimates are flat objects with a unit in each key, so that each can be plotted.
What is unknown is left out, except where a published schema demands it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.core.crossing.receiver_selection import is_position
from kickcue.core.errors import DecodeError
from kickcue.core.events import (
    Ack,
    Command,
    Cue,
    Estimate,
    Fix,
    Level,
    Mark,
    Notice,
    Notification,
)
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import HeartReading, LocationReading, PodReading, cadence_spm, interpret
from kickcue.core.units import NS_PER_S
from kickcue.export.topic_schemas import (
    ESTIMATE,
    HEART_RATE,
    LOG,
    LOG_INFO,
    LOG_WARNING,
    POD,
    POSITION,
    VARIANCE_APPROXIMATED,
    VARIANCE_UNKNOWN,
)
from kickcue.recording.mcap_writer import Topic
from kickcue.recording.model import Entry, Recording

Published = tuple[Topic, dict[str, Any]]

SLOWEST_PACE_MPS: Final = 0.5
"""Below this nobody runs, and a pace would only spoil the scale of a plot."""
FRAME: Final = "runner"


class Publisher:
    """Turns the entries of a recording into messages.

    ``profiles`` by id, to read the notifications with. ``base_ns``: the UTC moment of ``t_ns`` 0.
    """

    def __init__(
        self, recording: Recording, profiles: Mapping[str, SensorProfile], base_ns: int
    ) -> None:
        self._profiles = sensor_profiles(recording, profiles)
        self._base_ns = base_ns
        self._by_class: Mapping[type, Callable[[Any], Iterator[Published]]] = {
            Notification: self._notification,
            Fix: self._fix,
            Estimate: self._estimate,
            Cue: self._cue,
            Notice: self._notice,
            Ack: self._ack,
            Mark: self._mark,
            Command: self._command,
        }

    def messages(self, entry: Entry) -> Iterator[Published]:
        """Yield what people see of one input or output."""
        publish = self._by_class.get(type(entry))
        if publish is not None:
            yield from publish(entry)

    def _time(self, t_ns: int) -> dict[str, int]:
        # A position may be older than the recording.
        at_ns = max(self._base_ns + t_ns, 0)
        return {"sec": at_ns // NS_PER_S, "nsec": at_ns % NS_PER_S}

    # ---- readings

    def _notification(self, event: Notification) -> Iterator[Published]:
        profile = self._profiles.get(event.sensor)
        if profile is None:
            return
        try:
            reading = interpret(profile, event.char, event.data)
        except DecodeError:
            return
        head = {"timestamp": self._time(event.t_ns), "sensor": event.sensor}
        if isinstance(reading, HeartReading):
            found = {"bpm": reading.bpm, "contact": reading.contact, "rr_ms": list(reading.rr_ms)}
            yield HEART_RATE, head | _known(found)
        elif isinstance(reading, PodReading):
            yield POD, head | _known(_pod(reading))
        elif isinstance(reading, LocationReading):
            yield POD, head | _known(_speed(reading.speed_mps) | {"distance_m": reading.distance_m})
            if reading.lat_deg is not None and reading.lon_deg is not None:
                yield from self._fix(Fix(event.t_ns, reading.lat_deg, reading.lon_deg))

    def _fix(self, event: Fix) -> Iterator[Published]:
        if not is_position(event.lat_deg, event.lon_deg):
            return
        known = event.accuracy_m is not None
        variance = (event.accuracy_m or 0.0) ** 2
        message = {
            "timestamp": self._time(event.as_it_was().t_ns),
            "frame_id": FRAME,
            "latitude": event.lat_deg,
            "longitude": event.lon_deg,
            "altitude": 0.0,  # demanded; nobody asked the receiver
            "position_covariance": [variance, 0.0, 0.0, 0.0, variance, 0.0, 0.0, 0.0, 0.0],
            "position_covariance_type": VARIANCE_APPROXIMATED if known else VARIANCE_UNKNOWN,
        }
        yield POSITION, message

    def _estimate(self, output: Estimate) -> Iterator[Published]:
        at_m, sd_m = output.distance_m, output.distance_sd_m
        off_m = None if sd_m is None else half_width_m(sd_m)
        found = {
            "distance_m": at_m,
            "plus_minus_m": off_m,
            "lower_m": None if at_m is None or off_m is None else at_m - off_m,
            "upper_m": None if at_m is None or off_m is None else at_m + off_m,
            "to_go_m": output.to_go_m,
            **_speed(output.speed_mps),
            "cadence_spm": output.cadence_spm,
            "heart_rate_bpm": output.heart_rate_bpm,
            "lap": output.lap,
            "mode": output.mode.value,
        }
        yield ESTIMATE, {"timestamp": self._time(output.t_ns)} | _known(found)

    # ---- the log

    def _log(
        self, t_ns: int, name: str, message: str, level: int = LOG_INFO
    ) -> Iterator[Published]:
        # Demanded, and of use to programs that log themselves.
        nowhere = {"file": "", "line": 0}
        text = {"level": level, "message": message, "name": name}
        yield LOG, {"timestamp": self._time(t_ns), **text, **nowhere}

    def _cue(self, output: Cue) -> Iterator[Published]:
        return self._log(output.t_ns, f"cue.{output.kind}", output.text)

    def _notice(self, output: Notice) -> Iterator[Published]:
        level = LOG_WARNING if output.level is Level.WARNING else LOG_INFO
        return self._log(output.t_ns, f"notice.{output.code}", output.text, level)

    def _ack(self, event: Ack) -> Iterator[Published]:
        if event.felt:
            return self._log(event.t_ns, "watch", f"{event.cue_id} felt")
        why = "" if event.why is None else f": {event.why}"
        return self._log(event.t_ns, "watch", f"{event.cue_id} dropped{why}", LOG_WARNING)

    def _mark(self, event: Mark) -> Iterator[Published]:
        return self._log(event.t_ns, f"mark.{event.source}", "at the line")

    def _command(self, event: Command) -> Iterator[Published]:
        length = "" if event.race_distance_m is None else f" {event.race_distance_m:g} m"
        return self._log(event.t_ns, f"command.{event.kind}", f"{event.kind}{length}")


def _pod(reading: PodReading) -> dict[str, float | bool | None]:
    spm, mps = cadence_spm(reading), reading.speed_mps
    return {
        **_speed(mps),
        "cadence_spm": spm,
        "step_m": 60.0 * mps / spm if spm and mps is not None else None,
        "distance_m": reading.distance_m,
        "running": reading.running,
    }


def _speed(mps: float | None) -> dict[str, float | None]:
    runs = mps is not None and mps >= SLOWEST_PACE_MPS
    return {
        "speed_mps": mps,
        "pace_min_per_km": 1000.0 / 60.0 / mps if runs and mps is not None else None,
    }


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
