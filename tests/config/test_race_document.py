"""A race as a document: it comes back as it went, and what is wrong in it is told in one line."""

import json
import tomllib
from typing import Any

import pytest

from kickcue.config.profile_files import profile_digest
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError
from kickcue.core.position.estimator import ScalePrior

FULL: dict[str, Any] = {
    "race": "3000m",
    "lap_m": 200.0,
    "kick_m": 150.0,
    "rules": "timetrial",
    "language": "de",
    "smile": False,
    "target_s": 540.0,
    "hr_ceiling_bpm": 185.0,
    "lead_ms": 300,
    "scale": 1.02,
    "scale_sd": 0.005,
    "sensors": {"pod": {"profile": "stryd", "sha256": "0" * 64}, "strap": {"profile": "polar-h10"}},
}


@pytest.mark.parametrize(
    "given",
    [
        {"race": "5000m"},
        FULL,
        {"race": "10000m", "lane": 4},
        {"race": "mile", "indoor": True},
        {"race": "3000sc", "water_jump": "outside"},
    ],
)
def test_documents_round_trip(given: dict[str, Any]) -> None:
    """What a person wrote comes back as plain JSON, without what is at its default, and reads as
    the same document again.
    """
    document = RaceDocument.parse(given, "race.toml")
    plain = json.loads(json.dumps(document.as_json()))
    assert document == RaceDocument.parse(plain, "the copy")
    assert {key: plain[key] for key in given if key != "sensors"} == {
        key: value for key, value in given.items() if key != "sensors"
    }
    assert set(plain) == set(given)


def test_the_setup_is_what_was_written() -> None:
    """Every key of the document reaches the engine."""
    setup = RaceDocument.parse(FULL, "race.toml").engine_config()
    course = setup.race.course
    assert (3000.0, 200.0, 150.0) == (course.distance_m, course.lap_m, course.kick_m)
    assert (Rules.TIMETRIAL, 540.0, 185.0, False, 300) == (
        setup.rules,
        setup.target_s,
        setup.hr_ceiling_bpm,
        setup.smile,
        setup.lead_ms,
    )
    assert ScalePrior(1.02, 0.005) == setup.scale
    assert {"pod": "stryd", "strap": "polar-h10"} == {
        name: profile.id for name, profile in setup.sensors.items()
    }
    assert ["pod", "strap"] == list(setup.sensors)
    assert "Bereit" in {phrase.text for phrase in setup.vocabulary.values()}


def test_what_is_off_by_default() -> None:
    """Without a wish there is no ceiling, no target, no lead; the pod is not calibrated, and the
    rules are those of training.
    """
    setup = RaceDocument(race="5000m").engine_config()
    assert (None, None, 0, ScalePrior(), Rules.TRAINING) == (
        setup.hr_ceiling_bpm,
        setup.target_s,
        setup.lead_ms,
        setup.scale,
        setup.rules,
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ["race", "missing"]),
        ({"race": "5000m", "target": 900}, ["target", "did you mean 'target_s'?"]),
        (
            {"race": "5000m", "rules": "olympic"},
            ["rules: expected one of training, timetrial, road, sanctioned, got 'olympic'"],
        ),
        ({"race": "5000m", "hr_ceiling_bpm": 20}, ["hr_ceiling_bpm: expected at least 60, got 20"]),
        ({"race": "5000m", "target_s": 0}, ["target_s: expected at least 1, got 0"]),
        (
            {"race": "5000m", "target_s": "fast"},
            ["target_s: expected a time like 15:30", "got 'fast'"],
        ),
        (
            {"race": "5000m", "target_s": "16:99"},
            ["target_s: expected a time like 15:30", "got '16:99'"],
        ),
        ({"race": "5000m", "lead_ms": 9000}, ["lead_ms: expected at most 2000, got 9000"]),
        ({"race": "5000m", "scale": 2.0}, ["scale: expected at most 1.25, got 2.0"]),
        ({"race": "5000m", "scale_sd": 0.0}, ["scale_sd: expected more than 0, got 0.0"]),
        (
            {"race": "5000m", "water_jump": "under"},
            ["water_jump: expected one of inside, outside, got 'under'"],
        ),
        (
            {"race": "5000m", "sensors": {"pod": {"profle": "stryd"}}},
            ["sensors.pod.profle", "did you mean 'profile'?"],
        ),
        (
            {"race": "5000m", "sensors": {"pod": "stryd"}},
            ["sensors.pod: expected a block, [sensors.pod], got 'stryd'"],
        ),
        ({"race": 5000}, ["race: expected text in quotes, got 5000"]),
    ],
)
def test_what_is_wrong_is_told_in_one_line(given: dict[str, Any], told: list[str]) -> None:
    """WHEN a key is unknown, missing or out of its range THEN one line names the file, the key, the
    value and what would be right.
    """
    with pytest.raises(UsageError) as caught:
        RaceDocument.parse(given, "race.toml")
    message = str(caught.value)
    assert [] == [word for word in ("race.toml: ", *told) if word not in message], message
    assert "\n" not in message


def test_a_target_is_written_as_runners_write_it() -> None:
    """GIVEN a target of 16:30 WHEN the document is read THEN it is 990 s, and kept as that."""
    document = RaceDocument.parse({"race": "5000m", "target_s": "16:30"}, "race.toml")
    assert {"race": "5000m", "target_s": 990.0} == document.as_json()


@pytest.mark.parametrize(
    "key", ["target_s", "hr_ceiling_bpm", "scale", "scale_sd", "lap_m", "kick_m"]
)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_numbers_that_are_none(key: str, value: str) -> None:
    """TOML can write nan and inf; neither is a length, a time or a rate."""
    given = tomllib.loads(f'race = "5000m"\n{key} = {value}\n')
    with pytest.raises(UsageError, match=r"^[^\n]+$"):
        RaceDocument.parse(given, "race.toml").engine_config()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"race": "5001x"}, "unknown event '5001x'"),
        ({"race": "5000m", "lap_m": 3.0}, "lap: expected 50 to 2000 m, got 3.0 m"),
        (
            {"race": "5000m", "kick_m": 6000.0},
            "kick: expected more than 0 and at most the distance",
        ),
        (
            {"race": "5k", "lap_m": 400.0},
            "lap only applies to a track race, and 5k is run on the road",
        ),
        ({"race": "5000m", "language": "tlh"}, "language: expected one of de, en, fr"),
        ({"race": "5000m", "sensors": {"pod": {"profile": "strid"}}}, "strid"),
    ],
)
def test_what_makes_no_race_is_told_in_one_line(given: dict[str, Any], told: str) -> None:
    """WHEN every value is in its range but there is no such course, language or profile THEN one
    line says what would be right.
    """
    with pytest.raises(UsageError) as caught:
        RaceDocument.parse(given, "race.toml").engine_config()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_digests_tell_a_changed_profile() -> None:
    """GIVEN a document kept with the digests of its profiles WHEN one of the files is another since
    THEN that one is named.
    """
    document = RaceDocument.parse(
        {
            "race": "5000m",
            "sensors": {"pod": {"profile": "stryd"}, "strap": {"profile": "polar-h10"}},
        },
        "race.toml",
    )
    assert () == document.changed_profiles()
    kept = document.with_digests()
    assert {profile_digest("stryd"), profile_digest("polar-h10")} == {
        choice.sha256 for choice in kept.sensors.values()
    }
    assert () == kept.changed_profiles()
    old = kept.model_copy(
        update={"sensors": {**kept.sensors, "pod": SensorChoice(profile="stryd", sha256="0" * 64)}}
    )
    assert ("stryd",) == old.changed_profiles()
