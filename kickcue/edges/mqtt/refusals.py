"""What a broker refuses: reported when that begins and when it is over, shown in between."""

import logging
from typing import Final

from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.attentive import NO_REASON

LOG: Final = logging.getLogger(__name__)
TOO_LARGE: Final = "too large"
NOT_AUTHORIZED: Final = "not authorized"
HEARING: Final = "hearing "
CHECK_LIST: Final = "check the broker's access list"
TRY: Final = "(`kickcue doctor` tests every topic)"
REMEDIES: Final = {
    NOT_AUTHORIZED: CHECK_LIST,
    NO_REASON: CHECK_LIST,
    TOO_LARGE: "raise the broker's message_size_limit or max_packet_size",
}


class Refusals:
    """Why the broker refuses what."""

    def __init__(self, address: Address | None) -> None:
        self._address = address
        self._whys: dict[str, str] = {}
        self._reported: dict[str, str] = {}

    def note(self, what: str, why: str) -> None:
        """Note that the broker refuses ``what``: a topic to publish on, or ``hearing(topic)``."""
        self._whys[what] = why
        if self._reported.get(what) != why:
            self._reported[what] = why
            LOG.warning(
                "broker %s: refuses %s (%s): %s %s", self._address, what, why, remedy(why), TRY
            )

    def over(self, what: str) -> None:
        """Note that the broker lets us do ``what``."""
        self._whys.pop(what, None)
        if self._reported.pop(what, None) is not None:
            LOG.info("broker %s: accepts %s again", self._address, what)

    def begin(self) -> None:
        """Note a new connection: the broker may have been put right meanwhile.

        What was reported is not reported again.
        """
        self._whys.clear()

    def why(self, what: str) -> str | None:
        """Return why the broker refuses ``what``, None where it does not."""
        return self._whys.get(what)

    @property
    def text(self) -> str | None:
        """All of it in one line, None while nothing is refused."""
        if not self._whys:
            return None
        whys = dict.fromkeys(self._whys.values())
        groups = (
            f"{', '.join(_short(what) for what, its in self._whys.items() if its == why)} ({why})"
            for why in whys
        )
        return f"the broker refuses {'; '.join(groups)}: {remedy(next(iter(whys)))} {TRY}"


def remedy(why: str) -> str:
    """Return what to do about a refusal."""
    return REMEDIES.get(why, "see the broker's log")


def hearing(topic: str) -> str:
    """Return what a refused subscription is called."""
    return f"{HEARING}{topic}"


def _short(what: str) -> str:
    topic = what.removeprefix(HEARING)
    short = topic if "+" in topic else topic.rpartition("/")[2]
    return f"{HEARING}{short}" if topic != what else short
