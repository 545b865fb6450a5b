"""The doctor on machines that are well and on machines that are not; Bluetooth is the fake BlueZ of
``tests/beds``.
"""

import asyncio
import errno
import json
import os
import re
import shutil
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.cli.doctor import bluetooth, broker, disk, fixes, machine, phone, run_checks
from kickcue.cli.doctor.race import race
from kickcue.cli.doctor.result import CheckLevel, Context, Result, fault, ok, warning
from kickcue.config.settings import load_settings
from kickcue.daemon import system_clock
from kickcue.daemon.run_lock import only_one
from kickcue.edges.mqtt import trial
from kickcue.edges.mqtt.session import Session
from kickcue.edges.mqtt.topics import RULES, Topics
from kickcue.edges.radio import WITHOUT_BLUETOOTH, device_selection, linux, missing
from kickcue.edges.radio.adapter import shared_host
from tests.beds import private_bus as bed
from tests.beds.fake_bluez import FakeBluez
from tests.beds.fixtures import bus
from tests.beds.private_bus import ENVIRONMENT, PrivateBus
from tests.edges.gnss.conftest import fake_gpsd, tpv, until
from tests.edges.mqtt.conftest import Mosquitto, mosquitto
from tests.edges.mqtt.test_refusals import allow
from tests.patience import PATIENCE_S

__all__ = ["bus", "mosquitto"]

STRAP = "C0:FF:EE:00:00:01"
RACE = f"""\
race = "5000m"
[sensors.strap]
profile = "polar-h10"
address = "{STRAP}"
[sensors.pod]
profile = "stryd"
name = "Stryd"
"""
POD = "C0:FF:EE:00:00:02"
SENTINEL = "sentinel-7f3a"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the doctor knows BlueZ, which is Linux's"
)


class Surgery:
    """A machine to be looked at: its folders and programs are this test's own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.race = folder / "race.toml"
        self.race.write_text(RACE)
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.rfkill = folder / "rfkill"
        self.program("bluetoothctl", "echo 'bluetoothctl: 5.66'")
        monkeypatch.setattr(linux, "RFKILL", self.rfkill)
        # A busy machine answers late; what is to stay away is waited for a moment only.
        for module in (bluetooth, broker, machine, phone):
            monkeypatch.setattr(module, "ASK_S", PATIENCE_S)
        for patient in (
            "kickcue.cli.doctor.bluetooth.VERSION_S",
            "kickcue.cli.doctor.broker.KNOCK_S",
            "kickcue.cli.doctor.fixes.LISTEN_S",
            "kickcue.edges.mqtt.trial.ANSWER_S",
            "kickcue.edges.mqtt.trial.HEARD_S",
            "kickcue.edges.radio.api.SCAN_WITHIN_S",
        ):
            monkeypatch.setattr(patient, PATIENCE_S)
        examine = partial(run_checks.examine, patience_s=2 * PATIENCE_S)
        monkeypatch.setattr("kickcue.cli.doctor.command.examine", examine)
        monkeypatch.setattr(bluetooth, "LISTEN_S", 0.3)
        monkeypatch.setattr(device_selection, "SETTLE_S", 0.0)
        monkeypatch.setattr(machine, "TIMESYNCD", folder)
        monkeypatch.setattr(machine, "MODEL", folder / "model")
        monkeypatch.setenv("PATH", f"{self.programs}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
        monkeypatch.setenv("STATE_DIRECTORY", str(folder / "state"))

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def switch(self, how: str) -> None:
        """Block Bluetooth by rfkill."""
        folder = self.rfkill / "rfkill0"
        folder.mkdir(parents=True)
        for name, text in (("type", "bluetooth"), ("soft", "0"), ("hard", "0"), (how, "1")):
            (folder / name).write_text(f"{text}\n")

    async def looked_at(
        self, capsys: pytest.CaptureFixture[str]
    ) -> tuple[int, dict[str, dict[str, Any]]]:
        """Return the exit status and what was found, by part."""
        capsys.readouterr()
        status = await asyncio.to_thread(main, ["doctor", str(self.race), "--json"])
        report = json.loads(capsys.readouterr().out)
        assert (status == 0) == report["ready"]
        return status, {finding["what"]: finding for finding in report["findings"]}


@pytest.fixture
async def bluez(bus: PrivateBus, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeBluez]:
    """Return a fake BlueZ with adapter hci0, which hears the pod. The doctor's time to listen
    begins once it has heard all that are on air, however long a busy machine takes for that.
    """
    async with FakeBluez(bus) as fake:
        fake.add_sensor(POD, "Stryd", services={"1814": ["2a53"]})

        async def heard(
            pins: Mapping[str, Any], within_s: float, *, adapter: str | None
        ) -> dict[str, str]:
            async with shared_host(adapter) as host:
                with host.scanner.looking():
                    on_air = {each.address for each in fake.sensors if each.on_air.is_set()}
                    await until(lambda: on_air <= host.scanner.devices.keys())
                    return await missing(pins, within_s, adapter=adapter)

        monkeypatch.setattr(bluetooth, "missing", heard)
        yield fake


@pytest.fixture
def surgery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surgery:
    return Surgery(tmp_path, monkeypatch)


def found(check: Callable[[Context], Any], settings: Any = None) -> list[Result]:
    """Return what one check finds where the race file is not of interest."""
    return list(check(Context(None, settings, None, os.environ)))


def parts(report: dict[str, dict[str, Any]], level: str) -> set[str]:
    return {what for what, finding in report.items() if finding["level"] == level}


# ---- all together


async def test_a_machine_that_is_well(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN race file, sensors, Bluetooth, broker and disk as they should be THEN all is well and
    the exit status 0, line by line.
    """
    strap = bluez.add_sensor(STRAP, "Polar H10 1234", services={"180d": ["2a37"]})
    bluez.leave_connected(strap)
    status, report = await surgery.looked_at(capsys)
    assert (0, set()) == (status, parts(report, "fault"))
    assert parts(report, "ok") >= {
        "race file",
        "sensors",
        "D-Bus",
        "Bluetooth service",
        "BlueZ",
        "adapter",
        "broker",
        "recordings",
        "clock",
        "strap",
        "pod",
    }
    assert "found" == report["pod"]["why"]
    assert report["race file"]["why"] == f"{surgery.race}: 5000m in laps of 400 m"
    assert (
        report["sensors"]["why"]
        == f"strap is address {STRAP} (polar-h10); pod is name Stryd (stryd)"
    )
    assert report["BlueZ"]["why"] == "5.66"
    assert await asyncio.to_thread(main, ["doctor", str(surgery.race)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ready for a race" == lines[-1]
    assert sum(line.startswith("ok ") for line in lines) >= 10


async def test_a_sensor_that_is_elsewhere_is_not_called_connected(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a strap that is not heard, and a neighbour's that is connected WHEN the doctor looks
    THEN yours is missed, in a run's words.
    """
    bluez.leave_connected(
        bluez.add_sensor("C0:FF:EE:00:00:99", "a neighbour's", services={"180d": ["2a37"]})
    )
    status, report = await surgery.looked_at(capsys)
    assert (0, "warning", "ok") == (status, report["strap"]["level"], report["pod"]["level"])
    assert re.fullmatch(
        rf"{STRAP} not seen for \d+ s: is it worn and awake\? "
        r"Is another device connected to it\? It allows one at a time\.",
        report["strap"]["why"],
    )
    assert await asyncio.to_thread(main, ["doctor", str(surgery.race)]) == 0
    assert "ready for a race, without strap" == capsys.readouterr().out.splitlines()[-1]


async def test_no_pinned_sensor_is_heard(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN sensors that all sleep WHEN the doctor looks THEN it is not ready, and each is told as
    a run would tell it.
    """
    bluez.remove_sensor(bluez.sensors[0])
    status, report = await surgery.looked_at(capsys)
    assert (1, {"strap", "pod"}) == (status, parts(report, "fault"))
    assert all("is it worn and awake?" in report[name]["why"] for name in ("strap", "pod"))


async def test_two_of_one_name(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two pods of the pinned name WHEN the doctor looks THEN it says, as a run does, to pin
    one by its address.
    """
    bluez.add_sensor("C0:FF:EE:00:00:03", "Stryd", services={"1814": ["2a53"]})
    _, report = await surgery.looked_at(capsys)
    assert "2 devices are named 'Stryd'" in report["pod"]["why"]
    assert "choose one by its address" in report["pod"]["why"]


@pytest.mark.usefixtures("bluez")
async def test_nothing_is_scanned_for_while_a_race_is_on(
    surgery: Surgery, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a run on this machine WHEN the doctor looks THEN it does not scan, which would cost the
    run its links, and says so.
    """
    with only_one(tmp_path / "state"):
        status, report = await surgery.looked_at(capsys)
    assert (0, False) == (status, bool({"strap", "pod"} & report.keys()))
    assert "a race is running" in report["listening"]["why"]


# ---- positions


@pytest.mark.usefixtures("bluez")
async def test_positions_come(surgery: Surgery, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a gpsd that tells positions WHEN the doctor looks THEN it is well, and how good they
    are is told.
    """
    async with fake_gpsd() as fake:
        surgery.race.write_text(f'{RACE}[fixes]\ngpsd = "127.0.0.1:{fake.port}"\n')
        looking = asyncio.create_task(surgery.looked_at(capsys))
        await until(lambda: fake.listeners == 1)
        fake.say(tpv(0))
        status, report = await looking
    assert (0, "ok") == (status, report["positions"]["level"])
    assert "has a position, accuracy ±3 m" in report["positions"]["why"]


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('gpsd = "127.0.0.1:1"', "is it running?"),
        ("termux = true", "no termux-location: no line marks from position"),
    ],
)
@pytest.mark.usefixtures("bluez")
async def test_no_positions(
    toml: str,
    told: str,
    surgery: Surgery,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GIVEN a receiver that is not there THEN the doctor warns and says what to do: a race can be
    run all the same.
    """
    monkeypatch.setattr(fixes, "LISTEN_S", 0.5)
    surgery.race.write_text(f"{RACE}[fixes]\n{toml}\n")
    status, report = await surgery.looked_at(capsys)
    assert (0, "warning") == (status, report["positions"]["level"])
    assert told in report["positions"]["why"]


async def test_a_receiver_without_trouble_and_without_a_position(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GIVEN a gpsd whose trouble is over, with no position yet, WHEN the time is up THEN that is
    what is said.
    """
    monkeypatch.setattr(fixes, "LISTEN_S", 0.0)
    silent: Any = SimpleNamespace(trouble=None, run=lambda: asyncio.sleep(PATIENCE_S))
    assert "no position within 0 s" == await fixes._listen(silent, [])


@pytest.mark.usefixtures("bluez")
async def test_termux_is_there(surgery: Surgery, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN ``termux-location`` on PATH
    THEN it is well; it is not asked, which may take a minute.
    """
    surgery.program("termux-location", "exit 1")
    surgery.race.write_text(f"{RACE}[fixes]\ntermux = true\n")
    _, report = await surgery.looked_at(capsys)
    assert "ok" == report["positions"]["level"]


# ---- Bluetooth


async def test_bluetooth_switched_off(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an adapter that is off, by software or by a switch THEN the doctor says how to switch
    it on.
    """
    bluez.power(on=False)
    status, report = await surgery.looked_at(capsys)
    assert (1, {"adapter"}) == (status, parts(report, "fault"))
    assert "rfkill unblock bluetooth" in report["adapter"]["why"]
    surgery.switch("hard")
    _, report = await surgery.looked_at(capsys)
    assert "a hardware switch or key on this machine" in report["adapter"]["why"]


async def test_no_adapter(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN BlueZ without an adapter THEN the doctor asks for one, says how to try kickcue without,
    and on a Raspberry Pi knows where it may have been switched off.
    """
    bluez.unplug()
    status, report = await surgery.looked_at(capsys)
    assert (1, {"adapter"}) == (status, parts(report, "fault"))
    assert "no working Bluetooth adapter" in report["adapter"]["why"]
    assert report["adapter"]["why"].endswith(WITHOUT_BLUETOOTH)
    assert report["adapter"]["remedy"] is None
    machine.MODEL.write_text("Raspberry Pi Zero 2 W Rev 1.0\0")
    _, report = await surgery.looked_at(capsys)
    assert "disable-bt" in report["adapter"]["remedy"]
    assert "Raspberry Pi Zero 2 W Rev 1.0" in report["machine"]["why"]


async def test_another_adapter_than_the_one_named(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file that names hci7 WHEN there is hci0 THEN the doctor says which there is."""
    assert bluez.adapter.powered
    surgery.race.write_text(f'adapter = "hci7"\n{RACE}')
    status, report = await surgery.looked_at(capsys)
    assert (1, "available: hci0") == (status, report["adapter"]["remedy"])


async def test_an_adapter_that_knows_no_sensors(
    surgery: Surgery, bluez: FakeBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an adapter from before Bluetooth 4 THEN the doctor says that it is too old."""
    bluez.tree.change(bluez.adapter.path, bluetooth.ADAPTER, Roles=["peripheral"])
    status, report = await surgery.looked_at(capsys)
    assert (1, True) == (status, "too old" in report["adapter"]["why"])


async def test_no_bluetoothd(
    surgery: Surgery, bus: PrivateBus, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a D-Bus without BlueZ on it THEN D-Bus is well, the service is not, and what stands on
    it is not looked at.
    """
    assert bus.address == os.environ[ENVIRONMENT]
    status, report = await surgery.looked_at(capsys)
    assert (1, {"Bluetooth service"}) == (status, parts(report, "fault"))
    assert "sudo systemctl start bluetooth" in report["Bluetooth service"]["why"]
    assert report["D-Bus"]["level"] == "ok"
    assert "adapter" not in report


async def test_no_bus(
    surgery: Surgery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN no D-Bus at all THEN the doctor says so; where BlueZ is not even installed, it says
    that.
    """
    monkeypatch.setenv(ENVIRONMENT, f"unix:path={tmp_path}/nobody")
    status, report = await surgery.looked_at(capsys)
    assert (1, {"D-Bus"}) == (status, parts(report, "fault"))
    assert "sudo systemctl start dbus" in report["D-Bus"]["why"]
    monkeypatch.setattr(linux, "PROGRAMS", ())
    _, report = await surgery.looked_at(capsys)
    assert "sudo apt install bluez" in report["D-Bus"]["why"]


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the bus forbid to talk to BlueZ."""
    policy = '<deny send_destination="org.bluez" send_type="method_call"/>\n  </policy>'
    monkeypatch.setattr(bed, "_CONFIG", bed._CONFIG.replace("</policy>", policy))


@pytest.mark.usefixtures("strict", "bluez")
async def test_access_denied(surgery: Surgery, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a D-Bus policy that keeps this user from BlueZ
    THEN the doctor names the group to join.
    """
    status, report = await surgery.looked_at(capsys)
    assert (1, {"Bluetooth service"}) == (status, parts(report, "fault"))
    assert "usermod -aG bluetooth" in report["Bluetooth service"]["why"]


async def test_a_service_that_does_not_answer(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a D-Bus that accepts and says nothing THEN the doctor does not wait for ever."""
    monkeypatch.setattr(bluetooth, "ASK_S", 0.2)
    path = surgery.race.with_name("mute")
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(path))
        mute.listen()
        monkeypatch.setenv(ENVIRONMENT, f"unix:path={path}")
        status, report = await surgery.looked_at(capsys)
    assert (1, True) == (status, "restart bluetooth" in report["D-Bus"]["why"])


@pytest.mark.parametrize(
    ("says", "level"),
    [
        ("bluetoothctl: 5.50", "fault"),
        ("bluetoothctl: 5.55", "ok"),
        ("5.9", "fault"),
        ("6.1", "ok"),
        ("", "warning"),
    ],
)
@pytest.mark.usefixtures("bluez")
async def test_the_version_of_bluez(
    says: str, level: str, surgery: Surgery, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a version of BlueZ THEN one before 5.55 is a fault, and an unknown one a doubt."""
    surgery.program("bluetoothctl", f"echo '{says}'")
    _, report = await surgery.looked_at(capsys)
    assert level == report["BlueZ"]["level"]


async def test_sensors_over_mqtt_need_no_bluetooth(
    surgery: Surgery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN sensors that a gateway reads WHEN this machine has no Bluetooth
    THEN that is no fault.
    """
    monkeypatch.setenv(ENVIRONMENT, f"unix:path={tmp_path}/nobody")
    surgery.race.write_text('race = "5000m"\n[sensors.pod]\nprofile = "stryd"\nmqtt = "pod-1"\n')
    status, report = await surgery.looked_at(capsys)
    assert (0, "warning") == (status, report["D-Bus"]["level"])


# ---- the race file


@pytest.mark.usefixtures("bluez")
@pytest.mark.parametrize(
    ("text", "part", "word"),
    [
        ('race = "5000m"\n', "sensors", "kickcue pair"),
        ('race = "5000m"\nlap = 400\n', "race file", "lap"),
        ("race = ", "race file", "not TOML"),
    ],
)
async def test_a_race_file_that_will_not_do(
    text: str, part: str, word: str, surgery: Surgery, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file with a mistake in it THEN that is one finding among the others, with what
    to do.
    """
    surgery.race.write_text(text)
    status, report = await surgery.looked_at(capsys)
    assert (1, {part}) == (status, parts(report, "fault"))
    assert word in f"{report[part]['why']} {report[part]['remedy']}"


def test_a_race_without_cues_is_told(tmp_path: Path) -> None:
    """GIVEN a sanctioned race THEN the doctor warns that no cue will come, and why; of other rules
    nothing is said.
    """
    for rules, told in (
        ("sanctioned", ["sanctioned race: recording only, no cues"]),
        ("training", []),
        ("road", []),
    ):
        patient = Context(
            tmp_path / "race.toml",
            load_settings(None, options={"race": "5000m", "rules": rules}, environ={}),
            None,
            {},
        )
        warned = [finding.why for finding in race(patient) if finding.what == "cues"]
        assert told == [why[: len(told[0])] for why in warned]


@pytest.mark.usefixtures("bluez")
async def test_no_race_file(
    surgery: Surgery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN no race file anywhere THEN the doctor says how to get one,
    and looks at all the rest.
    """
    surgery.race.unlink()
    monkeypatch.setattr("kickcue.cli.doctor.command.find_race_file", lambda _: None)
    monkeypatch.chdir(tmp_path)
    assert await asyncio.to_thread(main, ["doctor"]) == 1
    out = capsys.readouterr().out
    assert "kickcue init" in out
    assert "hci0" in out


@pytest.mark.usefixtures("bluez")
async def test_a_race_file_out_of_reach(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a folder that this user may not look into THEN that is a finding, and not the end of
    the doctor.
    """

    def refuse(path: Path) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("kickcue.cli.doctor.command.load_settings", refuse)
    status, report = await surgery.looked_at(capsys)
    assert (1, {"race file"}) == (status, parts(report, "fault"))
    assert str(surgery.race) in report["race file"]["why"]


# ---- the broker


@pytest.mark.mosquitto
@pytest.mark.usefixtures("bluez")
async def test_a_broker_that_serves_this_machine_alone(
    surgery: Surgery,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN Mosquitto on the loopback only, its default WHEN the password is right THEN it lets us
    in, but a watch would find nobody.
    """
    # Stands for the network: Mosquitto listens on 127.0.0.1.
    monkeypatch.setattr(broker, "_own_address", lambda: "127.0.0.2")
    monkeypatch.setenv("KICKCUE_BROKER_PASSWORD", "daemon secret")
    surgery.race.write_text(f'{RACE}[broker]\nurl = "mqtt://daemon@127.0.0.1:{mosquitto.port}"\n')
    status, report = await surgery.looked_at(capsys)
    assert (0, "ok", "warning") == (status, report["broker"]["level"], report["watch"]["level"])
    assert "listener 1883" in report["watch"]["remedy"]
    monkeypatch.setattr(broker, "_own_address", lambda: "127.0.0.1")
    _, report = await surgery.looked_at(capsys)
    assert report["watch"]["level"] == "ok"
    monkeypatch.setattr(broker, "_own_address", lambda: None)
    _, report = await surgery.looked_at(capsys)
    assert "not on a network" in report["watch"]["why"]


@pytest.mark.mosquitto
@pytest.mark.usefixtures("bluez")
@pytest.mark.parametrize(
    ("denied", "may", "says"),
    [
        (("cue", "arm"), "read", "refuses arm, cue (not authorized): no watch receives it"),
        (("command",), "write", "accepts command but does not deliver it to us"),
    ],
)
async def test_a_broker_that_denies_a_topic(
    surgery: Surgery,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    denied: tuple[str, ...],
    may: str,
    says: str,
) -> None:
    """GIVEN an access list that denies the sender a topic of a race THEN it is not ready, and the
    doctor names the topic.
    """
    monkeypatch.setattr(broker, "_own_address", lambda: "127.0.0.1")
    monkeypatch.setenv("KICKCUE_BROKER_PASSWORD", "daemon secret")
    surgery.race.write_text(f'{RACE}[broker]\nurl = "mqtt://daemon@127.0.0.1:{mosquitto.port}"\n')
    topics = Topics()
    received = trial._received

    async def others_received(session: Session, topics: Topics, nonce: str, count: int) -> set[str]:
        """Wait for those alone that may come, for as long as it takes."""
        return await received(session, topics, nonce, count - len(denied))

    monkeypatch.setattr(trial, "_received", others_received)
    allow(
        mosquitto,
        [
            "user daemon",
            *(f"topic {may if name in denied else 'readwrite'} {topics[name]}" for name in RULES),
        ],
    )
    status, report = await surgery.looked_at(capsys)
    assert (1, {"topics"}) == (status, parts(report, "fault"))
    assert says in report["topics"]["why"]
    assert "access list" in report["topics"]["remedy"]
    assert capsys.readouterr().err == ""


@pytest.mark.mosquitto
@pytest.mark.usefixtures("bluez")
async def test_a_broker_that_does_not_let_us_in(
    surgery: Surgery,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a wrong password THEN the doctor says that the login was refused, and shows the
    password nowhere.
    """
    monkeypatch.setenv("KICKCUE_BROKER_PASSWORD", SENTINEL)
    surgery.race.write_text(f'{RACE}[broker]\nurl = "mqtt://daemon@127.0.0.1:{mosquitto.port}"\n')
    status, report = await surgery.looked_at(capsys)
    assert (1, {"broker"}) == (status, parts(report, "fault"))
    assert "refused" in report["broker"]["why"]
    assert SENTINEL not in json.dumps(report)


@pytest.mark.usefixtures("bluez")
async def test_no_broker_and_no_password(
    surgery: Surgery, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a broker that is not there, or a password file that others can read THEN one finding
    says which.
    """
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        surgery.race.write_text(
            f'{RACE}[broker]\nurl = "mqtt://127.0.0.1:{closed.getsockname()[1]}"\n'
        )
        _, report = await surgery.looked_at(capsys)
    assert "cannot connect" in report["broker"]["why"]
    secret = surgery.race.with_name("password")
    secret.write_text(SENTINEL)
    secret.chmod(0o644)
    surgery.race.write_text(
        f'{RACE}[broker]\nurl = "mqtt://daemon@127.0.0.1"\npassword_file = "{secret}"\n'
    )
    _, report = await surgery.looked_at(capsys)
    assert "chmod 600" in report["broker"]["why"]
    assert SENTINEL not in json.dumps(report)


def test_whether_an_address_is_our_own() -> None:
    """The trap of the loopback is seen under each of its names."""
    hosts = ("localhost", "127.0.0.1", "127.0.1.1", "::1", "192.168.1.5", "pi.local")
    assert [True, True, True, True, False, False] == [broker._is_loopback(host) for host in hosts]


# ---- disk, clock, power, terminal


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a read-only file system, or one that is another's THEN there is a warning: the race is
    run without a recording.
    """

    def refuse(number: int) -> Callable[..., Any]:
        def opened(**_: Any) -> Any:
            raise OSError(number, os.strerror(number))

        return opened

    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    for number, word in (
        (errno.EROFS, "mount a stick"),
        (errno.EACCES, "chown"),
        (errno.ENOSPC, "state_dir"),
    ):
        monkeypatch.setattr(disk, "tempfile", SimpleNamespace(TemporaryFile=refuse(number)))
        (finding,) = found(disk.disk)
        assert (CheckLevel.WARNING, True) == (finding.level, word in str(finding.remedy)), number


def test_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a disk that is nearly full THEN the doctor says how much is left; what it wrote to try
    is gone.
    """
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=7_000_000))
    (finding,) = found(disk.disk)
    assert (CheckLevel.WARNING, True) == (finding.level, "only 7 MB" in finding.why)
    assert [] == list(tmp_path.iterdir())


def test_no_recording_wanted() -> None:
    """GIVEN record = false THEN the disk does not matter."""
    (finding,) = found(disk.disk, SimpleNamespace(record=False))
    assert finding.level is CheckLevel.OK


@pytest.mark.parametrize(
    ("shown", "set_over_network", "level"),
    [("1970-01-01", True, "warning"), ("2027-06-01", True, "ok"), ("2027-06-01", False, "warning")],
)
def test_the_clock(
    shown: str, set_over_network: bool, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a clock that was never set, was set, or nobody knows THEN only the one set over the
    network is well, and none is a fault.
    """
    now_s = time.mktime(time.strptime(shown, "%Y-%m-%d"))
    monkeypatch.setattr(time, "time", lambda: now_s)
    monkeypatch.setattr(machine, "TIMESYNCD", tmp_path / ("." if set_over_network else "nothing"))
    monkeypatch.setattr(machine, "kernel_clock_is_set", lambda: False)
    (finding,) = found(machine.clock)
    assert level == finding.level


def test_the_kernel_is_asked_for_its_clock() -> None:
    """The kernel's answer is one of the two, whatever this machine is, and nothing is set by
    asking.
    """
    assert system_clock.kernel_clock_is_set() in (True, False)


@pytest.mark.parametrize(
    ("says", "levels"),
    [
        ("throttled=0x0", ["ok"]),
        ("throttled=0x50005", ["warning"]),
        ("throttled=0x50000", ["warning"]),
        ("VCHI failed", []),
        ("", []),
    ],
)
def test_the_voltage_of_a_pi(says: str, levels: list[str], surgery: Surgery) -> None:
    """GIVEN what a Raspberry Pi says of its voltage THEN too little is a warning, also when it is
    over; where it says nothing, nothing is said.
    """
    surgery.program("vcgencmd", f"echo '{says}'")
    assert levels == [finding.level for finding in found(machine.power)]


@pytest.mark.parametrize(
    ("encoding", "level"), [("utf-8", "ok"), ("ascii", "warning"), ("latin-1", "warning")]
)
def test_the_terminal(encoding: str, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a terminal that lacks our signs THEN the doctor says how to get them."""
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding=encoding))
    assert [level] == [finding.level for finding in found(machine.terminal)]


# ---- the examination itself


def test_a_check_that_fails_or_hangs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a check that raises and one that never ends THEN the others are told in their order,
    and both are faults.
    """
    hanging = threading.Event()
    # The clock says so: for c there is a moment, for the others a minute.
    readings = iter((0.0, 0.0, 0.0, PATIENCE_S - 0.2, 0.0))
    monkeypatch.setattr(run_checks, "time", SimpleNamespace(monotonic=lambda: next(readings)))

    def fails(_: Context) -> Iterator[Result]:
        yield ok("never told", "it failed half way")
        raise ValueError("oh")

    def hangs(_: Context) -> Iterator[Result]:
        hanging.wait()
        yield ok("late", "late")

    checks = {
        "a": lambda _: [warning("a", "first")],
        "b": fails,
        "c": hangs,
        "d": lambda _: [fault("d", "last")],
    }
    try:
        report = run_checks.examine(Context(None, None, None, {}), checks, patience_s=PATIENCE_S)
    finally:
        hanging.set()
    assert ["a", "b", "d", "c"] == [finding.what for finding in report]
    assert [CheckLevel.WARNING, CheckLevel.FAULT, CheckLevel.FAULT, CheckLevel.FAULT] == [
        finding.level for finding in report
    ]
    assert "ValueError: oh" in report[1].why


def test_at_most() -> None:
    """A fault of what is not needed is a warning; what is well stays so."""
    assert [CheckLevel.OK, CheckLevel.WARNING, CheckLevel.WARNING] == [
        Result(level, "", "").at_most(CheckLevel.WARNING).level for level in CheckLevel
    ]
