"""Choosing one's own sensors: see what is around, listen to one, confirm that it is mine."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from rich.console import RenderableType
from rich.text import Text

from kickcue.cli.tui.device_search import (
    Chosen,
    Search,
    Seen,
    chosen,
    profile_for,
    with_all_services,
)
from kickcue.cli.tui.keyboard import HUNG_UP
from kickcue.cli.tui.nearby import Around, Surroundings, sent_by
from kickcue.cli.tui.prompts import POD, STRAP, NumberEntry, Wanted, choice, enough, keep, trial
from kickcue.cli.tui.screen import END, ENTER, RUBOUT, Canvas, canvas
from kickcue.cli.tui.values import Values
from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import KickcueError
from kickcue.edges.radio import RadioError, Sighting, listening, looking_around
from kickcue.supervision.health import DeviceHealth
from kickcue.supervision.tasks import running

FRAME_S: Final = 0.25
MOST_DIGITS: Final = 3
YES_NO: Final = frozenset({"y", "n"})
LEAVING: Final = frozenset({"q", END, HUNG_UP})


class CancelledByUserError(KickcueError):
    """The person did not want to choose; nothing was changed."""


@asynccontextmanager
async def dialogue(adapter: str | None, *, all_devices: bool = False) -> AsyncIterator["Dialogue"]:
    """Take the terminal over and look around; RadioError when Bluetooth cannot be used."""
    async with (
        looking_around(load_profiles().values(), adapter=adapter, all_devices=all_devices) as seen,
        canvas() as screen,
    ):
        yield Dialogue(screen, seen, adapter)


class Dialogue:
    """The conversation on a canvas. Every method raises LeftError where the person leaves."""

    def __init__(self, canvas: Canvas, seen: Seen, adapter: str | None) -> None:
        self._canvas = canvas
        self._seen = seen
        self._adapter = adapter
        self._around = Surroundings()
        self._entry = NumberEntry()

    async def sensors(self) -> list[Chosen]:
        """Return the strap and the pod, or the one that is enough, or none."""
        found = []
        strap = await self._choose(STRAP)
        if strap is not None:
            found.append(chosen(STRAP, strap))
            if POD.kinds & set(sent_by(strap)) and not await self._wants_pod_too(strap):
                return found
        pod = await self._choose(POD, without=strap)
        return found if pod is None else [*found, chosen(POD, pod)]

    async def confirmed(self, wanted: Wanted, address: str) -> Chosen:
        """Return the device of that address once the person confirms it.

        RadioError where it is not found, or is no sensor.
        """
        search = Search(wanted, address, self._seen)
        while (sighting := search.look()) is None:
            self._canvas.draw(Text(f" Searching for {address} ...", style="bold"))
            await self._key()
        sighting = await self._looked_into(wanted, sighting)
        found = chosen(wanted, sighting)
        if not await self._try(wanted, sighting):
            raise CancelledByUserError(f"{address} is not yours: nothing changed")
        return found

    async def _looked_into(self, wanted: Wanted, sighting: Sighting) -> Sighting:
        """Return the device with what it has and does not advertise."""
        async with running(
            with_all_services(wanted, sighting, self._adapter), name="services", cancel_once=True
        ) as looking:
            while not looking.done():
                self._canvas.draw(
                    Text(
                        f" Checking what {sighting.name or sighting.address} sends ...",
                        style="bold",
                    )
                )
                await self._key()
        return looking.result()

    async def keep(self, path: str) -> bool:
        """Return whether the choice is to be written down."""
        return await self._ask(keep(path), YES_NO) == "y"

    async def _wants_pod_too(self, strap: Sighting) -> bool:
        return await self._ask(enough(strap), ENTER | {"p"}) == "p"

    async def _choose(self, wanted: Wanted, without: Sighting | None = None) -> Sighting | None:
        """Return the device that the person confirms, None for none of this kind."""
        while True:
            rows = self._rows(wanted, without)
            now_s = asyncio.get_running_loop().time()
            self._canvas.draw(choice(wanted, rows, now_s, self._canvas.size, self._entry))
            key = await self._key()
            if key == "w":
                return None
            number = self._type(key)
            if number is None:
                continue
            picked = next((row.sighting for row in rows if row.number == number), None)
            self._entry.trouble = "" if picked is not None else f"No number {number} in the list."
            if picked is not None and await self._is_mine(wanted, picked):
                return picked

    def _type(self, key: str) -> int | None:
        """Take a key; return the number that Enter ended, if it did."""
        entry = self._entry
        if key.isdecimal() and len(entry.typed) < MOST_DIGITS:
            entry.typed += key
        elif key in RUBOUT:
            entry.typed = entry.typed[:-1]
        elif key in ENTER and entry.typed:
            typed, entry.typed = entry.typed, ""
            return int(typed)
        return None

    def _rows(self, wanted: Wanted, without: Sighting | None) -> list[Around]:
        self._around.take(self._seen())
        rows = self._around.rows()
        taken = None if without is None else without.address
        return [
            row
            for row in rows
            if wanted.kinds & set(sent_by(row.sighting)) and row.sighting.address != taken
        ]

    async def _is_mine(self, wanted: Wanted, sighting: Sighting) -> bool:
        """Connect, show what the device sends, ask."""
        try:
            chosen(wanted, sighting)
            return await self._try(wanted, sighting)
        except RadioError as error:
            self._entry.trouble = str(error)
            return False

    async def _try(self, wanted: Wanted, sighting: Sighting) -> bool:
        profile = profile_for(sighting, wanted)
        assert profile is not None
        values, health = Values(profile), _Holder()

        def draw() -> None:
            self._canvas.draw(
                trial(wanted, sighting, health.health, values.now(time.monotonic_ns()))
            )

        async def listen() -> None:
            async with listening(
                sighting, values.take, time.monotonic_ns, adapter=self._adapter
            ) as health.health:
                await asyncio.Event().wait()

        return await self._while(listen, draw)

    async def _while(
        self, listen: Callable[[], Coroutine[Any, Any, None]], draw: Callable[[], None]
    ) -> bool:
        """Ask y or n while ``listen`` goes on; what it raises comes out here."""
        async with running(listen(), name="listen", cancel_once=True) as listener:
            try:
                while not listener.done():
                    draw()
                    key = await self._key()
                    if key in YES_NO:
                        return key == "y"
            finally:
                self._canvas.draw(Text(" One moment: disconnecting ...", style="dim"))
        return False

    async def _ask(self, picture: RenderableType, keys: frozenset[str]) -> str:
        while True:
            self._canvas.draw(picture)
            key = await self._key()
            if key in keys:
                return key

    async def _key(self) -> str:
        """Return the next key, an empty text where none comes before the next frame is due."""
        key = await self._canvas.key(FRAME_S)
        if key in LEAVING:
            raise CancelledByUserError("nothing chosen, nothing changed")
        return key or ""


@dataclass(slots=True)
class _Holder:
    health: DeviceHealth | None = None
