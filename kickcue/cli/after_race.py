"""What follows a run that is over: its report in a few lines, and a page beside the recording."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kickcue.cli.format.printing import complain, tell
from kickcue.core.cueing.phases import OVER
from kickcue.core.events import Phase
from kickcue.daemon.logging_setup import event as log_event

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report in sentences and its page, or in ``trouble`` why there is none."""

    sentences: tuple[str, ...] = ()
    page: Path | None = None
    trouble: str | None = None


def outcome(recording: Path | None, phase: Phase) -> Outcome:
    """Return what the run in this recording came to, and write its page beside it.

    Nothing where nothing was recorded or run, and of a race that is still on: whoever resumes it
    must not wait. Raises nothing: the race went well, whatever is wrong with its report.
    """
    if recording is None or phase not in OVER:
        return Outcome()
    try:
        return _written(recording)
    except Exception as error:  # noqa: BLE001  as promised
        return Outcome(trouble=f"no report: {str(error) or type(error).__name__}")


def _written(recording: Path) -> Outcome:
    # A run that waits for days for its race needs none of this.
    from kickcue.recording import read  # noqa: PLC0415
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415
    from kickcue.report.page_file import page_beside, write_page  # noqa: PLC0415
    from kickcue.report.short import short_sentences  # noqa: PLC0415

    review = reviewed(read(recording))
    page = page_beside(recording)
    write_page(review, page)
    return Outcome(tuple(short_sentences(review)), page)


def tell_outcome(found: Outcome) -> None:
    """Say on the terminal what the run came to."""
    for sentence in found.sentences:
        tell(sentence)
    if found.trouble is not None:
        complain(found.trouble)


def log_outcome(found: Outcome) -> None:
    """Log it in one line."""
    if found.trouble is not None:
        log_event(LOG, logging.WARNING, "report", why=found.trouble)
    elif found.page is not None:
        log_event(LOG, logging.INFO, "report", text=found.sentences[0], page=found.page)
