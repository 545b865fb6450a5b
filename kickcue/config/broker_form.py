"""How a broker's URL and a level of a topic are written: one rule for settings and for MQTT."""

from typing import Final

URL_FORM: Final = "mqtt://[user[:password]@]host[:port][/prefix]"
URL_ESCAPES: Final = "in a user or password / ? # @ are written %2F %3F %23 %40"
TOPIC_LEVEL: Final = r"[\w-]+"
"""One level of a topic prefix: letters, digits, _ and -. MQTT's + # /, NATS' . * > and blanks would
mean something else on the way."""
