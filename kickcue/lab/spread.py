"""Spreading batches of races: over the cores of this machine, or over a Dask cluster.

A batch is a pure function of its seeds, and results come back in the order in which batches were handed in, so that the figures do not
depend on where they were made.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

import kickcue
from kickcue.core.errors import AskedWronglyError

CONNECT_WITHIN_S: Final = 10
Given = TypeVar("Given")
Made = TypeVar("Made")


class Spread(Protocol):
    """Where work is done."""

    def __call__(self, work: Callable[[Given], Made], batches: Sequence[Given], /) -> Iterator[Made]:
        """Yield ``work(batch)`` of each batch, in their order."""


def here(work: Callable[[Given], Made], batches: Sequence[Given]) -> Iterator[Made]:
    """Do the work in this process."""
    return map(work, batches)


@contextmanager
def all_cores() -> Iterator[Spread]:
    """Spread over the cores of this machine."""
    if (os.cpu_count() or 1) == 1:
        yield here
        return
    with ProcessPoolExecutor() as pool:

        def on_cores(work: Callable[[Given], Made], batches: Sequence[Given]) -> Iterator[Made]:
            return here(work, batches) if len(batches) < 2 else pool.map(work, batches)

        yield on_cores


@contextmanager
def cluster(address: str) -> Iterator[Spread]:
    """Spread over the Dask cluster whose scheduler is at ``address``, e.g. tcp://10.0.0.5:8786; every worker needs this same kickcue.

    AskedWronglyError where Dask is not installed, nobody answers, nobody works there, or the workers have another kickcue or none.
    """
    try:
        from distributed import Client  # noqa: PLC0415  an extra, and a second of importing
    except ImportError:
        raise AskedWronglyError("--dask needs Dask: pip install 'kickcue[cluster]'") from None
    try:
        client: Any = Client(address, timeout=CONNECT_WITHIN_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise AskedWronglyError(f"--dask {address}: no scheduler there ({error}), right would be e.g. tcp://10.0.0.5:8786") from None
    with client:
        _check_workers(client, address)

        def on_cluster(work: Callable[[Given], Made], batches: Sequence[Given]) -> Iterator[Made]:
            for future in client.map(work, batches, pure=False):
                yield future.result()

        yield on_cluster


def _check_workers(client: Any, address: str) -> None:
    try:
        versions = set(client.run(_version).values())
    except ModuleNotFoundError:
        versions = {None}
    if not versions:
        raise AskedWronglyError(f"--dask {address}: the cluster has no workers, start some with: dask worker {address}")
    if versions != {kickcue.__version__}:
        raise AskedWronglyError(f"--dask {address}: every worker needs kickcue {kickcue.__version__}, pip install it there")


def _version() -> str:
    return kickcue.__version__
