"""The motor: which board has what, and how pulses become something that is felt.

Not tried on a wrist yet: pins and registers are those of the sources named here.

* T-Watch 2020 V1 and V3: GPIO 4 (TTGO_TWatch_Library, ``drive/tft/bl.h``,
  ``board/twatch2020_v1.h``, ``_v3.h``).
* T-Watch 2020 V2: DRV2605 at 0x5A on SDA 21, SCL 22; it is switched on by the power chip's GPIO 0
  (same library, ``board/twatch2020_v2.h``, ``enableDrv2650``): AXP202 at 0x35, register 0x90, low
  bits 001 = output high (AXP202X_Library).
* DRV2605, real-time playback (TI SLOS825, SLOS854): register 0x01 = 5 is the mode, with the STANDBY
  bit (0x40) clear; register 0x02 is the amplitude, signed unless DATA_FORMAT_RTP in 0x1D says
  otherwise, so 0x7F is full; bit 7 of 0x1A clear selects an ERM motor, bit 5 of 0x1D open loop,
  which needs no calibration.
"""

import asyncio

from machine import I2C, PWM, Pin

PWM_HZ = 1000

# The limits of profile.toml beside this file; a test compares them.
WEAKEST = 0.4  # an ERM below this part of its drive does not turn; Bangle.js gives the same floor
SHORTEST_ON_MS = 120  # some 180 ms to full strength: less is not felt in a run
SHORTEST_GAP_MS = 100  # and this to come to rest
LONGEST_MS = 5000  # of a whole cue, whatever the message says

DRV2605, DRV_MODE, DRV_RTP, DRV_FEEDBACK, DRV_CONTROL3 = 0x5A, 0x01, 0x02, 0x1A, 0x1D
AXP202, AXP_GPIO0 = 0x35, 0x90


class PwmMotor:
    """A motor behind a transistor on one pin."""

    def __init__(self, pin):
        self._pwm = PWM(Pin(pin, Pin.OUT), freq=PWM_HZ, duty_u16=0)

    def drive(self, part):
        """Drive with this part of the full strength; 0 stops."""
        self._pwm.duty_u16(int(65535 * part))


class Drv2605Motor:
    """An ERM motor behind a DRV2605, driven in real time."""

    def __init__(self, i2c):
        self._i2c = i2c
        self._set(DRV_MODE, 0x05)
        self._set(DRV_RTP, 0)
        self._set(DRV_FEEDBACK, self._get(DRV_FEEDBACK) & 0x7F)
        self._set(DRV_CONTROL3, (self._get(DRV_CONTROL3) & 0xF7) | 0x20)

    def drive(self, part):
        """Drive with this part of the full strength; 0 stops."""
        self._set(DRV_RTP, int(0x7F * part))

    def _set(self, register, value):
        self._i2c.writeto_mem(DRV2605, register, bytes((value,)))

    def _get(self, register):
        return self._i2c.readfrom_mem(DRV2605, register, 1)[0]


def motor(board, pin=None):
    """Return the motor of ``board``.

    ``twatch-2020-v1``, ``-v2``, ``-v3``, or ``pin`` for a motor on any pin; ValueError for another.
    """
    if board in ("twatch-2020-v1", "twatch-2020-v3"):
        return PwmMotor(4)
    if board == "twatch-2020-v2":
        i2c = I2C(0, sda=Pin(21), scl=Pin(22), freq=400_000)
        power = i2c.readfrom_mem(AXP202, AXP_GPIO0, 1)[0]
        i2c.writeto_mem(AXP202, AXP_GPIO0, bytes(((power & 0xF8) | 0x01,)))
        return Drv2605Motor(i2c)
    if board == "pin" and pin is not None:
        return PwmMotor(pin)
    raise ValueError(
        "config.BOARD is %r; it can be twatch-2020-v1, twatch-2020-v2, twatch-2020-v3, or pin "
        "with a MOTOR_PIN" % board
    )


def clamped(pulses):
    """Return [on_ms, off_ms, intensity] pulses as this kind of motor can give them.

    Each becomes (on_ms, off_ms, part of full drive).
    """
    steps, total_ms = [], 0
    for on_ms, off_ms, intensity in pulses:
        drive_ms, rest_ms = (
            min(max(on_ms, SHORTEST_ON_MS), LONGEST_MS),
            max(off_ms, SHORTEST_GAP_MS),
        )
        if total_ms + drive_ms > LONGEST_MS:
            break
        total_ms += drive_ms + rest_ms
        steps.append((drive_ms, rest_ms, max(intensity, WEAKEST)))
    return steps


class Hal:
    """What ``kickcue_client`` asks for."""

    def __init__(self, motor):
        self._motor = motor

    async def play(self, pulses):
        """Play; the motor stands still afterwards, also when this is cancelled."""
        try:
            for on_ms, off_ms, part in clamped(pulses):
                self._motor.drive(part)
                await asyncio.sleep_ms(on_ms)
                self._motor.drive(0)
                await asyncio.sleep_ms(off_ms)
        finally:
            self._motor.drive(0)

    def show(self, text):
        """Show the words: on the console, until somebody writes a driver for the display."""
        print(text)
