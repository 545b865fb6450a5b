"""Whatever is wrong in a file, in the environment or in an option, a person reads kickcue's words,
and never pydantic's.
"""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from kickcue.coaching import script_files
from kickcue.config import phrase_files, profile_schema, watch_schema
from kickcue.config.calibration import Calibration, read_calibration
from kickcue.config.plan_document import PlanDocument
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import load_settings
from kickcue.config.settings_model import Settings
from kickcue.config.settings_reference import setting_keys
from kickcue.config.toml_file import parse_toml
from kickcue.config.validation_errors import _models_in, one_line
from kickcue.core.errors import DataError, UsageError

THEIRS: Final = re.compile(
    r"[Ii]nput should|[Vv]alue error|valid "
    r"(?:string|number|integer|boolean|dictionary|list|tuple)|unable to parse|[Ff]ield required|"
    r"[Ee]xtra inputs|instance of|pydantic|validation error|_type\b|something else"
)
MODELS: Final = (
    Settings,
    RaceDocument,
    Calibration,
    profile_schema.ProfileDocument,
    watch_schema.WatchDocument,
    phrase_files._Language,
    PlanDocument,
    script_files._Script,
)
SHIPPED: Final = Path(__file__).resolve().parents[2] / "firmware_profiles"
_wrong: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.lists(st.one_of(st.integers(), st.text(max_size=3)), max_size=4),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    st.dates(),
    st.times(),
    st.datetimes(),
)
GOOD: Final[dict[type, Any]] = {
    Settings: {
        "race": "5000m",
        "broker": {"url": "mqtt://h"},
        "gate": {},
        "beacon": {},
        "audio": {},
        "watch": {},
        "fixes": {},
        "sensors": {"s": {"profile": "stryd", "mqtt": "x"}},
    },
    RaceDocument: {
        "race": "5000m",
        "gate": {"left": [51.0, 0.0], "right": [51.0, 0.0001]},
        "sensors": {"s": {"profile": "stryd"}},
    },
    Calibration: {
        "athlete": "a",
        "pod": "p",
        "races": [{"utc": "2026-06-14T10:09:11Z", "scale": 1.0, "sd": 0.01}],
    },
    profile_schema.ProfileDocument: parse_toml(
        (SHIPPED / "sensors" / "stryd.toml").read_text(), ""
    ),
    watch_schema.WatchDocument: parse_toml(
        (SHIPPED / "watches" / "infinitime" / "profile.toml").read_text(), ""
    ),
    phrase_files._Language: parse_toml(
        (SHIPPED.parent / "kickcue" / "phrases" / "en.toml").read_text(), ""
    ),
    PlanDocument: {
        "name": "mine",
        "title": "Mine",
        "about": "Short.",
        "steps": [
            {"run": "15:00", "effort": "easy"},
            {"repeat": 3, "steps": [{"run": "200m", "cues": {"drive": 50}}, {"rest": "start"}]},
            {"race": "5000m", "lap_m": 200, "kick_m": 300},
        ],
    },
    script_files._Script: parse_toml(
        (SHIPPED.parent / "kickcue" / "scripts" / "short.en.toml").read_text(), ""
    ),
}


def _places(value: Any, at: tuple[int | str, ...] = ()) -> list[tuple[int | str, ...]]:
    """Return every place in a document at which a value stands."""
    inner: list[tuple[int | str, Any]] = list(value.items()) if isinstance(value, dict) else []
    inner = list(enumerate(value)) if isinstance(value, list) else inner
    return [found for key, each in inner for found in ((*at, key), *_places(each, (*at, key)))]


def _with(value: Any, at: tuple[int | str, ...], new: Any) -> Any:
    if not at:
        return new
    if isinstance(value, dict):
        return {**value, at[0]: _with(value.get(at[0]), at[1:], new)}
    return [
        _with(each, at[1:], new) if index == at[0] else each for index, each in enumerate(value)
    ]


@given(model=st.sampled_from(MODELS), data=st.data())
def test_any_wrong_value_anywhere(model: type[Any], data: st.DataObject) -> None:
    """GIVEN a good document of any kind WHEN one value in it is of another kind, or a key is left
    out THEN it is told in our own words.
    """
    good = GOOD[model]
    keys = [(name,) for name in model.model_fields]
    blocks = [
        (name, inner)
        for name in good
        if isinstance(good[name], dict)
        for inner in _fields(model, name)
    ]
    at = data.draw(st.sampled_from([*keys, *blocks, *_places(good)]))
    document = _with(good, at, data.draw(_wrong))
    try:
        model.model_validate(document)
    except ValidationError as error:
        told = one_line(error, model, document)
        assert THEIRS.search(told.partition(", got ")[0]) is None, told
        assert "\n" not in told


def _fields(model: type[Any], name: str) -> list[str]:
    inner = model.model_fields[name].annotation
    return list(getattr(inner, "model_fields", {}))


@pytest.mark.parametrize(
    "key", [key for key in setting_keys() if key.variable], ids=lambda key: key.variable
)
@pytest.mark.parametrize(
    "value", ["far", "-1", "1e400", "nan", "99999999999999999999", "{}", "[]", "\x1b[31m", "ä" * 50]
)
def test_any_variable(key: Any, value: str) -> None:
    """GIVEN nonsense in a variable WHEN it is refused THEN the line names the variable, and says
    what was expected.
    """
    told = _refusal({"KICKCUE_RACE": "5000m", key.variable: value})
    if told is not None:
        assert key.variable in told
        assert THEIRS.search(told.partition(", got ")[0]) is None, told
        assert len(told) < 700


def _refusal(environ: dict[str, str]) -> str | None:
    try:
        load_settings(None, environ=environ)
    except UsageError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lap_m = [400]", "race.toml: lap_m: expected a number, got [400]"),
        ("smile = 'often'", "race.toml: smile: expected true or false, got 'often'"),
        ("lead_ms = 1.5", "race.toml: lead_ms: expected a whole number, got 1.5"),
        ("lead_ms = 1979-05-27", "race.toml: lead_ms: expected a whole number, got "),
        (
            "target_s = 16:30:00",
            (
                "race.toml: target_s: expected 11:58 to 1:40:00 for 5000m, got 16:30:00; did you "
                "mean 16:30?"
            ),
        ),
        (
            "rules = 3",
            "race.toml: rules: expected one of training, timetrial, road, sanctioned, got 3",
        ),
        ("language = 3", "race.toml: language: expected text in quotes, got 3"),
        ("state_dir = 3", "race.toml: state_dir: expected a path in quotes, got 3"),
        ("broker = 3", "race.toml: broker: expected a block, [broker], got 3"),
        ("[[broker]]", "race.toml: broker: expected a block, [broker]"),
        ("sensors = []", "race.toml: sensors: expected a block, [sensors], got []"),
        ("[gate]\nleft = [1]\nright = [1, 2]", "race.toml: gate.left"),
        ("[gate]\nleft = 3\nright = [1, 2]", "race.toml: gate.left: expected a list, [...], got 3"),
        (
            "[beacon]\nibeacon = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e'\nmajor = -1",
            "beacon.major: expected at least 0, got -1",
        ),
    ],
)
def test_words(text: str, told: str, tmp_path: Path) -> None:
    """The words for each kind of value."""
    path = tmp_path / "race.toml"
    path.write_text(f'race = "5000m"\n{text}\n')
    with pytest.raises(UsageError) as caught:
        load_settings(path, environ={})
    assert told in str(caught.value)


def test_a_time_of_day_is_a_time(tmp_path: Path) -> None:
    """GIVEN a wanted time without quotes, as TOML has times of day WHEN read THEN it is minutes and
    seconds.
    """
    path = tmp_path / "race.toml"
    path.write_text('race = "5000m"\ntarget_s = 00:16:30.5\n')
    assert 990.5 == load_settings(path, environ={}).target_s


def test_a_damaged_calibration(tmp_path: Path) -> None:
    """What races have taught is JSON: damage is told in our own words, and a pipe in its place does
    not hold the race up.
    """
    path = tmp_path / "pod.json"
    for content in (
        "",
        "{",
        '{"athlete": 3}',
        "[]",
        '{"athlete": "a", "pod": "p", "races": [{"scale": "x"}]}',
        "[" * 90_000,
    ):
        path.write_text(content)
        with pytest.raises(DataError, match="is damaged") as caught:
            read_calibration(path)
        assert THEIRS.search(str(caught.value).partition(", got ")[0]) is None, caught.value
    path.unlink()
    path.mkdir()
    with pytest.raises(DataError, match="expected a file, got a folder"):
        read_calibration(path)


def test_no_number_of_a_file_is_without_bounds() -> None:
    """Every number that a person may set, in any kind of file, has a least and a greatest value:
    none reaches a timer unchecked.
    """
    free = [
        f"{block.__name__}.{name}"
        for model in MODELS
        for block in _blocks(model)
        for name in _unbounded(block)
    ]
    # The course checks them.
    lengths = {
        f"{model.__name__}.{key}"
        for model in (Settings, RaceDocument)
        for key in ("lap_m", "kick_m", "lane")
    }
    # They are compared, and nothing is done with them.
    read = {f"Expect.{key}" for key in profile_schema.Expect.model_fields}
    posts = {"GateTerms.left", "GateTerms.right"}  # the line checks them
    assert set() == set(free) - lengths - read - posts - {"Vector.pulses", "Pulse"}


def _blocks(model: type[Any]) -> set[type[Any]]:
    found = {model}
    for field in model.model_fields.values():
        found |= {
            inner
            for each in _models_in(field.annotation)
            if each not in found
            for inner in _blocks(each)
        }
    return found


def _unbounded(block: type[Any]) -> list[str]:
    """Return the numbers of a block whose bounds pydantic's own schema does not show."""
    found = []
    for name, shown in block.model_json_schema().get("properties", {}).items():
        for each in shown.get("anyOf", [shown]):
            inner = each.get("items", each)
            if (
                inner.get("type") in ("number", "integer")
                and "const" not in inner
                and not {"maximum", "exclusiveMaximum"} & inner.keys()
            ):
                found.append(name)
    return found
