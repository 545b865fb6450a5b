"""Which Bluetooth watch the cues are bridged to."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kickcue.config.device_address import device_address, device_name
from kickcue.config.watch_files import load_watch
from kickcue.core.errors import UsageError
from kickcue.core.watch.watch_profile import Transport, played_by


class WatchSettings(BaseModel):
    """``[watch]``: the watch that ``kickcue run`` bridges to; none unless its profile is told."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    profile: str | None = Field(
        default=None,
        description=(
            "The Bluetooth watch that plays the cues; 'kickcue profiles list' shows all. Watches "
            "that listen to MQTT need none."
        ),
        examples=["infinitime"],
    )
    address: str | None = Field(
        default=None,
        description=(
            "Its Bluetooth address, if there are several nearby. At most one of address and name."
        ),
        examples=["D3:00:00:12:34:56"],
    )
    name: str | None = Field(
        default=None, description="The name it advertises.", examples=["Bangle.js 1a2b"]
    )
    sensor: bool = Field(
        default=False,
        description=(
            'Publish the watch\'s own heart rate for a sensor with mqtt = "watch". This keeps '
            "its optical sensor on."
        ),
    )

    @field_validator("profile")
    @classmethod
    def _reached_by_bluetooth(cls, profile: str | None) -> str | None:
        if profile is not None:
            try:
                found = load_watch(profile)
            except UsageError as error:
                raise ValueError(str(error)) from None
            if found.transport is not Transport.BLE:
                how = played_by(profile, found.transport)
                raise ValueError(f"expected a Bluetooth watch, got {found.transport}: {how}")
        return profile

    @field_validator("address")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        return device_address(address)

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str | None) -> str | None:
        return device_name(name)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.address is not None and self.name is not None:
            raise ValueError("expected address or name, got both")
        if self.profile is None and (self.address is not None or self.name is not None):
            raise ValueError('expected a profile too, such as profile = "infinitime"')
        if (
            self.profile is not None
            and self.address is None
            and self.name is None
            and not load_watch(self.profile).matches
        ):
            raise ValueError(
                f"expected an address or a name ('kickcue scan' shows both), as {self.profile} "
                "cannot be recognised by itself"
            )
        return self
