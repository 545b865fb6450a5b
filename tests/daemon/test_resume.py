"""Which interrupted race is taken up, with what knowledge, and why another is not."""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from mcap.opcode import Opcode

from kickcue.config.race_document import RaceDocument
from kickcue.core.engine import Engine
from kickcue.core.events import (
    Ack,
    Arm,
    Command,
    CommandKind,
    Cue,
    Disarm,
    Estimate,
    Fix,
    Input,
    Link,
    Mark,
    Notification,
    Output,
    Phase,
    PhaseChange,
    Tick,
)
from kickcue.core.units import NS_PER_MS, NS_PER_S, ns_to_s, s_to_ns
from kickcue.daemon.clock import Clock
from kickcue.daemon.resume import Unfinished, felt_by_timer, find_unfinished
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header, Recording, read
from kickcue.recording.file_type import MCAP_MAGIC
from kickcue.recording.mcap_records import MESSAGE_HEAD, Walk
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import INPUTS, Entry
from kickcue.recording.utc import utc_ns
from kickcue.replay.differences import first_difference
from kickcue.replay.source import Source, source

DOCUMENT = simulated_document("1500m").with_digests()
UTC = "2026-06-14T10:09:11Z"
SAID = [
    entry
    for event, outputs in Source(
        DOCUMENT, simulate(DOCUMENT.course(), SCENARIOS["button"], 5).inputs, same=False
    ).run()
    for entry in (event, *outputs)
]
"""A whole race: inputs and outputs between each other."""
MINUTE = next(
    at for at, entry in enumerate(SAID) if entry.t_ns > 60 * NS_PER_S and isinstance(entry, INPUTS)
)
"""The first minute of it ends here."""


NOW_NS = 10**15
"""What the machine's monotonic clock shows throughout these tests."""


class Stopped(Clock):
    """A clock of a run that has just begun, and stands."""

    __slots__ = ()

    def run_ns(self) -> int:
        return 0


def began(ago_s: float, boot: str | None = "this") -> Clock:
    """Return the clock of a run that began so long ago."""
    return Stopped(began_ns=NOW_NS - s_to_ns(ago_s), boot=boot)


def left(
    path: Path,
    entries: Iterable[Entry],
    clock: Clock,
    *,
    utc: str | None = UTC,
    document: RaceDocument = DOCUMENT,
    **live: Any,
) -> Path:
    """Record what a process had recorded that then was killed."""
    facts = {
        "run_id": "then",
        "boot": clock.boot,
        "zero_ns": clock.began_ns,
        "began_ns": clock.began_ns,
        **live,
    }
    writer = McapWriter(
        path, Header(race="1500m", utc=utc, setup=document.as_json(), ticks=True, live=facts)
    )
    for entry in entries:
        writer.write(entry)
    writer.leave()
    return path


def _written() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return left(Path(folder) / "race.mcap", SAID[:MINUTE], began(80.0)).read_bytes()


def find(
    folder: Path,
    *,
    document: RaceDocument = DOCUMENT,
    clock: Clock | None = None,
    utc_now_s: float = 0.0,
    utc_is_set: bool = True,
) -> tuple[Unfinished | None, list[str]]:
    """Look for an unfinished race ``utc_now_s`` after its beginning;
    return it and what was said.
    """
    said: list[str] = []
    now_ns = (utc_ns(UTC) or 0) + s_to_ns(utc_now_s)
    return find_unfinished(
        folder,
        document,
        clock or began(0.0),
        utc_now_ns=lambda: now_ns,
        utc_is_set=lambda: utc_is_set,
        report=said.append,
    ), said


def nothing(folder: Path, **how: Any) -> str:
    """Return why no race is taken up, empty where that needs no words."""
    found, said = find(folder, **how)
    assert found is None
    return " | ".join(said)


def test_a_race_that_was_cut_off_is_found(tmp_path: Path) -> None:
    """GIVEN a race cut off after a minute, in this boot WHEN looked for 80 s after its start THEN
    it is found, with a gap by the machine's clock.
    """
    path = left(tmp_path / "race.mcap", SAID[:MINUTE], began(80.0))
    found, said = find(tmp_path, utc_now_s=85.0)
    assert found is not None
    assert ((path, "then", True, DOCUMENT), []) == (
        (found.path, found.run_id, found.same_boot, found.document),
        said,
    )
    assert max(entry.t_ns for entry in SAID[:MINUTE]) == found.last_t_ns
    assert 80 * NS_PER_S == found.now_ns
    assert found.gap_s == ns_to_s(found.now_ns - found.last_t_ns)
    assert tuple(SAID[:MINUTE]) == found.recording.entries


def test_a_finished_file_of_a_race_that_is_not_over_is_found(tmp_path: Path) -> None:
    """GIVEN a service that was told to stop in the middle of the race, and closed the file THEN the
    race is found all the same.
    """
    path = left(tmp_path / "race.mcap", SAID[:MINUTE], began(80.0))
    McapWriter.resume(path).close()
    found, _ = find(tmp_path)
    assert found is not None
    assert () == found.recording.problems


@pytest.mark.parametrize(("boot", "now"), [("other", "this"), (None, None)])
def test_after_a_reboot_the_gap_goes_by_utc(
    tmp_path: Path, boot: str | None, now: str | None
) -> None:
    """GIVEN another boot, or a system that does not tell THEN the gap is by UTC, and it is not the
    same run.
    """
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(5.0, boot))
    found, said = find(tmp_path, clock=began(0.0, now), utc_now_s=100.0)
    assert found is not None
    assert (False, 100 * NS_PER_S, []) == (found.same_boot, found.now_ns, said)


@pytest.mark.parametrize(("utc", "utc_now_s"), [(UTC, 30.0), (UTC, -86_400.0), (None, 30.0)])
def test_a_machine_that_does_not_know_the_time(
    tmp_path: Path, utc: str | None, utc_now_s: float
) -> None:
    """GIVEN a Pi without a clock, whose UTC lies before what it has recorded THEN the race goes on
    as if there had been no gap, and that is said.
    """
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(5.0, "other"), utc=utc)
    found, said = find(tmp_path, utc_now_s=utc_now_s)
    assert found is not None
    assert 0.0 == found.gap_s
    assert [
        (
            "race.mcap: this machine's clock does not show how long the race was interrupted: "
            "assuming no gap"
        )
    ] == said


def wrote_at(path: Path, utc_s: float) -> None:
    """Have the file be last written so long after the beginning of the race, by UTC."""
    at_ns = (utc_ns(UTC) or 0) + s_to_ns(utc_s)
    os.utime(path, ns=(at_ns, at_ns))


def test_three_hours_by_utc_are_not_seven_seconds(tmp_path: Path) -> None:
    """GIVEN a machine whose own clock stood still in a sleep or a pause of three hours THEN the
    race is over, for UTC has gone on.
    """
    wrote_at(left(tmp_path / "race.mcap", SAID[:MINUTE], began(67.0)), 60.0)
    assert "it was interrupted 180 minutes ago, which is too long" in nothing(
        tmp_path, utc_now_s=60.0 + 3 * 3600
    )


def test_a_pause_of_minutes_counts_by_utc(tmp_path: Path) -> None:
    """GIVEN a machine whose own clock stood still for three minutes of the gap THEN the race goes
    on where UTC says, as a run of its own.
    """
    wrote_at(left(tmp_path / "race.mcap", SAID[:MINUTE], began(67.0)), 50.0)
    found, _ = find(tmp_path, utc_now_s=240.0)
    assert found is not None
    assert (False, 240 * NS_PER_S) == (found.same_boot, found.now_ns)


@pytest.mark.parametrize("off_s", [-86_400.0, -7200.0, 20.0])
def test_utc_set_while_the_race_was_on_ends_no_race(tmp_path: Path, off_s: float) -> None:
    """GIVEN UTC wrong when the race began and set in its course WHEN it breaks off for 10 s THEN it
    goes on: the file was written since then.
    """
    wrote_at(left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0)), 60.0 - off_s)
    found, _ = find(tmp_path, utc_now_s=70.0 - off_s)
    assert found is not None
    assert (True, 70 * NS_PER_S) == (found.same_boot, found.now_ns)


@pytest.mark.parametrize("boot", ["this", "other"])
def test_utc_set_in_the_gap_ends_no_race(tmp_path: Path, boot: str) -> None:
    """GIVEN a Pi that nobody had told the time WHEN the network tells it within a gap of 10 s THEN
    the race goes on, also after a reboot.
    """
    wrote_at(left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0, boot), utc_set=False), 60.0)
    now = Stopped(began_ns=NOW_NS if boot == "this" else s_to_ns(8.0), boot="this")
    found, _ = find(tmp_path, clock=now, utc_now_s=86_400.0)
    assert found is not None
    assert found.gap_s < 11.0


def test_a_clock_that_nobody_ever_set_is_compared_with_itself(tmp_path: Path) -> None:
    """GIVEN a laptop far from any network, then and now
    THEN its UTC tells the gap like any other.
    """
    wrote_at(left(tmp_path / "race.mcap", SAID[:MINUTE], began(67.0), utc_set=False), 60.0)
    assert "which is too long" in nothing(tmp_path, utc_now_s=7200.0, utc_is_set=False)


def test_a_machine_that_slept_before_the_race(tmp_path: Path) -> None:
    """GIVEN a laptop that slept for an hour between the first sensor and the start WHEN the race
    breaks off THEN it goes on: no damage.
    """
    slept_ns = s_to_ns(3600.0)
    entries = [
        Link(0, "pod", up=True),
        *(
            replace(entry, t_ns=entry.t_ns + slept_ns)
            for entry in SAID[:MINUTE]
            if isinstance(entry, INPUTS) and not isinstance(entry, Estimate)
        ),
    ]
    left(tmp_path / "race.mcap", entries, began(3670.0))
    found, said = find(tmp_path)
    assert (True, []) == (found is not None, said)


def test_a_laboratory_in_which_time_flies(tmp_path: Path) -> None:
    """GIVEN race time that runs ten times as fast THEN the gap is one of race time."""
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(9.0))
    found, _ = find(tmp_path, clock=replace(began(0.0), rate=10.0))
    assert found is not None
    assert 90 * NS_PER_S == found.now_ns


@pytest.mark.parametrize(
    ("clock", "how", "why"),
    [
        (began(11 * 60 + 2), {}, "it was interrupted 10 minutes ago, which is too long"),
        (
            began(0.0, "other"),
            {"utc_now_s": 3600.0},
            "it was interrupted 59 minutes ago, which is too long",
        ),
    ],
)
def test_a_race_of_long_ago_is_not_taken_up(
    tmp_path: Path, clock: Clock, how: dict[str, Any], why: str
) -> None:
    """GIVEN a race that broke off more than ten minutes ago THEN a new one begins, and it is said
    why.
    """
    left(tmp_path / "race.mcap", SAID[:MINUTE], clock)
    assert f"race.mcap not resumed: {why}" == nothing(tmp_path, **how)


@pytest.mark.parametrize("kind", [CommandKind.FINISH, CommandKind.ABORT])
def test_a_race_that_is_over_is_not_taken_up(tmp_path: Path, kind: CommandKind) -> None:
    """GIVEN a race that was finished or aborted THEN a new one begins, and that goes without
    saying.
    """
    engine = Engine(DOCUMENT.engine_config())
    entries: list[Entry] = []
    for event in (Command(0, CommandKind.START), Command(NS_PER_S, kind)):
        entries += [event, *engine.feed(event)]
    left(tmp_path / "race.mcap", entries, began(5.0))
    assert "" == nothing(tmp_path)


def test_a_race_that_never_started_is_not_taken_up(tmp_path: Path) -> None:
    """GIVEN sensors that were heard, but no start THEN a new recording begins: there is no lap to
    lose.
    """
    without_start = [
        entry
        for entry in SAID[:MINUTE]
        if isinstance(entry, INPUTS) and not isinstance(entry, Command)
    ]
    left(tmp_path / "race.mcap", without_start, began(70.0))
    assert "" == nothing(tmp_path)


def test_a_start_whose_consequences_were_lost_counts(tmp_path: Path) -> None:
    """GIVEN a process that was killed with the start recorded and nothing after it THEN the race is
    taken up and its beginning told again.
    """
    left(tmp_path / "race.mcap", [Command(0, CommandKind.START)], began(3.0))
    found, _ = find(tmp_path)
    assert found is not None
    engine, missing = found.engine, found.missing
    assert (Phase.BODY, True) == (
        engine.phase,
        PhaseChange(0, Phase.BODY, Phase.WAITING) in missing,
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"race": "5000m"}, "race was '1500m' and is now '5000m'"),
        ({"target_s": 240.0}, "target_s was None and is now 240.0"),
        ({"rules": "road"}, "rules was None and is now 'road'"),
        (
            {"sensors": {}},
            "its sensors were {'pod': 'generic-rsc', 'strap': 'generic-hr'} and are now {}",
        ),
    ],
)
def test_another_race_is_not_taken_up(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    """GIVEN a race that was set up differently
    THEN the new one begins, and the difference is told.
    """
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0))
    document = RaceDocument.parse({**DOCUMENT.model_dump(), **change}, "test")
    assert f"race.mcap not resumed: {why}" == nothing(tmp_path, document=document)


def test_a_learned_scale_is_no_reason_not_to_go_on(tmp_path: Path) -> None:
    """GIVEN a race that began with a learned scale WHEN another has been learned since, or
    forgotten THEN it goes on with the one it had.
    """
    learned = DOCUMENT.model_copy(update={"scale": 1.03, "scale_sd": 0.008})
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0), document=learned)
    found, said = find(tmp_path)
    assert found is not None
    assert (learned, []) == (found.document, said)


def test_another_scale_that_a_person_has_set_is_another_race(tmp_path: Path) -> None:
    """GIVEN a race that began with a learned scale WHEN a person has set another since THEN the new
    race begins with that.
    """
    learned = DOCUMENT.model_copy(update={"scale": 1.03, "scale_sd": 0.008})
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0), document=learned)
    told = DOCUMENT.model_copy(update={"scale": 1.01, "scale_sd": 0.008})
    assert "race.mcap not resumed: scale was 1.03 and is now 1.01" == nothing(
        tmp_path, document=told
    )


def test_the_usual_scale_that_a_person_has_set_is_told_from_none(tmp_path: Path) -> None:
    """GIVEN a race that began with a learned scale WHEN a person has set scale = 1.0 since THEN the
    new race begins with that.
    """
    learned = DOCUMENT.model_copy(update={"scale": 1.03, "scale_sd": 0.008})
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0), document=learned)
    told = RaceDocument.parse({**DOCUMENT.as_json(), "scale": 1.0}, "test")
    assert told == DOCUMENT
    assert "race.mcap not resumed: scale was 1.03 and is now 1.0" == nothing(
        tmp_path, document=told
    )


@pytest.mark.parametrize(
    "said", [{}, {"scale": 1.0}, {"scale_sd": 0.03}, {"scale": 1.0, "scale_sd": 0.03}]
)
def test_a_race_that_began_with_the_usual_scale_goes_on(
    tmp_path: Path, said: dict[str, float]
) -> None:
    """GIVEN a race whose usual scale a person had set WHEN it is set in the same words or others
    THEN it goes on, and keeps that it was said.
    """
    told = RaceDocument.parse({**DOCUMENT.as_json(), "scale": 1.0}, "test")
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0), document=told)
    found, words = find(
        tmp_path, document=RaceDocument.parse({**DOCUMENT.as_json(), **said}, "test")
    )
    assert found is not None
    assert [] == words
    assert "scale" in found.document.model_fields_set


def test_a_changed_profile_is_a_reason_not_to_go_on(tmp_path: Path) -> None:
    """GIVEN a profile that was edited since THEN the engine would not do again what it did, and
    that is said.
    """
    sensors = {
        **DOCUMENT.sensors,
        "pod": DOCUMENT.sensors["pod"].model_copy(update={"sha256": "0" * 64}),
    }
    left(
        tmp_path / "race.mcap",
        SAID[:MINUTE],
        began(70.0),
        document=DOCUMENT.model_copy(update={"sensors": sensors}),
    )
    assert "race.mcap not resumed: profile generic-rsc has changed since" == nothing(tmp_path)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def _strange_form(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"zero_ns", b"zero_xx"))


def _another_race(path: Path) -> None:
    path.write_bytes(
        path.read_bytes()
        .replace(b'{\\"race\\": \\"1500m\\"', b'{\\"racx\\": \\"1500m\\"')
        .replace(b'{"race": "1500m"', b'{"racx": "1500m"')
    )


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_truncated, "it has no header, the file is truncated there"),
        (
            lambda path: path.write_bytes(b""),
            ("it has no header, the file is truncated there"),
        ),
        (_strange_form, "its header's live.zero_ns is None, which kickcue never writes"),
        (_another_race, "its configuration: racx"),
        (lambda path: _in_the_middle(path, b"\xff" * 20), "it is damaged at byte"),
        (
            lambda path: path.write_bytes(path.read_bytes().replace(b'"sensor":', b'"sensxr":')),
            "records are unreadable",
        ),
    ],
)
def test_a_damaged_recording_is_set_aside(
    tmp_path: Path, damage: Callable[[Path], Any], why: str
) -> None:
    """GIVEN a newest recording that is damaged THEN it is renamed and named, byte for byte as it
    was, and hides no older race that goes on.
    """
    path = left(tmp_path / "new.mcap", SAID[:MINUTE], began(70.0))
    damage(path)
    was = path.read_bytes()
    said = nothing(tmp_path)
    assert said.startswith("new.mcap is damaged (")
    assert said.endswith("): renamed to new.mcap.damaged")
    assert why in said
    assert ["new.mcap.damaged"] == [each.name for each in tmp_path.iterdir()]
    assert was == (tmp_path / "new.mcap.damaged").read_bytes()
    assert "" == nothing(tmp_path)
    left(tmp_path / "old.mcap", SAID[:MINUTE], began(70.0))
    (tmp_path / "new.mcap.damaged").rename(path)
    os.utime(tmp_path / "old.mcap", ns=(0, 0))
    found, _ = find(tmp_path)
    assert found is not None
    assert "old.mcap" == found.path.name


def _in_the_middle(path: Path, data: bytes) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + data + whole[len(whole) // 2 :])


def test_what_was_set_aside_before_is_not_overwritten(tmp_path: Path) -> None:
    """GIVEN a recording of the same name that was set aside already THEN both are kept."""
    for number in range(3):
        _truncated(left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0, str(number))))
        nothing(tmp_path)
    assert {"race.mcap.damaged", "race.mcap.damaged-2", "race.mcap.damaged-3"} == {
        path.name for path in tmp_path.iterdir()
    }


def _odd(folder: Path, kind: str) -> None:
    path = folder / f"{kind}.mcap"
    if kind == "dangling":
        path.symlink_to(folder / "nowhere")
    elif kind == "circle":
        path.symlink_to(path)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(1 << 40)
    else:
        path.write_bytes(b"a" * 1000 if kind == "foreign" else MCAP_MAGIC + b"\x06" + bytes(500))


@pytest.mark.parametrize(
    "kind", ["dangling", "circle", "pipe", "device", "folder", "huge", "foreign"]
)
def test_what_is_no_recording_hides_none(tmp_path: Path, kind: str) -> None:
    """GIVEN a strange file of the name of a recording, the newest of all THEN it is named in one
    sentence, left alone, and the race goes on.
    """
    path = left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0))
    os.utime(path, ns=(0, 0))
    _odd(tmp_path, kind)
    found, said = find(tmp_path)
    assert found is not None
    assert path == found.path
    (sentence,) = said
    assert f"{kind}.mcap" in sentence
    assert os.path.lexists(tmp_path / f"{kind}.mcap")


def test_many_strange_files_are_one_sentence(tmp_path: Path) -> None:
    """GIVEN a folder full of links that lead nowhere THEN one sentence tells of them."""
    for number in range(100):
        (tmp_path / f"{number:03}.mcap").symlink_to("nowhere")
    assert nothing(tmp_path).endswith(
        "000.mcap (No such file or directory), 001.mcap (No such file or directory), 002.mcap (No "
        "such file or directory) and 97 more"
    )


def test_a_recording_of_another_form_is_left_as_it_is(tmp_path: Path) -> None:
    """GIVEN a recording that a later kickcue has written THEN it is told and not set aside: it is
    not damaged.
    """
    path = left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0))
    path.write_bytes(
        path.read_bytes().replace(
            b"\x07\x00\x00\x00kickcue\x01\x00\x00\x001", b"\x07\x00\x00\x00kickcue\x01\x00\x00\x002"
        )
    )
    assert (
        "ignored race.mcap: another version of kickcue wrote it (format 2, this one writes 1)"
        == nothing(tmp_path)
    )
    assert path.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zero_ns", 10**400),
        ("began_ns", -1),
        ("began_ns", 10**17),
        ("run_id", ""),
        ("run_id", "x" * 65),
    ],
)
def test_a_run_that_cannot_be_is_damage(tmp_path: Path, field: str, value: Any) -> None:
    """GIVEN facts of a run that no clock and no run could have told
    THEN nothing goes on with them.
    """
    left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0), **{field: value})
    assert "renamed to race.mcap.damaged" in nothing(tmp_path)


@pytest.mark.parametrize(
    ("t_s", "why"),
    [
        (100.0, "its last record is 30 s in the future"),
        (86_400.0, "its time jumps from 59 s to 86400 s"),
    ],
)
def test_a_record_of_the_future_is_damage(tmp_path: Path, t_s: float, why: str) -> None:
    """GIVEN a last record that is later than now THEN the race is not taken up: its time would
    stand still until then.
    """
    left(tmp_path / "race.mcap", [*SAID[:MINUTE], Tick(s_to_ns(t_s))], began(70.0))
    assert why in nothing(tmp_path)


@pytest.mark.skipif(os.getuid() == 0, reason="root may read and write everything")
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """GIVEN a folder of recordings that this user may not look into THEN that is said, and a new
    race begins.
    """
    tmp_path.chmod(0)
    said = nothing(tmp_path)
    tmp_path.chmod(0o700)
    assert f"cannot search {tmp_path} for an interrupted race: Permission denied" in said
    tmp_path.chmod(0o700)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_damage_lets_a_race_start(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """GIVEN a recording with any bytes flipped, cut, inserted, or its figures made huge THEN it is
    taken up or set aside, or not the race.

    Nothing is raised, not even to be caught: an error that no reader has meant would be told by its
    Python name.
    """
    folder = tmp_path_factory.mktemp("races")
    path = folder / "race.mcap"
    path.write_bytes(_mutated(data, WRITTEN))
    found, said = find(folder)
    assert not [sentence for sentence in said if "in reading it" in sentence]
    if found is None:
        assert said or not found
        return
    assert found.engine.phase is not None
    writer = McapWriter.resume(path)
    for event in (Tick(found.now_ns), Command(found.now_ns, CommandKind.FINISH)):
        writer.write(event)
        for output in found.engine.feed(event):
            writer.write(output)
    writer.close()
    assert read(path).inputs[-1] == Command(found.now_ns, CommandKind.FINISH)


WRITTEN: Final = _written()
HUGE: Final = (
    b"1e308",
    b"-1e308",
    b"9" * 400,
    b"-9" + b"0" * 30,
    b"18446744073709551616",
    b"NaN",
    b"[]",
    b'"x"',
    b"null",
    b"true",
)


def _mutated(data: st.DataObject, whole: bytes) -> bytes:
    """Return the recording with some damages of one kind or another, the lengths of records put
    right where a figure was replaced.
    """
    found = whole
    for _ in range(data.draw(st.integers(1, 4))):
        kind = data.draw(
            st.sampled_from(["flip", "cut", "insert", "end", "figure", "figure", "figure"])
        )
        at = data.draw(st.integers(0, len(found) - 1))
        if kind == "flip":
            found = (
                found[:at]
                + bytes([found[at] ^ 1 << data.draw(st.integers(0, 7))])
                + found[at + 1 :]
            )
        elif kind == "cut":
            found = found[:at] + found[at + data.draw(st.integers(1, 2000)) :]
        elif kind == "insert":
            found = found[:at] + data.draw(st.binary(min_size=1, max_size=50)) + found[at:]
        elif kind == "end":
            found = found[: max(at, 9)]
        else:
            found = _with_figure(
                found,
                data.draw(st.integers(0, 400)),
                data.draw(st.integers(0, 20)),
                data.draw(st.sampled_from(HUGE)),
            )
        if len(found) < 20:
            break
    return found


def _with_figure(whole: bytes, record: int, figure: int, value: bytes) -> bytes:
    """Return the file with one figure in the JSON of one record, or of the header, replaced; the
    record's length tells the new one.
    """
    walk = Walk(whole)
    records = [
        (start, end)
        for opcode, start, end in walk.records()
        if opcode in (Opcode.MESSAGE, Opcode.METADATA)
    ]
    if not records:
        return whole
    start, end = records[record % len(records)]
    content = whole[start:end]
    head = MESSAGE_HEAD if whole[start - 9] == Opcode.MESSAGE else 0
    figures = list(re.finditer(rb"(?<=[:\[ ])-?\d+(?:\.\d+)?(?=[,}\] ])", content[head:]))
    if not figures:
        return whole
    at = figures[figure % len(figures)]
    content = content[: head + at.start()] + value + content[head + at.end() :]
    if not head:  # a map of texts with their lengths: only as long as it was is it still one
        content = content[: end - start].ljust(end - start)
    return whole[: start - 8] + len(content).to_bytes(8, "little") + content + whole[end:]


def test_the_newest_is_the_one_written_last(tmp_path: Path) -> None:
    """GIVEN two unfinished races WHEN looked for THEN the one is found that was written last,
    whatever the names say.
    """
    left(tmp_path / "20990101T000000Z-1500m.mcap", SAID[:MINUTE], began(70.0))
    newest = left(tmp_path / "20260614T100911Z-1500m.mcap", SAID[:MINUTE], began(70.0))
    os.utime(tmp_path / "20990101T000000Z-1500m.mcap", ns=(0, 0))
    found, _ = find(tmp_path)
    assert found is not None
    assert newest == found.path


def test_a_record_that_is_damaged_is_told_and_lived_with(tmp_path: Path) -> None:
    """GIVEN one record in the middle that cannot be read WHEN looked for THEN the race is taken up
    all the same, and the loss is told.
    """
    path = left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0))
    path.write_bytes(path.read_bytes().replace(b'"sensor":"strap"', b'"sensxr":"strap"', 1))
    found, said = find(tmp_path)
    assert found is not None
    assert len(SAID[:MINUTE]) - 1 == len(found.recording.entries)
    assert ["race.mcap: 1 damaged records"] == [sentence.partition(", ")[0] for sentence in said]
    assert Phase.BODY is found.engine.phase


def test_a_recording_without_a_live_race_is_nobodys(tmp_path: Path) -> None:
    """GIVEN a recording that no live race made (a replay's, or sensors only) THEN a new race begins
    without a word.
    """
    writer = McapWriter(
        tmp_path / "race.mcap", Header(race="1500m", setup=DOCUMENT.as_json(), ticks=True)
    )
    writer.write(Command(0, CommandKind.START))
    writer.leave()
    assert "" == nothing(tmp_path)


def test_a_race_that_another_process_is_recording_is_left_alone(tmp_path: Path) -> None:
    """GIVEN a race that a living process records THEN it is not taken over, and that is said."""
    path = left(tmp_path / "race.mcap", SAID[:MINUTE], began(70.0))
    writer = McapWriter.resume(path)
    assert "cannot resume race.mcap: another process is writing it" == nothing(tmp_path)
    writer.leave()
    assert find(tmp_path)[0] is not None


def test_no_folder_and_no_recordings(tmp_path: Path) -> None:
    """GIVEN a first start, without any recording or even their folder THEN a new race begins
    without a word.
    """
    assert "" == nothing(tmp_path / "races")
    (tmp_path / "race.jsonl").write_text("{}")
    assert "" == nothing(tmp_path)


# ---- the engine


def inputs_of(entries: Iterable[Entry]) -> Iterator[Input]:
    for entry in entries:
        if isinstance(entry, Notification | Link | Mark | Command | Fix | Ack | Tick):
            yield entry


def cuts() -> list[int]:
    """Return places to cut at: many, and all around each cue, arm and change of phase."""
    telling = [
        at for at, entry in enumerate(SAID) if isinstance(entry, Cue | Arm | PhaseChange) and at > 3
    ]
    return sorted({at + off for at in telling for off in (0, 1, 2)} | set(range(5, len(SAID), 101)))


@pytest.mark.parametrize("cut", cuts())
def test_an_engine_is_brought_back_whole(tmp_path: Path, cut: int) -> None:
    """GIVEN a race cut off after any record WHEN brought back THEN the missing outputs and all that
    follows are as if nothing had been.
    """
    left(tmp_path / "race.mcap", SAID[:cut], began(ns_to_s(SAID[cut - 1].t_ns)))
    found, _ = find(tmp_path)
    if found is None:
        over = [entry for entry in SAID[:cut] if isinstance(entry, PhaseChange)][-1].phase
        assert Phase.FINISHED is over
        return
    engine, missing = found.engine, found.missing
    again: list[Entry] = [*SAID[:cut], *missing]
    for event in inputs_of(SAID[len(again) :]):
        again += [event, *engine.feed(event)]
    assert SAID == again


@pytest.mark.parametrize("cut", [MINUTE, MINUTE + 1, MINUTE + 2])
def test_a_recording_verifies_after_its_race_was_taken_up(tmp_path: Path, cut: int) -> None:
    """GIVEN a race cut off between an input and its outputs WHEN they are recorded after all and
    the race goes on THEN the whole file verifies.
    """
    path = left(tmp_path / "race.mcap", SAID[:cut], began(ns_to_s(SAID[cut - 1].t_ns)))
    found, _ = find(tmp_path)
    assert found is not None
    engine, missing = found.engine, found.missing
    with McapWriter.resume(path) as writer:
        for output in missing:
            writer.write(output)
        for event in inputs_of(SAID[cut:]):
            if event.t_ns > found.last_t_ns + 20 * NS_PER_S:
                writer.write(event)
                for output in engine.feed(event):
                    writer.write(output)
    whole = read(path)
    assert () == whole.problems
    assert None is first_difference(
        whole,
        tuple(output for _, outputs in source(whole, None).run() for output in outputs),
        exact=True,
    )


# ---- the watch's own timer


def bell(t_s: float) -> Cue:
    cue = next(entry for entry in SAID if isinstance(entry, Cue))
    return replace(cue, t_ns=s_to_ns(t_s), id="last_lap-1")


def armed(t_s: float, due_s: float, cue_id: str = "last_lap-1") -> Arm:
    return Arm(
        s_to_ns(t_s), replace(bell(t_s), id=cue_id), round((due_s - t_s) * NS_PER_S / NS_PER_MS)
    )


@pytest.mark.parametrize(
    ("outputs", "felt"),
    [
        ([armed(2, 30)], {"last_lap-1"}),
        ([armed(2, 50)], set()),
        ([armed(2, 30), armed(3, 50)], set()),
        ([armed(2, 50), armed(3, 30)], {"last_lap-1"}),
        ([armed(2, 30), Disarm(s_to_ns(4), "last_lap-1", "aborted")], set()),
        ([armed(2, 30), bell(9)], set()),
        ([armed(2, 4)], {"last_lap-1"}),
        ([armed(2, 30), bell(9), armed(9, 35, "last_lap-2")], {"last_lap-2"}),
        ([], set()),
    ],
)
def test_what_the_watch_has_felt_in_the_gap(
    tmp_path: Path, outputs: Sequence[Output], felt: set[str]
) -> None:
    """GIVEN a reboot, and 40 s of race time now THEN what was armed for earlier and not called off
    counts as felt; within one boot nothing does.
    """
    start: list[Input | Output] = [Command(0, CommandKind.START), *outputs, Tick(s_to_ns(9))]
    left(tmp_path / "race.mcap", start, began(5.0, "other"))
    found, _ = find(tmp_path, utc_now_s=40.0)
    assert found is not None
    found = replace(found, recording=Recording.of(found.path, found.recording.header, start))
    assert felt == felt_by_timer(found)
    assert frozenset() == felt_by_timer(replace(found, same_boot=True))
