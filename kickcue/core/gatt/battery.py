"""Battery Level (2A19). Source: Bluetooth SIG Battery Service 1.0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, cast

from kickcue.core.gatt.fields import Number, too_short

_PERCENT = Number("percent", 1, 0, 100)


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """How full the sensor's battery is."""

    percent: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where there is no octet or it says more than 100 %."""
        if not data:
            raise too_short("2a19", 1, data)
        return cls(cast("int", _PERCENT.read(data, 0)))

    def __bytes__(self) -> bytes:
        """Encode; UsageError where it is not 0 to 100."""
        return _PERCENT.write(self.percent)
