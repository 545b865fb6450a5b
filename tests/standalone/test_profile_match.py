"""A sensor that a page has connected is read by the profile that pairing on a computer finds."""

from typing import Any, Final

import pytest

from kickcue.config.profile_files import SENSORS as PROFILES, example_adverts
from kickcue.core.profiles import Advertisement
from kickcue.standalone.profile_match import READS, profile_of
from kickcue.standalone.race_setup import SENSORS
from tests.standalone.test_race_setup import HERE

SEEN: Final = ("180d", "1814", "1826", "180f", "180a")
"""The services that a page is allowed to know of."""
FILES: Final = PROFILES.files()


def about(advert: Advertisement) -> dict[str, Any]:
    return {
        "name": advert.name,
        "services": [each for each in advert.services if each in SEEN],
        "manufacturer": advert.manufacturer,
        "model": advert.model,
        "firmware": advert.firmware,
    }


@pytest.mark.parametrize("id_", sorted(FILES))
def test_every_device_by_its_own_profile(id_: str) -> None:
    """GIVEN the examples of a profile, as far as a page can see them WHEN such a device is
    connected THEN each sensor that it can be is read by that profile.
    """
    file = FILES[id_]
    kinds = {offer.kind for offer in file.profile.provides}
    for advert in example_adverts(file.document):
        if advert.company_id is not None and advert.name is None:
            continue  # what a page is not shown
        for sensor, kind in READS.items():
            wanted = id_ if kind in kinds else SENSORS[sensor]
            assert wanted == profile_of(HERE, sensor, about(advert))


def test_an_unknown_device_by_the_standard() -> None:
    """GIVEN a device that no profile claims WHEN it is connected THEN the standard reads it."""
    nobody = {"name": "Nobody's", "services": ["180d", "1814", "1826"]}
    assert SENSORS == {name: profile_of(HERE, name, nobody) for name in SENSORS}
