"""A race file goes to the phone and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given

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
    assert said == from_toml(to_toml(document), HERE)


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
    alone, its time as runners write it.
    """
    text = (
        'race = "5000m"\ntarget_s = "16:30"\n[broker]\nurl = "mqtt://10.0.0.1"\n'
        '[sensors.pod]\nprofile = "generic-rsc"\naddress = "A0:9E:1A:00:00:01"\n'
    )
    assert {"race": "5000m", "target_s": 990.0} == from_toml(text, HERE)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("race = ", "not TOML"),
        ('plan = "mine"', "mine"),
        ("lap_m = 400", "race"),
        ("#" * 200_000, "at most"),
    ],
)
def test_what_is_no_race_is_named(text: str, word: str) -> None:
    """GIVEN a text that is no race file WHEN the phone takes it THEN it says what is wrong."""
    with pytest.raises(UsageError, match=word):
        from_toml(text, HERE)
