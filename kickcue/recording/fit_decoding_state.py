"""How far the decoding of a FIT file has come, and what it may go on with after damage."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from fitdecode.records import FitDataMessage, FitDefinitionMessage  # type: ignore[import-untyped]

from kickcue.recording.fit_messages import FitMessage

TIMESTAMP: Final = 253
"""The number of the field that holds a message's time."""
MAX_STEP_S: Final = 6 * 3600
"""No recorder that goes on pauses longer."""
_BACK_S: Final = 60  # records may stand a little out of order


def goes_on(last_s: int | None, time_s: int) -> bool:
    """Return whether a record at ``time_s`` may follow one at ``last_s``."""
    return last_s is None or last_s - _BACK_S <= time_s <= last_s + MAX_STEP_S


@dataclass(frozen=True, slots=True)
class MessageLayout:
    """Where in a local kind of data message its time stands; ``time_at`` None: it is no record."""

    size: int
    time_at: int | None
    order: Literal["little", "big"]


def _layout_of(frame: FitDefinitionMessage) -> MessageLayout:
    at, time_at = 1, None
    for definition in frame.all_field_defs:
        if frame.name == "record" and definition.def_num == TIMESTAMP and time_at is None:
            time_at = at
        at += definition.size
    return MessageLayout(at, time_at, "little" if frame.endian == "<" else "big")


@dataclass(slots=True)
class Definitions:
    """What later messages are read with: definitions by local number, and of developer fields."""

    definitions: dict[int, bytes] = field(default_factory=dict)
    layouts: dict[int, MessageLayout] = field(default_factory=dict)
    described: list[bytes] = field(default_factory=list)
    fresh: bool = False

    def define(self, frame: FitDefinitionMessage) -> None:
        """Take in a definition, which may replace an earlier one of the same local number."""
        self.definitions[frame.local_mesg_num] = bytes(frame.chunk.bytes)
        self.layouts[frame.local_mesg_num] = _layout_of(frame)
        self.fresh = True

    def describe(self, frame: FitDataMessage) -> None:
        """Take in a message that describes developer fields."""
        self.described += [self.definitions[frame.local_mesg_num], bytes(frame.chunk.bytes)]
        self.fresh = True

    def copy(self) -> "Definitions":
        """Return a copy that does not change with this one."""
        return Definitions(dict(self.definitions), dict(self.layouts), list(self.described))


def _no_progress(_at: int) -> None:
    pass


@dataclass(slots=True)
class DecodingState:
    """How far one FIT file has been gone through.

    What came after the last good record is not trusted once damage shows.
    """

    body: bytes
    messages: list[FitMessage] = field(default_factory=list)
    known: Definitions = field(default_factory=Definitions)
    trusted: Definitions = field(default_factory=Definitions)
    defined_at: set[int] = field(default_factory=set)
    decoded_to: int = 0
    record_to: int = 0
    """Behind the last good record, and behind every place where decoding was begun again."""
    first_s: int | None = None
    time_s: int | None = None
    before_s: int | None = None
    """Time of the record before the last one."""
    record_at: int = 0
    """Where in ``messages`` the last record stands."""
    outliers: int = 0
    intact: bool = False
    """The checksum holds: times are what the recorder wrote, however odd, and no sign of damage."""
    progress: Callable[[int], None] = _no_progress
    """Called now and then with the place in the body that decoding has come to."""
    scanned: int = 0
    """Bytes that were looked at for where to go on."""

    def seconds(self) -> int:
        """Return how far the last good record is from the first."""
        return 0 if self.time_s is None or self.first_s is None else self.time_s - self.first_s

    def trust(self, time_s: int, end: int) -> None:
        """Note a good record, the message about to be appended."""
        if self.first_s is None or not goes_on(self.time_s, time_s):
            # What stood before had another clock, or a wrong time.
            self.first_s = time_s
        self.before_s, self.time_s = self.time_s, time_s
        self.record_to = end
        self.record_at = len(self.messages)
        if self.known.fresh:
            self.known.fresh = False
            self.trusted = self.known.copy()

    def drop_outlier(self, time_s: int) -> bool:
        """Take the last record out again if the one before it and the new one agree against it.

        Return whether they did.
        """
        if self.before_s is None or not goes_on(self.before_s, time_s):
            return False
        del self.messages[self.record_at]
        self.time_s = self.before_s
        self.outliers += 1
        return True
