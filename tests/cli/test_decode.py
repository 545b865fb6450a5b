"""``kickcue decode``: one notification, for people and for programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.cli.decode import NAMES
from kickcue.core.gatt import CODECS

RUNNING = "0780035ae90039300000"


@pytest.fixture
def decoded(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Return a function that runs ``kickcue decode ... --json`` and reads the object it prints."""

    def run(*argv: str) -> Any:
        assert 0 == main(["decode", *argv, "--json"])
        lines = capsys.readouterr().out.splitlines()
        assert 1 == len(lines)
        return json.loads(lines[0])

    return run


def test_json_keys_carry_their_units(decoded: Callable[..., Any]) -> None:
    """A pod's notification under a profile:
    speed, cadence of both feet, lengths, whether it runs.
    """
    expected = {
        "char": "2a53",
        "name": "RSC Measurement",
        "profile": "stryd",
        "speed_mps": 3.5,
        "cadence_sent_per_min": 90,
        "running": True,
        "stride_length_m": 2.33,
        "total_distance_m": 1234.5,
        "cadence_spm": 180,
        "cadence_note": None,
    }
    assert expected == decoded("2a53", RUNNING, "--profile", "stryd")


def test_without_a_profile_the_plain_standard_decides_the_cadence(
    decoded: Callable[..., Any],
) -> None:
    """90 a minute at 3.5 m/s is strides by the generic profile, and the output says whose rule that
    was.
    """
    shown = decoded("2a53", RUNNING)

    assert ("generic-rsc", 180) == (shown["profile"], shown["cadence_spm"])


def test_a_profile_of_a_step_counter_leaves_the_number(decoded: Callable[..., Any]) -> None:
    """GIVEN a walk at 1 m/s WHEN the sensor counts steps THEN 100 a minute are 100 steps."""
    shown = decoded("2a53", "00000164", "--profile", "wahoo-tickr-x")

    assert (100, 100) == (shown["cadence_sent_per_min"], shown["cadence_spm"])


def test_a_number_that_is_no_cadence_is_null_and_says_why(decoded: Callable[..., Any]) -> None:
    """Stryd's power in the place of the cadence: 21 at 3.5 m/s is not 42 steps a minute."""
    shown = decoded("2a53", "04800315", "--profile", "stryd")

    assert shown["cadence_spm"] is None
    assert "profile stryd: the number sent is not a cadence" == shown["cadence_note"]


def test_people_are_told_why_the_cadence_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason stands below the list."""
    assert 0 == main(["decode", "2a53", "04800315", "--profile", "stryd"])

    assert (
        "cadence unknown: profile stryd: the number sent is not a cadence"
        == capsys.readouterr().out.splitlines()[-1]
    )


def test_an_ambiguous_number_is_null_and_says_why(decoded: Callable[..., Any]) -> None:
    """50 a minute at 3.5 m/s from a counter of steps is neither."""
    shown = decoded("2a53", "04800332", "--profile", "wahoo-tickr-x")

    assert shown["cadence_spm"] is None
    assert "could be strides or steps" in shown["cadence_note"]


@pytest.mark.parametrize(
    ("hexed", "contact"), [("104b2503e102", None), ("144b2503e102", False), ("164b2503e102", True)]
)
def test_heart_rate_tells_contact_as_true_false_or_null(
    decoded: Callable[..., Any], hexed: str, contact: bool | None
) -> None:
    """Unknown contact is null and not false."""
    expected = {
        "char": "2a37",
        "name": "Heart Rate Measurement",
        "profile": None,
        "heart_rate_bpm": 75,
        "contact": contact,
        "energy_kj": None,
        "rr_ms": [786.1328125, 719.7265625],
    }
    assert expected == decoded("2a37", hexed)


@pytest.mark.parametrize("hexed", ["0000", "010000", "10000004"])
def test_a_heart_rate_of_0_is_unknown(
    hexed: str, decoded: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a sensor that finds no pulse and says 0 THEN the heart rate is unknown, as a dash and
    as null.
    """
    assert decoded("2a37", hexed)["heart_rate_bpm"] is None
    assert main(["decode", "2a37", hexed]) == 0
    assert "heart rate  -" in capsys.readouterr().out


def test_half_an_interval_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a frame that ends in half an interval THEN the heart rate and the whole ones are told,
    and the loss.
    """
    assert main(["decode", "2a37", "103c000402"]) == 0
    out = capsys.readouterr().out
    for told in ("heart rate    60 ", "rr            1000.0 ", "half rr lost  yes"):
        assert told in out


def test_a_profile_corrects_what_its_device_gets_wrong(decoded: Callable[..., Any]) -> None:
    """The bogus 52 ms of the Garmin HRM-Dual are there by the wire and gone by its profile."""
    by_the_wire = decoded("2a37", "10382d043500")
    by_the_profile = decoded("2a37", "10382d043500", "--profile", "garmin-hrm-dual")

    assert [1043.94531, 51.75781] == [round(rr, 5) for rr in by_the_wire["rr_ms"]]
    assert [1043.94531] == [round(rr, 5) for rr in by_the_profile["rr_ms"]]


def test_a_profile_leaves_alone_what_the_engine_does_not_use(decoded: Callable[..., Any]) -> None:
    """Where a strap is worn is told as sent, under any profile."""
    assert "chest" == decoded("2a38", "01", "--profile", "polar-h10")["location"]


def test_a_cut_treadmill_frame_shows_what_arrived(decoded: Callable[..., Any]) -> None:
    """Speed, distance and energy are told, the rest is null, and ``truncated`` says why."""
    shown = decoded("2acd", "9e1fc60394023e01005a00ff7f3200ffff2500f4")

    assert (2.68333333, 318, 37, None, True) == tuple(
        shown[key]
        for key in ("speed_mps", "total_distance_m", "energy_kcal", "heart_rate_bpm", "truncated")
    )


@pytest.mark.parametrize(
    ("char", "hexed", "expected"),
    [
        ("2a19", "64", {"battery_percent": 100}),
        ("2a24", "48313000", {"model_number": "H10"}),
        ("2a26", "352e302e3000", {"firmware_revision": "5.0.0"}),
        ("2a29", "506f6c617220456c656374726f204f7900", {"manufacturer_name": "Polar Electro Oy"}),
        ("2a38", "01", {"location_code": 1, "location": "chest"}),
        ("2a5d", "63", {"location_code": 99, "location": None}),
        ("2a54", "0300", {"stride_length": True, "distance": True, "running_status": False}),
        (
            "2acd",
            "84242c019600000c0000000078000102",
            {"elapsed_s": 120, "reserved_flags": 0x2000, "extra_hex": "0102"},
        ),
        ("2a67", "0100e803", {"speed_mps": 10.0, "position_status": "no_position", "utc": None}),
        (
            "2a67",
            "4000ea0706000a0901",
            {"utc": {"year": 2026, "month": 6, "day": None, "hour": 10, "minute": 9, "second": 1}},
        ),
    ],
)
def test_every_characteristic_can_be_shown(
    decoded: Callable[..., Any], char: str, hexed: str, expected: dict[str, Any]
) -> None:
    """Each codec has readable keys."""
    shown = decoded(char, hexed)

    assert expected == {key: shown[key] for key in expected}


def test_every_codec_has_a_name() -> None:
    """What can be decoded is listed, and nothing else."""
    assert set(CODECS) == set(NAMES)


@pytest.mark.parametrize(
    "typed",
    [
        ["2A37", "16 4e 1b 03 12 03"],
        ["2a37", "16", "4e", "1b", "03", "12", "03"],
        ["0x2a37", "0x164E1B031203"],
        ["2a37", "0x16 0x4e 0x1b 0x03 0x12 0x03"],
        ["00002A37-0000-1000-8000-00805F9B34FB", "16:4E:1B:03:12:03"],
        ["2a37", "16-4e-1b-03-12-03"],
    ],
)
def test_hex_and_uuids_may_be_typed_as_tools_print_them(
    decoded: Callable[..., Any], typed: list[str]
) -> None:
    """Case, 0x, spaces, colons, dashes and the long form of the UUID make no difference."""
    assert decoded("2a37", "164e1b031203") == decoded(*typed)


def test_people_get_an_aligned_list_with_units(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each field; what was not sent is a dash."""
    assert 0 == main(["decode", "2a37", "104b2503e102"])

    assert [
        "Heart Rate Measurement (2a37)",
        "field       value             unit",
        "heart rate  75                bpm",
        "contact     -",
        "energy      -                 kJ",
        "rr          786.133, 719.727  ms",
    ] == capsys.readouterr().out.splitlines()


def test_people_are_told_whose_rules_made_the_cadence(capsys: pytest.CaptureFixture[str]) -> None:
    """The heading names the profile, the list has steps beside the number sent."""
    assert 0 == main(["decode", "2a53", RUNNING])

    heading, *lines = capsys.readouterr().out.splitlines()
    rows = [tuple(line.split()) for line in lines]
    assert "RSC Measurement (2a53), read as profile generic-rsc" == heading
    assert ("cadence", "180", "steps/min") in rows
    assert ("cadence", "sent", "90", "per", "min") in rows
    assert ("running", "yes") in rows


@pytest.mark.parametrize(("hexed", "shown"), [("41421b5b324a", "AB\\x1b[2J"), ("00", "-")])
def test_a_device_name_cannot_write_on_the_terminal(
    capsys: pytest.CaptureFixture[str], hexed: str, shown: str
) -> None:
    """Control characters in a string from outside are shown, not obeyed."""
    assert 0 == main(["decode", "2a29", hexed])

    assert f"manufacturer name  {shown}" == capsys.readouterr().out.splitlines()[-1].rstrip()


def test_a_time_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown parts of the date are dashes."""
    assert 0 == main(["decode", "2a67", "4000ea0706000a0901"])

    assert "year 2026, month 6, day -, hour 10, minute 9, second 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "status", "said"),
    [
        (["2a99", "00"], 2, "2acd (Treadmill Data)"),
        (["heart", "00"], 2, "2a37 (Heart Rate Measurement)"),
        (["2a37", "104g"], 2, "expected hex digits, e.g. 0780035ae90039300000, got '104g'"),
        (["2a37", "١٢"], 2, "expected hex digits"),
        (["2a37", "104"], 2, "two hex digits per byte, got 3 digits in '104'"),
        (["2a37", "7 80"], 2, "two hex digits per byte, got 1 digits in '7'"),
        (["2a37"], 2, "HEX"),
        (["2a53", RUNNING, "--profile", "strid"], 2, "strid"),
        (["2a53", "0780"], 1, "2a53: expected at least 4 octets, got 2"),
        (["2a37", "ff64"], 1, "2a37: expected 5 octets by its flags, got 2"),
        (["2a19", "ff"], 1, "percent"),
        (["2a37", ""], 1, "got 0"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], argv: list[str], status: int, said: str
) -> None:
    """Exit status 2 for what was typed, 1 for what the bytes are; nothing on standard output."""
    assert status == main(["decode", *argv])

    told = capsys.readouterr()
    assert "" == told.out
    assert 1 == len(told.err.splitlines())
    assert told.err.startswith("kickcue: ")
    assert said in told.err
