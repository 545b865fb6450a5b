"""Spreading over a Dask cluster: the same outcomes as here, and a plain word where it cannot be."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.core.errors import UsageError
from kickcue.lab.evaluate import in_batches, simulated
from kickcue.lab.parallel import Certificates, cluster
from kickcue.lab.simulate import simulated_document
from tests.conftest import absent


@pytest.fixture(scope="module")
def local_cluster() -> Callable[..., Any]:
    """Return what makes a cluster of so many workers on this machine."""
    try:
        from distributed import LocalCluster  # noqa: PLC0415  an extra
    except ImportError:
        absent("Dask", "in a clone of kickcue, pip install '.[cluster]'")
    kind: Any = LocalCluster
    return lambda workers, **more: kind(
        n_workers=workers, threads_per_worker=1, dashboard_address=":0", **more
    )


def test_the_same_outcomes_as_here(local_cluster: Callable[[int], Any]) -> None:
    """GIVEN a local cluster of two workers THEN the outcomes are those of this process, all of
    them, in the order of the seeds.
    """
    work = simulated("button", simulated_document("400m"))
    with local_cluster(2) as found, cluster(found.scheduler_address) as spread:
        assert list(in_batches(work, range(25))) == list(in_batches(work, range(25), spread))


def test_a_cluster_without_workers(local_cluster: Callable[[int], Any]) -> None:
    """GIVEN a scheduler with nobody to work THEN that is told at once, with the remedy, instead of
    waiting for ever.
    """
    with (
        local_cluster(0) as empty,
        pytest.raises(UsageError, match="has no workers, start some"),
        cluster(empty.scheduler_address),
    ):
        pass


@pytest.mark.usefixtures("local_cluster")
def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN an address at which no scheduler listens THEN that is told with what would be right."""
    monkeypatch.setattr("kickcue.lab.parallel.CONNECT_WITHIN_S", 1)
    with pytest.raises(UsageError, match="no scheduler there"), cluster("tcp://127.0.0.1:1"):
        pass


@pytest.mark.parametrize(
    "address",
    [
        "",
        "foo",
        "foo:8786",
        "nonsense://x",
        "tcp://",
        "tcp://host",
        "tcp://:8786",
        "tls://host:port",
    ],
)
def test_what_is_no_address_is_refused_before_dask_asks_for_it(address: str) -> None:
    """GIVEN what is no address of a scheduler THEN it is refused by its form: Dask would ask for
    it, in vain and for long.
    """
    with (
        pytest.raises(
            UsageError,
            match=re.escape(f"expected tcp://HOST:8786 or tls://HOST:8786, got {address!r}"),
        ),
        cluster(address),
    ):
        pass


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """Return a certificate for 127.0.0.1 that is its own authority, and its key."""
    made, key = tmp_path / "own.pem", tmp_path / "own-key.pem"
    what = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    ask = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(made),
        *what,
    ]
    try:
        subprocess.run(ask, check=True, capture_output=True)
    except FileNotFoundError:
        absent("OpenSSL", "apt install openssl")
    return Certificates(made, made, key)


def test_only_who_has_a_certificate_is_let_in_over_tls(
    local_cluster: Callable[..., Any], certificates: Certificates
) -> None:
    """GIVEN a cluster over tls:// WHEN asked with a certificate of its authority THEN it works;
    without one it is refused in one line.
    """
    from distributed.security import Security  # noqa: PLC0415  an extra

    pem, key = str(certificates.cert_file), str(certificates.key_file)
    sides = {
        f"tls_{side}_{what}": path
        for side in ("scheduler", "worker", "client")
        for what, path in (("cert", pem), ("key", key))
    }
    sides |= {"tls_ca_file": pem}
    security: Any = Security(require_encryption=True, **sides)  # type: ignore[no-untyped-call]
    with local_cluster(1, security=security, protocol="tls://") as found:
        with cluster(found.scheduler_address, certificates) as spread:
            assert [1, 2] == list(spread(abs, [-1, -2]))
        with (
            pytest.raises(UsageError, match="expected --dask-ca, --dask-cert and --dask-key"),
            cluster(found.scheduler_address),
        ):
            pass


@pytest.mark.parametrize(
    ("address", "left_out", "told"),
    [
        (
            "tcp://127.0.0.1:1",
            None,
            r"expected tls:// with --dask-ca, --dask-cert and --dask-key, got tcp://127\.0\.0\.1:1",
        ),
        ("tls://127.0.0.1:1", "key_file", "got not all of them"),
        ("tls://127.0.0.1:1", "ca_file", "got not all of them"),
        ("tls://127.0.0.1:1", None, r"expected a PEM file, got .*none\.pem"),
    ],
)
def test_certificates_that_do_not_go_with_the_address(
    address: str, left_out: str | None, told: str
) -> None:
    """GIVEN files for tcp://, too few, or such as are not there THEN nothing is connected to."""
    given = Certificates(*[Path("none.pem")] * 3)
    with (
        pytest.raises(UsageError, match=told),
        cluster(address, given if left_out is None else replace(given, **{left_out: None})),
    ):
        pass


def test_an_open_cluster_is_called_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN tcp:// WHEN evaluating THEN who is trusted is said before anything is connected to;
    certificates without a cluster are refused.
    """
    assert main(["evaluate", "--dask", "tcp://127.0.0.1:1", "--dask-ca", "x.pem"]) == 2
    assert "anyone in its network can run any program" in capsys.readouterr().err
    assert main(["evaluate", "--dask-ca", "x.pem"]) == 2
    assert "got no --dask" in capsys.readouterr().err


def test_dask_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a machine without Dask THEN the one line says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UsageError, match=r"pip install '\.\[cluster\]'"),
        cluster("tcp://127.0.0.1:8786"),
    ):
        pass
