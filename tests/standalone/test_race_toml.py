"""A race file goes to the phone and back."""

import json
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, given, strategies as st

from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import load_settings
from kickcue.core.errors import UsageError
from kickcue.standalone.race_toml import from_toml, to_toml
from kickcue.workouts.plan_source import any_session
from tests.standalone.test_race_setup import HERE, SHIPPED, documents


@given(documents())
def test_there_and_back(document: dict[str, Any]) -> None:
    """What a page has set up comes back from its race file as it was."""
    try:
        HERE.engine_config(HERE.with_sensors(document))
    except UsageError:
        assume(False)
    said = {key: each for key, each in document.items() if each != {}}
    assert (said, ()) == from_toml(to_toml(document), HERE)


def test_a_computer_reads_it(tmp_path: Path) -> None:
    """GIVEN a race and a session that were set up on a phone WHEN kickcue on a computer reads
    their files THEN it is the same race, the same session.
    """
    race = {"race": "3000m", "lap_m": 300.0, "target_s": 600.5, "cues": {"go": "haptic"}}
    session = {"race": "5000m", "plan": SHIPPED["plans"]["strides"]["document"]}
    for document in (race, session):
        path = tmp_path / "race.toml"
        path.write_text(to_toml(document))
        there = load_settings(path, options={}, environ={}).document(any_session).as_json()
        assert document == json.loads(json.dumps(there))


def test_what_is_about_another_machine_is_left_out() -> None:
    """GIVEN a race file with broker and paired sensors WHEN the phone takes it THEN it is the race
    with the profiles that it knows, its time as runners write it, and it says what was left out.
    """
    text = (
        'race = "5000m"\ntarget_s = "16:30"\n[broker]\nurl = "mqtt://10.0.0.1"\n'
        '[sensors.pod]\nprofile = "stryd"\naddress = "A0:9E:1A:00:00:01"\n'
        '[sensors.strap]\nprofile = "mine"\nname = "Mine"\n'
        '[sensors.heart2]\nprofile = "polar-h10"\nname = "Another"\n'
    )
    found = from_toml(text, HERE)
    pod = {"pod": {"profile": "stryd"}}
    assert {"race": "5000m", "target_s": 990.0, "sensors": pod} == found.document
    assert ("broker", "sensors.strap", "sensors.heart2") == found.left_out


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("race = ", "not TOML"),
        ('plan = "mine"', "mine"),
        ("lap_m = 400", "race"),
        ("#" * 200_000, "at most"),
        ('race = "5000m"\npace = 3', "pace: a race has no such key"),
        ('race = "5000m"\ntargt_s = 900', "did you mean target_s"),
        ('race = "5000m"\nplan = [1]', "plan: expected one of"),
        ('race = "5000m"\nsensors = 1', "sensors"),
        ('race = "5000m"\n[gate]\nlat = 3', "gate.lat: a race has no such key"),
        ('race = "5000m"\n[gate]\nlat_deg = 3', "gate: expected"),
        ('race = "5000m"\n[cues]\ngo = 3', "cues.go: expected one of"),
        ('race = "5000m"\ntarget_s = 2026-01-01', "target_s"),
        ("x = " + "[" * 5000, "deep"),
        ("race = 1e999", "finite"),
        ('race = "<img src=x onerror=alert(1)>"', "img"),
    ],
)
def test_what_is_no_race_is_named(text: str, word: str) -> None:
    """GIVEN a text that is no race file WHEN the phone takes it THEN it says what is wrong."""
    with pytest.raises(UsageError, match=re.escape(word)):
        from_toml(text, HERE)


TOML: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*HERE.terms, "profile", "lat_deg", "go", "x"]), inner)
    ),
    max_leaves=6,
)


@given(
    documents(),
    st.sampled_from([*HERE.terms, "sensors", "plan", "gate", "cues", "broker", "odd"]),
    TOML,
)
def test_whatever_a_code_holds(document: dict[str, Any], key: str, value: object) -> None:
    """GIVEN any value at any key, as a hostile code may have it WHEN the phone takes it THEN it is
    a race, which a computer runs alike, or it is refused in words of bounded length.
    """
    try:
        found = HERE.with_sensors({**document, key: value})
        config = HERE.engine_config(found)
    except UsageError as error:
        said = str(error)
    else:
        said = ""
        assert RaceDocument.parse(found, "the code").engine_config() == config
    assert len(said) < 600


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused(text: str) -> None:
    """A code may say anything."""
    with suppress(UsageError):
        from_toml(text, HERE)


@given(st.text(max_size=40))
def test_names_come_back(name: str) -> None:
    """GIVEN a plan of any name WHEN it becomes a race file THEN TOML reads the name again."""
    assume(not any("\ud800" <= letter <= "\udfff" for letter in name))
    text = to_toml({"race": "5000m", "plan": {"name": name}})
    assert {"race": "5000m", "plan": name} == tomllib.loads(text)
