"""Wi-Fi and MQTT: a thin hand on Peter Hinch's ``mqtt_as``, which keeps both up for ever.

Only this file knows it.
"""

import asyncio

import network
from mqtt_as import MQTTClient, config

QUEUE = 16  # of what came and was not looked at yet; the oldest goes first
KEEPALIVE_S = 12  # mqtt_as pings four times in it and gives a link up that answered none of them
ANSWER_S = 4  # no answer for so long: mqtt_as says it again or gives up
AGAIN_S = 2
NO_DELAY = (6, 1, 1)  # IPPROTO_TCP, TCP_NODELAY, on: not every port has the names


class Link:
    """What ``kickcue_client`` asks for. ``settings`` is the module ``config``.

    ``client_id`` must stand in no message: whoever connects with it throws us out. ``will`` is
    (topic, payload), what the broker publishes when the connection is lost.
    """

    def __init__(self, settings, client_id, will=None):
        config["ssid"] = settings.WIFI_NAME
        config["wifi_pw"] = settings.WIFI_PASSWORD
        config["server"] = settings.BROKER
        config["port"] = settings.PORT
        # mqtt_as takes a str's length for its bytes, here and in topics.
        config["user"] = settings.USER.encode()
        config["password"] = settings.PASSWORD.encode()
        config["client_id"] = client_id
        if will is not None:
            config["will"] = (will[0].encode(), will[1], False, 1)
        config["queue_len"] = QUEUE
        config["clean"] = True  # what was said while we were away is of no use
        config["keepalive"] = KEEPALIVE_S
        config["response_time"] = ANSWER_S
        self._client = MQTTClient(config)
        self._save_power = settings.SAVE_POWER
        self.queue = self._client.queue
        self.isconnected = self._client.isconnected

    async def run(self, topics):
        """Connect, and subscribe each time the connection is up; for ever."""
        await self._connect()
        while True:
            await self._client.up.wait()
            self._client.up.clear()
            self._wake_radio()
            self._send_at_once()
            await self.renew(topics)

    async def publish(self, topic, payload):
        """Publish at QoS 1; returns when the broker has it."""
        await self._client.publish(topic.encode(), payload, False, 1)

    async def renew(self, topics):
        """Subscribe anew; without an answer mqtt_as takes the connection down and up again."""
        for topic in topics:
            await self._client.subscribe(topic.encode(), 1)

    async def _connect(self):
        """Connect for the first time: that is all mqtt_as leaves to us."""
        while True:
            try:
                await self._client.connect(quick=True)
            except OSError as error:
                print("kickcue: no connection yet:", error)
                self._client.close()
                await asyncio.sleep(AGAIN_S)
            else:
                return

    def _wake_radio(self):
        """Keep the radio awake; asleep it hears each beacon or each third, 0.1 to 0.3 s late."""
        if not self._save_power:
            wlan = network.WLAN(network.STA_IF)
            wlan.config(pm=wlan.PM_NONE)

    def _send_at_once(self):
        """Let no write wait until the one before is acknowledged.

        mqtt_as writes a message in five pieces, and the broker's machine acknowledges a first one
        after 40 ms.
        """
        try:
            self._client._sock.setsockopt(*NO_DELAY)  # noqa: SLF001  mqtt_as has no other way
        except (AttributeError, OSError) as error:  # a port that cannot: later, but it works
            print("kickcue: messages leave late, for TCP_NODELAY is not to be had:", error)
