"""``kickcue broker``: what it writes makes a real Mosquitto of which everybody may use their own
part, and nothing else.
"""

import asyncio
import gc
import os
import pwd
import re
import shutil
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiomqtt import Client, MqttError, ProtocolVersion

from kickcue.cli import main
from kickcue.core.events import Phase, PhaseChange
from kickcue.edges.mqtt.address import Address, parse_address
from kickcue.edges.mqtt.attentive import AttentiveClient
from kickcue.edges.mqtt.connection import LARGEST_PACKET_BYTES, ConnectionPlan
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.errors import BrokerError, RefusedError
from kickcue.edges.mqtt.session import connect
from kickcue.edges.mqtt.topics import RULES, Topics
from tests.conftest import REPO
from tests.edges.mqtt.conftest import (
    Run,
    engine_clock,
    own_runtime_folder,
    running,
    wait_until_open,
)
from tests.patience import PATIENCE_S
from tests.ports import free_port

__all__ = ["own_runtime_folder"]

TOPICS = Topics("kickcue/maria")
SHOWN = {"status", "state", "leg", "race", "laps", "health"}
FROM_SENDER = SHOWN | {"arm", "disarm", "cue"}
FROM_WATCH = set(RULES) - FROM_SENDER
MAY_SAY: Mapping[str, set[str]] = {
    "kickcue": FROM_SENDER,
    "watch": FROM_WATCH,
    "gateway": {"sensor"},
    "helper": {"command"},
    "viewer": set(),
}
MAY_HEAR: Mapping[str, set[str]] = {
    "kickcue": set(RULES),
    "watch": FROM_SENDER | {"ack"},
    "gateway": set(),
    "helper": SHOWN,
    "viewer": SHOWN,
}
SECRETS = {
    "kickcue.acl",
    "kickcue.passwords",
    "kickcue.password",
    "logins.txt",
    "ca.key",
    "server.key",
}


def written(folder: Path, *options: str) -> None:
    assert main(["broker", str(folder), "--athlete", "maria", *options]) == 0


def logins(folder: Path) -> dict[str, Address]:
    """Return the addresses that were handed out, by user."""
    found = re.findall(r"^mqtts?://.*$", (folder / "logins.txt").read_text(), re.MULTILINE)
    addresses = [parse_address(url.replace("@HOST", "@127.0.0.1")) for url in found]
    return {str(address.user): address for address in addresses}


@contextmanager
def served(program: Path, folder: Path, port: int) -> Iterator[dict[str, Address]]:
    """Run Mosquitto on the files, included as Debian's own configuration does it;
    yield the logins.
    """
    included = folder.parent / "conf.d"
    included.mkdir()
    (included / "kickcue.conf").symlink_to(folder / "kickcue.conf")
    own = folder.parent / "mosquitto.conf"
    own.write_text(
        f"user {pwd.getpwuid(os.getuid()).pw_name}\npersistence false\ninclude_dir {included}\n"
    )
    for path in folder.iterdir():
        shutil.chown(path, os.getuid())  # the user that this Mosquitto runs as
    process = subprocess.Popen(
        [program, "-c", own], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(port)
        yield logins(folder)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def mosquitto(real_program: Callable[[str], Path]) -> Path:
    return real_program("mosquitto")


def example(name: str) -> str:
    return TOPICS.sensor("pod", "2a53") if name == "sensor" else TOPICS[name]


def joined(address: Address) -> AttentiveClient:
    return AttentiveClient(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        protocol=ProtocolVersion.V5,
        timeout=PATIENCE_S,
    )


async def may_say(client: AttentiveClient, topic: str, payload: str = "x") -> bool:
    await client.publish(topic, payload, 1)
    try:
        client.check()
    except RefusedError:
        return False
    return True


@pytest.mark.mosquitto
@pytest.mark.parametrize("user", MAY_SAY)
async def test_everybody_may_say_their_own_and_nothing_else(
    mosquitto: Path, tmp_path: Path, user: str
) -> None:
    """GIVEN the files WHEN a user publishes on each topic, and on others' THEN the broker takes
    what is that user's, and refuses the rest.
    """
    port = free_port()
    written(tmp_path / "kickcue", "--port", str(port))
    with served(mosquitto, tmp_path / "kickcue", port) as addresses:
        async with joined(addresses[user]) as client:
            assert {name for name in RULES if await may_say(client, example(name))} == MAY_SAY[user]
            for foreign in (
                "kickcue/runner/cue",
                "kickcue/maria",
                "kickcue/maria/cue/more",
                "other",
            ):
                assert not await may_say(client, foreign)


@pytest.mark.mosquitto
async def test_everybody_hears_their_own_and_nothing_else(mosquitto: Path, tmp_path: Path) -> None:
    """GIVEN the files WHEN each user asks for everything and each topic is published on THEN each
    hears what is meant for that user.
    """
    port = free_port()
    written(tmp_path / "kickcue", "--port", str(port))
    with served(mosquitto, tmp_path / "kickcue", port) as addresses:
        for user, address in addresses.items():
            async with (
                joined(addresses["kickcue"]) as daemon,
                joined(addresses["watch"]) as watch,
                joined(address) as listener,
            ):
                await listener.subscribe("#", 1)
                await listener.subscribe("$SYS/#", 1)
                for name in RULES:
                    await (daemon if name in FROM_SENDER else watch).publish(example(name), name, 1)
                await listener.unsubscribe("#")  # the answer comes after all that was on its way
                heard = {
                    str((await anext(listener.messages)).payload, "utf-8")
                    for _ in range(len(listener.messages))
                }
                assert heard == MAY_HEAR[user], user


@pytest.mark.mosquitto
async def test_nobody_gets_in_without_a_password(mosquitto: Path, tmp_path: Path) -> None:
    """GIVEN the files WHEN somebody comes without a user, or with a wrong password THEN the broker
    does not let them in.
    """
    port = free_port()
    written(tmp_path / "kickcue", "--port", str(port))
    with served(mosquitto, tmp_path / "kickcue", port) as addresses:
        for wrong in (replace(addresses["watch"], password="guess"), Address("127.0.0.1", port)):
            with pytest.raises(BrokerError, match=r"login .* refused"):
                async with connect(ConnectionPlan(wrong, "stranger")):
                    pass


@pytest.mark.mosquitto
async def test_a_race_goes_through_it(mosquitto: Path, tmp_path: Path) -> None:
    """GIVEN the files WHEN a sender and a watch log in with theirs THEN cues are felt and answered,
    and nothing is refused to either.
    """
    port = free_port()
    written(tmp_path / "kickcue", "--port", str(port), "--athlete", "test")
    with served(mosquitto, tmp_path / "kickcue", port) as addresses:
        broker = Served(addresses["kickcue"], addresses["watch"])
        async with running(broker) as run:
            run.delivery.send(run.cue("c1"))
            await until_felt(run.inputs)
            assert (None, None) == (run.delivery.session.trouble, run.watch.session.trouble)


async def pressed(*words: str) -> tuple[int | None, str]:
    """Press as a program of its own; return its exit status and what it said."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.cli.patient_press",
        "--anywhere",
        *words,
        cwd=REPO,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.mark.mosquitto
async def test_a_press_that_is_refused_is_told(mosquitto: Path, tmp_path: Path) -> None:
    """GIVEN a helper's login and a viewer's WHEN both press THEN the helper's press is taken, and
    the viewer is told that it is refused.
    """
    port = free_port()
    written(tmp_path / "kickcue", "--port", str(port), "--athlete", "test")
    with served(mosquitto, tmp_path / "kickcue", port) as addresses:
        async with running(Served(addresses["kickcue"], addresses["watch"])) as run:
            run.delivery.send(PhaseChange(0, Phase.BODY, Phase.WAITING))
            status, said = await pressed(
                "lap", "--trackside", "--broker", addresses["helper"].with_password()
            )
            assert (0, "lap sent: ") == (status, said[:10])
            await until_felt(run.inputs)
            status, said = await pressed("lap", "--broker", addresses["viewer"].with_password())
            assert status == 1
            assert (
                "the broker refuses command (not authorized): check the broker's access list"
                in said
            )
            assert len(run.inputs) == 1


@pytest.mark.mosquitto
async def test_a_watch_that_may_not_answer_says_so(mosquitto: Path, tmp_path: Path) -> None:
    """GIVEN a list without the watch's answers WHEN `kickcue watch` feels a cue THEN it says that
    its answer is refused.
    """
    port, folder = free_port(), tmp_path / "kickcue"
    written(folder, "--port", str(port), "--athlete", "test")
    rights = folder / "kickcue.acl"
    rights.write_text(
        rights.read_text().replace(
            "topic readwrite kickcue/test/ack", "topic read kickcue/test/ack"
        )
    )
    with served(mosquitto, folder, port) as addresses:
        sender, topics = addresses["kickcue"], Topics("kickcue/test")
        async with deliver(sender, topics, run_id="run", now_ns=engine_clock()) as delivery:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "kickcue", "watch",
                "--broker", addresses["watch"].with_password(),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert process.stdout is not None
            run, said = Run(engine_clock(), delivery), ""
            async with asyncio.timeout(PATIENCE_S):
                while "online" not in said:
                    said = (await process.stdout.readline()).decode()
                delivery.send(replace(run.cue("c1"), t_ns=delivery._now_ns()))
                while "the broker refuses ack (not authorized)" not in said:
                    said = (await process.stdout.readline()).decode()
                    assert said, "the watch has ended"
            process.kill()
            await process.wait()


class Served:
    """A broker as the tests' own ``running`` wants it."""

    def __init__(self, address: Address, watch_address: Address) -> None:
        self.address = address
        self.watch_address = watch_address

    def signal(self, number: object) -> None:
        """Do nothing: it is not killed here."""

    def come_back(self) -> None:
        """Do nothing: it never went."""


async def until_felt(inputs: Sequence[object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not inputs:  # noqa: ASYNC110  what is waited for happens in other processes too
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("tls", [(), ("--tls", "127.0.0.1")])
def test_it_holds_nothing_back(tmp_path: Path, tls: Sequence[str]) -> None:
    """GIVEN a folder WHEN the files are written, with TLS or without THEN no message waits on the
    broker's side until the one before is acknowledged.
    """
    written(tmp_path / "files", *tls)
    lines = (tmp_path / "files" / "kickcue.conf").read_text().splitlines()
    assert lines.count("set_tcp_nodelay true") == 1


@pytest.mark.mosquitto
async def test_limits_hold(mosquitto: Path, tmp_path: Path) -> None:
    """GIVEN the files WHEN somebody sends more than any message has THEN the broker does not pass
    it on.
    """
    port = free_port()
    written(tmp_path / "kickcue", "--port", str(port))
    with served(mosquitto, tmp_path / "kickcue", port) as addresses:
        async with joined(addresses["kickcue"]) as daemon:
            assert daemon.limits.largest_packet == LARGEST_PACKET_BYTES
            await daemon.subscribe(TOPICS["ack"], 1)
            for size in (8193, 100_000):
                with pytest.raises(MqttError):
                    async with joined(addresses["watch"]) as watch:
                        await watch.publish(TOPICS["ack"], b"x" * size, 1, timeout=1)
            async with joined(addresses["watch"]) as watch:
                await watch.publish(TOPICS["ack"], b"x" * 8000, 1)
            async with asyncio.timeout(PATIENCE_S):
                assert len((await anext(daemon.messages)).payload) == 8000


@pytest.mark.mosquitto
# paho leaves the socket of a failed handshake behind.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_with_tls(
    mosquitto: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN the files with TLS WHEN a watch trusts their CA THEN it gets in, as strictly as Python
    can look; otherwise it is told about --ca.
    """
    port, folder = free_port(), tmp_path / "kickcue"
    written(folder, "--port", str(port), "--tls", "127.0.0.1", "--tls", "kickpi.local")
    assert "--ca" in capsys.readouterr().out
    own = folder / "kickcue.conf"
    own.write_text(
        own.read_text().replace("listener 1883 127.0.0.1", f"listener {free_port()} 127.0.0.1")
    )
    with served(mosquitto, folder, port) as addresses:
        trusting = replace(addresses["watch"], ca_file=folder / "ca.crt")
        async with connect(ConnectionPlan(trusting, "watch")) as session:
            assert session.connected
        strict = ssl.create_default_context(cafile=folder / "ca.crt")
        strict.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does
        watch = Client(
            "127.0.0.1",
            port,
            username="watch",
            password=trusting.password,
            tls_context=strict,
            timeout=PATIENCE_S,
        )
        async with watch:
            pass
        with pytest.raises(BrokerError, match=r"--ca.*broker\.ca"):
            async with connect(ConnectionPlan(addresses["watch"], "watch")):
                pass
        gc.collect()  # here, where the warning is expected


# ---- the files


def test_secrets_are_kept(tmp_path: Path) -> None:
    """GIVEN the files WHEN looked at THEN what is secret is for its owner alone, and each user has
    another password, kept only as a hash.
    """
    folder = tmp_path / "kickcue"
    written(folder, "--tls", "kickpi.local")
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.name in SECRETS else 0o644), (
            path.name
        )
    passwords = [address.password for address in logins(folder).values()]
    assert len(set(passwords)) == len(MAY_SAY)
    for password in passwords:
        assert password is not None
        assert len(password) >= 20
        assert password not in (folder / "kickcue.passwords").read_text()
    assert (folder / "kickcue.password").read_text().strip() == logins(folder)["kickcue"].password


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "logins.txt").write_text("mine")
    yield tmp_path / "full"
    assert [path.read_text() for path in (tmp_path / "full").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["{full}"], "expected an empty folder"),
        (["{full}/with blank"], "expected a path of letters, digits"),
        (
            ["{full}/../new", "--port", "70000"],
            ("--port: expected a number from 1 to 65535, got 70000"),
        ),
        (
            ["{full}/../new", "--tls", "pi,DNS:evil"],
            "expected a name or an address of this machine",
        ),
        (["{full}/../new", "--athlete", "a/+"], "topic prefix"),
        (["{full}/logins.txt/new"], "Not a directory"),
    ],
)
def test_what_cannot_be_is_one_line(
    full: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a folder with something in it, or an option that Mosquitto would misread THEN one line
    says so and nothing is written.
    """
    assert main(["broker", *(option.replace("{full}", str(full)) for option in options)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 1
    assert not (full.parent / "new").exists()


def test_without_openssl_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no program openssl WHEN TLS is wanted THEN one line says what to install, and nothing
    is left behind.
    """
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["broker", str(tmp_path / "kickcue"), "--tls", "pi"]) == 2
    assert "apt install openssl" in capsys.readouterr().err
    assert not (tmp_path / "kickcue").exists()
