"""FIT bytes to messages: ``fitdecode`` decodes, this file gets it past damage.

A FIT file is a row of definitions ("local message 3 is a record with these fields") and data
messages, without any mark where one begins: one wrong byte in a definition or a header and
everything behind it is misread. So after damage the next place is looked for where two records
follow each other, hop by hop over the messages between them, with times that go on from the last
good one. From there on decoding starts again, with the definitions that were known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import fitdecode  # type: ignore[import-untyped]
from fitdecode.records import FitDataMessage, FitDefinitionMessage  # type: ignore[import-untyped]
from fitdecode.types import BASE_TYPES, DevField  # type: ignore[import-untyped]

from kickcue.recording.fit_definitions import with_endian_bits
from kickcue.recording.fit_header import HEADER_SIZE, header, span_at

Progress = Callable[[float], None]

TAKEN: Final = ("file_id", "session", "lap", "record", "event", "hr")
# Native numbers of record fields.
HEART_RATE, CADENCE, DISTANCE, SPEED, ENHANCED_SPEED = 3, 4, 5, 6, 73
STAND_INS: Final = frozenset({HEART_RATE, CADENCE, DISTANCE, SPEED, ENHANCED_SPEED})
"""What a developer field may stand in for, where the native one is missing."""

_DESCRIBING: Final = ("developer_data_id", "field_description")
_TIMESTAMP: Final = 253
_NO_DATA: Final = 0xC0  # header bits of a compressed time and of a definition
_DEFINITION: Final = 0x40
_LOCAL: Final = 0x0F
_OFFSET_MASK: Final = 0x1F
_RECORDS: Final = {0: (b"\x14\0",), 1: (b"\0\x14",)}  # global number 20 by byte order
_TIME_FIELD: Final = bytes((_TIMESTAMP, 4, 0x86))
_BACK_S: Final = 60  # records may stand a little out of order
_MAX_STEP_S: Final = 6 * 3600  # no recorder that goes on pauses longer
# Messages between two records: up to 3 of heart beats or GNSS data a second, and smart recording
# leaves 7 s out.
_HOPS: Final = 24
_REPORT_EVERY: Final = 500  # messages, some 50 ms of decoding
_NAMED: Final = 3  # places of damage
_MOST_PLACES: Final = 1000  # more, and it is no FIT file any longer
_MOST_SCANNED_BYTES: Final = 10_000_000  # bytes looked at for where to go on, some ten seconds


@dataclass(frozen=True, slots=True)
class Message:
    """A data message: values by field name (scaled), and those of developer fields by name.

    ``stands_for`` are native field numbers.
    """

    name: str
    values: dict[str, Any]
    developer: Mapping[str, Any]
    stands_for: Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where in a local kind of data message its time stands; ``time_at`` None: it is no record."""

    size: int
    time_at: int | None
    order: Literal["little", "big"]


@dataclass(slots=True)
class _Known:
    """What later messages are read with: definitions by local number, and of developer fields."""

    definitions: dict[int, bytes] = field(default_factory=dict)
    layouts: dict[int, _Layout] = field(default_factory=dict)
    described: list[bytes] = field(default_factory=list)
    fresh: bool = False

    def define(self, frame: FitDefinitionMessage) -> None:
        """Take in a definition, which may replace an earlier one of the same local number."""
        self.definitions[frame.local_mesg_num] = bytes(frame.chunk.bytes)
        self.layouts[frame.local_mesg_num] = _layout(frame)
        self.fresh = True

    def describe(self, frame: FitDataMessage) -> None:
        """Take in a message that describes developer fields."""
        self.described += [self.definitions[frame.local_mesg_num], bytes(frame.chunk.bytes)]
        self.fresh = True

    def copy(self) -> "_Known":
        """Return a copy that does not change with this one."""
        return _Known(dict(self.definitions), dict(self.layouts), list(self.described))


def _no_progress(_at: int) -> None:
    pass


@dataclass(slots=True)
class _Walk:
    """How far one FIT file has been gone through.

    What came after the last good record is not trusted once damage shows.
    """

    body: bytes
    messages: list[Message] = field(default_factory=list)
    known: _Known = field(default_factory=_Known)
    trusted: _Known = field(default_factory=_Known)
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


@dataclass(slots=True)
class _Losses:
    """What could not be decoded, of all files in a row: reported at the end, each kind once."""

    places: list[str] = field(default_factory=list)
    lost_bytes: int = 0
    outliers: int = 0
    others: dict[str, None] = field(default_factory=dict)
    """Sentences; a dictionary keeps their order and no doubles."""

    def sentences(self) -> Iterator[str]:
        if len(self.places) == 1:
            yield f"undecodable data {self.places[0]} ({self.lost_bytes} bytes)"
        elif self.places:
            named = ", ".join(self.places[:_NAMED])
            more = f" and {len(self.places) - _NAMED} more" if len(self.places) > _NAMED else ""
            yield (
                f"undecodable data in {len(self.places)} places ({self.lost_bytes} bytes): "
                f"{named}{more}"
            )
        yield from self.others
        if self.outliers:
            records = (
                "1 record with an impossible time was"
                if self.outliers == 1
                else f"{self.outliers} records with impossible times were"
            )
            yield f"{records} skipped"


def messages(data: bytes, progress: Progress | None = None) -> tuple[list[Message], list[str]]:
    """Return the messages of the taken kinds in file order, and what could not be decoded.

    ``progress`` is called now and then with the share of the file that has been read.
    """
    found: list[Message] = []
    losses = _Losses()
    at = 0
    while at < len(data):
        span = span_at(data, at)
        if span is None:
            losses.others[
                f"the last {len(data) - at} bytes of the file are not FIT data and were ignored"
            ] = None
            break
        walk = _Walk(data[span.start : span.end], intact=span.intact)
        if progress is not None:
            walk.progress = _share(progress, span.start, len(data))
        _through(walk, losses)
        if span.unfinished:
            losses.others[
                "the file is truncated or was never finished: its last record is at "
                f"{walk.seconds()} s"
            ] = None
        elif span.trouble:
            losses.others[span.trouble] = None
        losses.outliers += walk.outliers
        found.extend(walk.messages)
        at = span.next_at
    return found, list(losses.sentences())


def _share(progress: Progress, start: int, size: int) -> Callable[[int], None]:
    return lambda at: progress((start + at) / size)


def _through(walk: _Walk, losses: _Losses) -> None:
    """Decode a whole body, damage included."""
    at = 0
    while not _decode(walk, at):
        begin_s = walk.seconds()
        resumed = _resume(walk) if len(losses.places) < _MOST_PLACES else None
        if resumed is None:
            lost = len(walk.body) - walk.decoded_to
            longest = max((layout.size for layout in walk.known.layouts.values()), default=0)
            if lost > longest:  # less is the one message that was being written when the file ended
                losses.places.append(f"after {begin_s} s")
                losses.lost_bytes += lost
            return
        losses.lost_bytes += resumed[0] - walk.record_to
        at, resumed_s = resumed
        walk.known = walk.trusted.copy()
        walk.record_to = at
        del walk.messages[walk.record_at + 1 :]  # zeros look like a lap that was pressed
        losses.places.append(
            _span(begin_s, None if resumed_s is None else resumed_s - (walk.first_s or 0))
        )


def _span(begin_s: int, end_s: int | None) -> str:
    """Say where something is lost.

    Records may stand a little out of order, so that the next one need not be later.
    """
    if end_s is None or end_s <= begin_s:
        return f"for a while after {begin_s} s"
    return f"between {begin_s} s and {end_s} s"


def _decode(walk: _Walk, start: int) -> bool:
    """Decode from ``start`` on, until the end (True) or the first damage (False)."""
    prefix = b"".join((*walk.known.described, *walk.known.definitions.values()))
    body = prefix + with_endian_bits(walk.body, start)
    reader = fitdecode.FitReader(
        header(len(body)) + body + b"\0\0",
        processor=None,
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
        keep_raw_chunks=True,
    )
    shift = start - HEADER_SIZE - len(prefix)
    try:
        with reader:
            for number, frame in enumerate(reader):
                at = frame.chunk.offset + shift
                if at < start or not isinstance(frame, FitDefinitionMessage | FitDataMessage):
                    continue
                if not _take(walk, frame, at):
                    return False
                walk.decoded_to = at + len(frame.chunk.bytes)
                if number % _REPORT_EVERY == 0:
                    walk.progress(at)
    # Damaged bytes lead the library into KeyError, struct.error, AssertionError and more.
    except Exception:  # noqa: BLE001
        return False
    return True


def _take(walk: _Walk, frame: FitDefinitionMessage | FitDataMessage, at: int) -> bool:
    """Sort in one message; False if its time shows that it is none."""
    if isinstance(frame, FitDefinitionMessage):
        if not _sound(bytes(frame.chunk.bytes)) and _resume(walk) is not None:
            return False
        walk.known.define(frame)
        walk.defined_at.add(at)
        return True
    if frame.name in _DESCRIBING:
        walk.known.describe(frame)
    if frame.name not in TAKEN:
        return True
    message = _message(frame)
    if frame.name == "record":
        time_s = _seconds(walk, frame, message)
        fits = time_s is not None and (
            walk.intact or _goes_on(walk.time_s, time_s) or _drop_outlier(walk, time_s)
        )
        if not fits and walk.time_s is not None and _resume(walk) is not None:
            return False
        if time_s is None:
            return True
        message.values["timestamp"] = time_s
        _trust(walk, time_s, at + len(frame.chunk.bytes))
    walk.messages.append(message)
    return True


def _sound(definition: bytes) -> bool:
    """Say whether a definition can be one.

    A record that is misread as a definition would have all that follow misread too.
    """
    types = definition[8 : 6 + 3 * definition[5] : 3]
    return (
        definition[1] == 0
        and definition[2] in _RECORDS
        and all(base_type in BASE_TYPES for base_type in types)
    )


def _seconds(walk: _Walk, frame: FitDataMessage, message: Message) -> int | None:
    """Return the time of a record; None without one, or with two.

    A time in the header is for messages that have no field for it. It has the lowest five bits of a
    time. The library adds them to the last time it met, which behind damage may be none at all:
    then they are added to that of the last good record.
    """
    layout = walk.known.layouts.get(frame.local_mesg_num)
    time_s = message.values.get("timestamp")
    if not isinstance(time_s, int) or (
        frame.time_offset is not None and layout is not None and layout.time_at is not None
    ):
        return None
    if frame.time_offset is None:
        return time_s
    if walk.time_s is None or _goes_on(walk.time_s, time_s):
        return time_s
    return walk.time_s + (int(frame.time_offset) - walk.time_s & _OFFSET_MASK)


def _trust(walk: _Walk, time_s: int, end: int) -> None:
    """Note a good record, the message about to be appended."""
    if walk.first_s is None or not _goes_on(walk.time_s, time_s):
        # What stood before had another clock, or a wrong time.
        walk.first_s = time_s
    walk.before_s, walk.time_s = walk.time_s, time_s
    walk.record_to = end
    walk.record_at = len(walk.messages)
    if walk.known.fresh:
        walk.known.fresh = False
        walk.trusted = walk.known.copy()


def _drop_outlier(walk: _Walk, time_s: int) -> bool:
    """Take the last record out again if the one before it and the new one agree against it.

    Return whether they did.
    """
    if walk.before_s is None or not _goes_on(walk.before_s, time_s):
        return False
    del walk.messages[walk.record_at]
    walk.time_s = walk.before_s
    walk.outliers += 1
    return True


def _goes_on(last_s: int | None, time_s: int) -> bool:
    return last_s is None or last_s - _BACK_S <= time_s <= last_s + _MAX_STEP_S


def _layout(frame: FitDefinitionMessage) -> _Layout:
    at, time_at = 1, None
    for definition in frame.all_field_defs:
        if frame.name == "record" and definition.def_num == _TIMESTAMP and time_at is None:
            time_at = at
        at += definition.size
    return _Layout(at, time_at, "little" if frame.endian == "<" else "big")


def _message(frame: FitDataMessage) -> Message:
    values: dict[str, Any] = {}
    developer: dict[str, Any] = {}
    stands_for: dict[int, Any] = {}
    for item in frame.fields:
        if item.value is None:
            continue
        if isinstance(item.field, DevField):
            if item.field.native_field_num in STAND_INS:
                stands_for[item.field.native_field_num] = item.value
            else:
                developer[item.name or "unnamed"] = item.value  # its description may have been lost
        elif item.field_def is None:  # the library unpacked it from another field
            if frame.name == "hr":  # see fit_heart: it takes the packed times itself
                continue
            values.setdefault(item.name, item.value)
        else:
            values[item.name] = item.value
    return Message(frame.name, values, developer, stands_for)


def _resume(walk: _Walk) -> tuple[int, int | None] | None:
    """Return the next offset where decoding can start again, and its time where that is known.

    It is a record that goes on in time and is followed by another, or a definition of records.
    """
    for at in range(walk.record_to + 1, len(walk.body)):
        walk.scanned += 1
        if walk.scanned > _MOST_SCANNED_BYTES:
            return None
        time_s = _record_time(walk, at)
        if time_s is not None and _goes_on(walk.time_s, time_s) and _followed(walk, at, time_s):
            return at, time_s
        if at not in walk.defined_at and _defines_records(walk.body, at):
            return at, None
    return None


def _defines_records(body: bytes, at: int) -> bool:
    """Tell whether a definition of records with a time begins here.

    So many bytes must fit that it is no chance.
    """
    head = body[at : at + 6]
    if (
        len(head) < 6
        or head[0] & _NO_DATA != _DEFINITION
        or head[1] != 0
        or head[3:5] not in _RECORDS.get(head[2], ())
    ):
        return False
    fields = body[at + 6 : at + 6 + 3 * head[5]]
    # At the speed of a search: damage makes this be asked at millions of places.
    found = fields.find(_TIME_FIELD)
    while found % 3 and found > 0:
        found = fields.find(_TIME_FIELD, found + 1)
    return found >= 0


def _record_time(walk: _Walk, at: int) -> int | None:
    layout = _layout_at(walk, at)
    if layout is None or layout.time_at is None or at + layout.size > len(walk.body):
        return None
    return int.from_bytes(walk.body[at + layout.time_at : at + layout.time_at + 4], layout.order)


def _layout_at(walk: _Walk, at: int) -> _Layout | None:
    header = walk.body[at]
    return None if header & _NO_DATA else walk.trusted.layouts.get(header & _LOCAL)


def _followed(walk: _Walk, at: int, time_s: int) -> bool:
    for _ in range(_HOPS):
        layout = _layout_at(walk, at)
        if layout is None:
            return False
        at += layout.size
        if at >= len(walk.body):
            return False
        next_s = _record_time(walk, at)
        if next_s is not None:
            return time_s <= next_s <= time_s + _MAX_STEP_S
    return False
