"""From all devices' advertisements to the one beacon's signal strength, and how the beacon does."""

import logging
from collections.abc import Callable
from typing import Final

from kickcue.core.events import BeaconReading, Input
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.edges.radio.beacon import BeaconId, BeaconPin
from kickcue.supervision.health import DeviceHealth, Stage

LOG: Final = logging.getLogger(__name__)
RIVAL_NS: Final = s_to_ns(10.0)
"""Two devices that both answered within so long, in turns, are two; one that has taken a new
address never uses the old one again."""
QUIET_NS: Final = s_to_ns(10.0)


class BeaconListener:
    """Takes every advertisement, and ``put``s those of the beacon.

    ``trouble`` gives what keeps the radio from scanning at all.
    """

    def __init__(
        self,
        pin: BeaconPin,
        put: Callable[[Input], None],
        now_ns: Callable[[], int],
        trouble: Callable[[], str | None],
    ) -> None:
        self._pin = pin
        self._put = put
        self._now_ns = now_ns
        self._trouble = trouble
        self._health = DeviceHealth(address=pin.address)
        self._seen_ns: dict[str, tuple[int, int]] = {}
        """By address, when it was first and last seen."""
        self._rivals: tuple[str, str] | None = None

    @property
    def health(self) -> DeviceHealth:
        """How the beacon is doing.

        It is out of hearing for most of a lap; ``notifications`` are its advertisements.
        """
        health, received_ns, trouble = self._health, self._health.received_ns, self._trouble()
        health.why = ""
        if trouble is not None:
            health.stage, health.why = Stage.OFF, trouble
        elif self._rivals is not None:
            hint = "be more specific (major and minor, instance, or its address)"
            health.stage, health.why = (
                Stage.LOOKING,
                f"{' and '.join(self._rivals)} both claim to be the beacon: {hint}",
            )
        elif received_ns is None:
            health.stage, health.why = (
                Stage.LOOKING,
                "no signal from the beacon yet: is it on, and near?",
            )
        elif (ago_ns := self._now_ns() - received_ns) < QUIET_NS:
            health.stage = Stage.CONNECTED
        else:
            health.stage, health.why = (
                Stage.SILENT,
                f"last seen {ns_to_s(ago_ns):.0f} s ago, as expected away from the finish line",
            )
        return health

    def receive(self, address: str, rssi_dbm: int, ids: tuple[BeaconId, ...]) -> None:
        """Take in an advertisement of any device; of two that answer to the pin neither counts."""
        if not self._pin.means(address, ids):
            return
        t_ns = self._now_ns()
        first_ns, _ = self._seen_ns.get(address, (t_ns, t_ns))
        seen_ns = {**self._seen_ns, address: (first_ns, t_ns)}
        self._seen_ns = {
            each: (first, last)
            for each, (first, last) in seen_ns.items()
            if t_ns - last <= RIVAL_NS
        }
        rival = next(
            (
                each
                for each, (_, last) in self._seen_ns.items()
                if each != address and last > first_ns
            ),
            None,
        )
        self._rivals = None if rival is None else (min(address, rival), max(address, rival))
        if rival is not None:
            return
        health = self._health
        health.notifications, health.received_ns, health.rssi_dbm, health.address = (
            health.notifications + 1,
            t_ns,
            rssi_dbm,
            address,
        )
        try:
            self._put(BeaconReading(t_ns, rssi_dbm))
        except Exception:
            # What the receiver cannot take is not the beacon's fault.
            LOG.exception("put_failed beacon=%s", address)
