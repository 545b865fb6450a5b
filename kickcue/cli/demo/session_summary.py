"""How the session went: each repetition's time, and how far off its cues were; all computed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kickcue.cli.demo.session_drawing import signed
from kickcue.cli.demo.session_figures import LINE, Repetition, places
from kickcue.cli.demo.summary import short_path
from kickcue.cli.format.console import table
from kickcue.cli.format.output_format import number, rounded
from kickcue.config.plan_document import PlanDocument
from kickcue.core.session.stretch_progress import THROUGH_AHEAD_S


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """The figures of the whole session.

    ``felt`` of ``cues`` were felt exactly once, half of them within ``median_ms`` of the decision
    (real ms; None: none was felt).
    """

    document: PlanDocument
    seed: int
    repetitions: tuple[Repetition, ...]
    cues: int
    felt: int
    median_ms: float | None
    recording: Path

    @property
    def went_well(self) -> bool:
        """Whether each repetition was found, and each cue felt once."""
        found = all(each.kickcue_s is not None for each in self.repetitions)
        return found and self.felt == self.cues


def as_text(summary: SessionSummary) -> str:
    """Return the closing words; few places for cues keep them within 60 columns."""
    path = short_path(summary.recording)
    at = places(summary.repetitions)
    return "\n".join(
        [
            summary.document.title or summary.document.name,
            f"Simulated runner, strap and calibrated pod; seed {summary.seed}.",
            "",
            "Times in seconds; how late each cue came (- is early):",
            table(
                ("rep", "length", "true", "kickcue", *at),
                [_row(each, at) for each in summary.repetitions],
                align="r" * (len(at) + 4),
            ),
            *_explained(at),
            "",
            f"On the watch: {_felt(summary)}",
            f"Recording:    {path}",
            "",
            "Try next:",
            f"  kickcue report {path}",
            f"  kickcue replay {path}",
            f"  kickcue run {summary.document.name}",
        ]
    )


def _row(row: Repetition, at: tuple[str, ...]) -> tuple[str, ...]:
    times = (str(row.rep), row.text, f"{row.true_s:.1f}", number(row.kickcue_s, 1))
    return (*times, *(signed(row.cues[place]) if place in row.cues else "" for place in at))


def _explained(at: tuple[str, ...]) -> list[str]:
    """Say what is meant by the start and the line."""
    lines = [
        "start: felt once it is certain that you run; the time",
        "       counts from your first step all the same",
    ]
    if LINE in at:
        lines.append(f"line:  due {THROUGH_AHEAD_S:g} s ahead, in a short one a quarter of it")
    return lines


def _felt(summary: SessionSummary) -> str:
    after = "" if summary.median_ms is None else f", half of them within {summary.median_ms:.1f} ms"
    return f"{summary.felt} of {summary.cues} cues felt{after}"


def as_json(summary: SessionSummary) -> dict[str, Any]:
    """Return the figures as a JSON object."""
    return {
        "plan": summary.document.name,
        "simulated": True,
        "seed": summary.seed,
        "repetitions": [
            {
                "rep": each.rep,
                "length": each.text,
                "true_s": rounded(each.true_s, 2),
                "kickcue_s": rounded(each.kickcue_s, 2),
                "start_late_s": rounded(each.start_late_s, 2),
                "cues_late_s": {place: rounded(late_s, 2) for place, late_s in each.cues.items()},
            }
            for each in summary.repetitions
        ],
        "cues": summary.cues,
        "felt": summary.felt,
        "median_ms": rounded(summary.median_ms, 1),
        "recording": str(summary.recording),
    }
