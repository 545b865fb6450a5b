"""Plans in files: the shipped ones, the runner's own, and what is told of a mistake in one."""

import re
from pathlib import Path

import pytest

from kickcue.config.plan_files import load_plan, parse_plan, plan_names, read_plan, shipped_plans
from kickcue.core.errors import UsageError
from kickcue.core.plan import Run, TimedRun

SHIPPED = (
    "adrenaline-points",
    "bekele-2004",
    "cheptegei-2020",
    "farah-2012",
    "farah-2016",
    "hassan-2019",
    "intervals",
    "mills-1964",
    "race",
    "simulated-finish",
    "strides",
    "tempo-into-kick",
    "two-hundreds",
)
MINE = 'title = "Mine"\n\n[[steps]]\nrun = "300m"\n'


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for the runner's own plans."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "kickcue" / "plans"
    folder.mkdir(parents=True)
    return folder


def test_the_shipped_plans() -> None:
    """These plans come with kickcue, and each can be run and has a title and a word about it."""
    assert SHIPPED == plan_names()
    for name in SHIPPED:
        document = load_plan(name)
        assert name == document.name == document.plan().name
        assert document.title
        assert document.about


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "race"])
def test_every_hard_stretch_has_something_to_imagine(name: str) -> None:
    """Whatever is run hard in a shipped session has its imagery."""
    legs = load_plan(name).plan().legs()
    hard = [leg for leg in legs if isinstance(leg, Run | TimedRun) and leg.effort == "hard"]
    assert hard
    assert all(leg.imagery for leg in hard)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_plan_saves_anything_up(name: str) -> None:
    """No plan tells anybody to hold back for a kick."""
    text = shipped_plans()[name].read_text(encoding="utf-8").lower()
    assert not [word for word in ("hold back", "save up", "slow down", "wait for") if word in text]


@pytest.mark.parametrize("name", ["simulated-finish", "tempo-into-kick", "mills-1964"])
def test_a_finish_has_the_cues_of_the_race(name: str) -> None:
    """The last hard stretch has its cues where a race on a 400 m track has them."""
    (race,) = load_plan("race").plan().legs()
    last = [leg for leg in load_plan(name).plan().legs() if isinstance(leg, Run)][-1]
    assert isinstance(race, Run)
    assert race.cues == last.cues


def test_own_plans_are_found_by_name_and_stand_for_shipped_ones(own: Path) -> None:
    """GIVEN plans of the runner's own, one with a shipped name THEN both are found before it."""
    for name in ("tuesday", "strides"):
        (own / f"{name}.toml").write_text(MINE, encoding="utf-8")
    assert {*SHIPPED, "tuesday"} == set(plan_names())
    assert ["Mine", "Mine"] == [load_plan(name).title for name in ("tuesday", "strides")]


def test_a_path_is_read_as_such(tmp_path: Path) -> None:
    """GIVEN a file anywhere THEN its path finds it, and its name is the plan's."""
    path = tmp_path / "hill.toml"
    path.write_text(MINE, encoding="utf-8")
    assert "hill" == load_plan(str(path)).name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stride", "no plan 'stride': did you mean strides? 'kickcue plan list' shows all"),
        ("xyzzy", "no plan 'xyzzy': 'kickcue plan list' shows all"),
        ("./none.toml", "none.toml: cannot read: No such file or directory; 'kickcue plan list'"),
    ],
)
def test_a_plan_that_is_not_there(name: str, told: str) -> None:
    """WHEN a plan is asked for that is none THEN the near one is told, or where to look."""
    with pytest.raises(UsageError) as caught:
        load_plan(name)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[steps]]\nrun = "1km"\n\n[[steps]]\nrest_s = 20\n',
            "line 5: steps[2].rest_s: unknown key, did you mean 'rest'? (known here: run, ",
        ),
        (
            '# mine\n[[steps]]\nrepeat = 3\nsteps = [\n { run = "200m" },\n { rest = "two" },\n]',
            'line 6: steps[1].steps[2].rest: expected a time like "2:00" or "90s", metres like ',
        ),
        (
            'steps = [\n  { run = "200m" },\n  { run = "200m", effort = "medium" },\n]\n',
            "line 3: steps[2].effort: expected one of easy, hard, got 'medium'",
        ),
        (
            '[[steps]]\nrun = "5m"\n',
            """steps[1].run: expected 20 m to 500 km, got '5m'; did you mean "5:00", """,
        ),
        (
            "[[steps]]\nrun = 200\n",
            'line 2: steps[1].run: expected a unit, as in "200m" or "200s", got 200',
        ),
        (
            '[[steps]]\nrun = "200"\n',
            'got \'200\'; did you mean "200m" or "200s"?',
        ),
        (
            '[[steps]]\nrun = "1:75"\n',
            "line 2: steps[1].run: expected a time like 15:30, 1:02:03 or 930, got '1:75'",
        ),
        (
            "[[steps]]\nrepeat = 3\n",
            "line 1: steps[1]: repeat: expected steps beside it, steps = [...], got none",
        ),
        (
            '[[steps]]\nrun = "50m"\nrest = "2:00"\n',
            "line 1: steps[1]: expected one of run, race, rest, repeat, got run and rest: each is",
        ),
        (
            '[[steps]]\nrest = "2:00"\nimagery = "x"\n',
            "line 1: steps[1]: expected rest alone, got rest with imagery",
        ),
        (
            '[[steps]]\nrun = "50m"\ncues = { drive = 100 }\n',
            "line 1: steps[1]: cue drive of 50m: expected 0 to 50 m to go, got 100.0",
        ),
        (
            '[[steps]]\nrun = "50m"\ncues = { drve = 10 }\n',
            "steps[1].cues: expected one of last_lap, relax, turnover, drive, got 'drve'; did you",
        ),
        (
            '[[steps]]\nrun = "3:00"\ncues = { drive = 10 }\n',
            "line 1: steps[1]: cues: expected a run over metres, as cues are places on it",
        ),
        ('[[steps]]\nrest = "2:00"\n', "line 1: steps: expected at least one stretch to run"),
        (
            '[[steps]]\nrepeat = 900\nsteps = [{ run = "50m" }, { rest = "start" }]\n',
            "line 1: steps: expected at most 1000 legs, got 1800",
        ),
        (
            'tilte = "x"\n[[steps]]\nrun = "50m"\n',
            "line 1: tilte: unknown key, did you mean 'title'?",
        ),
        ('title = "x"\n', "steps: is missing"),
        ('[steps]\nrun = "50m"\n', "line 1: steps: expected [[steps]]"),
        (
            '\nname = "yours"\n[[steps]]\nrun = "50m"\n',
            "line 2: name: expected 'my' as the file is",
        ),
        ('[[steps]]\nrun = "50m\n', "line 2, column 11: not TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(text: str, told: str) -> None:
    """WHEN a plan is wrong THEN one line says where, what was expected, and what came."""
    with pytest.raises(UsageError) as caught:
        parse_plan(text, "plans/my.toml", "my")
    assert re.match(r"plans/my\.toml(: |, line )", str(caught.value))
    assert told in str(caught.value)
    assert "more)" not in str(caught.value)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_files_fit_a_page(name: str) -> None:
    """No line of a shipped plan, which runners copy, is longer than 160 letters."""
    assert max(map(len, shipped_plans()[name].read_text().splitlines())) <= 160
    assert read_plan(shipped_plans()[name]) == load_plan(name)
