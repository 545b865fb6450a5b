"""``kickcue simulate``: races as recordings, and as sensors on the air."""

import asyncio
import sys
from pathlib import Path

import pytest
from bumble.controller import Controller
from bumble.core import UUID
from bumble.device import Device, Peer
from bumble.hci import Address
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink, StreamPacketSink, StreamPacketSource

from kickcue.cli import main
from kickcue.core.events import Cue, CueKind, Link, Notification
from kickcue.core.units import s_to_ns
from kickcue.edges.virtual_sensor.description import describe
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header, jsonl, read
from kickcue.replay.source import source
from tests.edges.mqtt.conftest import until
from tests.ports import free_port


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line with which the command is refused."""
    assert main(["simulate", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize("suffix", [".jsonl", ".mcap"])
def test_a_written_race_is_the_simulated_one_and_replays(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race, a seed and a scenario WHEN written THEN the file holds the lab's very events,
    and a replay of it comes to the bell.
    """
    path = tmp_path / f"race{suffix}"
    assert (
        main(
            [
                "simulate",
                "--race",
                "3000m",
                "--seed",
                "1",
                "--scenario",
                "button-bad",
                "--out",
                str(path),
            ]
        )
        == 0
    )
    assert f"kickcue replay {path}" in capsys.readouterr().out

    recording = read(path)
    expected = simulate(simulated_document("3000m").course(), SCENARIOS["button-bad"], 1)
    assert expected.inputs == recording.inputs
    assert not recording.problems
    outputs = [output for _, outputs in source(recording, None).run() for output in outputs]
    assert 1 == sum(
        isinstance(output, Cue) and output.kind is CueKind.LAST_LAP for output in outputs
    )


def test_the_options_of_a_race_are_kept(tmp_path: Path) -> None:
    """What is set for the race stands in the file, so that a replay needs no options."""
    path = tmp_path / "race.jsonl"
    assert (
        main(
            ["simulate", "--race", "1500m", "--lap", "300", "--target", "4:30", "--out", str(path)]
        )
        == 0
    )
    setup = read(path).header.setup
    assert setup is not None
    assert ("1500m", 300.0, 270.0) == (setup["race"], setup["lap_m"], setup["target_s"])
    assert {"pod": "generic-rsc", "strap": "generic-hr"} == {
        name: sensor["profile"] for name, sensor in setup["sensors"].items()
    }


def test_no_file_is_ever_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file WHEN a race is to be written there THEN that is refused and the file stays as it
    is.
    """
    for name in ("race.jsonl", "race.mcap"):
        path = tmp_path / name
        path.write_text("mine")
        assert "exists" in refused(capsys, "--race", "800m", "--out", str(path))
        assert path.read_text() == "mine"


def test_mistakes_are_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be meant is refused, with what would be right."""
    assert "--out FILE" in refused(capsys, "--race", "3000m")
    assert "--race 3000m" in refused(capsys, "--out", str(tmp_path / "x.jsonl"))
    assert ".jsonl or .mcap" in refused(capsys, "--race", "3000m", "--out", str(tmp_path / "x.fit"))
    assert "nothing is simulated" in refused(
        capsys, "--recording", "x.mcap", "--out", str(tmp_path / "x.jsonl")
    )
    assert "nothing is simulated" in refused(
        capsys, "--recording", "x.mcap", "--ble", "usb:0", "--seed", "1"
    )
    assert "up to 50" in refused(capsys, "--race", "3000m", "--ble", "usb:0", "--rate", "0")
    assert "--rate: expected --ble with it" in refused(
        capsys, "--race", "3000m", "--out", str(tmp_path / "x.jsonl"), "--rate", "2"
    )
    assert "one for each of 2 sensors (pod, strap), got 3" in refused(
        capsys, "--race", "800m", "--ble", "usb:0", "--ble", "usb:1", "--ble", "usb:2"
    )
    assert [] == list(tmp_path.iterdir())


def test_without_bumble_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no bumble WHEN sensors are to go on air THEN the error names the extra."""
    for module in [
        name for name in sys.modules if name.startswith(("bumble", "kickcue.edges.virtual_sensor"))
    ]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "bumble", None)
    assert "in a clone of kickcue, pip install '.[simulate]'" in refused(
        capsys, "--race", "800m", "--ble", "usb:0"
    )


def test_an_adapter_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """An adapter that cannot be opened is one line and exit status 1."""
    assert main(["simulate", "--race", "800m", "--ble", f"tcp-client:127.0.0.1:{free_port()}"]) == 1
    assert "cannot open" in capsys.readouterr().err


def test_a_recording_that_says_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording without sensor data WHEN it is to go on air THEN that is one line and exit
    status 1.
    """
    path = tmp_path / "empty.jsonl"
    jsonl.write(path, Header(race="800m"), [Link(0, "strap", up=True)])
    assert main(["simulate", "--recording", str(path), "--ble", "usb:0"]) == 1
    assert "it has no sensor data" in capsys.readouterr().err


async def test_a_recording_is_heard_over_the_air(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording of strap and pod on one adapter WHEN a listener subscribes to both THEN it
    hears every byte, in order.
    """
    path = tmp_path / "short.jsonl"
    beats = [
        Notification(s_to_ns(5.0 + n / 10), "strap", "2a37", bytes([0, 60 + n])) for n in range(5)
    ]
    steps = [
        Notification(s_to_ns(5.05 + n / 10), "pod", "2a53", bytes([0, n, 1, 90])) for n in range(5)
    ]
    jsonl.write(path, Header(race="800m"), sorted([*beats, *steps], key=lambda each: each.t_ns))

    link = LocalLink()  # type: ignore[no-untyped-call]  # bumble leaves its types out here

    class Adapter(StreamPacketSource):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.WriteTransport)
            Controller("adapter", self, StreamPacketSink(transport), link)

    async with await asyncio.get_running_loop().create_server(Adapter, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        running = asyncio.create_task(
            asyncio.to_thread(
                main,
                [
                    "simulate",
                    "--recording",
                    str(path),
                    "--ble",
                    f"tcp-client:127.0.0.1:{port}",
                    "--rate",
                    "10",
                ],
            )
        )
        heard = await listen(link, describe("kickcue", ["2a37", "2a53"]).address)
        await until(lambda: len(heard["2a37"]) == len(heard["2a53"]) == 5)
        assert 0 == await running
    assert {"2a37": [each.data for each in beats], "2a53": [each.data for each in steps]} == heard
    assert "done: 10 notifications delivered" in capsys.readouterr().out


async def listen(link: LocalLink, address: str) -> dict[str, list[bytes]]:
    """Connect and subscribe to the one sensor on the air; return what is heard, as it grows."""
    controller = Controller("listener", link=link)
    device = Device.with_hci(
        "listener", Address("F0:00:00:00:00:01"), controller, AsyncPipeSink(controller)
    )
    await device.power_on()
    peer = Peer(await device.connect(Address(address)))
    await peer.discover_all()  # type: ignore[no-untyped-call]  # as above
    heard: dict[str, list[bytes]] = {"2a37": [], "2a53": []}
    for char, what in heard.items():
        (found,) = peer.get_characteristics_by_uuid(UUID(char))
        await found.subscribe(what.append)
    return heard
