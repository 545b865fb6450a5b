"""Copy this to ``config.py``, fill it in, and put it on the watch.

It holds passwords: it is not to be published.
"""

WIFI_NAME = "kickcue"
WIFI_PASSWORD = "the password of the Wi-Fi"  # noqa: S105  an example

BROKER = (
    "192.168.4.1"  # an address; a name is looked up once, and the watch stands still while it is
)
PORT = 1883
USER = "watch"
PASSWORD = "the password of the broker"  # noqa: S105  same
PREFIX = "kickcue/runner"  # kickcue/<athlete>, as the sender was told

BOARD = (
    "twatch-2020-v3"  # or twatch-2020-v1, twatch-2020-v2, or pin: any ESP32 with a motor on a pin
)
MOTOR_PIN = None  # of the board "pin"

SAVE_POWER = False  # True: the battery lasts longer, and a cue may take 0.3 s more
