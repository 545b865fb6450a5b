# mypy: ignore-errors
"""The pins of a watch, for the Unix port: what is written to them is told on standard output."""

import json


def tell(**what):
    print(json.dumps(what))


class Pin:
    OUT = 1

    def __init__(self, number, mode=None):
        self.number = number


class PWM:
    def __init__(self, pin, freq, duty_u16):
        self._pin = pin.number
        tell(pwm=[self._pin, freq])

    def duty_u16(self, duty):
        tell(duty=[self._pin, duty])


class I2C:
    """Registers that keep what is written; DRV2605 and AXP202 as they come out of reset (their data
    sheets).
    """

    def __init__(self, bus, sda, scl, freq):
        tell(i2c=[sda.number, scl.number])
        self._registers = {
            (0x5A, 0x01): 0x40,
            (0x5A, 0x1A): 0x36,
            (0x5A, 0x1D): 0xA0,
            (0x35, 0x90): 0x07,
        }

    def writeto_mem(self, chip, register, data):
        self._registers[chip, register] = data[0]
        tell(register=[chip, register, data[0]])

    def readfrom_mem(self, chip, register, size):
        return bytes((self._registers[chip, register],))


class RTC:
    """Memory that outlives the program: a file in the folder it was started in."""

    def memory(self, written=None):
        if written is not None:
            with open("rtc", "wb") as file:
                file.write(written)
            return None
        try:
            with open("rtc", "rb") as file:
                return file.read()
        except OSError:
            return b""


def unique_id():
    return b"kick"


def reset():
    tell(reset=True)
    raise SystemExit
