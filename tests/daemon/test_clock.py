"""Run time and race time."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import Arm, Cue, CueKind, Tick
from kickcue.core.units import NS_PER_S
from kickcue.daemon import clock as clock_module
from kickcue.daemon.clock import Clock, RaceTime

CUE = Cue(
    5 * NS_PER_S,
    "last_lap-1",
    CueKind.LAST_LAP,
    "last lap",
    None,
    ((200, 0, 1.0),),
    3,
    2000,
    400.0,
    2.0,
)


class Now:
    """A machine's clock that stands where it is put."""

    def __init__(self, ns: int) -> None:
        self.ns = ns

    def machine_ns(self) -> int:
        return self.ns


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    found = Now(1_000 * NS_PER_S)
    monkeypatch.setattr(clock_module, "machine_ns", found.machine_ns)
    return found


def test_race_time_begins_with_the_first_event() -> None:
    """GIVEN a daemon that has waited for an hour WHEN the first notification comes THEN race time
    is 0 at that moment.
    """
    race = Clock().race_from(3600 * NS_PER_S)
    assert race.of(Tick(3600 * NS_PER_S)) == Tick(0)
    assert race.of(Tick(3601 * NS_PER_S)) == Tick(NS_PER_S)


@given(run_ns=st.integers(0, 10**15), offset_ns=st.integers(-(10**15), 10**15))
def test_what_is_delivered_is_back_in_run_time(run_ns: int, offset_ns: int) -> None:
    """GIVEN any moment WHEN an event of it makes the engine speak THEN the output is delivered with
    that moment's run time.
    """
    race = RaceTime(offset_ns)
    # Any stamped thing will do.
    assert race.in_run(race.of(Tick(run_ns))).t_ns == run_ns  # type: ignore[arg-type]


def test_in_a_fast_race_due_times_shrink() -> None:
    """GIVEN race time five times as fast WHEN a cue is armed for 10 s of the race THEN the watch is
    told 2 s, 5 s of the race later 1 s later.
    """
    delivered = RaceTime(NS_PER_S, 5.0).in_run(Arm(5 * NS_PER_S, CUE, 10_000))
    assert isinstance(delivered, Arm)
    assert (delivered.t_ns, delivered.cue.t_ns, delivered.due_in_ms) == (
        2 * NS_PER_S,
        2 * NS_PER_S,
        2000,
    )


def test_both_times_go_on_after_a_crash(now: Now) -> None:
    """GIVEN a run with a race WHEN the process dies and another one takes over 20 s later THEN run
    time and race time are 20 s further.
    """
    first = Clock(began_ns=now.ns)
    now.ns += 50 * NS_PER_S
    race = first.race_from(first.run_ns() - 10 * NS_PER_S)
    facts = first.facts("5f3a9c01", race)
    now.ns += 20 * NS_PER_S

    second, race_again = Clock(began_ns=now.ns).going_on(facts)

    assert facts["run_id"] == "5f3a9c01"
    assert second.run_ns() == first.run_ns() == 70 * NS_PER_S
    assert race_again.at(second.run_ns()) == 30 * NS_PER_S


def test_a_system_that_does_not_tell_its_boot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """GIVEN no boot id WHEN the clock is made THEN it is unknown, not empty."""
    monkeypatch.setattr(clock_module, "BOOT_ID", tmp_path / "absent")
    assert Clock().boot is None
