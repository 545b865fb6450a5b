"""What the log says of every part of a run: each change at once, what is bad once more each minute,
and never a line a second.
"""

import logging
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.config.settings import load_settings
from kickcue.daemon import race_daemon
from kickcue.daemon.health import (
    AGAIN_S,
    PATIENCE_S,
    WORDS,
    HealthLog,
    PartHealth,
    State,
    of_device,
    summed_up,
)
from kickcue.daemon.recorder import hindrance
from kickcue.daemon.wiring import live
from kickcue.supervision.health import DeviceHealth, Stage

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401

OK, WAITING, BAD = State.OK, State.WAITING, State.BAD
TWINS = PartHealth(
    "strap", WAITING, "2 devices are named 'HRM' (A and B): choose one by its address"
)


class Log:
    """A log of health over time."""

    def __init__(self) -> None:
        self.lines: list[tuple[float, int, str, str]] = []
        self._now_s = 0.0
        self._health = HealthLog(
            lambda level, _name, state, text: self.lines.append((self._now_s, level, state, text))
        )

    def see(self, part: PartHealth, from_s: int, to_s: int) -> "Log":
        """Look each second."""
        for second in range(from_s, to_s):
            self._now_s = float(second)
            self._health.look([part], self._now_s)
        return self


def test_a_device_that_never_comes_is_told_at_once_after_ten_seconds_and_each_minute() -> None:
    """GIVEN two straps of the pinned name WHEN nobody does anything for three minutes THEN the log
    says it five times, as a warning from 10 s on.
    """
    log = Log().see(TWINS, 0, 180)
    assert [
        (0, logging.INFO),
        (10, logging.WARNING),
        (70, logging.WARNING),
        (130, logging.WARNING),
    ] == [line[:2] for line in log.lines]
    assert {TWINS.text} == {line[3] for line in log.lines}


def test_a_sentence_that_counts_seconds_is_one_sentence() -> None:
    """GIVEN an absent pod, whose reason counts the seconds THEN it is not told each second."""
    log = Log()
    for second in range(60):
        log.see(
            PartHealth("pod", WAITING, f"'Stryd' not seen for {second} s: is it worn and awake?"),
            second,
            second + 1,
        )
    assert [0.0, PATIENCE_S] == [line[0] for line in log.lines]


def test_what_is_bad_at_once_is_a_warning_at_once() -> None:
    """GIVEN Bluetooth that is switched off, after all was well THEN a warning at once; and that it
    is well again at once, as no warning.
    """
    log = (
        Log()
        .see(PartHealth("strap", OK, "connected"), 0, 5)
        .see(PartHealth("strap", BAD, "switched off"), 5, 8)
        .see(PartHealth("strap", OK, "connected"), 8, 9)
    )
    assert [(0, logging.INFO, OK), (5, logging.WARNING, BAD), (8, logging.INFO, OK)] == [
        line[:3] for line in log.lines
    ]


def test_another_reason_is_told_at_once() -> None:
    """GIVEN a part that is bad WHEN the reason changes THEN the new one is told at once, and each
    only once a minute.
    """
    log = (
        Log()
        .see(PartHealth("pod", BAD, "not seen"), 0, 5)
        .see(PartHealth("pod", BAD, "refused"), 5, 8)
        .see(PartHealth("pod", BAD, "not seen"), 8, 30)
    )
    assert [(0, "not seen"), (5, "refused")] == [(line[0], line[3]) for line in log.lines]


@given(
    st.lists(
        st.tuples(st.sampled_from([WAITING, BAD]), st.text(max_size=3)), min_size=1, max_size=600
    )
)
def test_a_part_that_fails_in_ever_new_ways_fills_no_log(states: list[tuple[State, str]]) -> None:
    """GIVEN a part that is never well, with any reasons THEN there is a line a minute and a few
    more, and never a minute without one.
    """
    log = Log()
    for second, (state, text) in enumerate(states):
        log.see(PartHealth("pod", state, text), second, second + 1)
    assert len(log.lines) <= 12 + len(states) / AGAIN_S
    moments = [line[0] for line in log.lines]
    assert all(
        after - before <= AGAIN_S
        for before, after in zip(moments, [*moments[1:], len(states) - 1.0], strict=True)
    )


def test_every_stage_has_its_word() -> None:
    """Whatever the radio is doing, screen and log have a word for it, and only a connection is
    well.
    """
    parts = {stage: of_device("pod", DeviceHealth(stage=stage)) for stage in Stage}
    assert set(Stage) == set(WORDS)
    assert {Stage.CONNECTED} == {stage for stage, part in parts.items() if part.state is OK}
    assert "pod: searching; strap ok" == summed_up(
        [parts[Stage.LOOKING], PartHealth("strap", OK, "connected")]
    )


async def test_a_headless_run_tells_what_is_not_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a pod that nobody hears and a folder that cannot be written WHEN run THEN the log says
    both by themselves, without any event.
    """
    monkeypatch.setattr(race_daemon, "HEALTH_EACH_S", 0.01)
    caplog.set_level(logging.INFO, "kickcue")
    (tmp_path / "state").write_text("a file where a folder should be")
    found = load_settings(
        None,
        options={"race": "800m", "sensors": {"pod": {"profile": "generic-rsc", "mqtt": "gym-pod"}}},
        environ={},
    )
    async with live(found, state=tmp_path / "state") as run:
        await until(lambda: "part=recording" in caplog.text)
        assert 'health part=pod state=waiting text="nothing received over MQTT yet"' in caplog.text
        assert "health part=recording state=bad" in caplog.text
        assert "is not a folder" in caplog.text
        assert "pod: nothing received over MQTT yet; watch" in summed_up(run.parts)
        assert ["pod", "watch", "recording"] == [part.name for part in run.parts]


async def test_a_run_without_sensors_says_so(tmp_path: Path) -> None:
    """GIVEN a race for which no sensor is named
    THEN that is a part of its health, and a bad one.
    """
    async with live(
        load_settings(None, options={"race": "800m"}, environ={}), state=tmp_path
    ) as run:
        assert ("sensors", BAD) == (run.parts[0].name, run.parts[0].state)


def test_what_speaks_against_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a folder that is there, can be made, cannot be made, leads nowhere, or whose disk is
    full THEN the reason is known before the race.
    """
    assert hindrance(tmp_path) is None
    assert hindrance(tmp_path / "deep" / "races") is None
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    assert "is not a folder" in (hindrance(tmp_path / "file" / "races") or "")
    assert "is not a folder" in (hindrance(tmp_path / "link") or "")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 4096})())
    assert f"disk full: 4 kB free in {tmp_path}" == hindrance(tmp_path)
