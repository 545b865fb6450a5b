"""The two times of a live race, both from the machine's one clock.

That goes on while the machine sleeps (``machine_time.py``).

*Run time* began with the run: it stamps what the radio and the broker bring, and is what
``sent_ms`` counts. *Race time* is the engine's ``t_ns``; its zero is the first thing that was
received. Setting the clock, NTP and daylight saving move neither. Within one boot of the machine
both go on through a crash, since their zeros are kept in the recording.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from kickcue.core.events import Input, Output
from kickcue.daemon.system_clock import kernel_clock_is_set
from kickcue.machine_time import machine_ns
from kickcue.replay.source import at_pace

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

I = TypeVar("I", bound=Input)  # noqa: E741  one letter for a type, as usual


def boot_id() -> str | None:
    """Return what distinguishes this boot of the machine from all others.

    None where the system does not report it (macOS).
    """
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class RaceTime:
    """How run time (ns) and race time (ns) belong together.

    ``offset_ns`` is the run time of race time 0.
    """

    offset_ns: int
    rate: float = 1.0

    def of(self, event: I) -> I:
        """Return an event stamped in run time as the engine takes it."""
        return replace(event, t_ns=self.at(event.t_ns))

    def at(self, run_ns: int) -> int:
        """Return the race time at a run time."""
        real_ns = run_ns - self.offset_ns
        return real_ns if self.rate == 1.0 else round(real_ns * self.rate)

    def run_ns(self, race_ns: int) -> int:
        """Return the run time at a race time."""
        return self.offset_ns + (race_ns if self.rate == 1.0 else round(race_ns / self.rate))

    def in_run(self, output: Output) -> Output:
        """Return an output of the engine with its times in run time, as it is delivered."""
        return at_pace(output, -round(self.offset_ns * self.rate), self.rate)


@dataclass(frozen=True, slots=True)
class Clock:
    """The run's clock.

    Race time passes ``rate`` times as fast as real time: once, but in a laboratory.
    """

    rate: float = 1.0
    began_ns: int = field(default_factory=machine_ns)
    """The machine's clock when the run began."""
    boot: str | None = field(default_factory=boot_id)

    def run_ns(self) -> int:
        """Return the run time now."""
        return machine_ns() - self.began_ns

    def race_from(self, run_ns: int) -> RaceTime:
        """Return race time whose zero is ``run_ns``."""
        return RaceTime(run_ns, self.rate)

    def facts(self, run_id: str, race: RaceTime) -> dict[str, Any]:
        """Return what ``Header.live`` must keep so that the run can go on after a crash."""
        return {
            "run_id": run_id,
            "boot": self.boot,
            "zero_ns": self.began_ns + race.offset_ns,
            "began_ns": self.began_ns,
            "utc_set": kernel_clock_is_set(),
        }

    def going_on(self, facts: Mapping[str, Any]) -> tuple["Clock", RaceTime]:
        """Return the clocks of a run that began earlier in this boot, from the facts it kept."""
        clock = replace(self, began_ns=facts["began_ns"])
        return clock, clock.race_from(facts["zero_ns"] - facts["began_ns"])
