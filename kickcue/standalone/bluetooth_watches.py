"""The watches that a page can reach by Web Bluetooth: what it must know to write to each.

Made on the computer that writes the app, as all of the catalogue.
"""

from dataclasses import asdict, replace
from typing import Any, Final

from kickcue.config.watch_files import WATCHES
from kickcue.core.watch.console_protocol import ANSWERING
from kickcue.core.watch.encoding import ARMING
from kickcue.core.watch.watch_profile import Transport, WatchLink, WatchProfile
from kickcue.standalone.plain_values import plain
from kickcue.standalone.watch_writes import as_json

ATT_HEADER_BYTES: Final = 3


def bluetooth_watches() -> dict[str, Any]:
    """Return the watches that kickcue ships and that Bluetooth reaches, by id."""
    profiles = (WATCHES.read(path).profile for path in WATCHES.shipped_paths().values())
    return {each.id: _watch(each) for each in profiles if each.transport is Transport.BLE}


def _watch(profile: WatchProfile) -> dict[str, Any]:
    known = replace(profile, sources=(), matches=(), provides=(), quirks=(), alike=())
    return {
        "name": profile.name,
        "remarks": [quirk.why for quirk in profile.quirks],
        "link": _link(profile.link),
        "timing": asdict(profile.timing),
        "keeps_timers": profile.encoder in ARMING,
        "answers": profile.encoder in ANSWERING,
        "profile": plain(known),
    }


def _link(link: WatchLink) -> dict[str, Any]:
    return {
        "service": link.service,
        "char": link.char,
        "room": None if link.mtu is None else link.mtu - ATT_HEADER_BYTES,
        "subscribe": list(link.subscribe),
        "xon_xoff": link.xon_xoff,
        "on_connect": as_json(link.on_connect),
        "race_begins": as_json(link.race_begins),
        "race_ends": as_json(link.race_ends),
    }
