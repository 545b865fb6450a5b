"""Sensors around: their numbers, their order, how they are known again, and the table they stand
in.
"""

import io
from os import terminal_size

import pytest
from rich.console import Console

from kickcue.cli.tui.device_search import chosen, profile_for
from kickcue.cli.tui.nearby import Surroundings, address_changes, as_json, profile_of, sent_by
from kickcue.cli.tui.prompts import POD, STRAP, NumberEntry, choice
from kickcue.cli.tui.sensor_table import plain_table, sensor_table
from kickcue.config.profile_files import load_profiles
from kickcue.core.profiles import Advertisement, match
from kickcue.edges.radio import RadioError, Sighting


def seen(
    address: str,
    name: str | None,
    services: tuple[str, ...],
    rssi_dbm: int | None = -60,
    *,
    random: bool | None = False,
    at_s: float = 100.0,
) -> Sighting:
    found = match(load_profiles().values(), Advertisement(name, services))
    return Sighting(address, name, rssi_dbm, services, found, at_s, random)


H10 = seen("A0:9E:1A:00:00:01", "Polar H10 75340F2C", ("180d", "180f"), -48)
STRYD = seen("C1:00:00:00:00:02", "Stryd", ("1814", "1818"), -75, random=True)
TICKR = seen("A0:9E:1A:00:00:05", "TICKR X 1234", ("180d",), None)
NAMELESS = seen("44:00:00:00:00:03", None, ("180d", "1814"), -91, random=True, at_s=80.0)
LONG = seen(
    "A0:9E:1A:00:00:04", "A strap with a very long name", ("180d", "1814", "1826", "180f"), -66
)
HEATER = seen("A0:00:00:00:00:09", "heater", ("1809",), -30)
ALL = (H10, STRYD, TICKR, NAMELESS, LONG)


def test_a_number_stays_with_its_device() -> None:
    """GIVEN devices that come and change places WHEN looked at again THEN each has the number it
    was given first; the strongest is on top.
    """
    around = Surroundings()
    around.take([STRYD])
    around.take([H10, STRYD])
    assert [(2, H10.address), (1, STRYD.address)] == [
        (row.number, row.sighting.address) for row in around.rows()
    ]


def test_rows_do_not_dance() -> None:
    """GIVEN a packet that is 10 dB stronger by chance WHEN taken in THEN the order stays; when it
    goes on so, it changes.
    """
    near, far = (
        seen("A0:00:00:00:00:01", "a", ("180d",), -60),
        seen("A0:00:00:00:00:02", "b", ("180d",), -68),
    )
    around = Surroundings()
    around.take([near, far])
    around.take([seen("A0:00:00:00:00:02", "b", ("180d",), -58, at_s=101.0)])
    assert ["a", "b"] == [row.sighting.name for row in around.rows()]
    for at_s in range(102, 112):
        around.take([seen("A0:00:00:00:00:02", "b", ("180d",), -50, at_s=at_s)])
    assert ["b", "a"] == [row.sighting.name for row in around.rows()]


@pytest.mark.parametrize(
    ("sighting", "changes"),
    [
        (H10, False),  # public
        (STRYD, False),  # random, but static: the top bits are 11
        (NAMELESS, True),  # random, resolvable private: 01
        # Random, not resolvable: 00.
        (seen("0A:00:00:00:00:03", "x", ("180d",), random=True), True),
        (seen("6D1F3C2A-0B7E-4B7B-9B1E-2F6C1D0A9E11", "x", ("180d",), random=None), False),  # macOS
    ],
)
def test_which_addresses_change(sighting: Sighting, changes: bool) -> None:
    """The kind of address and its top two bits decide (Bluetooth Core 5.4, Vol 6 Part B, 1.3)."""
    assert changes is address_changes(sighting)


def test_a_device_is_pinned_by_what_stays() -> None:
    """GIVEN a fixed address, a changing one with a name, and one without WHEN chosen THEN address,
    name, and a refusal.
    """
    assert ("address", STRYD.address) == chosen(POD, STRYD).pin.pin
    assert ("name", "pod 7") == chosen(
        POD, seen("44:00:00:00:00:03", "pod 7", ("1814",), random=True)
    ).pin.pin
    with pytest.raises(RadioError, match="cannot be recognised again"):
        chosen(STRAP, NAMELESS)
    with pytest.raises(RadioError, match="is not a pod: it sends heart, battery"):
        chosen(POD, H10)


def test_a_stranger_is_read_by_the_standard() -> None:
    """GIVEN a device without a profile that has both services WHEN wanted as strap or pod THEN the
    standard profile of each.
    """
    stranger = seen("A0:00:00:00:00:07", "Nobody knows", ("180d", "1814"))
    assert ["generic-hr", "generic-rsc"] == [
        profile.id for wanted in (STRAP, POD) if (profile := profile_for(stranger, wanted))
    ]
    assert ("generic", "-") == (profile_of(stranger), profile_of(HEATER))


def test_what_is_not_advertised_is_known_by_the_profile() -> None:
    """GIVEN a TICKR X that advertises heart rate alone WHEN asked what it sends THEN steps are
    among it.
    """
    assert {"heart", "steps"} <= set(sent_by(TICKR))


def drawn(columns: int, *, numbered: bool = False) -> list[str]:
    around = Surroundings()
    around.take(ALL)
    console = Console(file=io.StringIO(), width=columns, color_system=None)
    with console.capture() as captured:
        console.print(sensor_table(around.rows(), 100.0, columns, numbered=numbered))
    return captured.get().splitlines()


@pytest.mark.parametrize("numbered", [False, True])
def test_the_table_on_a_phone_held_upright(numbered: bool) -> None:
    """GIVEN 45 columns THEN each device has one line with its signal,
    whole name and whole address.
    """
    lines = drawn(45, numbered=numbered)
    assert len(ALL) + 1 == len(lines)
    assert max(map(len, lines)) <= 45
    assert all(any(sighting.address in line for line in lines) for sighting in ALL)
    assert "▂▄▆█ Polar H10 75340F2C" in lines[1]


@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits(columns: int, numbered: bool) -> None:
    """GIVEN long and absent names WHEN drawn THEN one line each, none too long, addresses whole,
    signal as bars and dBm.
    """
    lines = drawn(columns, numbered=numbered)
    assert len(ALL) + 1 == len(lines)
    assert max(map(len, lines)) <= columns
    assert all(any(sighting.address in line for line in lines) for sighting in ALL)
    assert "▂▄▆█ -48 Polar H10 75340F2C" in lines[1]
    assert any("(no name)" in line and "20 s" in line for line in lines)


def test_a_crowd_leaves_room_for_the_question() -> None:
    """GIVEN fifty straps WHEN the list is drawn on 24 lines THEN the strongest are there, how many
    are not, and what is to be typed.
    """
    around = Surroundings()
    around.take(
        [seen(f"A0:00:00:00:01:{n:02X}", f"strap {n}", ("180d",), -40 - n) for n in range(50)]
    )
    console = Console(file=io.StringIO(), width=80, color_system=None)
    with console.capture() as captured:
        console.print(
            choice(STRAP, around.rows(), 100.0, terminal_size((80, 24)), NumberEntry(typed="4"))
        )
    lines = captured.get().splitlines()
    assert len(lines) <= 24
    assert any("strap 0 " in line for line in lines)
    listed = sum(f"strap {n} " in line for line in lines for n in range(50))
    assert any(f"and {50 - listed} weaker ones" in line for line in lines)
    assert 10 < listed < 20
    assert any("Which number is yours (then Enter)? 4_" in line for line in lines)


def test_the_plain_table_has_80_columns() -> None:
    """GIVEN the same WHEN printed to a pipe THEN 80 columns at most, with what they say in place of
    what they send if that is known.
    """
    around = Surroundings()
    around.take(ALL)
    text = plain_table(around.rows(), 100.0)
    assert max(map(len, text.splitlines())) <= 80
    assert "heart, steps" in text
    assert "142 beats/min" in plain_table(around.rows(), 100.0, {H10.address: "142 beats/min"})


def test_json_says_how_it_was_recognised() -> None:
    """GIVEN a device without profile of its own WHEN told as JSON THEN it is generic, with the
    reason in words.
    """
    around = Surroundings()
    around.take([NAMELESS])
    told = as_json(around.rows()[0], 100.0)
    assert (True, "generic-hr", True, 20.0) == (
        told["generic"],
        told["profile"],
        told["address_changes"],
        told["seen_s_ago"],
    )
    assert "read by the plain Bluetooth standard" in told["why"]
    assert "values" not in told
