"""Spreading over a Dask cluster: the same outcomes as here, and a plain word where it cannot be."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from kickcue.core.errors import AskedWronglyError
from kickcue.lab.evaluate import in_batches, simulated
from kickcue.lab.simulate import simulated_document
from kickcue.lab.spread import cluster
from tests.conftest import absent


@pytest.fixture(scope="module")
def local_cluster() -> Callable[[int], Any]:
    """Return what makes a cluster of so many workers on this machine."""
    try:
        from distributed import LocalCluster  # noqa: PLC0415  an extra
    except ImportError:
        absent("Dask", "pip install 'kickcue[cluster]'")
    kind: Any = LocalCluster
    return lambda workers: kind(n_workers=workers, threads_per_worker=1, dashboard_address=":0")


def test_the_same_outcomes_as_here(local_cluster: Callable[[int], Any]) -> None:
    """GIVEN a local cluster of two workers THEN the outcomes are those of this process, all of them, in the order of the seeds."""
    work = simulated("button", simulated_document("400m"))
    with local_cluster(2) as found, cluster(found.scheduler_address) as spread:
        assert list(in_batches(work, range(25))) == list(in_batches(work, range(25), spread))


def test_a_cluster_without_workers(local_cluster: Callable[[int], Any]) -> None:
    """GIVEN a scheduler with nobody to work THEN that is told at once, with the remedy, instead of waiting for ever."""
    with (
        local_cluster(0) as empty,
        pytest.raises(AskedWronglyError, match="has no workers, start some"),
        cluster(empty.scheduler_address),
    ):
        pass


@pytest.mark.usefixtures("local_cluster")
def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN an address at which no scheduler listens, or that is none THEN that is told with what would be right."""
    monkeypatch.setattr("kickcue.lab.spread.CONNECT_WITHIN_S", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(AskedWronglyError, match="no scheduler there"), cluster(address):
            pass


def test_dask_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a machine without Dask THEN the one line says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(AskedWronglyError, match=r"pip install 'kickcue\[cluster\]'"), cluster("tcp://127.0.0.1:8786"):
        pass
