"""Where positions come from, beside the sensors of the race."""

import re
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

GPSD_PORT: Final = 2947
_PLACE: Final = re.compile(r"(?P<host>[^\s:\[\]]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")
_LAST_PORT: Final = 65_535


class FixSettings(BaseModel):
    """The receiver of ``[fixes]``: at most one."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    gpsd: str | None = Field(
        default=None,
        description=(
            "gpsd with a GNSS receiver on this machine or near it, as host:port (default port: "
            f"{GPSD_PORT})."
        ),
        examples=["localhost:2947"],
    )
    termux: bool = Field(
        default=False,
        description="Use the phone's position, if kickcue runs on Android in Termux.",
    )

    @field_validator("gpsd")
    @classmethod
    def _form(cls, gpsd: str | None) -> str | None:
        if gpsd is not None:
            place = _PLACE.fullmatch(gpsd)
            if place is None or not 1 <= int(place["port"] or GPSD_PORT) <= _LAST_PORT:
                raise ValueError(
                    f"expected something like localhost:{GPSD_PORT}, or [::1]:{GPSD_PORT}"
                )
        return gpsd

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.gpsd is not None and self.termux:
            raise ValueError("expected gpsd or termux, got both")
        return self

    def gpsd_address(self) -> tuple[str, int] | None:
        """Return host and port, None where positions do not come from gpsd."""
        place = None if self.gpsd is None else _PLACE.fullmatch(self.gpsd)
        return (
            None if place is None else (place["host"].strip("[]"), int(place["port"] or GPSD_PORT))
        )
