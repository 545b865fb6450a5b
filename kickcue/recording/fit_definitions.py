"""FIT definitions whose base types lack the bit for "has an endianness".

Garmin's own reader does not look at it, the library does.

Without it the library takes the field for bytes, and what it holds is lost.
"""

from typing import Final

_ENDIAN: Final = {number: 0x80 | number for number in (3, 4, 5, 6, 8, 9, 11, 12, 14, 15, 16)}
"""Types of more than one byte, by their numbers."""

_DEFINITION, _DEVELOPER, _COMPRESSED, _LOCAL = 0x40, 0x20, 0x80, 0x0F
_HEAD_BYTES: Final = 6
_FIELD_BYTES: Final = 3
_DESCRIPTION: Final = 206  # of a developer field
_BASE_TYPE: Final = 2  # its field


def with_endian_bits(body: bytes, start: int) -> bytes:
    """Return the body from ``start`` on with the bits put in, as far as its messages make sense."""
    mended = bytearray(memoryview(body)[start:])
    sizes: dict[int, int] = {}
    types_at: dict[int, int] = {}
    """Local messages that describe developer fields, and where in them the type stands."""
    at = 0
    while at < len(mended):
        head = mended[at]
        local = head >> 5 & 3 if head & _COMPRESSED else head & _LOCAL
        if head & (_COMPRESSED | _DEFINITION) != _DEFINITION:
            if local not in sizes:  # defined before the start, or damage
                break
            if local in types_at and at + types_at[local] < len(mended):
                place = at + types_at[local]
                mended[place] = _ENDIAN.get(mended[place], mended[place])
            at += sizes[local]
            continue
        fields_end = (
            at + _HEAD_BYTES + _FIELD_BYTES * mended[at + 5]
            if at + _HEAD_BYTES <= len(mended)
            else len(mended) + 1
        )
        if fields_end >= len(mended) or mended[at + 1] != 0 or mended[at + 2] > 1:
            break
        number = int.from_bytes(mended[at + 3 : at + 5], "big" if mended[at + 2] else "little")
        sizes[local], type_at = 1, None
        for place in range(at + _HEAD_BYTES, fields_end, _FIELD_BYTES):
            if number == _DESCRIPTION and mended[place] == _BASE_TYPE:
                type_at = sizes[local]
            sizes[local] += mended[place + 1]
            mended[place + 2] = _ENDIAN.get(mended[place + 2], mended[place + 2])
        types_at.pop(local, None)
        if type_at is not None:
            types_at[local] = type_at
        at = fields_end
        if head & _DEVELOPER:
            developer_end = at + 1 + _FIELD_BYTES * mended[at]
            sizes[local] += sum(mended[at + 2 : developer_end : _FIELD_BYTES])
            at = developer_end
    return bytes(mended)
