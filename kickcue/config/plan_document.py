"""A plan as a document: what a person writes in a file, and what a recording keeps of it."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from kickcue.config.plan_step import StepDocument
from kickcue.config.validation_errors import one_line
from kickcue.core.errors import UsageError
from kickcue.core.plan import Plan


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


class PlanDocument(BaseModel):
    """A session or a race with its name and what to tell the runner of it; plain JSON."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_in_one_line)]
    """What it is asked for by; that of its file, where it has one."""
    title: Annotated[str, Field(max_length=80), AfterValidator(_in_one_line)] = ""
    about: Annotated[str, Field(max_length=600), AfterValidator(_in_one_line)] = ""
    """One or two sentences for the runner."""
    steps: tuple[StepDocument, ...] = Field(strict=False)

    @field_validator("steps")
    @classmethod
    def _can_be_run(
        cls, steps: tuple[StepDocument, ...], others: ValidationInfo
    ) -> tuple[StepDocument, ...]:
        name = others.data.get("name", "plan")
        try:
            Plan(name, tuple(each.step() for each in steps))
        except UsageError as error:
            raise ValueError(str(error).removeprefix(f"plan {name!r}: ")) from None
        return steps

    def plan(self) -> Plan:
        """Return what the engine runs."""
        return Plan(self.name, tuple(each.step() for each in self.steps))

    @classmethod
    def of(cls, plan: Plan, title: str = "", about: str = "") -> "PlanDocument":
        """Return the document of a plan; UsageError where none can say it.

        That is a course that is neither metres nor a race of its event, a stretch below 20 m or
        1 s, or a cue that has no place (``even``).
        """
        try:
            steps = tuple(map(StepDocument.of, plan.steps))
            return cls(name=plan.name, title=title, about=about, steps=steps)
        except ValidationError as error:
            raise UsageError(f"plan {plan.name!r}: {one_line(error, cls, {})}") from None

    @classmethod
    def parse(cls, given: Mapping[str, Any], where: str) -> "PlanDocument":
        """Check plain JSON; UsageError names ``where``, the key, the value and what is right."""
        try:
            return cls.model_validate(dict(given))
        except ValidationError as error:
            raise UsageError(f"{where}: {one_line(error, cls, given)}") from None

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON without what is at its default; ``parse`` makes the same of it."""
        return self.model_dump(mode="json", exclude_defaults=True)
