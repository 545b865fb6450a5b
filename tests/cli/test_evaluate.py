"""``kickcue evaluate``: figures anybody can make again."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.cli.evaluate import RaceKind
from kickcue.lab.baselines import BASELINES
from kickcue.lab.evaluate import events_of, simulated
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulated_document
from kickcue.lab.statistics import Outcome
from kickcue.lab.thresholds import Target

WORK = simulated("gate", simulated_document("3000m"))
FEW = ["evaluate", "--scenario", "button", "--race", "800m"]
SMALL_ARCHIVE = (
    "trackeR_2013-06-08-090442.TCX.gz",
    "GoldenCheetah_10kUNLP2014-Garmin15.fit",
    "ParseGPX_track_session.gpx",
)


def rows_of(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    return {row["who"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}


def test_figures_of_kickcue_and_of_the_baselines(capsys: pytest.CaptureFixture[str]) -> None:
    """--json gives one object for kickcue and one for each baseline, on the same races; kickcue is
    the nearest to the truth.
    """
    assert (
        main(
            [
                "evaluate",
                "--scenario",
                "button",
                "--race",
                "1500m",
                "--seeds",
                "8",
                "--first-seed",
                "40",
                "--json",
            ]
        )
        == 0
    )

    rows = rows_of(capsys)
    assert {"who": "all", "races": 8, "unwarned": 0, "missed": []} == rows.pop("all")
    assert set(rows) == {"kickcue", "pod_distance", "press_counter", "press_snap"}
    assert all(row["races"] == 8 and row["first_seed"] == 40 for row in rows.values())
    assert {"usual races"} == {row["group"] for row in rows.values()}
    assert rows["kickcue"]["wrong_lap"] == rows["kickcue"]["never"] == 0
    assert rows["kickcue"]["late_felt"] == rows["kickcue"]["double_felt"] == 0
    assert rows["kickcue"]["p95_s"] < rows["pod_distance"]["p95_s"]


def test_the_same_seeds_give_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs of the same seeds give the same bytes."""
    arguments = ["evaluate", "--scenario", "bare", "--race", "800m", "--seeds", "21", "--json"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert main(arguments) == 0

    assert first == capsys.readouterr().out


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json there is a table that fits 80 columns and names what the figures are."""
    assert main(["evaluate", "--scenario", "bare", "--race", "800m", "--seeds", "3", "--best"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "=== 800m: usual races ===" == lines[0]
    assert "seeds from 0" in lines[2]
    assert all(word in lines[4] for word in ("median", "p95", "wrong lap", "never", "coverage95"))
    assert "best possible" in lines[9]
    assert "felt late 0, felt twice 0, unwarned 0" == lines[10]
    assert not any("lines marked" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_the_best_possible(capsys: pytest.CaptureFixture[str]) -> None:
    """--best adds what the best filter makes of the same bytes."""
    assert main([*FEW, "--seeds", "3", "--best", "--json"]) == 0

    best = rows_of(capsys)["best"]
    assert 0.0 < best["median_s"] <= best["p95_s"] < 3.0
    assert 0.0 < best["sd_s"] < 4.0  # no line before the bell has told how the pod counts


def test_every_scenario_and_event(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --scenario and --race it is each scenario of the protocol over each of its events."""
    seen: list[int] = []

    def no_work(_work: object, seeds: range, _spread: object) -> list[Outcome]:
        seen.append(len(seeds))
        return []

    monkeypatch.setattr("kickcue.cli.evaluate.in_batches", no_work)
    assert main(["evaluate", "--seeds", "7"]) == 0

    assert [7] * sum(len(events_of(scenario)) for scenario in SCENARIOS.values()) == seen
    lines = capsys.readouterr().out.splitlines()
    titles = [line.split(":")[0] for line in lines if "seeds from" in line]
    assert {"1500m, bare", "3000m on 200 m, gate", "800m on 200 m, slip"} <= set(titles)
    assert "800m, bare" not in titles
    assert {"5k, road", "10k, road"} == {title for title in titles if title.endswith(" road")}
    headings = [line for line in lines if line.startswith("===")]
    assert "=== 5000m: when something goes wrong ===" in headings
    assert len(headings) == len(set(headings))


def test_the_next_kinds_of_races_begin_before_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN several kinds of races WHEN the first one's are waited for THEN others have begun."""
    begun: list[str] = []
    begun_by_the_first: list[int] = []

    def work(of_what: partial[object], _seeds: range, _spread: object) -> Iterator[Outcome]:
        begun.append(of_what.args[0])

        def outcomes() -> Iterator[Outcome]:
            begun_by_the_first.append(len(begun))
            yield Outcome(0, 0.1, 40.0, 0.95, 3, dict.fromkeys(BASELINES))

        return outcomes()

    monkeypatch.setattr("kickcue.cli.evaluate.in_batches", work)
    scenarios = ("bare", "gate", "wide", "slip")
    asked = [word for name in scenarios for word in ("--scenario", name)]
    main(["evaluate", *asked, "--race", "5000m", "--seeds", "1"])
    assert list(scenarios) == begun
    assert begun_by_the_first[0] > 1


def test_a_press_before_the_bell_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a mishap in a race of few lines THEN those with a press have figures of their own."""
    asked = ["evaluate", "--scenario", "strap-only", "--race", "1500m", "--seeds", "20"]
    assert main([*asked, "--json"]) == 0
    rows = rows_of(capsys)
    assert 0 < rows["after_a_press"]["races"] < rows["kickcue"]["races"] == 20
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "a lap was pressed before the bell in" in out
    assert f"lines marked {rows['kickcue']['marked']:.1%}, false marks" in out


def test_all_devices_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN several scenarios THEN at the end each has a line with kickcue and all baselines."""
    scenarios = [word for name in ("bare", "slip", "no-total") for word in ("--scenario", name)]
    assert main(["evaluate", *scenarios, "--race", "800m", "--race", "5k", "--seeds", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    began = lines.index("5k: p95 in seconds / races lost (wrong lap or never)")
    assert ["kickcue", *BASELINES] == lines[began + 1].split()
    table = [line.split()[0] for line in lines[began + 2 : began + 7]]
    assert ["usual", "bare", "when", "slip", "no-total"] == table
    assert 4 == lines[began + 3].count(" / ")
    assert max(map(len, lines)) <= 80


def test_unwarned_wrong_laps_miss_a_threshold(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN bells that are certain and wrong THEN status 1, and a line at the end says so."""
    lost = Outcome(0, 99.0, 40.0, 0.95, 3, dict.fromkeys(BASELINES))
    monkeypatch.setattr("kickcue.cli.evaluate.in_batches", lambda *_: [lost] * 100)
    two_kinds = ["evaluate", "--scenario", "bare", "--scenario", "slip", "--race", "5000m"]
    assert main(two_kinds) == 1
    last = capsys.readouterr().out.splitlines()[-2:]
    assert "all races together: unwarned in 200 of 200" == last[0]
    assert "missed: unwarned in 200 of 200 races, at most 1 is asked" == last[1]


def test_a_missed_threshold_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN figures that miss a threshold THEN exit status 1, and a line that says which and by how
    much.
    """
    monkeypatch.setattr("kickcue.lab.thresholds.LEAST_RACES", 2)
    monkeypatch.setattr(
        "kickcue.lab.thresholds.target", lambda _scenario, _event: Target(median_s=0.001)
    )
    assert main([*FEW, "--seeds", "2"]) == 1

    out = capsys.readouterr().out
    assert "missed: median" in out
    assert "1 of 1 kinds of races miss a threshold" in out
    assert main([*FEW, "--seeds", "2", "--json"]) == 1
    assert "at most 0.001 s is asked" in rows_of(capsys)["kickcue"]["missed"][0]


def test_a_kind_has_a_title() -> None:
    """A lap that is not the usual one is part of the title."""
    kinds = [RaceKind("3000m", lap_m, "gate", WORK, range(1)) for lap_m in (None, 200.0)]
    assert ["3000m, gate", "3000m on 200 m, gate"] == [kind.title for kind in kinds]


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--seeds", "0"], "at least 1"),
        (["--race", "12 parsecs"], "unknown event"),
        (["--race", "5000m", "--lap", "nan"], "finite number"),
        (["--lap", "200"], "--lap: expected --race as well"),
        (["--race", "5000m", "--scenario", "road-slip"], "expected a road race, e.g. --race 10k"),
        (["--archive", "nowhere"], "no such folder"),
        (["--archive", "nowhere", "--best"], "--best: not with --archive"),
        (["--archive", "nowhere", "--race", "5000m"], "--race: not with --archive"),
    ],
)
def test_nonsense_is_refused(
    capsys: pytest.CaptureFixture[str], extra: list[str], words: str
) -> None:
    """What cannot be evaluated is told in one line, with status 2."""
    assert main(["evaluate", *extra]) == 2

    assert words in capsys.readouterr().err


@pytest.fixture
def small_archive(data_dir: Path, tmp_path: Path) -> Path:
    """Return an archive with two of the real races, and a session whose finish is not known."""
    (tmp_path / "recordings").mkdir()
    for name in ("truth.tsv", *(f"recordings/{name}" for name in SMALL_ARCHIVE)):
        (tmp_path / name).symlink_to(data_dir / name)
    return tmp_path


@pytest.mark.recordings
def test_a_small_archive(small_archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a folder of some recordings THEN its races are run as recorded, and others are told as
    left out.
    """
    assert main(["evaluate", "--archive", str(small_archive)]) == 0
    out = capsys.readouterr().out
    assert "2 recordings, as recorded: 2 races" in out
    assert "skipped recordings/ParseGPX_track_session.gpx: its finish is not known" in out


@pytest.mark.recordings
@pytest.mark.long
def test_an_archive(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a folder of recordings THEN its races are run as recorded, or each with a scenario's
    faults; others are told as left out.
    """
    assert main(["evaluate", "--archive", str(data_dir)]) == 0

    out = capsys.readouterr().out
    assert "3 recordings, as recorded: 3 races" in out
    assert "skipped recordings/ParseGPX_track_session.gpx: its finish is not known" in out
    assert (
        main(
            ["evaluate", "--archive", str(data_dir), "--scenario", "gate", "--seeds", "1", "--json"]
        )
        == 0
    )
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert 3 == sum(line["who"] == "kickcue" and line["scenario"] == "gate" for line in lines)
