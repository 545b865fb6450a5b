"""What follows a run that is over: its report in a few lines, and a page that never fails it."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from kickcue.cli.after_race import Outcome, log_outcome, outcome, tell_outcome
from kickcue.core.cueing.phases import OVER
from kickcue.core.events import Phase
from tests.analysis.review.made_up import race, race_recording
from tests.recorded import written

_AT_START = """
import sys
import kickcue.cli.run, kickcue.daemon.wiring
heavy = ("kickcue.report", "kickcue.analysis", "kickcue.lab", "plotille", "PIL")
print([name for name in sys.modules if name.startswith(heavy)])
"""


def test_a_race_has_its_page_beside_it(tmp_path: Path) -> None:
    """GIVEN the recording of a race that is over THEN its headline and laps are said, and a page of
    the same name lies beside it.
    """
    path = written(race_recording(), tmp_path)
    found = outcome(path, Phase.FINISHED)
    assert found.trouble is None
    assert race().headline == found.sentences[0]
    assert found.sentences[1].startswith("Laps: ")
    assert path.with_suffix(".html") == found.page
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert race().headline in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("phase", sorted(set(Phase) - OVER))
def test_nothing_is_written_of_a_race_that_is_on(phase: Phase, tmp_path: Path) -> None:
    """GIVEN a race that somebody may resume, or that has not begun THEN nothing is read or written:
    who resumes it does not wait.
    """
    path = tmp_path / "race.mcap"
    path.write_bytes(b"not even a recording")
    assert Outcome() == outcome(path, phase)
    assert [path] == list(tmp_path.iterdir())


def test_without_a_recording_there_is_nothing_to_say() -> None:
    """GIVEN --no-record THEN there is no report and no trouble."""
    assert Outcome() == outcome(None, Phase.FINISHED)


def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """GIVEN a folder where the page should be, or no recording in the file THEN nothing is raised,
    and one sentence says what is wrong.
    """
    path = written(race_recording(), tmp_path)
    path.with_suffix(".html").mkdir()
    found = outcome(path, Phase.FINISHED)
    assert found.trouble is not None
    assert found.trouble.startswith("no report: ")
    assert path.with_suffix(".html").name in found.trouble
    path.write_bytes(b"nothing of the kind")
    assert "no report: " in (outcome(path, Phase.ABORTED).trouble or "")


def test_any_mistake_in_a_report_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a report that raises what nobody thought of THEN the run still ends well."""

    def break_down(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("kickcue.replay.reviewed.reviewed", break_down)
    path = written(race_recording(), tmp_path)
    assert Outcome(trouble="no report: ZeroDivisionError") == outcome(path, Phase.FINISHED)


def test_the_terminal_and_the_log_are_told(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a report THEN the terminal gets its sentences and the log one line; GIVEN trouble THEN
    standard error gets it, and the log a warning.
    """
    found = Outcome(("1500m in 4:01.2.", "Laps: 60.2, 60.3"), Path("races/a.html"))
    trouble = Outcome(trouble="no report: disk full")
    tell_outcome(found)
    tell_outcome(trouble)
    assert ("1500m in 4:01.2.\nLaps: 60.2, 60.3\n", "kickcue: no report: disk full\n") == (
        capsys.readouterr()
    )
    with caplog.at_level(logging.INFO):
        for each in (found, trouble, Outcome()):
            log_outcome(each)
    assert [
        (logging.INFO, 'report text="1500m in 4:01.2." page=races/a.html'),
        (logging.WARNING, 'report why="no report: disk full"'),
    ] == [(record.levelno, record.getMessage()) for record in caplog.records]


def test_a_run_starts_without_what_follows_it() -> None:
    """GIVEN a run that waits for days for its race THEN report, analysis and drawing are not in its
    memory.
    """
    started = subprocess.run(
        [sys.executable, "-c", _AT_START], capture_output=True, text=True, check=True
    )
    assert started.stdout.strip() == "[]"
