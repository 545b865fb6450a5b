"""A whole daemon but for radio and broker, to be killed: a simulated race or session in virtual
time, as fast as the machine allows.

``python runner.py '{"folder": ..., "race": ..., "seed": ..., "run_id": ..., "boot": ..., "now_ns":
...}'`` runs from the start, or takes up what an earlier one has left in the folder at ``now_ns``.
With a ``"plan"`` it is a session of that file.
Every output that goes to the wrist is a line of JSON on stdout, stamped as the delivery stamps it;
stdout is a pipe that holds little, so what was read is about what has happened.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from kickcue.config.plan_files import load_plan
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import (
    Arm,
    Cue,
    Disarm,
    Estimate,
    Input,
    LegBegin,
    Output,
    Phase,
    PhaseChange,
    Tick,
)
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.daemon.clock import Clock
from kickcue.daemon.race_session import RaceSession
from kickcue.daemon.recorder import resume_recorder, start_recorder
from kickcue.daemon.resume import felt_by_timer, find_unfinished
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.lab.simulate_session import simulate_session
from kickcue.recording import Header

UTC: Final = "2026-06-14T10:09:11Z"
UTC_NS: Final = 1_781_431_751 * NS_PER_S
LINE: Final = 512
"""Lines are this long, for the pipe to hold but eight of them."""
MOST_BEHIND: Final = 10
DISK_S: Final = 60.0
"""How long the end of a recording is waited for: a busy machine is no disk that fails."""
LONGEST_AFTER_NS: Final = 120 * NS_PER_S
"""How long the race may go on after the sensors' last word,
in which the runner is past the line.
"""

SESSION_AFTER_NS: Final = 360 * NS_PER_S
"""After the last repetition a session waits five minutes for one more."""


class VirtualClock(Clock):
    """Shows one moment; the race's time is moved by its events."""

    __slots__ = ()

    def run_ns(self) -> int:
        return 0


class Runner:
    """One process's part of the race."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.folder, self.boot, self.run_id = Path(told["folder"]), told["boot"], told["run_id"]
        self.document = simulated_document(told["race"]).with_digests()
        if "plan" in told:
            plan = load_plan(told["plan"])
            self.document = self.document.model_copy(update={"plan": plan})
            pod = PodFaults(scale_sd=0.005)
            self.inputs = simulate_session(plan.plan(), told["seed"], pod).inputs
        else:
            self.inputs = simulate(self.document.course(), SCENARIOS["button"], told["seed"]).inputs
        self.now_ns = 0
        self.held: frozenset[str] = frozenset()

    def begin(self) -> None:
        """Start a new recording and a new race."""
        header = Header(
            race=self.document.name,
            utc=UTC,
            setup=self.document.as_json(),
            ticks=True,
            live=self.facts(),
        )
        self.recorder = start_recorder(self.folder, header)
        engine = engine_for(self.document.engine_config())
        self.session = RaceSession(engine, self.recorder.write, self.deliver)

    def facts(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "boot": self.boot, "zero_ns": 0, "began_ns": 0}

    def go_on(self, now_ns: int) -> bool:
        """Take up what was left at ``now_ns``; tell whether there was anything."""
        clock = VirtualClock(began_ns=now_ns, boot=self.boot)
        unfinished = find_unfinished(
            self.folder, self.document, clock, utc_now_ns=lambda: UTC_NS + now_ns, report=self.say
        )
        if unfinished is None:
            return False
        self.now_ns = unfinished.now_ns
        self.run_id = unfinished.run_id if unfinished.same_boot else self.run_id
        self.held = felt_by_timer(unfinished)
        engine, missing = unfinished.engine, unfinished.missing
        self.recorder = resume_recorder(
            unfinished.path, None if unfinished.same_boot else self.facts()
        )
        self.session = RaceSession(
            engine, self.recorder.write, self.deliver, from_ns=unfinished.last_t_ns
        )
        self.session.remember(unfinished.recording.outputs)
        view = self.session.view
        for output in (view.leg, view.armed, *view.cues):
            if output is not None:
                self.deliver(output)
        self.session.publish(missing)
        self.session.feed(Tick(self.now_ns))
        return True

    def run(self) -> None:
        """Run on to the end of the race."""
        from_ns = self.now_ns
        for event in self.inputs:
            if event.t_ns >= from_ns:
                self.tick_until(event.t_ns)
                self.now_ns = event.t_ns
                self.feed(event)
        after_ns = LONGEST_AFTER_NS if self.document.plan is None else SESSION_AFTER_NS
        self.tick_until(self.inputs[-1].t_ns + after_ns)
        self.recorder.close(DISK_S)

    def tick_until(self, t_ns: int) -> None:
        """Give the engine the ticks it asks for, as long as the race lasts."""
        while (
            self.session.wake_ns is not None
            and self.session.wake_ns < t_ns
            and self.session.view.phase is not Phase.FINISHED
        ):
            self.now_ns = max(self.session.wake_ns, self.now_ns)
            self.feed(Tick(self.now_ns))

    def feed(self, event: Input) -> None:
        """Feed the engine once the recording is no more than seconds of the race behind: live it is
        a few milliseconds. That of a session is not behind at all, however slowly it is written.
        """
        most = MOST_BEHIND if self.document.plan is None else 0
        while len(self.recorder._waiting) > most:
            time.sleep(0)
        self.session.feed(event)

    def deliver(self, output: Output) -> None:
        """Send an output as the delivery does:
        nothing past its deadline, times counted from now.
        """
        message: dict[str, Any] | None = None
        if isinstance(output, Arm) and output.cue.id not in self.held:
            due_ns = output.t_ns + output.due_in_ms * NS_PER_MS
            if due_ns + output.cue.ttl_ms * NS_PER_MS > self.now_ns:
                message = {
                    "arm": output.cue.id,
                    "kind": output.cue.kind,
                    "due_in_ms": (due_ns - self.now_ns) // NS_PER_MS,
                    "ttl_ms": output.cue.ttl_ms,
                }
        elif isinstance(output, Cue) and output.id not in self.held:
            left_ms = output.ttl_ms - (self.now_ns - output.t_ns) // NS_PER_MS
            message = (
                {"cue": output.id, "kind": output.kind, "ttl_ms": left_ms} if left_ms > 0 else None
            )
        elif isinstance(output, Disarm):
            message = {"disarm": output.cue_id}
        elif isinstance(output, LegBegin):
            message = {"leg": output.kind, "rep": output.rep, "began_ns": output.began_ns}
        elif isinstance(output, PhaseChange):
            message = {"phase": output.phase}
        elif isinstance(output, Estimate) and self.now_ns - output.t_ns < NS_PER_S:
            message = {"distance_m": output.distance_m, "lap": output.lap}
        if message is not None:
            self.tell(message)

    def say(self, text: str) -> None:
        self.tell({"note": text})

    def tell(self, message: dict[str, Any]) -> None:
        """Write one line at once: the parent must not be told later than the wrist."""
        line = json.dumps({"now_ns": self.now_ns, "run_id": self.run_id, **message})
        os.write(1, f"{line:<{LINE - 1}}\n".encode())


def main() -> None:
    """Run one process's part."""
    told = json.loads(sys.argv[1])
    runner = Runner(told)
    if told["now_ns"] is None:
        runner.begin()
        runner.tell({"begun": True})
    else:
        went_on = runner.go_on(told["now_ns"])
        runner.tell({"resumed": went_on})
        if not went_on:  # over already
            return
    runner.run()
    runner.tell({"over": True, "trouble": runner.recorder.trouble})


if __name__ == "__main__":
    main()
