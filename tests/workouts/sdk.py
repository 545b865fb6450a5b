"""FIT workouts by Garmin's own SDK: it writes what kickcue reads, and reads what kickcue writes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, cast

from garmin_fit_sdk import Decoder, Encoder, Stream

FILE_ID, WORKOUT, STEP, RECORD = 0, 26, 27, 20
NOBODYS: Final = 255


def step(ends_by: str = "open", length: int | None = 0, **others: Any) -> dict[str, Any]:
    """Return a step; ``length`` in the raw unit of FIT: ms, cm, or an index."""
    return {"duration_type": ends_by, "duration_value": length, "intensity": "active", **others}


def repeat(back_to: int, target: int, until: str = "steps_cmplt") -> dict[str, Any]:
    """Return the step that has those from index ``back_to`` on repeated."""
    return {
        "duration_type": f"repeat_until_{until}",
        "duration_value": back_to,
        "target_value": target,
    }


def numbered(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"message_index": index, **each} for index, each in enumerate(steps)]


def fit(
    steps: Sequence[dict[str, Any]],
    *,
    name: str | None = "8 x 200 m",
    sport: str | int = "running",
    told: int | None = None,
    file_type: str = "workout",
    number: bool = True,
) -> bytes:
    """Return the file; ``told``: how many steps its header speaks of."""
    encoder = Encoder()
    encoder.write_mesg(
        {
            "mesg_num": FILE_ID,
            "type": file_type,
            "manufacturer": NOBODYS,
            "product": 0,
            "serial_number": 1,
            "time_created": 1_149_000_000,
        }
    )
    about = {
        "mesg_num": WORKOUT,
        "sport": sport,
        "num_valid_steps": len(steps) if told is None else told,
    }
    encoder.write_mesg(about if name is None else {**about, "wkt_name": name})
    for each in numbered(steps) if number else steps:
        known = {key: value for key, value in each.items() if value is not None}
        encoder.write_mesg({"mesg_num": STEP, **known})
    return bytes(encoder.close())


def judged(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return the messages by kind, as Garmin's SDK reads them, which must find nothing wrong."""
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    return cast("dict[str, list[dict[str, Any]]]", messages)


def put(folder: Path, data: bytes | str, name: str = "session.fit") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
