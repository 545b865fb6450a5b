"""What a sensor sends just now, for whoever wonders whether it is theirs."""

from collections.abc import Mapping
from typing import Any, Final

from kickcue.core.errors import DecodeError
from kickcue.core.events import Input, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import BatteryReading, HeartReading, PodReading, cadence_spm, interpret
from kickcue.core.units import NS_PER_S

FRESH_S: Final = 3.0
"""An older value is none."""


class Values:
    """Takes a sensor's notifications; ``now`` is what of them still holds."""

    def __init__(self, profile: SensorProfile) -> None:
        self._profile = profile
        self._latest: dict[str, tuple[int, float]] = {}
        self.notifications = 0

    def take(self, event: Input) -> None:
        """Take in an event; what is no notification, or cannot be read, is ignored."""
        if not isinstance(event, Notification):
            return
        self.notifications += 1
        try:
            reading = interpret(self._profile, event.char, event.data)
        except DecodeError:
            return
        if isinstance(reading, HeartReading):
            self._note(event.t_ns, heart_rate_bpm=reading.bpm)
        elif isinstance(reading, PodReading):
            self._note(event.t_ns, cadence_spm=cadence_spm(reading), speed_mps=reading.speed_mps)
        elif isinstance(reading, BatteryReading):
            self._note(event.t_ns, battery_percent=reading.percent)

    def _note(self, t_ns: int, **values: float | None) -> None:
        for key, value in values.items():
            if value is None:
                self._latest.pop(key, None)
            else:
                self._latest[key] = (t_ns, value)

    def now(self, now_ns: int) -> dict[str, Any]:
        """Return the values that hold, by keys with units; a battery's holds however old."""
        return {
            key: value
            for key, (t_ns, value) in self._latest.items()
            if key == "battery_percent" or now_ns - t_ns <= FRESH_S * NS_PER_S
        }


def spelt(values: Mapping[str, Any], without: frozenset[str] = frozenset()) -> str:
    """Return values as words for people, the battery last; ``without`` some of them."""
    return ", ".join(
        form.format(values[key])
        for key, form in _FORMS.items()
        if key in values and key not in without
    )


_FORMS: Final = {
    "heart_rate_bpm": "{:.0f} beats/min",
    "cadence_spm": "{:.0f} steps/min",
    "speed_mps": "{:.1f} m/s",
    "battery_percent": "battery {:.0f} %",
}
