"""A run in a process of its own, to be killed: a whole 800 m by its sensors, faster than life.

``python fast_run.py FOLDER RATE PORT``: prints the link of the page for the athlete; then it reads
the moment of the race's first event, a Unix time. What is past by then has been missed, as by a
daemon that was away. When the race is over it stays until its standard input ends.
"""

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

from kickcue.core.events import Phase
from kickcue.daemon.clock import Clock
from kickcue.daemon.wiring import live
from kickcue.edges.web.roles import Role
from tests.daemon.test_race_daemon import RACE, settings
from tests.patience import PATIENCE_S


async def main(folder: Path, rate: float, port: int) -> None:
    """Run until the race is over."""
    here = settings(page={"host": "127.0.0.1", "port": port})
    async with live(here, state=folder, clock=Clock(rate=rate)) as run:
        assert run.page is not None
        print(run.page.link(Role.ATHLETE), flush=True)  # noqa: T201  for who started it
        zero_s = float(await asyncio.to_thread(sys.stdin.readline))
        for event in RACE.inputs:
            wait_s = zero_s + event.t_ns / 1e9 / rate - time.time()
            if wait_s < -0.2:
                continue
            await asyncio.sleep(max(wait_s, 0))
            run.put(replace(event, t_ns=run.clock.run_ns()))
        async with asyncio.timeout(PATIENCE_S):
            while run.phase is not Phase.FINISHED:  # noqa: ASYNC110  the engine's last word
                await asyncio.sleep(0.05)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
