"""The devices that a runner names in the settings: sensors, a watch, a beacon, a receiver.

A device is meant by its address or by the name it advertises. A block in which nothing is set
means that there is no such device.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from kickcue.config.broker_form import TOPIC_LEVEL
from kickcue.config.profile_files import load_profile
from kickcue.config.watch_files import load_watch
from kickcue.core.errors import UsageError
from kickcue.core.watch.watch_profile import Transport, played_by

STRICT: Final = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
PINS: Final = ("address", "name", "mqtt")
_MEANT_BY: Final = ("address", "ibeacon", "eddystone")
GPSD_PORT: Final = 2947
_ADDRESS: Final = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")
_MACOS_ADDRESS: Final = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SCAN: Final = "'kickcue scan' shows it"
_PLACE: Final = re.compile(r"(?P<host>[^\s:\[\]]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")
_LAST_PORT: Final = 65_535
_LEVEL: Final = re.compile(TOPIC_LEVEL)


def device_address(address: str | None) -> str | None:
    """Return it in upper case; ValueError where it is none."""
    if address is None:
        return None
    upper = address.upper()
    if _ADDRESS.fullmatch(upper) or _MACOS_ADDRESS.fullmatch(upper):
        return upper
    forms = "A0:9E:1A:00:00:01, or on macOS 6D1F3C2A-0B7E-4B7B-9B1E-2F6C1D0A9E11"
    raise ValueError(f"expected something like {forms}; 'kickcue scan' shows it")


def device_name(name: str | None) -> str | None:
    """Return it; ValueError where no device can bear it."""
    if name is not None and (not name.strip() or not name.isprintable()):
        raise ValueError("expected the name as the device advertises it; 'kickcue scan' shows it")
    return name


def topic_level(text: str | None) -> str | None:
    """Return what can stand between two slashes of a topic."""
    if text is not None and _LEVEL.fullmatch(text) is None:
        raise ValueError(
            "expected letters, digits, _ and -; it becomes one level of the MQTT topic"
        )
    return text


def _hex(digits: str | None, *, count: int) -> str | None:
    if digits is not None and re.fullmatch(rf"[0-9a-f]{{{count}}}", digits.lower()) is None:
        raise ValueError(f"expected {count} hex digits; {_SCAN}")
    return None if digits is None else digits.lower()


DeviceAddress = Annotated[str | None, AfterValidator(device_address)]
DeviceName = Annotated[str | None, AfterValidator(device_name)]
TopicLevel = Annotated[str | None, AfterValidator(topic_level)]


class SensorPin(BaseModel):
    """Which device a sensor of the race is, and the profile that reads it.

    It is known by exactly one of address, name and MQTT id.
    """

    model_config = STRICT

    profile: str = Field(
        description="Its sensor profile; 'kickcue profiles list' shows all.",
        examples=["polar-h10"],
    )
    address: DeviceAddress = Field(
        default=None,
        description=(
            "Its Bluetooth address (on macOS the UUID that CoreBluetooth assigns). Exactly "
            "one of address, name and mqtt."
        ),
        examples=["A0:9E:1A:00:00:01"],
    )
    name: DeviceName = Field(
        default=None,
        description=(
            "The name it advertises, for devices whose address changes; it must be unique."
        ),
        examples=["Polar H10 12345678"],
    )
    mqtt: TopicLevel = Field(
        default=None,
        description=(
            "Its id if a gateway reads it: notifications come at "
            "<prefix>/sensor/<id>/<characteristic>."
        ),
        examples=["strap-1"],
    )

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, profile: str) -> str:
        try:
            load_profile(profile)
        except UsageError as error:
            raise ValueError(str(error)) from None
        return profile

    @model_validator(mode="after")
    def _one_pin(self) -> Self:
        given = [kind for kind in PINS if getattr(self, kind) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ValueError(
                "expected exactly one of address, name and mqtt ('kickcue pair' writes it), got "
                f"{found}"
            )
        return self

    @property
    def pin(self) -> tuple[str, str]:
        """Return the kind of the pin and its value, such as ("address", "A0:9E:1A:00:00:01")."""
        return next((kind, value) for kind in PINS if (value := getattr(self, kind)) is not None)


def same_device(sensors: Mapping[str, SensorPin]) -> str | None:
    """Return one sentence where two sensors are pinned to one device."""
    counted = Counter(pin.pin for pin in sensors.values())
    for kind, value in counted:
        names = [name for name, pin in sensors.items() if pin.pin == (kind, value)]
        if len(names) > 1:
            return (
                f"expected a device of its own for each sensor, got {kind} {value!r} for "
                f"{' and '.join(names)}"
            )
    return None


class WatchSettings(BaseModel):
    """``[watch]``: the watch that ``kickcue run`` bridges to; none unless its profile is given."""

    model_config = STRICT

    profile: str | None = Field(
        default=None,
        description=(
            "The Bluetooth watch that plays the cues; 'kickcue profiles list' shows all. Watches "
            "that listen to MQTT need none."
        ),
        examples=["infinitime"],
    )
    address: DeviceAddress = Field(
        default=None,
        description=(
            "Its Bluetooth address, if there are several nearby. At most one of address and name."
        ),
        examples=["D3:00:00:12:34:56"],
    )
    name: DeviceName = Field(
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


class BeaconSettings(BaseModel):
    """The beacon of ``[beacon]``, by at most one of address, iBeacon UUID and Eddystone namespace.

    None: there is no beacon.
    """

    model_config = STRICT

    address: DeviceAddress = Field(
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
    eddystone: Annotated[str | None, AfterValidator(partial(_hex, count=20))] = Field(
        default=None,
        description="The namespace it sends as Eddystone-UID, 20 hex digits.",
        examples=["edd1ebeac04e5defa017"],
    )
    instance: Annotated[str | None, AfterValidator(partial(_hex, count=12))] = Field(
        default=None,
        description="With eddystone: its instance, 12 hex digits.",
        examples=["000000000001"],
    )

    @field_validator("ibeacon")
    @classmethod
    def _uuid(cls, uuid: str | None) -> str | None:
        if uuid is not None and _UUID.fullmatch(uuid.lower()) is None:
            raise ValueError(
                f"expected something like f7826da6-4fa2-4e98-8024-bc5b71e0893e; {_SCAN}"
            )
        return None if uuid is None else uuid.lower()

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in _MEANT_BY if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"expected one of {', '.join(_MEANT_BY)}, got {' and '.join(given)}")
        for name, needs in (("major", "ibeacon"), ("minor", "ibeacon"), ("instance", "eddystone")):
            if getattr(self, name) is not None and getattr(self, needs) is None:
                raise ValueError(f"expected {name} and {needs} together, got only {name}")
        return self

    @property
    def wanted(self) -> bool:
        """Whether there is a beacon."""
        return any(getattr(self, name) is not None for name in _MEANT_BY)


class FixSettings(BaseModel):
    """The receiver of ``[fixes]``: at most one."""

    model_config = STRICT

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


class PageSettings(BaseModel):
    """The page of ``[page]``: for phones and browsers beside the race."""

    model_config = STRICT

    on: bool = Field(
        default=True,
        description="Serve the page: remote, watch, helper's page and live view for browsers.",
    )
    host: str | None = Field(
        default=None,
        description="The address of this machine to serve it at (default: all of them).",
        examples=["192.168.1.7"],
    )
    port: int = Field(
        default=8017,
        ge=1,
        le=65535,
        description="Its port; where it is taken, the next free one.",
        examples=[8017],
    )
    https: bool = Field(
        default=False,
        description=(
            "Serve it encrypted, with an own certificate that the phone asks about once: phones "
            "need that for Bluetooth in the page and to keep their screen on."
        ),
    )
