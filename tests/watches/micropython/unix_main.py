# mypy: ignore-errors
"""A watch in MicroPython's Unix port: real sockets, the real ``kickcue_link``. Arguments: port,
user, password, prefix.
"""

import asyncio
import sys

from harness import Watch
from kickcue_link import Link


class Settings:
    WIFI_NAME = WIFI_PASSWORD = "unused"
    BROKER = "127.0.0.1"
    PORT = int(sys.argv[1])
    USER = sys.argv[2]
    PASSWORD = sys.argv[3]
    SAVE_POWER = False


async def obey(watch):
    reader = asyncio.StreamReader(sys.stdin.buffer)
    while line := await reader.readline():
        watch.obey(line)


async def main():
    link = Link(Settings, "kickcue-watch-unix")
    watch = Watch(link, sys.argv[4], "unix")
    await asyncio.gather(link.run(watch.client.topics), watch.run(), obey(watch))


asyncio.run(main())
