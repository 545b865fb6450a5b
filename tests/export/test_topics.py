"""What an exported MCAP tells people, and that kickcue reads the file as before."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcap.reader import make_reader

from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import UsageError
from kickcue.core.events import (
    Ack,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Fix,
    Level,
    Mark,
    MarkSource,
    Mode,
    Notice,
    Notification,
    Phase,
    PhaseChange,
)
from kickcue.export.mcap import write_mcap
from kickcue.export.topic_schemas import TOPICS
from kickcue.recording import Header, Recording, read
from kickcue.recording.codec import SHAPES
from kickcue.recording.model import Entry
from tests.conftest import REPO
from tests.recording.event_strategies import entries, headers

UTC: Final = "2026-06-14T10:09:11Z"
UTC_S: Final = 1_781_431_751
HEADER: Final = Header(race="5000m", utc=UTC, sensors={"pod": "generic-rsc"}, made_by="a test")
PROFILES: Final = load_profiles()


def published(
    tmp_path: Path, *race: Entry, header: Header = HEADER
) -> Mapping[str, list[dict[str, Any]]]:
    path = tmp_path / "race.mcap"
    path.unlink(missing_ok=True)
    write_mcap(Recording.of(path, header, race), path, PROFILES)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with path.open("rb") as file:
        for _, channel, message in make_reader(file, validate_crcs=True).iter_messages():
            found[channel.topic].append(json.loads(message.data))
    return found


def test_a_pod_is_decoded(tmp_path: Path) -> None:
    """A notification of a foot pod becomes speed, pace, cadence in steps, step length and total."""
    # 3.5 m/s, 90 strides, stride 2.33 m, total 1234.4 m, running
    raw = bytes.fromhex("0780035ae90038300000")
    (pod,) = published(tmp_path, Notification(1_500_000_000, "pod", "2a53", raw))["/pod"]
    assert {"sec": UTC_S + 1, "nsec": 500_000_000} == pod["timestamp"]
    assert ("pod", 3.5, 180.0, 1234.4, True) == (
        pod["sensor"],
        pod["speed_mps"],
        pod["cadence_spm"],
        pod["distance_m"],
        pod["running"],
    )
    assert pytest.approx(1000 / 3.5 / 60) == pod["pace_min_per_km"]
    assert pytest.approx(3.5 / 3.0) == pod["step_m"]


def test_who_stands_has_no_pace(tmp_path: Path) -> None:
    """GIVEN a pod at speed 0 THEN there is a speed, and neither a pace nor a length of steps."""
    raw = bytes.fromhex("02000000") + (77).to_bytes(4, "little")
    (pod,) = published(tmp_path, Notification(0, "pod", "2a53", raw))["/pod"]
    assert 0.0 == pod["speed_mps"]
    assert not {"pace_min_per_km", "step_m"} & pod.keys()


def test_a_heart_rate_is_decoded(tmp_path: Path) -> None:
    """A strap's notification becomes beats a minute; by a 0 it reports that it has none."""
    found = published(
        tmp_path,
        Notification(0, "strap", "2a37", bytes((0x16, 148))),
        Notification(1, "strap", "2a37", bytes((0x00, 0))),
    )
    first, second = found["/heart_rate"]
    assert (148, True) == (first["bpm"], first["contact"])
    assert "bpm" not in second


@pytest.mark.parametrize(("accuracy_m", "variance", "kind"), [(3.0, 9.0, 1), (None, 0.0, 0)])
def test_a_fix_is_a_foxglove_location(
    tmp_path: Path, accuracy_m: float | None, variance: float, kind: int
) -> None:
    """A fix has the place, the moment the runner was there and, where known, its variance."""
    fix = Fix(2_000_000_000, 51.8, -0.4, accuracy_m, age_s=0.5)
    (at,) = published(tmp_path, fix)["/position"]
    assert (51.8, -0.4) == (at["latitude"], at["longitude"])
    assert {"sec": UTC_S + 1, "nsec": 500_000_000} == at["timestamp"]
    assert [variance, 0, 0, 0, variance, 0, 0, 0, 0] == at["position_covariance"]
    assert kind == at["position_covariance_type"]


def test_no_place_is_no_position(tmp_path: Path) -> None:
    """A receiver that says 0, 0 is nowhere: the map shows nothing of it."""
    assert "/position" not in published(tmp_path, Fix(0, 0.0, 0.0))


def test_an_estimate_has_its_error(tmp_path: Path) -> None:
    """GIVEN an estimate known to 10 m of standard deviation THEN 95 % of cases lie within 19.6."""
    out = Estimate(0, 1000.0, 10.0, 5.0, 180.0, 171.0, 3, 4000.0, None, Mode.MARKS)
    (estimate,) = published(tmp_path, out)["/estimate"]
    assert (1000.0, 19.6, 980.4, 1019.6, "marks") == tuple(
        estimate[key] for key in ("distance_m", "plus_minus_m", "lower_m", "upper_m", "mode")
    )
    assert pytest.approx(10 / 3) == estimate["pace_min_per_km"]


def test_the_log_tells_the_race(tmp_path: Path) -> None:
    """Orders, presses, cues, the watch's answers, notices: in order, with what is wrong louder."""
    cue = Cue(3, "c1", CueKind.LAST_LAP, "Last lap", None, (), 1, 2000, 400.0, 2.0)
    found = published(
        tmp_path,
        Command(1, CommandKind.START),
        Mark(2, MarkSource.BUTTON),
        cue,
        Ack(4, "c1", felt=True),
        Ack(5, "c2", felt=False, why="late"),
        Notice(6, "silent", "pod is silent", Level.WARNING, "pod"),
        Notice(7, "back", "pod is back", Level.INFO, "pod"),
    )["/log"]
    assert [
        (2, "command.start", "start"),
        (2, "mark.button", "at the line"),
        (2, "cue.last_lap", "Last lap"),
        (2, "watch", "c1 felt"),
        (3, "watch", "c2 dropped: late"),
        (3, "notice.silent", "pod is silent"),
        (2, "notice.back", "pod is back"),
    ] == [(line["level"], line["name"], line["message"]) for line in found]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(headers, st.lists(entries, max_size=8))
def test_kickcue_reads_it_as_before(tmp_path: Path, header: Header, race: list[Entry]) -> None:
    """Whatever was recorded is read back from the export entry by entry, without a word about the
    topics beside it; and each topic's messages are what its schema says.
    """
    path = tmp_path / "race.mcap"
    path.unlink(missing_ok=True)
    write_mcap(Recording.of(path, header, race), path, PROFILES)
    found = read(path)
    assert (header, tuple(race)) == (found.header, found.entries)
    assert ((), ()) == (found.problems, found.notes)
    with path.open("rb") as file:
        for schema, _, message in make_reader(file, validate_crcs=True).iter_messages():
            assert schema is not None
            Draft202012Validator(json.loads(schema.data)).validate(json.loads(message.data))


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    """GIVEN a file of that name WHEN exporting THEN it is refused and stays as it was."""
    path = tmp_path / "race.mcap"
    path.write_text("precious")
    with pytest.raises(UsageError, match="already exists"):
        write_mcap(Recording.of(path, HEADER, ()), path, PROFILES)
    assert "precious" == path.read_text()


def test_without_topics_it_is_as_a_live_recording(tmp_path: Path) -> None:
    """GIVEN topics are not wanted THEN only kickcue's own channels are in the file."""
    path = tmp_path / "race.mcap"
    write_mcap(Recording.of(path, HEADER, (Fix(0, 51.8, -0.4),)), path, PROFILES, topics=False)
    with path.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    assert {shape.topic for shape in SHAPES} == {
        channel.topic for channel in summary.channels.values()
    }


def _paths(layout: Any) -> set[str]:
    """Return all message paths and topics that panels are set to."""
    found = set()
    for panel in layout["configById"].values():
        found |= {path["value"] for path in panel.get("paths", ())}
        found |= {
            panel[key] for key in ("topicToRender", "topicPath", "followTopic") if key in panel
        }
    return found


def _panels(tree: Any) -> set[str]:
    return {tree} if isinstance(tree, str) else _panels(tree["first"]) | _panels(tree["second"])


def test_the_layout_shows_what_is_there() -> None:
    """Each panel of the layout is on the page once, and each of its paths leads to a field that
    this version writes.
    """
    layout = json.loads((REPO / "docs" / "foxglove-layout.json").read_text(encoding="utf-8"))
    fields = {topic.name: topic.schema["properties"].keys() for topic in TOPICS}
    fields |= {shape.topic: shape.schema("")["properties"].keys() for shape in SHAPES}
    assert layout["configById"].keys() == _panels(layout["layout"])
    paths = _paths(layout)
    assert len(paths) > len(layout["configById"])
    for path in paths:
        topic, _, field = path.partition(".")
        assert topic in fields
        assert not field or field in fields[topic]


def test_a_phase_is_nobodys_log_line(tmp_path: Path) -> None:
    """A phase has a panel of its own: it is in kickcue's channel and in no topic beside it."""
    phase = PhaseChange(0, Phase.BODY, Phase.WAITING)
    assert {"/out/phase"} == published(tmp_path, phase).keys()


def test_every_topic_is_in_the_documents() -> None:
    """The table of topics names each of them with its schema."""
    text = (REPO / "docs" / "recording.md").read_text(encoding="utf-8")
    for topic in TOPICS:
        assert f"| `{topic.name}` | `{topic.schema_name}` |" in text
