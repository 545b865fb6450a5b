import csv
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kickcue.config import profile_schema as schema
from kickcue.config.profile_checks import best_proof, match_problems, run_vectors
from kickcue.config.profile_files import (
    SENSORS,
    SensorFile,
    example_adverts,
    load_profile,
    load_profiles,
    profile_digest,
    read_profile_file,
)
from kickcue.core.errors import UsageError
from kickcue.core.profiles import SILENCE_OK_S, Advertisement, CadenceUnit, match
from kickcue.core.readings import (
    BatteryReading,
    HeartReading,
    LocationReading,
    PodReading,
    interpret,
    unit_keys,
)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "profiles.md"
SHIPPED = sorted(path.stem for path in SENSORS.shipped_folder.glob("*.toml"))
UNPROVEN = {
    "garmin-forerunner": "nobody published a notification of one broadcasting",
    "garmin-hrm-pro": "nobody published a notification of one",
    "generic-rsc": "a standard, not a device",
    "polar-verity-sense": "the logs in the issues show values, not bytes",
    "stryd": "the one published notification is not of a running runner",
    "wahoo-tickr-x": "nobody published a notification of one",
    "zwift-runpod": "the logs in the issues are files that are gone",
}

GOOD = """\
schema = 1
[profile]
id = "acme-pod"
kind = "sensor"
vendor = "Acme"
name = "Pod"
status = "source"
sources = ["a recording"]
[[match]]
name = "acme*"
status = "source"
[[example]]
name = "ACME 1"
source = "a recording"
[provides.rsc]
service = "1814"
char = "2a53"
cadence_unit = "stride"
status = "source"
[[quirk]]
id = "power"
effect = "reject_cadence_below"
value = 45
when_speed_above_mps = 2.2
why = "It is power."
status = "report"
[[vector]]
char = "2a53"
hex = "04800315"
kind = "real"
source = "a recording"
unknown = ["cadence_spm"]
"""


@pytest.fixture(autouse=True)
def user_sensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's own profile folder: an empty one, so that whoever runs the tests has none
    of their own in them.
    """
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "kickcue" / "firmware_profiles" / "sensors"
    folder.mkdir(parents=True)
    return folder


def _write(folder: Path, text: str = GOOD, name: str = "acme-pod") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


# ---- what is shipped


@pytest.fixture(scope="module")
def shipped() -> dict[str, SensorFile]:
    return {id_: read_profile_file(SENSORS.shipped_folder / f"{id_}.toml") for id_ in SHIPPED}


@pytest.mark.parametrize("id_", SHIPPED)
def test_every_vector_reads_as_its_profile_says(id_: str, shipped: dict[str, SensorFile]) -> None:
    """GIVEN a shipped profile WHEN its self-tests run THEN each one holds."""
    assert [] == [result for result in run_vectors(shipped[id_]) if result.failure is not None]


@pytest.mark.parametrize("id_", SHIPPED)
def test_profile_matches_its_examples_and_nobody_elses(
    id_: str, shipped: dict[str, SensorFile]
) -> None:
    """GIVEN an advertisement of a device WHEN all profiles are asked THEN its own one answers,
    alone.
    """
    assert () == match_problems(shipped[id_], shipped.values())
    profiles = [file.profile for file in shipped.values()]
    for advert in example_adverts(shipped[id_].document):
        assert shipped[id_].profile == match(profiles, advert).profile


def test_profiles_without_real_bytes_are_named_with_the_reason(
    shipped: dict[str, SensorFile],
) -> None:
    """A profile is proven by bytes that a device sent; those that are not stand on a list, and a
    new one must be put there.
    """
    assert set(UNPROVEN) == {
        id_ for id_, file in shipped.items() if best_proof(file) == "synthetic"
    }


@pytest.mark.parametrize(
    ("service", "expected"),
    [("180d", "generic-hr"), ("1814", "generic-rsc"), ("1826", "treadmill-ftms")],
)
def test_each_service_has_a_generic_profile(
    service: str, expected: str, shipped: dict[str, SensorFile]
) -> None:
    """A device nobody wrote a profile for is read by the standard's."""
    unknown = Advertisement("Something new", (service,))
    assert [expected] == [
        profile.id
        for profile in match([file.profile for file in shipped.values()], unknown).generics
    ]


@pytest.mark.parametrize(
    ("id_", "unit"),
    [
        ("stryd", CadenceUnit.STRIDE),
        ("garmin-forerunner", CadenceUnit.STRIDE),
        ("zwift-runpod", CadenceUnit.STRIDE),
        ("wahoo-tickr-x", CadenceUnit.STEP),
        ("npe-runn", CadenceUnit.STEP),
        ("technogym-run", CadenceUnit.STEP),
        ("polar-h10", CadenceUnit.AUTO),
    ],
)
def test_cadence_units(id_: str, unit: CadenceUnit) -> None:
    """Each device's unit is the one its sources tell; who has no cadence declares none."""
    assert unit == load_profile(id_).pod.cadence_unit


def test_silence_is_the_devices_own_or_the_usual(tmp_path: Path) -> None:
    """A profile may say how long its device is silent; where it does not, the usual holds."""
    path = _write(tmp_path, GOOD + '\n[link]\nsilence_ok_s = 5.0\nstatus = "guess"\n')
    assert (5.0, SILENCE_OK_S) == (
        load_profile(str(path)).silence_ok_s,
        load_profile("polar-h10").silence_ok_s,
    )


@pytest.mark.recordings
def test_captured_notifications_pass_through_their_profiles(data_dir: Path) -> None:
    """GIVEN real notifications of named devices WHEN the matching profile reads them THEN the heart
    rate is what the source says.
    """
    names = {"Polar H10": "polar-h10", "Polar H7": "polar-h7", "Garmin HRM-Dual": "garmin-hrm-dual"}
    read = 0
    with (data_dir / "ble_vectors.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            stated = re.search(r"\bhr=(\d+)", row["expected"] or "")
            id_ = next((id_ for name, id_ in names.items() if row["device"].startswith(name)), None)
            if row["kind"] != "real" or id_ is None or stated is None:
                continue
            reading = interpret(load_profile(id_), row["uuid"].lower(), bytes.fromhex(row["hex"]))
            assert isinstance(reading, HeartReading)
            assert int(stated[1]) == reading.bpm
            read += 1
    assert read >= 10


def test_vector_keys_are_the_readings_keys() -> None:
    """What a vector may expect is what readings tell, no more and no less."""
    readings = (
        HeartReading(None, (), None),
        PodReading(None, None, CadenceUnit.AUTO, None, None, None),
        BatteryReading(1),
        LocationReading(None, None, None, None),
    )
    assert set(schema.EXPECTABLE) == {key for reading in readings for key in unit_keys(reading)}


def _words_of(json_schema: Any) -> Iterator[str]:
    """Yield every key and every effect that a JSON Schema allows."""
    if isinstance(json_schema, Mapping):
        yield from json_schema.get("properties", ())
        effect = json_schema.get("properties", {}).get("effect")
        if effect is not None:
            yield effect["const"]
        json_schema = list(json_schema.values())
    if isinstance(json_schema, list):
        for inner in json_schema:
            yield from _words_of(inner)


def test_documentation_names_every_key_and_effect() -> None:
    """``docs/profiles.md`` tells of every key that may stand in a profile and of every effect that
    is implemented.
    """
    text = DOCS.read_text()
    words = set(_words_of(schema.ProfileDocument.model_json_schema()))
    assert {"cadence_unit", "ignore_contact", "heart_rate_bpm"} <= words
    assert set() == {word for word in words if f"`{word}`" not in text and f"[{word}]" not in text}


# ---- finding and loading


def test_digest_is_that_of_the_file() -> None:
    """A recording names the rules it was made with by the SHA-256 of the file."""
    assert sha256(
        (SENSORS.shipped_folder / "stryd.toml").read_bytes()
    ).hexdigest() == profile_digest("stryd")


def test_good_file_reads(tmp_path: Path) -> None:
    """GIVEN a valid file WHEN it is read by its path THEN its rules are the profile's."""
    profile = load_profile(str(_write(tmp_path)))
    assert ("acme-pod", 45.0, 2.2, CadenceUnit.STRIDE) == (
        profile.id,
        profile.pod.reject_cadence_below,
        profile.pod.reject_above_mps,
        profile.pod.cadence_unit,
    )


def test_firmware_range_is_part_of_the_match(tmp_path: Path) -> None:
    """GIVEN a block with a firmware range WHEN the device tells one outside of it THEN the profile
    does not match.
    """
    file = read_profile_file(
        _write(tmp_path, GOOD.replace('name = "acme*"', 'name = "acme*"\nfw = ">=1.15,<1.16"'))
    )
    found = [
        match([file.profile], Advertisement("Acme", (), firmware=firmware)).profile
        for firmware in ("1.15.1", "1.16", None)
    ]
    assert [file.profile, None, None] == found


def test_example_in_the_documentation_is_valid(tmp_path: Path) -> None:
    """GIVEN the example that people copy WHEN it is read THEN it is valid and keeps its word."""
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert example is not None
    file = read_profile_file(_write(tmp_path, example[1]))
    assert [None] == [result.failure for result in run_vectors(file)]
    assert () == match_problems(file, SENSORS.files().values())


def test_users_own_profile_is_found(user_sensors: Path) -> None:
    """GIVEN a file in the user's folder THEN it is listed with the shipped ones and loaded by its
    id.
    """
    _write(user_sensors)
    assert [*SHIPPED, "acme-pod"] == sorted(
        load_profiles(), key=lambda id_: (id_ == "acme-pod", id_)
    )
    assert "Acme" == load_profile("acme-pod").vendor


def test_extra_files_are_added(tmp_path: Path) -> None:
    """Files named by the caller stand beside the shipped ones."""
    assert "acme-pod" in load_profiles([_write(tmp_path)])


def test_without_a_users_folder_the_shipped_ones_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """GIVEN a home without settings THEN nothing is missed."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert SHIPPED == list(load_profiles())


def test_shipped_id_is_taken(user_sensors: Path) -> None:
    """GIVEN a user's profile with a shipped id WHEN it does not say that it replaces it and is
    asked for THEN both ways out are told.
    """
    path = _write(user_sensors, GOOD.replace("acme-pod", "stryd"), "stryd")
    expected = (
        f"{path}: profile.id: expected an id of its own, got 'stryd', which is built in: choose "
        'another one, or add replaces = "stryd"'
    )
    with pytest.raises(UsageError) as caught:
        load_profile("stryd")
    assert expected == str(caught.value)


@pytest.mark.parametrize("id_", ["stryd", "my-stryd"])
def test_user_may_replace_a_shipped_profile(id_: str, user_sensors: Path) -> None:
    """GIVEN a user's profile that says so
    THEN it stands for the shipped one, under the old id too.
    """
    text = GOOD.replace('id = "acme-pod"', f'id = "{id_}"\nreplaces = "stryd"')
    _write(user_sensors, text, id_)
    found = SENSORS.files()
    assert {id_} == {key for key, file in found.items() if file.profile.vendor in ("Acme", "Stryd")}
    assert ["Acme", "Acme"] == [load_profile(key).vendor for key in ("stryd", id_)]


def test_replacing_what_is_not_there(user_sensors: Path) -> None:
    """A profile that replaces an unknown one is refused, by either name."""
    path = _write(
        user_sensors, GOOD.replace('kind = "sensor"', 'kind = "sensor"\nreplaces = "strid"')
    )
    for asked in ("acme-pod", "strid"):
        with pytest.raises(UsageError) as caught:
            load_profile(asked)
        assert (
            f"{path}: profile.replaces: expected the id of a built-in profile, got 'strid'"
            == str(caught.value)
        )


def test_same_id_twice(user_sensors: Path, tmp_path: Path) -> None:
    """GIVEN two files with one id THEN both are named."""
    first, second = _write(user_sensors), _write(tmp_path)
    with pytest.raises(UsageError) as caught:
        load_profiles([second])
    assert (
        f"{second}: profile.id: expected an id of its own, got 'acme-pod', which {first} has "
        "already" == str(caught.value)
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            "strid",
            (
                "expected a sensor profile, got 'strid': did you mean stryd? 'kickcue profiles "
                "list' shows all"
            ),
        ),
        ("", "expected a sensor profile, got '': 'kickcue profiles list' shows all"),
        ("no/such.toml", "no/such.toml: cannot read: No such file or directory"),
    ],
)
def test_unknown_profile(asked: str, expected: str) -> None:
    """What is not there is told in one line, with the nearest name."""
    with pytest.raises(UsageError) as caught:
        load_profile(asked)
    assert expected == str(caught.value)


# ---- what is not valid


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'kind = "sensor"',
            'kind = "sensor',
            "line 4, column 15: not TOML: Illegal character '\\n'",
        ),
        (
            "value = 45",
            "valu = 45",
            (
                "quirk[1].valu: unknown key, did you mean 'value'? (known here: status, source, "
                "id, why, effect, value, when_speed_above_mps) (and 1 more)"
            ),
        ),
        ("value = 45", 'value = "45"', "quirk[1].value: expected a number, got '45'"),
        ("value = 45", "value = -1", "quirk[1].value: expected more than 0, got -1"),
        ("value = 45\n", "", "quirk[1].value: is missing"),
        (
            'effect = "reject_cadence_below"',
            'effect = "be_nice"',
            (
                "quirk[1].effect: expected one of reject_cadence_below, zero_cadence_is_unknown, "
                "ignore_contact, drop_rr_unlike_bpm, got 'be_nice'"
            ),
        ),
        ('effect = "reject_cadence_below"\n', "", "quirk[1].effect: is missing"),
        (
            'cadence_unit = "stride"',
            'cadence_unit = "strides"',
            "provides.rsc.cadence_unit: expected one of stride, step, auto, got 'strides'",
        ),
        (
            "[provides.rsc]",
            "[provides.rcs]",
            (
                "provides.rcs: unknown key, did you mean 'rsc'? (known here: hr, rsc, treadmill, "
                "location, battery)"
            ),
        ),
        (
            'service = "1814"',
            'service = "180d"',
            "provides.rsc.service: expected '1814', got '180d'",
        ),
        (
            '[provides.rsc]\nservice = "1814"\nchar = "2a53"\ncadence_unit = "stride"\n',
            '[provides.battery]\nservice = "180f"\nchar = "2a19"\n',
            "provides: expected one of hr, rsc, treadmill, location",
        ),
        ("schema = 1", "schema = 2", "schema: expected 1, got 2"),
        ("schema = 1", "", "schema: is missing"),
        (
            'id = "acme-pod"',
            'id = "Acme Pod"',
            (
                "profile.id: expected lower-case words and numbers joined by '-', as in "
                "'polar-h10', got 'Acme Pod'"
            ),
        ),
        (
            'id = "acme-pod"',
            'id = "other"',
            "profile.id: expected 'acme-pod', the file's name, got 'other'",
        ),
        (
            'sources = ["a recording"]',
            "sources = []",
            "profile.sources: expected a value, got []",
        ),
        (
            'sources = ["a recording"]',
            "sources = [1]",
            "profile.sources[1]: expected text in quotes, got 1",
        ),
        (
            'name = "acme*"',
            "",
            (
                "match[1]: expected at least one of name, adv_services, company_id, "
                "dis_manufacturer, dis_model, as none matches everything"
            ),
        ),
        (
            'name = "acme*"',
            'name = "acme*"\nfw = "1.15"',
            (
                "match[1].fw: firmware range '1.15': expected comparisons like "
                "'>=1.15,<1.16', got '1.15'"
            ),
        ),
        (
            'hex = "04800315"',
            'hex = "0480031"',
            "vector[1].hex: expected lower-case hex digits, two per octet, got '0480031'",
        ),
        (
            'unknown = ["cadence_spm"]',
            'unknown = ["cadense_spm"]',
            (
                "vector[1].unknown[1]: expected one of heart_rate_bpm, rr_ms, contact, speed_mps, "
                "cadence_spm, stride_length_m, total_distance_m, running, lat_deg, lon_deg, "
                "battery_percent, got 'cadense_spm'"
            ),
        ),
        ("[[match]]", "[match]", "match: expected [[match]]"),
        (
            'unknown = ["cadence_spm"]',
            "",
            "vector[1]: expected expect or unknown, or refused = true alone",
        ),
        (
            'unknown = ["cadence_spm"]',
            "unknown = ['running']\nexpect = { running = true }",
            "vector[1]: expected running in expect or in unknown, not in both",
        ),
        (
            "[[quirk]]",
            (
                "[link]\nstatus = 'guess'\nskip_services = ['fff0']\nonly_services = "
                "['1814']\n[[quirk]]"
            ),
            "link: expected skip_services or only_services, got both",
        ),
        (
            "[[vector]]",
            (
                "[[quirk]]\nid = 'power'\neffect = 'ignore_contact'\nwhy = 'x'\nstatus = "
                "'guess'\n[[vector]]"
            ),
            "quirk: expected 'power' only once",
        ),
        (
            'vendor = "Acme"',
            'vendor = ""',
            "profile.vendor: expected a value, got ''",
        ),
        (
            "[provides.rsc]",
            "[provides.rsc]\n[provides.battery]",
            (
                "provides.battery.cadence_unit: unknown key (known here: status, source, service, "
                "char) (and 6 more)"
            ),
        ),
        (
            'kind = "sensor"',
            'kind = "sensor"\ngeneric = true',
            (
                "the file: expected no [[match]] and no [[example]] in a generic profile, which "
                "is for what nothing else matches"
            ),
        ),
        (
            '[[example]]\nname = "ACME 1"\nsource = "a recording"\n',
            "",
            (
                "the file: expected a [[match]] and an [[example]] that it matches (only a generic "
                "profile has none)"
            ),
        ),
    ],
)
def test_wrong_file_is_one_line(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """GIVEN one mistake in a file WHEN it is read THEN one line tells the file, the key, the value
    and what would be right.
    """
    assert old in GOOD
    path = _write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(UsageError) as caught:
        read_profile_file(path)
    assert re.fullmatch(rf"{path}(, line \d+)?(: |, ){re.escape(expected)}", str(caught.value))


def test_long_value_is_cut(tmp_path: Path) -> None:
    """A value of a thousand characters does not fill the screen."""
    path = _write(tmp_path, GOOD.replace("value = 45", f'value = "{"x" * 1000}"'))
    with pytest.raises(UsageError) as caught:
        read_profile_file(path)
    assert str(caught.value).endswith(f": quirk[1].value: expected a number, got '{'x' * 56}...")


def test_file_that_is_not_text(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are no TOML."""
    path = tmp_path / "acme-pod.toml"
    path.write_bytes(b"schema = 1\n\xff")
    with pytest.raises(UsageError) as caught:
        read_profile_file(path)
    assert f"{path}, line 2: expected UTF-8 text, got byte 0xff" == str(caught.value)


# ---- a profile that does not keep its word


@pytest.mark.parametrize(
    ("vector", "failure"),
    [
        ("expect = { speed_mps = 3.6 }", "speed_mps: expected 3.6, got 3.5"),
        ("expect = { cadence_spm = 42 }", "cadence_spm: expected 42.0, got unknown"),
        ('unknown = ["speed_mps"]', "speed_mps: expected unknown, got 3.5"),
        ("expect = { running = false }", "running: expected False, got True"),
        ("expect = { heart_rate_bpm = 100 }", "heart_rate_bpm is not a value of 2a53"),
        ("refused = true", "expected to be refused, but was read"),
    ],
)
def test_vector_that_fails_says_how(vector: str, failure: str, tmp_path: Path) -> None:
    """GIVEN a vector that does not read as it says THEN what was read and what was expected are
    told.
    """
    file = read_profile_file(_write(tmp_path, GOOD.replace('unknown = ["cadence_spm"]', vector)))
    assert [failure] == [result.failure for result in run_vectors(file)]


def test_vector_that_is_refused_says_why(tmp_path: Path) -> None:
    """GIVEN a vector of too few bytes THEN the decoder's reason is the failure."""
    file = read_profile_file(_write(tmp_path, GOOD.replace("04800315", "0480")))
    assert "was refused (not this format" in str(run_vectors(file)[0].failure)


@pytest.mark.parametrize(
    ("sent", "failure"),
    [
        ("1044", None),
        ("1043.2", None),
        ("1040", "rr_ms: expected [1040.0], got [1043.9453125]"),
        ("", "rr_ms: expected [], got [1043.9453125]"),
    ],
)
def test_intervals_are_compared_to_a_millisecond(
    sent: str, failure: str | None, tmp_path: Path
) -> None:
    """Sources round intervals to whole milliseconds or cut them: one is allowed, and the count must
    be right.
    """
    heart = (
        f'char = "2a37"\nhex = "10382d04"\nkind = "real"\nsource = "x"\nexpect = {{ rr_ms = '
        f"[{sent}] }}"
    )
    file = read_profile_file(_write(tmp_path, GOOD[: GOOD.index('char = "2a53"\nhex')] + heart))
    assert [failure] == [result.failure for result in run_vectors(file)]


def test_match_problems_are_told(tmp_path: Path, shipped: dict[str, SensorFile]) -> None:
    """GIVEN a profile that misses its own example and claims Stryd's THEN both are told."""
    file = read_profile_file(_write(tmp_path, GOOD.replace('name = "acme*"', 'name = "str*"')))
    problems = match_problems(file, shipped.values())
    assert (
        "example 'ACME 1': none of the profile's own [[match]] blocks matches",
        "example 'Stryd' of stryd also matches acme-pod",
        "example 'Stryd5' of stryd also matches acme-pod",
    ) == problems
