"""The app on a phone makes the same engine of a race's document as kickcue on a computer."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.config.phrase_files import languages
from kickcue.config.plan_files import load_plan, session_document, shipped_plans
from kickcue.config.profile_files import load_profiles
from kickcue.config.race_document import RaceDocument
from kickcue.core.course import EVENTS
from kickcue.core.errors import UsageError
from kickcue.core.plan import Plan
from kickcue.core.profiles import SensorProfile
from kickcue.standalone.catalogue import catalogue
from kickcue.standalone.plain_values import made, plain
from kickcue.standalone.race_setup import SENSORS, Catalogue

SHIPPED: Final = json.loads(json.dumps(catalogue()))
HERE: Final = Catalogue.of(SHIPPED)


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Races as a page may set them up."""
    cue = st.sampled_from(["off", "haptic", "sound", "both"])
    optional: dict[str, st.SearchStrategy[Any]] = {
        "rules": st.sampled_from(["training", "timetrial", "road", "sanctioned"]),
        "language": st.sampled_from(languages()),
        "kick_m": st.floats(200, 700),
        "smile": st.booleans(),
        "splits": cue,
        "hr_ceiling_bpm": st.floats(60, 240),
        "lead_ms": st.integers(0, 2000),
        "scale": st.floats(0.8, 1.25),
        "scale_sd": st.floats(0.01, 0.2),
        "tactical": st.booleans(),
        "sensors": st.fixed_dictionaries(
            {},
            optional={
                name: st.fixed_dictionaries({"profile": st.sampled_from([*SHIPPED["profiles"]])})
                for name in SENSORS
            },
        ),
        "cues": st.fixed_dictionaries({}, optional={"rep": cue, "go": cue, "tall": cue}),
        "gate": st.sampled_from(
            [
                {"lat_deg": 51.8, "lon_deg": -0.4, "heading_deg": 76.5},
                {"left": [51.862741, -0.423114], "right": [51.862661, -0.42309]},
            ]
        ),
    }
    return st.fixed_dictionaries(
        {"race": st.sampled_from([*EVENTS, "1200m", "8k", "5mile"])}, optional=optional
    )


@given(documents())
def test_the_same_engine(document: dict[str, Any]) -> None:
    """Whatever a page sets up, phone and computer build the same, or both refuse it."""
    with_sensors = HERE.with_sensors(document)
    try:
        wanted = RaceDocument.parse(with_sensors, "the page").engine_config()
    except UsageError:
        with pytest.raises(UsageError):
            HERE.engine_config(with_sensors)
        return
    assert wanted == HERE.engine_config(with_sensors)


@pytest.mark.parametrize("name", sorted(SHIPPED["plans"]))
def test_every_session_is_the_same(name: str) -> None:
    """GIVEN a shipped plan WHEN a page runs it THEN the engine is that of a computer."""
    document = HERE.with_sensors({"race": "5000m", "plan": SHIPPED["plans"][name]["document"]})
    assert RaceDocument.parse(document, name).engine_config() == HERE.engine_config(document)


def test_a_sensor_that_was_not_connected_changes_nothing() -> None:
    """All that a page can connect are sensors of its race, the pod before the treadmill: the first
    that counts metres is the one that is believed.
    """
    found = HERE.with_sensors({"race": "5000m", "sensors": {"strap": {"profile": "polar-h10"}}})
    assert ["pod", "strap", "treadmill"] == list(found["sensors"])
    assert "polar-h10" == found["sensors"]["strap"]["profile"]
    assert HERE.engine_config(found).sensors["strap"].id == "polar-h10"


def test_nothing_shipped_is_missing() -> None:
    """All languages, and all plans but those of races, are in the app."""
    assert set(languages()) == set(HERE.phrases)
    sessions = {name for name in shipped_plans() if session_document(name) is not None}
    assert sessions == set(HERE.plans)


def test_profiles_and_plans_go_there_and_back() -> None:
    """Every shipped value is the same after its way through JSON."""
    for profile in load_profiles().values():
        assert profile == made(SensorProfile, json.loads(json.dumps(plain(profile))))
    for name in shipped_plans():
        plan = load_plan(name).plan()
        assert plan == made(Plan, json.loads(json.dumps(plain(plan))))


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({}, "race"),
        ({"race": "5000x"}, "5000x"),
        ({"race": "5000m", "pace": 1}, "pace"),
        ({"race": "5000m", "lead_ms": 9000}, "lead_ms"),
        ({"race": "5000m", "lead_ms": "soon"}, "lead_ms"),
        ({"race": "5000m", "language": "xx"}, "language"),
        ({"race": "5000m", "target_s": 60}, "5000"),
        ({"race": "5000m", "rules": "none"}, "rules"),
        ({"race": "5000m", "plan": {"name": "mine"}}, "mine"),
        ({"race": "5000m", "sensors": {"pod": {"profile": "odd"}}}, "odd"),
        ({"race": "5000m", "sensors": {"pod": {}}}, "pod"),
        ({"race": "5000m", "sensors": {"pod": {"profile": "stryd", "address": "x"}}}, "address"),
        ({"race": "5000m", "plan": "strides"}, "strides"),
        ({"race": "5000m", "scale_sd": 0}, "scale_sd"),
        ({"race": "5000m", "indoor": "yes"}, "indoor"),
    ],
)
def test_what_cannot_be_is_named(document: dict[str, Any], word: str) -> None:
    """GIVEN a document that makes no race WHEN it is set up THEN the error names what is wrong."""
    with pytest.raises(UsageError, match=word):
        HERE.engine_config(HERE.with_sensors(document))
