"""What a bridge has answered: kept, bounded, and done without where there is no disk."""

from pathlib import Path

import pytest

from kickcue.core.watch.state_machine import MOST_CUES, CueAck
from kickcue.daemon.ack_log import Answered


def answer(number: int, *, felt: bool = True) -> CueAck:
    return CueAck("run", f"cue-{number}", felt, None if felt else "link", number)


def test_the_newest_of_a_cue_holds_and_the_oldest_fall_out(tmp_path: Path) -> None:
    """GIVEN more answers than a race has cues, one of them twice WHEN read again THEN the newest
    are there, and the file stays small.
    """
    path = tmp_path / "bridge" / "watch.jsonl"
    kept = Answered(path)
    for number in range(MOST_CUES + 10):
        kept.note(answer(number, felt=False))
        kept.note(answer(number))
    again = Answered(path)
    assert tuple(answer(number) for number in range(10, MOST_CUES + 10)) == again.all == kept.all
    assert again.of(("run", "cue-9")) is None
    assert MOST_CUES == path.read_text().count("\n")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '{"run_id": "run"}',
        '{"run_id": 1, "cue_id": "c", "felt": true, "why": null, "latency_ms": 1}',
    ],
)
def test_what_is_no_answer_is_passed_over(tmp_path: Path, line: str) -> None:
    """GIVEN a file with a broken line WHEN read THEN the others are there."""
    path = tmp_path / "watch.jsonl"
    Answered(path).note(answer(1))
    path.write_text(f"{line}\n{path.read_text()}")
    assert (answer(1),) == Answered(path).all


def test_without_a_disk_it_remembers_and_tells_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a folder that cannot be made WHEN answers are noted THEN they are remembered, and one
    warning says so.
    """
    (tmp_path / "bridge").write_text("a file in the way")
    kept = Answered(tmp_path / "bridge" / "watch.jsonl")
    kept.note(answer(1))
    assert (answer(1),) == kept.all
    assert ["answers_not_kept"] == [record.message.partition(" ")[0] for record in caplog.records]
