"""``[cues]``: how the cues of a session are given."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from kickcue.core.cueing.cue_output import CueOutput
from kickcue.core.events import CueKind


class CueTerms(BaseModel):
    """One key for each kind of cue that only sessions have; off, haptic, sound or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rep: CueOutput = Field(
        default=CueOutput.BOTH, description="The number of a repetition, as it begins."
    )
    last_rep: CueOutput = Field(default=CueOutput.BOTH, description="The last repetition.")
    tick: CueOutput = Field(
        default=CueOutput.BOTH, description="The three ticks before a rest is over."
    )
    go: CueOutput = Field(default=CueOutput.BOTH, description="The end of a rest.")
    image: CueOutput = Field(
        default=CueOutput.BOTH, description="What to imagine in the next repetition."
    )
    through: CueOutput = Field(
        default=CueOutput.BOTH, description="Just before the line: push through it."
    )
    tall: CueOutput = Field(
        default=CueOutput.BOTH, description="Steps are quicker and speed is not: relaxed, tall."
    )
    rest_half: CueOutput = Field(default=CueOutput.BOTH, description="Half of a rest is over.")

    def outputs(self) -> Mapping[CueKind, CueOutput]:
        """Return what the engine is given."""
        return {CueKind(name): getattr(self, name) for name in CueTerms.model_fields}
