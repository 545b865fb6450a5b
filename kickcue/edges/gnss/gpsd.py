"""Positions from gpsd, the daemon that reads GNSS receivers.

It sends JSON, one report a line (https://gpsd.io/gpsd_json.html).
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S
from kickcue.edges.gnss.ages import Ages
from kickcue.edges.gnss.receiver import Receiver, ReceiverError
from kickcue.edges.gnss.reports import gpsd_fix

LOG: Final = logging.getLogger(__name__)
WATCH: Final = b'?WATCH={"enable":true,"json":true};\n'
ASK: Final = b"?DEVICES;\n"
CONNECT_S: Final = 3.0
QUIET_S: Final = 5.0
"""gpsd may have nothing to report; after so long it is asked whether it is there, and given up if
it does not answer within as long."""
LONGEST_LINE_BYTES: Final = 1 << 18
"""A report of all satellites in view has about 10 kB."""
ANOTHER_NS: Final = 5 * NS_PER_S
"""Of two receivers at one gpsd the first counts, until it has been silent for so long."""


class Gpsd(Receiver):
    """The receiver that a gpsd reads."""

    def __init__(
        self,
        host: str,
        port: int,
        put: Callable[[Fix], None],
        now_ns: Callable[[], int],
        utc_s: Callable[[], float | None] = lambda: None,
    ) -> None:
        """``utc_s`` gives seconds since 1970 where the machine's clock can be believed.

        With it positions get their age.
        """
        super().__init__(put, now_ns)
        self.name = f"gpsd at {host}:{port}"
        self._place = host, port
        self._utc_s = utc_s
        self._device: tuple[Any, int] | None = None
        self._last_time: Any = None
        self._ages = Ages()

    async def _receive(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(
                    *self._place, limit=LONGEST_LINE_BYTES
                )
        except TimeoutError:
            raise ReceiverError(f"{self.name}: no answer within {CONNECT_S:g} s") from None
        except OSError as error:
            why = error.strerror or error
            raise ReceiverError(
                f"{self.name}: cannot connect ({why}): is it running? `systemctl status "
                "gpsd.socket`"
            ) from None
        try:
            writer.write(WATCH)
            await self._listen(reader, writer)
        except OSError as error:
            raise ReceiverError(
                f"{self.name}: connection lost ({error.strerror or error})"
            ) from None
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._why = None
        asked = False
        while True:
            try:
                async with asyncio.timeout(QUIET_S):
                    line = await reader.readline()
            except TimeoutError:
                if asked:
                    raise ReceiverError(f"{self.name}: no more data") from None
                writer.write(ASK)
                asked = True
                continue
            except ValueError:
                raise ReceiverError(
                    f"{self.name}: expected gpsd, got a line over {LONGEST_LINE_BYTES} bytes"
                ) from None
            if not line:
                raise ReceiverError(f"{self.name}: closed the connection")
            asked = False
            self._handle_line(line)

    def _handle_line(self, line: bytes) -> None:
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            LOG.debug("gpsd_unreadable line=%r", line[:100])
            return
        if not isinstance(report, dict):
            return
        kind = report.get("class")
        if kind == "DEVICES":
            bare = report.get("devices") == []
            self._why = (
                f"{self.name} has no receiver: plug one in, or name it in /etc/default/gpsd"
                if bare
                else None
            )
        elif kind == "DEVICE":
            self._why = None
        elif kind == "TPV":
            self._handle_position(report)

    def _handle_position(self, report: dict[str, Any]) -> None:
        now_ns = self._now_ns()
        fix = gpsd_fix(report, now_ns)
        if fix is None:
            return
        device = report.get("device")
        if (
            self._device is not None
            and self._device[0] != device
            and now_ns - self._device[1] <= ANOTHER_NS
        ):
            return
        if self._device is None or self._device[0] != device:
            self._ages = Ages()
        self._device = device, now_ns
        time = report.get("time")
        if time is not None and time == self._last_time:  # one position may come in several reports
            return
        self._last_time = time
        self._take(replace(fix, age_s=self._ages.age_s(report, now_ns, self._utc_s())))
