"""What is kept of each pod from race to race: nothing is lost, nothing counts twice, no damaged
file stops a race.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.config.calibration import (
    MOST_RACES,
    Calibration,
    Calibrations,
    RaceScale,
    read_calibration,
)
from kickcue.config.learned_scale import (
    first_pod,
    lead_changed,
    learn_from_race,
    race_scale,
    with_learned_scale,
)
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import Settings, load_settings
from kickcue.core.errors import DataError
from kickcue.core.position.scale_measurement import PodScale
from kickcue.core.position.scale_prior import MeasuredScale, learned

POD = "A0:9E:1A:00:00:01"
DAY = datetime(2026, 6, 14, 10, 9, 11, tzinfo=UTC)


def race(
    scale: float, day: int | None = 0, recording: str | None = None, sd: float = 0.004
) -> RaceScale:
    return RaceScale(
        utc=None if day is None else DAY + timedelta(days=day),
        recording=recording,
        scale=scale,
        sd=sd,
    )


def known(*scales: float) -> Calibration:
    """Return what is known after a race a day."""
    calibration = Calibration(athlete="maria", pod=POD)
    for day, scale in enumerate(scales):
        calibration = calibration.with_race(race(scale, day))
    return calibration


def settings(**more: Any) -> Settings:
    pins = {
        "strap": {"profile": "polar-h10", "name": "Polar"},
        "foot": {"profile": "stryd", "address": POD},
    }
    return load_settings(
        None,
        options={"race": "5000m", "sensors": pins, "broker.athlete": "maria", **more},
        environ={},
    )


RACES = st.builds(
    RaceScale,
    utc=st.none()
    | st.datetimes(
        datetime(1971, 1, 1),  # noqa: DTZ001  the strategy adds the zone
        datetime(2190, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    recording=st.none() | st.text(max_size=30),
    scale=st.floats(0.8, 1.25),
    sd=st.floats(1e-6, 0.1),
)


@given(
    athlete=st.text(min_size=1, max_size=60),
    pod=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    races=st.lists(RACES, max_size=25),
)
def test_what_is_put_is_got(
    tmp_path_factory: pytest.TempPathFactory, athlete: str, pod: str, races: list[RaceScale]
) -> None:
    """GIVEN any athlete, pod and races, whatever their names WHEN kept THEN the same comes back,
    from a file inside the folder.
    """
    calibrations = Calibrations.below(tmp_path_factory.mktemp("state"))
    calibration = Calibration(athlete=athlete, pod=pod)
    for each in races:
        calibration = calibration.with_race(each)
    calibrations.put(calibration)
    assert calibration == calibrations.get(athlete, pod)
    (path,) = calibrations.files()
    assert [path] == list(calibrations.files(athlete))
    assert calibrations.folder in path.resolve().parents or path.is_relative_to(calibrations.folder)
    assert len(calibration.races) <= MOST_RACES


@given(st.lists(st.integers(0, 400), max_size=40))
def test_a_race_counts_once_and_in_its_time(days: list[int]) -> None:
    """GIVEN races learned in any order, some twice THEN each stands there once, the oldest first,
    and the last twenty are kept.
    """
    calibration = Calibration(athlete="maria", pod=POD)
    for day in days:
        calibration = calibration.with_race(race(1.0 + day / 1e4, day))
    kept = [each.utc for each in calibration.races]
    assert sorted(set(kept), key=str) == kept
    assert len(set(days)) > MOST_RACES or len(set(days)) == len(kept)


def test_the_newest_twenty_are_kept() -> None:
    """GIVEN twenty races WHEN one more is learned THEN the oldest goes; one older than all of them
    changes nothing.
    """
    twenty = known(*(1.0 + day / 1000 for day in range(MOST_RACES)))
    assert [1.001, 1.02] == [twenty.with_race(race(1.02, 99)).races[at].scale for at in (0, -1)]
    assert twenty.races == twenty.with_race(race(1.2, -1)).races


def test_a_recording_without_a_time_counts_by_its_name() -> None:
    """GIVEN recordings that know no time WHEN one is learned twice THEN it counts once, another one
    counts as well.
    """
    first = Calibration(athlete="maria", pod=POD).with_race(race(1.01, None, "a.jsonl"))
    assert first is first.with_race(race(1.01, None, "a.jsonl"))
    assert 2 == len(first.with_race(race(1.01, None, "b.jsonl")).races)
    assert 3 == len(first.with_race(race(1.01, None)).with_race(race(1.01, None)).races)


def test_nothing_is_known_where_there_is_no_folder(tmp_path: Path) -> None:
    """GIVEN no state folder at all THEN nothing is known, and that is no fault."""
    nowhere = Calibrations.below(tmp_path / "absent")
    assert Calibration(athlete="maria", pod=POD) == nowhere.get("maria", POD)
    assert [] == list(nowhere.files())


def test_what_is_expected_is_what_the_rule_says() -> None:
    """The scale of the next race is that of the learning rule over all races,
    rounded for reading.
    """
    assert learned([MeasuredScale(1.01, 0.004), MeasuredScale(1.02, 0.004)]) == pytest.approx(
        known(1.01, 1.02).expected(), abs=1e-5
    )


def test_other_shoes_are_noticed() -> None:
    """GIVEN races that agree WHEN one is 4 % off THEN it is told by how much, and more doubt is
    expected; a common day is not told.
    """
    same, other = known(1.0, 1.002, 0.999, 1.004), known(1.0, 1.002, 0.999, 1.04)
    assert same.surprise() is None
    assert pytest.approx(0.04, abs=0.003) == other.surprise()
    assert other.expected()[1] > 1.2 * same.expected()[1]
    assert known(1.08).surprise() is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"kickcue_calibration": 2, "athlete": "maria", "pod": "x"}',
        b'{"athlete": "maria", "pod": "x", "races": [{"scale": NaN, "sd": 0.01}]}',
        b'{"athlete": "maria", "pod": "x", "races": [{"scale": 7, "sd": 0.01}]}',
        b'{"athlete": "maria", "pod": "x", "races": [{"scale": 1, "sd": 0}]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_told_and_counts_as_nothing(tmp_path: Path, content: bytes) -> None:
    """GIVEN a damaged file WHEN a race begins THEN it runs with the generic scale and says why; the
    next race learned replaces the file.
    """
    calibrations = Calibrations.below(tmp_path)
    path = calibrations.path("maria", POD)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(DataError, match="is damaged"):
        read_calibration(path)
    document, told = with_learned_scale(settings(), calibrations)
    assert settings().document() == document
    assert told is not None
    assert f"{path}: is damaged" in told
    learn_from_race(
        calibrations, settings(), PodScale("foot", MeasuredScale(1.01, 0.004)), None, None
    )
    assert [1.01] == [each.scale for each in calibrations.get("maria", POD).races]


def test_a_file_of_somebody_else_is_not_taken(tmp_path: Path) -> None:
    """GIVEN a file copied to another pod's place WHEN read for that pod THEN it is refused."""
    calibrations = Calibrations.below(tmp_path)
    calibrations.put(known(1.01))
    there = calibrations.path("paul", POD)
    there.parent.mkdir(parents=True)
    there.write_bytes(calibrations.path("maria", POD).read_bytes())
    with pytest.raises(DataError, match="of maria"):
        calibrations.get("paul", POD)


def test_the_learned_scale_is_the_races(tmp_path: Path) -> None:
    """GIVEN a pod that is known WHEN a race is set up THEN it has the learned scale, in the
    document that the recording keeps, and tells it.
    """
    calibrations = Calibrations.below(tmp_path)
    calibrations.put(known(1.03, 1.031))
    document, told = with_learned_scale(settings(), calibrations)
    assert known(1.03, 1.031).expected() == (document.scale, document.scale_sd)
    assert {"scale", "scale_sd"} <= document.as_json().keys()
    assert told is not None
    assert "learned from 2 races" in told


@pytest.mark.parametrize("said", [{"scale": 1.0}, {"scale_sd": 0.02}])
def test_a_persons_word_wins(tmp_path: Path, said: dict[str, float]) -> None:
    """GIVEN a pod that is known WHEN the race file says a scale, even the usual one THEN that
    counts.
    """
    calibrations = Calibrations.below(tmp_path)
    calibrations.put(known(1.03, 1.031))
    assert (settings(**said).document(), None) == with_learned_scale(settings(**said), calibrations)


@pytest.mark.parametrize("said", [{}, {"scale": 1.0}, {"scale_sd": 0.03}])
def test_what_a_person_has_said_is_kept_as_said(said: dict[str, float]) -> None:
    """GIVEN the usual scale, said or not WHEN the race is recorded and read again THEN it is known
    whether it was said.
    """
    document = settings(**said).document()
    assert said.keys() == {"scale", "scale_sd"} & document.as_json().keys()
    again = RaceDocument.parse(document.as_json(), "test")
    assert said.keys() == {"scale", "scale_sd"} & again.model_fields_set
    assert settings().document() == again


def test_several_pods_in_turn_are_named() -> None:
    """GIVEN the pods that a distance was taken from
    THEN only of several there is something to say.
    """
    assert [None, None] == [lead_changed(()), lead_changed(("foot",))]
    assert "from foot and spare in turn" in str(lead_changed(("foot", "spare")))


def test_another_athletes_pod_is_another(tmp_path: Path) -> None:
    """GIVEN one pod on two athletes THEN what one has taught says nothing about the other."""
    calibrations = Calibrations.below(tmp_path)
    calibrations.put(known(1.03))
    _, told = with_learned_scale(settings(**{"broker.athlete": "paul"}), calibrations)
    assert told is None


def test_distance_comes_from_the_first_pod() -> None:
    """The scale is that of the first sensor that counts metres, and of none where there is none."""
    strap = {"strap": {"profile": "polar-h10", "name": "Polar"}}
    assert "foot" == first_pod(settings())
    assert first_pod(settings(sensors=strap)) is None


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    """GIVEN a state folder that cannot be WHEN a race has taught something THEN a sentence says
    that it is lost, and nothing is raised.
    """
    (tmp_path / "state").write_text("a file where a folder should be")
    told = learn_from_race(
        Calibrations.below(tmp_path / "state"),
        settings(),
        PodScale("foot", MeasuredScale(1.0, 0.004)),
        None,
        None,
    )
    assert told.startswith("cannot save the scale of foot")


def test_a_scale_that_no_pod_has_is_refused() -> None:
    """GIVEN a run whose laps were half as long as was said WHEN it would be learned THEN it is not,
    and the reason is asked for.
    """
    with pytest.raises(DataError, match="is the configured lap length right"):
        race_scale(PodScale("foot", MeasuredScale(2.0, 0.004)), None, None)


def test_a_recordings_name_may_be_no_text(tmp_path: Path) -> None:
    """GIVEN a file whose name is bytes that are no text WHEN learned from THEN it is kept under a
    name that can be written.
    """
    kept = race_scale(PodScale("foot", MeasuredScale(1.0, 0.004)), None, "race-\udcff.mcap")
    Calibrations.below(tmp_path).put(Calibration(athlete="maria", pod=POD).with_race(kept))
    assert ["race-?.mcap"] == [
        each.recording for each in Calibrations.below(tmp_path).get("maria", POD).races
    ]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """When somebody has run is nobody else's business: the file is private, and no half-written one
    stays beside it.
    """
    calibrations = Calibrations.below(tmp_path)
    calibrations.put(known(1.01))
    (path,) = calibrations.path("maria", POD).parent.iterdir()
    assert 0o600 == path.stat().st_mode & 0o777
