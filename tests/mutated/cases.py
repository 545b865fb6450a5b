"""One case: a mutated recording, and all that must hold of it."""

import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final, NoReturn

from tests.mutated import mutations
from tests.mutated.promises import PROMISES, Given

LONGEST_S: Final = 20.0
"""Of computing, for one command; what takes longer hangs."""
PATIENCE: Final = 10.0
"""How much longer it may wait, for a machine that is busy."""


class HangsError(BaseException):
    """A command did not come to an end; nothing in kickcue may catch it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was broken, with what is needed to see it again."""

    seed: int
    what: str
    promise: str
    error: BaseException


def broken(seed: int, names: Sequence[str] = tuple(PROMISES)) -> list[Broken]:
    """Return the promises that the recording of this seed breaks."""
    with tempfile.TemporaryDirectory(prefix="kickcue-mutated-") as folder:
        given, what = drawn(seed, Path(folder))
        return [
            Broken(seed, what, name, error)
            for name in names
            if (error := _error(name, given, Random(f"{name} {seed}")))
        ]


def drawn(seed: int, folder: Path) -> tuple[Given, str]:
    """Write the recordings of this seed; return them, and what was done to the first."""
    random = Random(f"mutated {seed}")
    (folder / "other").mkdir()
    other = mutations.whole(folder / "other", random)
    path, what = mutations.write(folder, random)
    return Given(folder, path, other, random), what


def _error(name: str, given: Given, random: Random) -> BaseException | None:
    """Return by what a promise is broken, None where it holds."""
    try:
        with _no_longer_than(LONGEST_S):
            PROMISES[name](replace(given, random=random))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  whatever it is, it is what is looked for
        return error
    return None


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """End with HangsError what computes for longer, or waits ten times as long."""

    def end(_signal: int, _frame: FrameType | None) -> NoReturn:
        for _, timer, _ in limits:  # once is enough: a second time would come into the clearing up
            signal.setitimer(timer, 0.0)
        raise HangsError(f"not done after {seconds:g} s")

    limits = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, PATIENCE * seconds),
    )
    with ExitStack() as stack:
        for which, timer, limit_s in limits:
            stack.callback(signal.signal, which, signal.signal(which, end))
            stack.callback(signal.setitimer, timer, 0.0)
            signal.setitimer(timer, limit_s)
        yield
