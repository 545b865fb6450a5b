"""A race on a phone, in plain Python: what it says, what it keeps, and how it goes on."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.cli import main
from kickcue.core.events import Cue, CueKind
from kickcue.edges.mqtt.messages import MODELS
from kickcue.recording import read
from kickcue.standalone.after_race import as_mcap, report
from kickcue.standalone.browser import BrowserRace
from tests.standalone.played import RUN, ZERO_MS, Played, asked, played, requests, shipped

DOCUMENT: Final = {"race": "1500m", "language": "de", "target_s": 260.0}
MOMENTS: Final = (0.02, 0.15, 0.5, 0.72, 0.9)
"""Shares of a race at which the tab is killed."""


@pytest.fixture(scope="module")
def whole() -> Played:
    return played(DOCUMENT)


def test_its_messages_are_those_of_the_wire(whole: Played) -> None:
    """GIVEN a whole race WHEN its messages are read as a receiver of MQTT does THEN each is one,
    and the page hears of everything.
    """
    names = {each["name"] for each in whole.messages}
    for each in whole.messages:
        MODELS[each["name"]].model_validate_json(json.dumps(each["message"]))
    assert {"status", "state", "race", "laps", "arm", "cue"} <= names
    laps = [each["message"]["laps"] for each in whole.messages if each["name"] == "laps"]
    assert [1, 2, 3, 4] == [lap["lap"] for lap in laps[-1]]


def test_a_computer_verifies_it(
    whole: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN the lines that were kept WHEN they are made a file for a computer THEN kickcue verify
    holds it, and kickcue report makes a page of it.
    """
    path = tmp_path / "race.mcap"
    as_mcap(whole.lines, str(path))
    assert 0 == main(["verify", str(path)])
    assert "holds" in capsys.readouterr().out
    assert 0 == main(["report", str(path), "-o", str(tmp_path / "race.html")])


def test_the_report_is_made_on_the_phone(whole: Played) -> None:
    """GIVEN a race WHEN its report is asked for THEN it is the page that a computer makes."""
    page = report(whole.lines, shipped())
    assert page.startswith("<!doctype html>")
    assert "1500" in page
    assert "strap (generic-hr)" in page
    assert "treadmill" not in page  # which the phone could have read


def test_presses_alone_are_a_race(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a phone that can read no sensor, as an iPhone WHEN a race was marked by hand THEN a
    computer verifies it, replays it and makes its report like any other.
    """
    found = Played(DOCUMENT)
    presses = [("start", 1.0), ("lap", 61.0), ("lap", 131.0), ("lap", 201.0), ("finish", 270.0)]
    for kind, at_s in presses:
        found.feed({"what": "command", "kind": kind, "at_ms": ZERO_MS + 1000.0 * at_s})
    path = tmp_path / "race.mcap"
    as_mcap(found.lines, str(path))
    assert 0 == main(["verify", str(path)])
    assert "holds" in capsys.readouterr().out
    assert 0 == main(["replay", str(path)])
    assert "finished" in capsys.readouterr().out
    assert 0 == main(["report", str(path), "--text"])
    assert "4:29.0" in capsys.readouterr().out


def cues(messages: list[dict[str, Any]]) -> list[str]:
    return [each["message"]["id"] for each in messages if each["name"] == "cue"]


@pytest.mark.parametrize("share", [each / 61 for each in range(1, 56)])
@pytest.mark.long
def test_a_tab_killed_at_any_moment_goes_on(whole: Played, share: float) -> None:
    """As below, throughout the race."""
    test_a_killed_tab_goes_on(whole, share, 0.0)


@pytest.mark.parametrize(
    ("share", "set_ms"), [*((each, 0.0) for each in MOMENTS), (0.3, -180_000.0), (0.8, -500.0)]
)
def test_a_killed_tab_goes_on(whole: Played, share: float, set_ms: float) -> None:
    """GIVEN a tab that is killed at any moment, in the middle of a line WHEN the page comes again,
    be the time of day set back meanwhile, and the sensors go on THEN lap, clock and cues are those
    of the race that was not killed, and no cue is one that is not known by its id.
    """
    given = whole.taken
    killed = Played(DOCUMENT)
    at = round(len(given) * share)
    for request in given[:at]:
        killed.take(request)
    before = cues(killed.messages)
    half = killed.lines + '{"t": 12'
    text = half[: half.rindex("\n") + 1]

    again = BrowserRace(shipped())
    now_ms = given[at - 1]["at_ms"] + 40.0 + set_ms
    resume = {"what": "resume", "at_ms": now_ms, "run_id": RUN, "text": text}
    said = json.loads(again.take(json.dumps(resume)))
    assert "error" not in said, said
    killed.race, killed.messages, killed.wake_ms = again, said["messages"], said["wake_ms"]
    killed.lines = text + said["lines"]
    greeted = json.loads(again.take(json.dumps({"what": "greet", "at_ms": now_ms})))["messages"]
    for request in given[at:]:
        killed.feed({**request, "at_ms": request["at_ms"] + set_ms})

    assert {RUN} == {each["message"]["run_id"] for each in [*killed.messages, *greeted]}
    assert set(cues(whole.messages)) == {*before, *cues(killed.messages)}
    assert last(whole, "laps")["gun_ms"] == last(killed, "laps")["gun_ms"]
    assert last(whole, "status")["phase"] == last(killed, "status")["phase"] == "finished"
    assert [lap["lap"] for lap in last(whole, "laps")["laps"]] == [
        lap["lap"] for lap in last(killed, "laps")["laps"]
    ]


def last(found: Played, name: str) -> dict[str, Any]:
    message: dict[str, Any] = [e["message"] for e in found.messages if e["name"] == name][-1]
    return message


def test_what_was_killed_is_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race that was killed and gone on with WHEN a computer verifies its recording THEN it
    holds, and the bell is in it once.
    """
    found = Played(DOCUMENT)
    every = list(requests(DOCUMENT))
    for request in every[: len(every) // 2]:
        found.feed(request)
    # The outputs of the last event were not written any more.
    lines = found.lines.splitlines()
    while '"out"' in lines[-1]:
        lines.pop()
    text = "\n".join(lines) + "\n"
    now_ms = found.taken[-1]["at_ms"] + 4000.0
    found.race = BrowserRace(shipped())
    resume = {"what": "resume", "at_ms": now_ms, "run_id": RUN, "text": text}
    said = json.loads(found.race.take(json.dumps(resume)))
    found.lines, found.wake_ms = text + said["lines"], said["wake_ms"]
    for request in every[len(every) // 2 :]:
        found.feed({**request, "at_ms": max(request["at_ms"], now_ms)})
    path = tmp_path / "race.mcap"
    as_mcap(found.lines, str(path))
    assert 0 == main(["verify", str(path)]), capsys.readouterr().out
    bells = [
        out
        for out in read(path).outputs
        if isinstance(out, Cue) and out.kind in (CueKind.LAST_LAP, CueKind.HOLD)
    ]
    assert 1 == len(bells)


@pytest.mark.parametrize("back_ms", [5_000.0, 480_000.0])
def test_a_clock_that_was_set_back_holds_nothing_up(whole: Played, back_ms: float) -> None:
    """GIVEN a phone whose clock is set back while its tab is gone WHEN the race is gone on with
    THEN time passes from where it was, at once, and the ticks that it wants are due on that clock.
    """
    half = whole.taken[: len(whole.taken) // 2]
    killed = Played(DOCUMENT)
    for request in half:
        killed.take(request)
    now_ms = half[-1]["at_ms"] - back_ms
    resume = {"what": "resume", "at_ms": now_ms, "run_id": RUN, "text": killed.lines}
    again = BrowserRace(shipped())
    said = asked(again, resume)
    assert now_ms < said["wake_ms"] < now_ms + 5000.0
    before = recorded_s(killed.lines)
    for request in whole.taken[len(half) :][:20]:
        said = asked(again, {**request, "at_ms": request["at_ms"] - back_ms})
        passed_s = (request["at_ms"] - half[-1]["at_ms"]) / 1000.0
        assert recorded_s(said["lines"]) == pytest.approx(before + passed_s, abs=0.001)


def recorded_s(lines: str) -> float:
    """Return the time of the last line."""
    found: float = json.loads(lines.splitlines()[-1])["t"]
    return found


@pytest.mark.parametrize("what", ["nothing", "not begun", "over", "long ago", "to come"])
def test_what_is_not_on_is_not_gone_on_with(whole: Played, what: str) -> None:
    """GIVEN a recording of a race that was not begun, is over, was broken off an hour ago, or will
    be in an hour WHEN the page comes THEN it is not gone on with, and says why.
    """
    lines = whole.lines.splitlines(keepends=True)
    text = {
        "nothing": lines[0],
        "not begun": "".join([lines[0], *(each for each in lines if '"sensor"' in each)][:9]),
        "over": whole.lines,
        "long ago": "".join(lines[: len(lines) // 2]),
        "to come": "".join(lines[: len(lines) // 2]),
    }[what]
    hour_ms = {"long ago": 3_600_000.0, "to come": -3_600_000.0}.get(what, 10.0)
    now_ms = whole.taken[len(whole.taken) // 2]["at_ms"] + hour_ms
    resume = {"what": "resume", "at_ms": now_ms, "run_id": RUN, "text": text}
    assert json.loads(BrowserRace(shipped()).take(json.dumps(resume))).keys() == {"error"}


def test_a_treadmill_counts_metres() -> None:
    """GIVEN a treadmill that the page has connected, and no pod WHEN it runs THEN the race goes by
    its metres.
    """
    race = Played({"race": "1500m"})
    race.feed({"what": "command", "kind": "start", "at_ms": ZERO_MS + 1000})
    for second in range(1, 100):
        metres = 4 * second  # 14.4 km/h
        data = (
            (4).to_bytes(2, "little") + (1440).to_bytes(2, "little") + metres.to_bytes(3, "little")
        )
        race.feed(
            {
                "what": "sensor",
                "at_ms": ZERO_MS + 1000 + 1000 * second,
                "sensor": "treadmill",
                "char": "2acd",
                "hex": data.hex(),
            }
        )
    last = [each["message"] for each in race.messages if each["name"] == "state"][-1]
    assert 396 == pytest.approx(last["distance_m"], abs=25)
