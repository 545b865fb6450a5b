"""The finish line as a person gives it: a place and a direction, or two posts."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kickcue.core.crossing.gate import Gate
from kickcue.core.errors import UsageError

POINT: Final = ("lat_deg", "lon_deg", "heading_deg")
POSTS: Final = ("left", "right")


def _as_written(given: Any) -> Any:
    """Take "51.8627, -0.4231" for two numbers, as a variable of the environment has it."""
    return [part.strip() for part in given.split(",")] if isinstance(given, str) else given


Post = Annotated[tuple[float, float], BeforeValidator(_as_written)]


class GateTerms(BaseModel):
    """The line of ``[gate]``: given in one of two ways, or not at all."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    lat_deg: float | None = Field(
        default=None,
        ge=-89,
        le=89,
        description=(
            "Latitude of the point where the runner crosses the finish line, in degrees; 'kickcue "
            "gate' finds it."
        ),
        examples=[51.862701],
    )
    lon_deg: float | None = Field(
        default=None,
        ge=-180,
        le=180,
        description="Longitude of that point, in degrees.",
        examples=[-0.423102],
    )
    heading_deg: float | None = Field(
        default=None,
        ge=0,
        le=360,
        description="Running direction across the line, in degrees clockwise from north.",
        examples=[76.5],
    )
    half_width_m: float | None = Field(
        default=None,
        ge=1,
        le=50,
        description=(
            "How far the line extends to either side of that point, in metres (default: 12)."
        ),
        examples=[12],
    )
    left: Post | None = Field(
        default=None,
        description=(
            "Instead of the point: latitude and longitude of the line's left end, as the runner "
            "sees it."
        ),
        examples=[[51.862741, -0.423114]],
    )
    right: Post | None = Field(
        default=None, description="The same for its right end.", examples=[[51.862661, -0.42309]]
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        point, posts = (
            tuple(key for key in keys if getattr(self, key) is not None) for keys in (POINT, POSTS)
        )
        wide = self.half_width_m is not None
        if (
            (point, posts, wide) != ((), (), False)
            and (point, posts) != (POINT, ())
            and (point, posts, wide) != ((), POSTS, False)
        ):
            found = ", ".join([*point, *posts, *(["half_width_m"] if wide else [])])
            raise ValueError(
                f"expected {', '.join(POINT)} (and half_width_m if wanted), or "
                f"{' and '.join(POSTS)} alone, got {found}"
            )
        _whole(self.gate)
        return self

    def gate(self) -> Gate | None:
        """Return the line, None where none is given; UsageError for posts that cannot be."""
        if self.left is not None and self.right is not None:
            return Gate.between(self.left, self.right)
        if self.lat_deg is None or self.lon_deg is None or self.heading_deg is None:
            return None
        width = {} if self.half_width_m is None else {"half_width_m": self.half_width_m}
        return Gate(self.lat_deg, self.lon_deg, self.heading_deg, **width)


def _whole(gate: Callable[[], Gate | None]) -> None:
    try:
        gate()
    except UsageError as error:
        raise ValueError(f"left and right do not form a finish line: {error}") from None
