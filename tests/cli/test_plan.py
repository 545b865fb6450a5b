"""``kickcue plan``: list, show, check and new."""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import load_plan, shipped_plans

NAMES = sorted(shipped_plans())


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the runner's own plans lie, a folder that is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "config" / "kickcue" / "plans"


def _own(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_list_has_a_line_for_each_plan(capsys: pytest.CaptureFixture[str]) -> None:
    """Each plan has a line with its metres run hard, its minutes and its title, in 80 columns."""
    assert main(["plan", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["name", *NAMES] == [line.split()[0] for line in lines]
    assert "two-hundreds          600    6  Two hundreds: 3 x 200 m" in lines
    assert max(map(len, lines)) <= 80


def test_list_shows_own_plans_and_leaves_out_what_is_none(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN one good plan of the runner's own and one with a mistake THEN the first is listed as
    his, the second is told, and the others are there all the same.
    """
    _own(own, "hills", '[[steps]]\nrun = "100m"\n')
    _own(own, "bad", '[[steps]]\nrun = "far"\n')
    assert main(["plan", "list"]) == 0
    out, err = capsys.readouterr()
    assert sorted((*NAMES, "hills", "name")) == sorted(it.split()[0] for it in out.splitlines())
    assert "hills (yours)" in out
    assert "bad.toml, line 2: steps[1].run: expected" in err
    assert "(this plan is skipped)" in err


def test_list_and_show_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json each plan is an object; that of ``show`` has its steps, and is a document."""
    assert main(["plan", "list", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert NAMES == [each["name"] for each in found]
    assert main(["plan", "show", "strides", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    kept = {key: shown[key] for key in ("name", "title", "about", "steps")}
    assert load_plan("strides") == PlanDocument.parse(kept, "shown")
    assert (250.0, 9) == (shown["hard_m"], shown["legs"])


def test_show_draws_the_session(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN the simulated finish THEN its page has the line of time, each step, the cues of the
    last lap, the metres and the minutes, as in the docs.
    """
    assert main(["plan", "show", "simulated-finish"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"  {'=' * 30} 4x[ ### ... ] ### .... {'=' * 20}" in lines
    assert "  # hard  = easy  . rest  (a character is 30 s)" in lines
    assert ["  4 times", "  | hard  400 m"] == lines[lines.index("  4 times") :][:2]
    assert "        cues with metres to go: last lap 400, turnover 200, drive 100" in lines
    assert "2.0 km hard, about 4.2 km easy, about 41 minutes." in lines


def test_a_pace_changes_the_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN a faster pace is told THEN the same metres take fewer minutes."""
    assert main(["plan", "show", "race", "--hard", "3:00"]) == 0
    out = capsys.readouterr().out
    assert "5.0 km hard, about 15 minutes." in out
    assert "At 3:00 a kilometre hard" in out


@pytest.mark.parametrize("pace", ["0:30", "fast", "1:75", "30:00"])
def test_a_pace_that_nobody_runs_is_refused(pace: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A pace faster than any record or slower than a walk is refused with what would be right."""
    assert main(["plan", "show", "race", "--hard", pace]) == 2
    assert f"1:40 to 20:00, as in 4:30, got {pace!r}" in capsys.readouterr().err


def test_check_of_several_tells_each(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a good file and one with a mistake WHEN checked together THEN both are told, and the
    status is 2.
    """
    Path("good.toml").write_text('[[steps]]\nrun = "1km"\n', encoding="utf-8")
    Path("bad.toml").write_text("[[steps]]\nrest_s = 5\n", encoding="utf-8")
    assert main(["plan", "check", "good.toml"]) == 0
    said = "good.toml: a valid plan, good: 1.0 km hard, about 4 minutes\n"
    assert said == capsys.readouterr().out
    assert main(["plan", "check", "bad.toml", "good.toml"]) == 2
    out, err = capsys.readouterr()
    assert said == out
    assert "bad.toml, line 2: steps[1].rest_s: unknown key, did you mean 'rest'?" in err
    assert main(["plan", "check", "good.toml", "--json"]) == 0
    assert "good.toml" == json.loads(capsys.readouterr().out)["file"]


@pytest.mark.parametrize("name", NAMES)
def test_new_writes_a_file_that_explains_itself_and_is_the_same_plan(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """WHEN a plan is begun from a shipped one THEN the file says in comments how it is written,
    and is that plan under its own name.
    """
    assert main(["plan", "new", "./mine.toml", "--from", name]) == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    for key in ("run =", "rest =", "repeat =", "race =", "effort =", "imagery =", "cues ="):
        assert f" {key}" in text.partition("\n\n")[0]
    mine, shipped = load_plan("./mine.toml"), load_plan(name)
    assert ("mine", shipped.title, shipped.steps) == (mine.name, mine.title, mine.steps)
    assert f"a copy of {name}; 'kickcue plan show ./mine.toml'" in capsys.readouterr().out


def test_new_never_overwrites(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file of that name THEN it stays as it is."""
    Path("mine.toml").write_text("mine", encoding="utf-8")
    assert main(["plan", "new", "mine.toml"]) == 2
    assert "already exists and is not overwritten" in capsys.readouterr().err
    assert "mine" == Path("mine.toml").read_text(encoding="utf-8")


def test_new_by_name_is_one_of_the_runners_own(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no folder for own plans WHEN a plan is begun by name THEN it is kept there, found by
    that name, and a copy of it can be begun again, though it says its name.
    """
    assert main(["plan", "new", "tuesday", "--from", "strides"]) == 0
    assert (own / "tuesday.toml").is_file()
    assert load_plan("strides").steps == load_plan("tuesday").steps
    text = (own / "tuesday.toml").read_text(encoding="utf-8")
    (own / "tuesday.toml").write_text(text.replace("title", 'name = "tuesday"\ntitle'))
    assert main(["plan", "new", "friday", "--from", "tuesday"]) == 0
    assert load_plan("strides").steps == load_plan("friday").steps
    capsys.readouterr()
    assert main(["plan", "new", "strides"]) == 0
    assert "in place of the one that kickcue brings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a b"], "expected a name of letters, digits and '-', or a path, got 'a b'"),
        ([""], "expected a name of letters, digits and '-', or a path, got ''"),
        (["x/y.txt"], "expected a file that ends in .toml, got 'x/y.txt'"),
        (["none/y.toml"], "no folder none; create it first"),
        (["mine", "--from", "stride"], "no plan 'stride': did you mean strides?"),
    ],
)
def test_a_place_that_cannot_be_is_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """WHEN a plan cannot be begun there THEN it is told why, and nothing is written."""
    assert main(["plan", "new", *words]) == 2
    assert told in capsys.readouterr().err
    assert [] == list(Path().rglob("*.toml"))
