"""Where a report page goes, and that it takes no other file's place."""

from pathlib import Path
from typing import Final

from kickcue.analysis.review.model import Review
from kickcue.config.atomic_write import replace_file
from kickcue.core.errors import UsageError
from kickcue.report.page import report_page
from kickcue.report.shell import is_our_page

_PACKED: Final = frozenset({".gz", ".zip"})


def page_beside(recording: Path) -> Path:
    """Return where the page of a recording goes by itself: NAME.html in the same folder."""
    plain = recording.with_suffix("") if recording.suffix.lower() in _PACKED else recording
    return plain.with_suffix(".html")


def write_page(review: Review, path: Path, units: str = "km") -> None:
    """Write the page of ``review``; an older page of kickcue's may be there.

    UsageError where another file is, or the file cannot be written.
    """
    require_free(path)
    replace_file(path, report_page(review, units))


def require_free(path: Path) -> None:
    """UsageError where something other than a page of kickcue's is at ``path``."""
    try:
        ours = is_our_page(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    if not ours:
        raise UsageError(
            f"{path} is not a report of kickcue, so it stays as it is: name another file with -o"
        )
