# mypy: ignore-errors
"""Wi-Fi that is always there, for the Unix port."""

STA_IF = 0


class WLAN:
    PM_NONE = 0

    def __init__(self, interface):
        pass

    def active(self, on=True):
        return on

    def config(self, pm):
        pass

    def connect(self, name, password):
        pass

    def disconnect(self):
        pass

    def isconnected(self):
        return True
