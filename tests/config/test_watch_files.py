import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kickcue.config import watch_schema as schema
from kickcue.config.profile_checks import best_proof
from kickcue.config.profile_files import load_profiles
from kickcue.config.watch_checks import run_watch_vectors, watch_problems
from kickcue.config.watch_files import WATCHES, WatchFile, load_watch, load_watches, read_watch_file
from kickcue.core.errors import UsageError
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.encoding import ENCODERS, encode
from kickcue.core.watch.indistinguishable_cues import CUES
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import LONGEST_MS, Standing

DOCS = Path(__file__).resolve().parents[2] / "docs" / "watch-profiles.md"
TABLE = DOCS.with_name("watches.md")
SHIPPED = sorted(path.parent.name for path in WATCHES.shipped_folder.glob("*/profile.toml"))

GOOD = """\
schema = 1
[profile]
id = "acme-watch"
kind = "watch"
vendor = "Acme"
name = "Watch"
status = "vectors"
transport = "ble"
encoder = "alert_level"
ways = ["haptic"]
sources = ["a manual"]
[[match]]
name = "acme*"
status = "source"
[[example]]
name = "ACME 1"
source = "a manual"
[link]
service = "1802"
char = "2a06"
write = "no-response"
on_connect = [{ hex = "00", wait_ms = 50 }]
status = "source"
[actuator]
pattern = "sequence"
min_on_ms = 100
max_on_ms = 1000
min_gap_ms = 100
max_pulses = 4
max_total_ms = 3000
amplitude = "steps"
amplitude_steps = [0.5, 1.0]
status = "guess"
[[quirk]]
id = "busy"
effect = "ignores_while_busy"
why = "It is slow."
fw = "<2"
status = "report"
[[vector]]
cue = "relax"
kind = "synthetic"
source = "a manual"
steps = [{ hex = "01", wait_ms = 600 }, { hex = "00" }]
"""


@pytest.fixture(autouse=True)
def user_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's own folder of watches: an empty one, so that whoever runs the tests has
    none of their own in them.
    """
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "kickcue" / "firmware_profiles" / "watches"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def shipped() -> dict[str, WatchFile]:
    return {id_: read_watch_file(WATCHES.shipped_folder / id_ / "profile.toml") for id_ in SHIPPED}


def _write(folder: Path, text: str = GOOD, id_: str = "acme-watch") -> Path:
    path = folder / id_ / "profile.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


# ---- what is shipped


def test_every_watch_that_was_promised_is_there() -> None:
    """The watches that kickcue speaks of have a profile each."""
    promised = {
        "infinitime",
        "bangle-js",
        "bangle-gb",
        "mi-band-2",
        "immediate-alert",
        "pebble",
        "garmin",
        "web",
        "esp32-mqtt",
    }
    assert promised | {"termux", "gadgetbridge", "local-audio"} <= set(SHIPPED)


@pytest.mark.parametrize("id_", SHIPPED)
def test_every_vector_encodes_as_its_profile_says(id_: str, shipped: dict[str, WatchFile]) -> None:
    """GIVEN a shipped watch WHEN its self-tests run THEN each one holds, to the byte."""
    assert [] == [
        result.failure for result in run_watch_vectors(shipped[id_]) if result.failure is not None
    ]


@pytest.mark.parametrize("id_", SHIPPED)
def test_no_cue_collapses_unsaid(id_: str, shipped: dict[str, WatchFile]) -> None:
    """GIVEN the whole vocabulary THEN cues that are played alike are declared so, all fit one
    packet, and no other watch is claimed.
    """
    assert () == watch_problems(shipped[id_], shipped.values())


@pytest.mark.parametrize("id_", SHIPPED)
@pytest.mark.parametrize("kind", sorted(CUES))
def test_every_cue_is_played_within_its_time(
    kind: str, id_: str, shipped: dict[str, WatchFile]
) -> None:
    """GIVEN any cue on any watch THEN something is sent, never more pulses than asked for, and it
    is over within three seconds.
    """
    pulses, urgency = CUES[kind]
    found = encode(
        shipped[id_].profile,
        CueContent(kind, kind, "Last lap: hold form", "Hold.", pulses, urgency, 2000),
    )
    assert found.steps
    assert len(found.lowered.pulses or ()) <= len(pulses)
    assert (
        sum(on_ms + off_ms for on_ms, off_ms, _ in found.lowered.pulses or ()) <= 3000 < LONGEST_MS
    )
    assert not {Downgrade.NOT_PLAYED, Downgrade.TAP_ADDED} & set(found.downgrades)


def test_the_bell_keeps_its_count_wherever_a_motor_is_told_what_to_do(
    shipped: dict[str, WatchFile],
) -> None:
    """Three pulses at the bell are three pulses on every watch whose pulses are known: counting is
    what survives a run.
    """
    pulses, urgency = CUES["last_lap"]
    found = {
        id_: encode(file.profile, CueContent("", "", "", None, pulses, urgency, 0)).lowered.pulses
        for id_, file in shipped.items()
    }
    assert {"gadgetbridge"} == {id_ for id_, played in found.items() if played is None}
    assert {3} == {len(played) for played in found.values() if played is not None}


def test_a_watch_that_only_an_app_can_play_is_not_called_working(
    shipped: dict[str, WatchFile],
) -> None:
    """Pebble and Garmin need an app that kickcue does not bring, and are listed as that."""
    assert {"garmin", "pebble"} == {
        id_ for id_, file in shipped.items() if file.profile.status is Standing.COMPANION_ONLY
    }
    for file in shipped.values():
        assert (file.profile.status is not Standing.WORKING) or file.document.tested


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("infinitime", bytes.fromhex("0001005475726e6f76657220757000737461792072656c61786564")),
        (
            "bangle-js",
            (
                b"\x10[[0,200,1],[320,80,.5],[520,200,1]]"
                b".forEach(e=>setTimeout(Bangle.buzz,e[0],e[1],e[2]))\n"
            ),
        ),
        ("bangle-gb", b'\x10GB({"t":"kick","p":[200,120,80,120,200]})\n'),
        ("mi-band-2", bytes.fromhex("ffc800780003")),
    ],
)
def test_golden_bytes_of_the_sources_are_among_the_vectors(
    id_: str, expected: bytes, shipped: dict[str, WatchFile]
) -> None:
    """The bytes that the sources themselves give are self-tests of the profile, so that they cannot
    be edited away.
    """
    steps = [step for vector in shipped[id_].document.vector for step in vector.steps]
    assert expected in [
        step.line.encode("latin-1") if step.line else bytes.fromhex(step.hex or "")
        for step in steps
    ]


def test_ids_are_of_one_kind_only() -> None:
    """No watch has a sensor's id: ``kickcue profiles show`` takes both."""
    assert set() == set(load_profiles()) & set(WATCHES.ids())
    assert SHIPPED == list(load_watches()) == list(WATCHES.ids())


def test_a_watch_that_names_another_names_one_that_is_there(shipped: dict[str, WatchFile]) -> None:
    """``instead`` is the id of a watch."""
    assert {"bangle-gb", "gadgetbridge"} == {
        file.profile.instead for file in shipped.values() if file.profile.instead is not None
    }


@pytest.mark.parametrize(
    ("firmware", "expected"),
    [
        (
            "1.14.0",
            {"steps_need_screen", "heart_rate_needs_screen", "match_by_name", "link_is_no_proof"},
        ),
        ("1.15.0", {"steps_need_subscription", "heart_rate_needs_screen", "link_is_no_proof"}),
        ("1.16.1", {"link_is_no_proof"}),
    ],
)
def test_infinitime_firmware(firmware: str, expected: set[str]) -> None:
    """What a bridge must know depends on the firmware that the watch tells."""
    assert expected == {quirk.effect for quirk in load_watch("infinitime").quirks_of(firmware)}


# ---- the documentation


def _words_of(json_schema: Any) -> Iterator[str]:
    """Yield every key, effect and choice that a JSON Schema allows."""
    if isinstance(json_schema, Mapping):
        yield from json_schema.get("properties", ())
        yield from (word for word in json_schema.get("enum", ()) if isinstance(word, str))
        json_schema = list(json_schema.values())
    if isinstance(json_schema, list):
        for inner in json_schema:
            yield from _words_of(inner)


def test_documentation_names_every_key_and_choice() -> None:
    """``docs/watch-profiles.md`` tells of every key that may stand in a profile, of every choice,
    encoder and downgrade.
    """
    text = DOCS.read_text()
    words = {*_words_of(schema.WatchDocument.model_json_schema()), *ENCODERS, *Downgrade}
    assert {"min_on_ms", "companion-only", "alert_level", "joined"} <= words
    assert set() == {
        word
        for word in words
        if f"`{word}`" not in text and f'`"{word}"`' not in text and f"[{word}]" not in text
    }


def test_example_in_the_documentation_is_valid(tmp_path: Path) -> None:
    """GIVEN the example that people copy WHEN it is read THEN it is valid, keeps its word and
    claims nobody else's watch.
    """
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert example is not None
    file = read_watch_file(_write(tmp_path, example[1], "acme-wrist"))
    assert [None, None] == [result.failure for result in run_watch_vectors(file)]
    assert () == watch_problems(file, WATCHES.files().values())


def test_table_of_watches_is_that_of_the_profiles(shipped: dict[str, WatchFile]) -> None:
    """``docs/watches.md`` has one row for each shipped watch, which ends with the status of its
    profile.
    """
    rows = re.findall(r"^\| \[?`([^`]+)`.*\| (\S+) \|$", TABLE.read_text(), re.MULTILINE)
    assert sorted((id_, str(file.profile.status)) for id_, file in shipped.items()) == sorted(rows)


def test_links_of_the_table_lead_somewhere() -> None:
    """Each file and each heading that ``docs/watches.md`` links to is there."""
    text = TABLE.read_text()
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    places = set(re.findall(r"\]\(([^)]+)\)", text))
    assert {"bridge.md", "audio.md"} <= places
    assert set() == {
        it for it in places if it[1:] not in headings and not (TABLE.parent / it).is_file()
    }


# ---- finding and loading


def test_good_file_reads(tmp_path: Path) -> None:
    """GIVEN a valid file THEN what it says is the profile's, and its digest is that of the file."""
    file = read_watch_file(_write(tmp_path))
    assert ("acme-watch", (Write("1802", "2a06", b"\0", response=False, wait_ms=50),)) == (
        file.profile.id,
        file.profile.link.on_connect,
    )
    assert sha256(GOOD.encode()).hexdigest() == file.digest
    assert "synthetic" == best_proof(file)
    assert [None] == [result.failure for result in run_watch_vectors(file)]


def test_users_own_watch_is_found(user_watches: Path) -> None:
    """GIVEN a folder of the user's own THEN it is listed with the shipped ones and loaded by its
    id.
    """
    _write(user_watches)
    assert sorted([*SHIPPED, "acme-watch"]) == list(load_watches()) == list(WATCHES.ids())
    assert "Acme" == load_watch("acme-watch").vendor


def test_user_may_replace_a_shipped_watch(user_watches: Path) -> None:
    """GIVEN a user's watch that says so THEN it stands for the shipped one; one that does not is
    refused with both ways out.
    """
    text = GOOD.replace('id = "acme-watch"', 'id = "web"')
    path = _write(user_watches, text, "web")
    with pytest.raises(UsageError) as caught:
        load_watch("web")
    assert (
        f"{path}: profile.id: expected an id of its own, got 'web', which is built in: choose "
        'another one, or add replaces = "web"' == str(caught.value)
    )
    _write(user_watches, text.replace('kind = "watch"', 'kind = "watch"\nreplaces = "web"'), "web")
    assert ["Acme", "Acme"] == [load_watch("web").vendor, WATCHES.files()["web"].profile.vendor]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            "infinitme",
            (
                "expected a watch, got 'infinitme': did you mean infinitime? 'kickcue profiles "
                "list' shows all"
            ),
        ),
        ("no/such.toml", "no/such.toml: cannot read: No such file or directory"),
    ],
)
def test_unknown_watch(asked: str, expected: str) -> None:
    """What is not there is told in one line, with the nearest name."""
    with pytest.raises(UsageError) as caught:
        WATCHES.file(asked)
    assert expected == str(caught.value)


# ---- what is not valid


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "min_on_ms = 100",
            "min_onms = 100",
            (
                "actuator.min_onms: unknown key, did you mean 'min_on_ms'? (known here: status, "
                "source, pattern"
            ),
        ),
        ("min_on_ms = 100", "min_on_ms = 0", "actuator.min_on_ms: expected at least 1, got 0"),
        ("min_on_ms = 100\n", "", "actuator: expected min_on_ms with pattern 'sequence'"),
        (
            "max_on_ms = 1000",
            "max_on_ms = 99",
            (
                "actuator: expected a multiple of quantum_ms between min_on_ms and both max_on_ms "
                "and max_total_ms"
            ),
        ),
        (
            "max_pulses = 4",
            "max_pulses = 4\ntap_ms = 35",
            "actuator: tap_ms only apply to pattern 'fixed'",
        ),
        (
            "amplitude_steps = [0.5, 1.0]\n",
            "",
            "actuator: expected amplitude_steps with amplitude 'steps', and only then",
        ),
        (
            'amplitude = "steps"',
            'amplitude = "loud"',
            "actuator.amplitude: expected one of none, steps, continuous, got 'loud'",
        ),
        (
            'encoder = "alert_level"',
            'encoder = "alert"',
            "profile.encoder: expected one of infinitime_ans, alert_level,",
        ),
        (
            'encoder = "alert_level"',
            'encoder = "tones"',
            "the file: profile.transport: expected 'audio' for encoder tones, got 'ble'",
        ),
        (
            'encoder = "alert_level"',
            'encoder = "miband2_ff"',
            "the file: actuator.pattern: expected 'equal' for encoder miband2_ff, got 'sequence'",
        ),
        (
            'status = "vectors"',
            'status = "working"',
            (
                "the file: profile.status: expected 'vectors', or a [[tested]] block, got "
                "'working' without one"
            ),
        ),
        (
            'status = "vectors"',
            'status = "companion-only"',
            (
                "the file: profile.status: expected 'companion-only' with transport 'companion', "
                "and only then"
            ),
        ),
        (
            'ways = ["haptic"]',
            'ways = ["text"]',
            "the file: profile.ways: expected 'text' first with actuator.pattern 'none'",
        ),
        (
            'ways = ["haptic"]',
            'ways = ["haptic", "text"]',
            "the file: profile.ways: expected 'text' with a [text] block",
        ),
        (
            'effect = "ignores_while_busy"',
            'effect = "sulks"',
            "quirk[1].effect: expected one of heart_rate_needs_screen,",
        ),
        (
            'fw = "<2"',
            'fw = "2"',
            ("quirk[1].fw: firmware range '2': expected comparisons like '>=1.15,<1.16', got '2'"),
        ),
        ('cue = "relax"', 'cue = "relx"', "vector[1].cue: expected one of ready,"),
        ('cue = "relax"', "", "vector[1]: expected cue or pulses"),
        (
            '{ hex = "00" }',
            '{ hex = "0" }',
            "vector[1].steps[2].hex: expected lower-case hex digits, two per octet, got '0'",
        ),
        (
            '{ hex = "00" }',
            "{ wait_ms = 1 }",
            "vector[1].steps[2]: expected one of hex, line, argv, json",
        ),
        (
            'kind = "synthetic"',
            'kind = "synthetic"\ndowngrades = ["lost"]',
            "vector[1].downgrades: expected of intensity-as-length,",
        ),
        ("[[match]]\nname", "[[match]]\nnam", "match[1].nam: unknown key, did you mean 'name'?"),
        (
            'id = "acme-watch"',
            'id = "acme"',
            "expected the path acme/profile.toml, as profile.id is 'acme'",
        ),
    ],
)
def test_mistake_is_told_in_one_line(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """GIVEN a file with one mistake THEN one line names the file, the key, the value and what would
    be right.
    """
    assert old in GOOD
    path = _write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        read_watch_file(path)
    assert re.match(rf"{path}(, line \d+)?: {re.escape(expected)}", str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'hex = "01", wait_ms = 600',
            'hex = "02", wait_ms = 600',
            "expected 02 (600 ms) then 00, got 01 (600 ms) then 00",
        ),
        (
            'hex = "01", wait_ms = 600',
            'hex = "01", wait_ms = 60',
            "expected 01 (60 ms) then 00, got 01 (600 ms) then 00",
        ),
        (
            'cue = "relax"',
            'cue = "relax"\ndowngrades = ["cut"]',
            "downgrades: expected cut, got none",
        ),
        ('cue = "relax"', 'cue = "relax"\narm_in_ms = 5100', "the watch has no timers"),
    ],
)
def test_vector_that_does_not_hold(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """GIVEN a vector that is wrong in its bytes, its waits or its losses THEN it fails and says
    how.
    """
    text = GOOD.replace(old, new).replace("[0.5, 1.0]", "[0.5, 1.0]")
    assert [expected] == [
        result.failure for result in run_watch_vectors(read_watch_file(_write(tmp_path, text)))
    ]


def test_collapse_that_is_not_declared_is_found(tmp_path: Path) -> None:
    """GIVEN a motor with one length WHEN the profile says nothing THEN the cues that became one are
    named.
    """
    narrow = (
        GOOD.replace("max_on_ms = 1000", "max_on_ms = 100")
        .replace("max_pulses = 4", "max_pulses = 1")
        .replace("[0.5, 1.0]", "[1.0]")
    )
    (sentence,) = watch_problems(read_watch_file(_write(tmp_path, narrow)))
    assert (
        "drive, even, hold, last_lap, ready, relax, split and turnover feel the same on this "
        "watch: expected an [[alike]] block that says how to tell them apart" == sentence
    )


def test_a_packet_that_is_too_long_is_found(shipped: dict[str, WatchFile], tmp_path: Path) -> None:
    """GIVEN a packet of twenty bytes WHEN a cue needs more THEN the cue is named."""
    text = (
        shipped["bangle-js"]
        .path.read_text()
        .replace("max_payload = 128", "max_payload = 20")
        .replace('"bangle-js"', '"acme-watch"')
    )
    problems = watch_problems(read_watch_file(_write(tmp_path, text)))
    assert len(CUES) == len(
        [problem for problem in problems if "at most link.max_payload = 20 bytes" in problem]
    )


def test_two_watches_that_claim_one_device(tmp_path: Path) -> None:
    """GIVEN a profile whose name pattern takes in another's watch THEN both are told."""
    file = read_watch_file(_write(tmp_path, GOOD.replace('name = "acme*"', 'name = "*"')))
    assert "example 'InfiniTime' of infinitime also matches acme-watch" in watch_problems(
        file, WATCHES.files().values()
    )
