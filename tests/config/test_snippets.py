"""What the docs tell a reader to write into race.toml can be written there, below whatever
``kickcue init`` has written.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest

from kickcue.cli import COMMANDS, main
from kickcue.config.race_file import new_race_file, pin_sensor
from kickcue.config.settings import SensorPin, load_settings
from kickcue.config.settings_reference import tables

REPO: Final = Path(__file__).resolve().parents[2]
PAGES: Final = (REPO / "README.md", *sorted((REPO / "docs").glob("*.md")))
_FENCED: Final = re.compile(r"^([ \t]*)```(\w*)\n(.*?)^[ \t]*```$", re.MULTILINE | re.DOTALL)
_BLOCK: Final = re.compile(rf"^\s*\[(?:{'|'.join(tables())})\b", re.MULTILINE)
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "as usual": {"race": "5000m"},
    "with a target": {
        "race": "mile",
        "lap_m": 400.0,
        "target_s": 300.0,
        "rules": "timetrial",
        "language": "de",
    },
    "with a broker": {"race": "3000m", "broker.url": "mqtts://maria@broker.example.org"},
    "on the road": {"race": "10k", "rules": "road"},
}
"""What somebody may answer to ``init``."""


def fenced() -> Iterator[tuple[str, str, str]]:
    """Yield the page, the language and the text of every fenced part of the docs."""
    for page in PAGES:
        for part in _FENCED.finditer(page.read_text(encoding="utf-8")):
            yield page.name, part[2], dedent(part[1] + part[3]) if part[1] else part[3]


def snippets() -> list[tuple[str, str]]:
    """Return what belongs into a race file, as it stands in the docs; also what a program prints
    for it.
    """
    found = []
    for page, _, text in fenced():
        block = _BLOCK.search(text)
        if block is not None and re.search(r"^schema = ", text, re.MULTILINE) is None:
            found.append((page, text if re.match(r"\w+ = ", text) else text[block.start() :]))
    return found


def commands() -> list[tuple[str, list[str]]]:
    """Return every ``kickcue set`` in the docs as the words of a shell."""
    return [
        (page, shlex.split(line.strip().removeprefix("$ "), comments=True)[1:])
        for page, _, text in fenced()
        for line in text.splitlines()
        if re.match(r"\s*(?:\$ )?kickcue set ", line)
    ]


WHOLE: Final = [(page, text) for page, text in snippets() if re.match(r"race = ", text)]
PARTS: Final = [(page, text) for page, text in snippets() if not re.match(r"race = ", text)]


def test_the_docs_have_some() -> None:
    """The docs are really read: there are whole files, blocks to add,
    and commands that add them.
    """
    assert {"beacon.md", "bridge.md", "gate.md"} <= {page for page, _ in PARTS}
    assert {"configuration.md", "first-race.md"} == {page for page, _ in WHOLE}
    assert {"beacon.md", "bridge.md", "configuration.md", "gate.md", "raspberry-pi.md"} <= {
        page for page, _ in commands()
    }


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "on the road"])
@pytest.mark.parametrize(
    ("page", "text"), PARTS, ids=[f"{page}-{at}" for at, (page, _) in enumerate(PARTS)]
)
def test_every_block_of_the_docs_can_be_added(
    page: str, text: str, variant: str, tmp_path: Path
) -> None:
    """GIVEN a file of ``init`` WHEN a block of the docs is pasted at its end, before or after
    ``pair`` THEN it loads, and says something.
    """
    path = tmp_path / "race.toml"
    new_race_file(path, VARIANTS[variant])
    before = load_settings(path, environ={})
    pin_sensor(path, "pod", SensorPin(profile="stryd", name="Stryd"))
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
    pin_sensor(path, "strap", SensorPin(profile="polar-h10", name="Polar H10"))
    found = load_settings(path, environ={})
    assert {"pod", "strap"} <= found.sensors.keys()
    assert before.model_dump(exclude={"sensors"}) != found.model_dump(exclude={"sensors"}), page


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("block", [name for name in tables() if name != "sensors"])
def test_init_writes_no_block_that_was_not_asked_for(
    block: str, variant: str, tmp_path: Path
) -> None:
    """Every block there is can be begun anew, but for one that an answer stands in."""
    path = tmp_path / "race.toml"
    new_race_file(path, VARIANTS[variant])
    if any(key.startswith(f"{block}.") for key in VARIANTS[variant]):
        return
    with path.open("a", encoding="utf-8") as file:
        file.write(f"[{block}]\n")
    load_settings(path, environ={})


@pytest.mark.parametrize(("page", "text"), WHOLE)
def test_every_whole_file_of_the_docs_is_one(page: str, text: str, tmp_path: Path) -> None:
    """An example of a whole race file loads."""
    path = tmp_path / "race.toml"
    path.write_text(text, encoding="utf-8")
    assert load_settings(path, environ={}).sensors, page


@pytest.mark.parametrize(
    ("page", "words"), commands(), ids=[f"{page}-{at}" for at, (page, _) in enumerate(commands())]
)
def test_every_command_of_the_docs_works(
    page: str,
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a file of ``init``, for a watch that is named already WHEN a ``kickcue set`` of the
    docs is typed THEN it is done.
    """
    monkeypatch.chdir(tmp_path)
    new_race_file(
        tmp_path / "race.toml", {"race": "5000m", "target_s": 990.0, "watch.profile": "infinitime"}
    )
    assert "set" in COMMANDS
    assert main(words) == 0, f"{page}: {capsys.readouterr().err}"
    load_settings(tmp_path / "race.toml", environ={})


def test_a_block_that_is_there_twice_is_told_with_a_way_out(tmp_path: Path) -> None:
    """GIVEN a block that a file has already WHEN pasted once more THEN the line names it, and the
    command that needs no block.
    """
    path = tmp_path / "race.toml"
    path.write_text('race = "5k"\n[broker]\nathlete = "maria"\n\n[broker]\nurl = "mqtt://h"\n')
    with pytest.raises(
        Exception, match=r"line 5: \[broker\] appears twice: .*'kickcue set broker\.KEY VALUE'"
    ):
        load_settings(path, environ={})
