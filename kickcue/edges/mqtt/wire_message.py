"""What every message on the wire has in common.

``sent_ms`` is the sender's monotonic clock in milliseconds since its run began, so that small
devices can hold it (below 2^31).
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kickcue.config.validation_errors import first_mistake, mistake_text

WIRE: Final = 1
LARGEST: Final = 2**31 - 1  # what JavaScript bridges and 32-bit microcontrollers keep exactly
Millis = Annotated[int, Field(ge=0, le=LARGEST)]
Name = Annotated[str, Field(min_length=1, max_length=64)]


class Message(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    wire: Literal[1] = Field(
        default=WIRE, description="version of this wire format; a receiver ignores others"
    )
    run_id: Name = Field(description="the sender's run: a new id each time it starts")
    sent_ms: Millis = Field(
        description="when it was sent, by the sender's monotonic clock: ms since its run began"
    )

    def to_json(self) -> bytes:
        """Return the payload."""
        return self.model_dump_json().encode()

    def shorter(self) -> tuple[bytes, ...]:
        """Return payloads for a broker that takes nothing as long, the longest first.

        A receiver does the same upon each.
        """
        return ()


def first_problem(error: ValidationError) -> str:
    """Return what is wrong with a message, by its first mistake."""
    problem = first_mistake(error)
    return mistake_text(problem, ".".join(map(str, problem["loc"])) or "the message")


def rounded(value: float | None, digits: int) -> float | None:
    """Return a figure as a person can use it; None stays unknown."""
    return None if value is None else round(value, digits)
