import asyncio
import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from kickcue.daemon import service
from tests.patience import PATIENCE_S


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Return the socket that systemd would listen on, in both forms that it may have."""
    name = f"kickcue-test-{uuid.uuid4()}"
    bound, told = (
        (str(tmp_path / "notify"),) * 2 if request.param == "path" else (f"\0{name}", f"@{name}")
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        try:
            listener.bind(bound)
        except OSError as error:
            pytest.skip(f"no such socket on this system ({error})")
        listener.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", told)
        yield listener


def heard(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def test_ready_status_and_stopping_arrive(manager: socket.socket) -> None:
    """GIVEN a service manager WHEN the daemon starts, works and ends THEN it is told so in
    sd_notify's words, one datagram each.
    """
    service.ready("waiting for the start")
    service.status("5000 m:\n1200 m to go")
    service.stopping(2.5)
    assert [heard(manager) for _ in range(3)] == [
        "READY=1\nSTATUS=waiting for the start",
        "STATUS=5000 m: 1200 m to go",
        "STOPPING=1\nEXTEND_TIMEOUT_USEC=2500000",
    ]


def test_a_status_cannot_say_anything_else(manager: socket.socket) -> None:
    """GIVEN text from outside with line ends in it WHEN it becomes the status THEN it stays one
    assignment.
    """
    service.status("strap\nSTOPPING=1")
    assert heard(manager) == "STATUS=strap STOPPING=1"


def test_handing_over_is_told(manager: socket.socket) -> None:
    """What was handed to the manager is known to have been."""
    assert service.sd_notify("READY=1") is True
    assert heard(manager) == "READY=1"


@pytest.mark.parametrize(
    "where", [None, "", "/nowhere/notify", "@kickcue-nobody-listens", "vsock:2:1234", "relative"]
)
def test_without_systemd_nothing_happens(
    where: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN no service manager, or one that is gone, or an address of another kind THEN nothing is
    sent and nothing raised.
    """
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if where is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", where)
    assert service.sd_notify("READY=1") is False


@pytest.mark.usefixtures("manager")
def test_a_manager_that_does_not_read_is_not_waited_for() -> None:
    """GIVEN a manager whose queue is full WHEN more is said THEN that is dropped, and the daemon
    goes on.
    """
    for _ in range(10_000):
        if not service.sd_notify("STATUS=" + "x" * 1000):
            return
    pytest.fail("the queue never filled")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "10000000"}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid() + 1)}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "me"}, None),
    ],
)
def test_the_watchdog_is_for_this_process_alone(
    environ: dict[str, str], expected: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN what systemd says of its watchdog THEN it counts where it is meant for this process and
    can be read.
    """
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert expected == service.watchdog_s()


async def test_signs_of_life_come_only_while_the_work_goes_on(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a watchdog WHEN the daemon is alive, then stuck, then unable to tell, then alive THEN a
    sign comes for each time it is alive.
    """
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    answers: list[bool | Exception] = [True, True, False, False, ValueError("stuck"), True]
    all_asked = asyncio.Event()

    def alive() -> bool:
        if not answers:
            all_asked.set()
            return False
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    beating = asyncio.create_task(service.beat(alive))
    async with asyncio.timeout(PATIENCE_S):
        await all_asked.wait()
    beating.cancel()
    manager.setblocking(False)
    assert [heard(manager) for _ in range(3)] == ["WATCHDOG=1"] * 3
    with pytest.raises(BlockingIOError):
        heard(manager)


async def test_nobody_watches_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no watchdog THEN there is nothing to do for it."""
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    async with asyncio.timeout(PATIENCE_S):
        await service.beat(lambda: pytest.fail("asked although nobody watches"))
