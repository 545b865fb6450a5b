"""FIT bytes to messages: ``fitdecode`` decodes, this file gets it past damage.

A FIT file is a row of definitions ("local message 3 is a record with these fields") and data
messages, without any mark where one begins: one wrong byte in a definition or a header and
everything behind it is misread. So after damage the next place that can be trusted is looked for
(``fit_resync``). From there on decoding starts again, with the definitions that were known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import fitdecode  # type: ignore[import-untyped]
from fitdecode.records import FitDataMessage, FitDefinitionMessage  # type: ignore[import-untyped]
from fitdecode.types import BASE_TYPES  # type: ignore[import-untyped]

from kickcue.recording.fit_decoding_state import DecodingState, goes_on
from kickcue.recording.fit_definitions import with_endian_bits
from kickcue.recording.fit_header import HEADER_SIZE, header, span_at
from kickcue.recording.fit_messages import TAKEN, FitMessage, message_of
from kickcue.recording.fit_resync import RECORDS, next_start

Progress = Callable[[float], None]

_DESCRIBING: Final = ("developer_data_id", "field_description")
_OFFSET_MASK: Final = 0x1F
_REPORT_EVERY: Final = 500  # messages, some 50 ms of decoding
_NAMED: Final = 3  # places of damage
_MOST_PLACES: Final = 1000  # more, and it is no FIT file any longer


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


def messages(data: bytes, progress: Progress | None = None) -> tuple[list[FitMessage], list[str]]:
    """Return the messages of the taken kinds in file order, and what could not be decoded.

    ``progress`` is called now and then with the share of the file that has been read.
    """
    found: list[FitMessage] = []
    losses = _Losses()
    at = 0
    while at < len(data):
        span = span_at(data, at)
        if span is None:
            losses.others[
                f"the last {len(data) - at} bytes of the file are not FIT data and were ignored"
            ] = None
            break
        state = DecodingState(data[span.start : span.end], intact=span.intact)
        if progress is not None:
            state.progress = _share(progress, span.start, len(data))
        _through(state, losses)
        if span.unfinished:
            losses.others[
                "the file is truncated or was never finished: its last record is at "
                f"{state.seconds()} s"
            ] = None
        elif span.trouble:
            losses.others[span.trouble] = None
        losses.outliers += state.outliers
        found.extend(state.messages)
        at = span.next_at
    return found, list(losses.sentences())


def _share(progress: Progress, start: int, size: int) -> Callable[[int], None]:
    return lambda at: progress((start + at) / size)


def _through(state: DecodingState, losses: _Losses) -> None:
    """Decode a whole body, damage included."""
    at = 0
    while not _decode(state, at):
        begin_s = state.seconds()
        resumed = next_start(state) if len(losses.places) < _MOST_PLACES else None
        if resumed is None:
            lost = len(state.body) - state.decoded_to
            longest = max((layout.size for layout in state.known.layouts.values()), default=0)
            if lost > longest:  # less is the one message that was being written when the file ended
                losses.places.append(f"after {begin_s} s")
                losses.lost_bytes += lost
            return
        losses.lost_bytes += resumed[0] - state.record_to
        at, resumed_s = resumed
        state.known = state.trusted.copy()
        state.record_to = at
        del state.messages[state.record_at + 1 :]  # zeros look like a lap that was pressed
        losses.places.append(
            _span(begin_s, None if resumed_s is None else resumed_s - (state.first_s or 0))
        )


def _span(begin_s: int, end_s: int | None) -> str:
    """Say where something is lost.

    Records may stand a little out of order, so that the next one need not be later.
    """
    if end_s is None or end_s <= begin_s:
        return f"for a while after {begin_s} s"
    return f"between {begin_s} s and {end_s} s"


def _decode(state: DecodingState, start: int) -> bool:
    """Decode from ``start`` on, until the end (True) or the first damage (False)."""
    prefix = b"".join((*state.known.described, *state.known.definitions.values()))
    body = prefix + with_endian_bits(state.body, start)
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
                if not _take(state, frame, at):
                    return False
                state.decoded_to = at + len(frame.chunk.bytes)
                if number % _REPORT_EVERY == 0:
                    state.progress(at)
    # Damaged bytes lead the library into KeyError, struct.error, AssertionError and more.
    except Exception:  # noqa: BLE001
        return False
    return True


def _take(state: DecodingState, frame: FitDefinitionMessage | FitDataMessage, at: int) -> bool:
    """Sort in one message; False if it shows that it is none."""
    if isinstance(frame, FitDefinitionMessage):
        return _take_definition(state, frame, at)
    if frame.name in _DESCRIBING:
        state.known.describe(frame)
    if frame.name == "record":
        return _take_record(state, frame, at)
    if frame.name in TAKEN:
        state.messages.append(message_of(frame))
    return True


def _take_definition(state: DecodingState, frame: FitDefinitionMessage, at: int) -> bool:
    if not _sound(bytes(frame.chunk.bytes)) and next_start(state) is not None:
        return False
    state.known.define(frame)
    state.defined_at.add(at)
    return True


def _take_record(state: DecodingState, frame: FitDataMessage, at: int) -> bool:
    """Sort in a record; False if its time shows that it is none."""
    message = message_of(frame)
    time_s = _seconds(state, frame, message)
    fits = time_s is not None and (
        state.intact or goes_on(state.time_s, time_s) or state.drop_outlier(time_s)
    )
    if not fits and state.time_s is not None and next_start(state) is not None:
        return False
    if time_s is not None:
        message.values["timestamp"] = time_s
        state.trust(time_s, at + len(frame.chunk.bytes))
        state.messages.append(message)
    return True


def _sound(definition: bytes) -> bool:
    """Say whether a definition can be one.

    A record that is misread as a definition would have all that follow misread too.
    """
    types = definition[8 : 6 + 3 * definition[5] : 3]
    return (
        definition[1] == 0
        and definition[2] in RECORDS
        and all(base_type in BASE_TYPES for base_type in types)
    )


def _seconds(state: DecodingState, frame: FitDataMessage, message: FitMessage) -> int | None:
    """Return the time of a record; None without one, or with two.

    A time in the header is for messages that have no field for it. It has the lowest five bits of a
    time. The library adds them to the last time it met, which behind damage may be none at all:
    then they are added to that of the last good record.
    """
    layout = state.known.layouts.get(frame.local_mesg_num)
    time_s = message.values.get("timestamp")
    if not isinstance(time_s, int) or (
        frame.time_offset is not None and layout is not None and layout.time_at is not None
    ):
        return None
    if frame.time_offset is None:
        return time_s
    if state.time_s is None or goes_on(state.time_s, time_s):
        return time_s
    return state.time_s + (int(frame.time_offset) - state.time_s & _OFFSET_MASK)
