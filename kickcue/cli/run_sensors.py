"""Whose sensors a run reads where its race file names none: the person chooses, nobody guesses."""

import asyncio
import os
from pathlib import Path
from typing import Any, Final

from kickcue.cli.format.printing import tell
from kickcue.cli.pair import describe
from kickcue.cli.tui.device_search import Chosen
from kickcue.cli.tui.nearby import sent_by
from kickcue.cli.tui.pairing_dialog import dialogue
from kickcue.config.profile_files import load_profiles
from kickcue.config.race_file import pin_sensor
from kickcue.config.settings import Settings, load_settings
from kickcue.core.errors import UsageError
from kickcue.edges.radio import WITHOUT_BLUETOOTH, RadioError, looking_around

LOOK_S: Final = 4.0
SHOWN_SENSORS: Final = 4


def with_sensors(
    settings: Settings, path: Path | None, options: dict[str, Any], *, headless: bool
) -> Settings:
    """Return the settings with the sensors that the person chooses.

    Where nobody can, UsageError names the devices around.
    """
    if headless:
        raise UsageError(asyncio.run(_who_is_around(settings)))
    found, keep = asyncio.run(_choose(settings, path))
    if not found:
        raise UsageError(
            "a race needs at least one sensor: `kickcue scan` shows what is nearby; "
            f"{WITHOUT_BLUETOOTH}"
        )
    for each in found:
        tell(f"{each.sensor}: {describe(each)}")
        if keep and path is not None:
            pin_sensor(path, each.sensor, each.pin)
    pins = {
        f"sensors.{each.sensor}.{key}": value
        for each in found
        for key, value in each.pin.model_dump(exclude_none=True).items()
    }
    return load_settings(path, options={**pins, **options})


async def _choose(settings: Settings, path: Path | None) -> tuple[list[Chosen], bool]:
    """Return what was chosen, and whether it is to be kept."""
    async with dialogue(settings.adapter) as talk:
        found = await talk.sensors()
        can_keep = bool(found) and path is not None and os.access(path, os.W_OK)
        return found, can_keep and await talk.keep(str(path))


async def _who_is_around(settings: Settings) -> str:
    try:
        async with looking_around(load_profiles().values(), adapter=settings.adapter) as seen:
            await asyncio.sleep(LOOK_S)
            around = [
                f"{each.name or 'no name'} {each.address} ({', '.join(sent_by(each))})"
                for each in seen()
            ]
    except RadioError as error:
        nearby = f"cannot search for sensors ({error})"
    else:
        more = f" and {len(around) - SHOWN_SENSORS} more" if len(around) > SHOWN_SENSORS else ""
        nearby = (
            f"nearby: {', '.join(around[:SHOWN_SENSORS])}{more}"
            if around
            else f"none found nearby ({WITHOUT_BLUETOOTH})"
        )
    return (
        f"race.toml has no sensors, and kickcue does not guess which are yours; {nearby}; choose "
        "yours with `kickcue pair`"
    )
