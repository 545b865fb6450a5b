"""Spreading batches of races: over the cores of this machine, or over a Dask cluster.

A batch is a pure function of its seeds, and results come back in the order in which batches were
handed in, so that the figures do not depend on where they were made.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import kickcue
from kickcue.config.extras import how_to_get
from kickcue.core.errors import UsageError

CONNECT_WITHIN_S: Final = 10
_FORM: Final = re.compile(r"(tcp|tls)://([^/:\s]+|\[[^/\s]+\]):\d{1,5}/?")
Given = TypeVar("Given")
Made = TypeVar("Made")


class Spread(Protocol):
    """Where work is done."""

    def __call__(
        self, work: Callable[[Given], Made], batches: Sequence[Given], /
    ) -> Iterator[Made]:
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
        try:
            yield pool.map
        except BaseException:  # a key was pressed: what has not begun is not waited for
            pool.shutdown(cancel_futures=True)
            raise


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files for a cluster over ``tls://``, as Dask names them: whom we trust, who we are."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def checked(self, address: str) -> dict[str, Any]:
        """Return the arguments of Dask's ``Security`` for an address.

        UsageError where they do not go together.
        """
        told = {
            "tls_ca_file": self.ca_file,
            "tls_client_cert": self.cert_file,
            "tls_client_key": self.key_file,
        }
        files = {name: path for name, path in told.items() if path is not None}
        if not address.startswith("tls://"):
            if files:
                raise UsageError(
                    "--dask: expected tls:// with --dask-ca, --dask-cert and --dask-key, got "
                    f"{address}"
                )
            return {}
        if len(files) < len(told):
            raise UsageError(
                "--dask tls://: expected --dask-ca, --dask-cert and --dask-key, got not all of them"
            )
        for path in files.values():
            if not path.is_file():
                raise UsageError(f"--dask: expected a PEM file, got {path}: there is no such file")
        return {"require_encryption": True, **{name: str(path) for name, path in files.items()}}


@contextmanager
def cluster(address: str, certificates: Certificates | None = None) -> Iterator[Spread]:
    """Spread over the Dask cluster whose scheduler is at ``address``, e.g. tcp://10.0.0.5:8786.

    Every worker needs this same kickcue. Over ``tcp://`` everybody in that network is trusted: who
    reaches a scheduler or a worker can run any program there, and what comes back is unpickled
    here. Over ``tls://`` only who has a certificate of the same authority.

    UsageError where Dask is not installed, nobody answers, nobody works there, or the
    workers have another kickcue or none.
    """
    if not _FORM.fullmatch(address):
        # Dask itself would ask for twenty seconds, and leave a traceback.
        raise UsageError(f"--dask: expected tcp://HOST:8786 or tls://HOST:8786, got {address!r}")
    files = (certificates or Certificates()).checked(address)
    try:
        from distributed import Client  # noqa: PLC0415  an extra, and a second of importing
        from distributed.security import Security  # noqa: PLC0415  same
    except ImportError:
        raise UsageError(f"--dask needs Dask: {how_to_get('cluster')}") from None
    try:
        security = Security(**files) if files else None  # type: ignore[no-untyped-call]
        client: Any = Client(
            address, timeout=CONNECT_WITHIN_S, set_as_default=False, security=security
        )  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--dask {address}: no scheduler there ({error}), expected e.g. tcp://10.0.0.5:8786"
        ) from None
    with client:
        _check_workers(client, address)

        def on_cluster(work: Callable[[Given], Made], batches: Sequence[Given]) -> Iterator[Made]:
            for future in client.map(work, batches, pure=False):
                yield future.result()

        yield on_cluster


def _check_workers(client: Any, address: str) -> None:
    try:
        versions: set[str | None] = set(client.run(_version).values())
    except ModuleNotFoundError:
        versions = {None}
    if not versions:
        raise UsageError(
            f"--dask {address}: the cluster has no workers, start some with: dask worker {address}"
        )
    if versions != {kickcue.__version__}:
        wanted = f"kickcue {kickcue.__version__} on every worker"
        raise UsageError(
            f"--dask {address}: expected {wanted}, got {_found(versions)}: install the same there"
        )


def _found(versions: set[str | None]) -> str:
    return ", ".join(sorted(version or "none" for version in versions))


def _version() -> str:
    return kickcue.__version__
