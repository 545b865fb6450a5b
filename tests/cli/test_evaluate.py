"""``kickcue evaluate``: figures anybody can make again."""

import json

import pytest

from kickcue.cli import main


def test_figures_of_kickcue_and_of_the_baselines(capsys: pytest.CaptureFixture[str]) -> None:
    """--json gives one object for kickcue and one for each baseline, on the same races; kickcue is the nearest to the truth."""
    assert main(["evaluate", "--scenario", "button", "--race", "1500m", "--seeds", "8", "--first-seed", "40", "--json"]) == 0

    rows = {row["who"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert set(rows) == {"kickcue", "pod_distance", "press_counter", "press_snap"}
    assert all(row["races"] == 8 and row["first_seed"] == 40 for row in rows.values())
    assert rows["kickcue"]["wrong_lap"] == rows["kickcue"]["never"] == 0
    assert rows["kickcue"]["p95_s"] < rows["pod_distance"]["p95_s"]


def test_the_same_seeds_give_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """A run over several processes and a run in one give the same bytes, seed by seed."""
    arguments = ["evaluate", "--scenario", "bare", "--race", "800m", "--seeds", "21", "--json"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert main(arguments) == 0

    assert first == capsys.readouterr().out


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json there is a table that fits 80 columns and names what the figures are."""
    assert main(["evaluate", "--scenario", "bare", "--race", "800m", "--seeds", "3"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "seeds from 0" in lines[0]
    assert all(word in lines[2] for word in ("median", "p95", "wrong lap", "never", "coverage95"))
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("extra", "words"), [(["--seeds", "0"], "at least 1"), (["--race", "12 parsecs"], "unknown event"), (["--lap", "nan"], "finite number")]
)
def test_nonsense_is_refused(capsys: pytest.CaptureFixture[str], extra: list[str], words: str) -> None:
    """What cannot be evaluated is told in one line, with status 2."""
    assert main(["evaluate", *extra]) == 2

    assert words in capsys.readouterr().err
