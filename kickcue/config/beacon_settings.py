"""Which Bluetooth beacon stands at the finish line."""

import re
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kickcue.config.device_address import device_address

MEANT_BY: Final = ("address", "ibeacon", "eddystone")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SCAN: Final = "'kickcue scan' shows it"


class BeaconSettings(BaseModel):
    """The beacon of ``[beacon]``, by at most one of address, iBeacon UUID and Eddystone namespace.

    None: there is no beacon.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    address: str | None = Field(
        default=None,
        description=(
            "Its Bluetooth address, if that never changes. At most one of address, ibeacon and "
            "eddystone."
        ),
        examples=["C3:00:00:12:34:56"],
    )
    ibeacon: str | None = Field(
        default=None,
        description="The UUID it sends as an iBeacon.",
        examples=["f7826da6-4fa2-4e98-8024-bc5b71e0893e"],
    )
    major: int | None = Field(
        default=None, ge=0, le=0xFFFF, description="With ibeacon: its major number.", examples=[1]
    )
    minor: int | None = Field(
        default=None, ge=0, le=0xFFFF, description="With ibeacon: its minor number.", examples=[7]
    )
    eddystone: str | None = Field(
        default=None,
        description="The namespace it sends as Eddystone-UID, 20 hex digits.",
        examples=["edd1ebeac04e5defa017"],
    )
    instance: str | None = Field(
        default=None,
        description="With eddystone: its instance, 12 hex digits.",
        examples=["000000000001"],
    )

    @field_validator("address")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        return device_address(address)

    @field_validator("ibeacon")
    @classmethod
    def _uuid(cls, uuid: str | None) -> str | None:
        if uuid is not None and _UUID.fullmatch(uuid.lower()) is None:
            raise ValueError(
                f"expected something like f7826da6-4fa2-4e98-8024-bc5b71e0893e; {_SCAN}"
            )
        return None if uuid is None else uuid.lower()

    @field_validator("eddystone")
    @classmethod
    def _namespace(cls, namespace: str | None) -> str | None:
        return _hex(namespace, 20)

    @field_validator("instance")
    @classmethod
    def _instance(cls, instance: str | None) -> str | None:
        return _hex(instance, 12)

    @model_validator(mode="after")
    def _one(self) -> Self:
        told = [name for name in MEANT_BY if getattr(self, name) is not None]
        if len(told) > 1:
            raise ValueError(f"expected one of {', '.join(MEANT_BY)}, got {' and '.join(told)}")
        for name, needs in (("major", "ibeacon"), ("minor", "ibeacon"), ("instance", "eddystone")):
            if getattr(self, name) is not None and getattr(self, needs) is None:
                raise ValueError(f"expected {name} and {needs} together, got only {name}")
        return self

    @property
    def wanted(self) -> bool:
        """Whether there is a beacon."""
        return any(getattr(self, name) is not None for name in MEANT_BY)


def _hex(digits: str | None, count: int) -> str | None:
    if digits is not None and re.fullmatch(rf"[0-9a-f]{{{count}}}", digits.lower()) is None:
        raise ValueError(f"expected {count} hex digits; {_SCAN}")
    return None if digits is None else digits.lower()
