"""Who may press what under each rule of a race: through the page, the gate and a real run."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

from kickcue.config.settings import load_settings
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Command, CommandKind, Input, Mark, MarkSource, Orderer, Phase
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, serving, site_files
from tests.browser.page import Watched
from tests.page.conftest import until
from tests.page.test_whole_races import Phones, recorded
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

PODS: Final = {"pod": {"profile": "generic-rsc", "mqtt": "pod"}}
OFFERED: Final = """
[...document.querySelectorAll("press-view button, press-view + laps-view + details button")]
  .filter((each) => each.checkVisibility()).map((each) => each.textContent)
"""
FORGE: Final = """async ([kinds, by]) => {
    const { Link } = await import("/js/link.js");
    const link = new Link("kickcue/runner", ["status"]);
    link.run();
    while (!link.up) await new Promise((done) => setTimeout(done, 20));
    for (const [at, kind] of kinds.entries()) {
      const values = { id: `${at}`, kind, by };
      if (kind === "distance") values.race_distance_m = 1500;
      await link.publish("command", values);
    }
}"""
PRESS: Final = """(() => {
  const [button] = [...document.querySelectorAll("button:enabled")]
    .filter((each) => each.checkVisibility() && each.textContent === "%s");
  document.querySelector(".told").textContent = ""; // of the one before
  button?.click();
  if (document.querySelector(".told").textContent === "Tap again to confirm") button?.click();
  return button !== undefined;
})()"""
KINDS: Final = tuple(CommandKind)


@asynccontextmanager
async def raced(
    browser: Watched, state: Path, rules: Rules
) -> AsyncIterator[tuple[RaceDaemon, Phones, WebSite]]:
    """Run an 800 m by these rules, with a page as `kickcue serve` gives it: the run of a sanctioned
    race has none of its own.
    """
    options = {"race": "800m", "rules": rules.value, "sensors": PODS, "page": {"on": False}}
    async with live(load_settings(None, options=options, environ={}), state=state) as run:
        assert run.way is not None
        broker = run.way.watch
        assert broker is not None
        site = WebSite(site_files(), RaceTokens(), lambda: Route(broker, Topics()))
        async with serving(site, "127.0.0.1", 0) as port:
            tokens = {role.value: site.tokens[role] for role in Role}
            yield run, Phones(browser, port, tokens), site
            await browser.close()


async def came(holds: Callable[[], bool]) -> None:
    """Wait for what a run makes of a press."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  in other processes
            await asyncio.sleep(0.02)


async def press(page: Page, label: str) -> None:
    """Press a button as soon as it can be pressed, twice where it asks whether that is meant."""
    await until(page, PRESS % label)


def helps(event: Input) -> bool:
    """Tell whether it came from a helper."""
    by_order = isinstance(event, Command) and event.by is Orderer.TRACKSIDE
    return by_order or (isinstance(event, Mark) and event.source is MarkSource.TRACKSIDE)


def kind_of(event: Input) -> CommandKind:
    return event.kind if isinstance(event, Command) else CommandKind.LAP


@pytest.mark.parametrize(
    "rules", [Rules.TRAINING, pytest.param(Rules.TIMETRIAL, marks=pytest.mark.long)]
)
async def test_a_helper_leads_a_race_that_allows_help(
    browser: Watched, tmp_path: Path, rules: Rules
) -> None:
    """GIVEN rules that allow help WHEN a helper presses each button of the page in turn THEN each
    does what it says, and is recorded as a helper's; the page offers none that does nothing.
    """
    async with raced(browser, tmp_path, rules) as (run, phones, site):
        page = await phones.open(Role.HELPER)
        await until(page, "document.querySelector('press-view').innerText.includes('Press as the')")
        await page.click("summary")
        assert {"Start", "Undo", "Finish", "Restart", "Give up"} == set(
            await page.evaluate(OFFERED)
        )
        for label, phase in (
            ("Start", Phase.BODY), ("LAP", Phase.BODY), ("Undo", Phase.BODY),
            ("Finish", Phase.FINISHED), ("Undo", Phase.BODY), ("Restart", Phase.BODY),
            ("Give up", Phase.ABORTED), ("Undo", Phase.BODY), ("Give up", Phase.ABORTED),
        ):  # fmt: skip
            await press(page, label)
            await came(lambda phase=phase: run.phase is phase)  # type: ignore[misc]
        assert 0 == site.counters.gate.refused
    orders = [kind_of(each) for each in recorded(tmp_path).inputs if helps(each)]
    start, lap, undo = CommandKind.START, CommandKind.LAP, CommandKind.UNDO_LAP
    finish, abort = CommandKind.FINISH, CommandKind.ABORT
    assert [start, lap, undo, finish, undo, start, abort, undo, abort] == orders


@pytest.mark.parametrize(
    "rules", [Rules.ROAD, pytest.param(Rules.SANCTIONED, marks=pytest.mark.long)]
)
async def test_no_order_of_a_helper_counts_where_help_is_forbidden(
    browser: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: Rules
) -> None:
    """GIVEN rules that forbid help WHEN a helper opens the page THEN it says so and has no button;
    orders of each kind from a page that was tampered with are recorded and change nothing, before
    the gun or after it.
    """
    async with raced(browser, tmp_path, rules) as (run, phones, _):
        heard: list[Input] = []
        put = run.feed.put

        def take(event: Input) -> None:
            heard.append(event)
            put(event)

        monkeypatch.setattr(run.feed, "put", take)
        page = await phones.open(Role.HELPER)
        await until(
            page, "document.querySelector('press-view').innerText.includes('allow no help')"
        )
        assert [] == await page.evaluate(OFFERED)
        assert "refuses a helper" in await page.inner_text("press-view")
        await page.evaluate(FORGE, [KINDS, "trackside"])
        await came(lambda: len(KINDS) == len(heard) and run.feed.idle)
        assert Phase.WAITING is run.phase
        run.put(Command(run.clock.run_ns(), CommandKind.START))
        await page.evaluate(FORGE, [KINDS, "trackside"])
        await came(lambda: 2 * len(KINDS) + 1 == len(heard) and run.feed.idle)
        assert (Phase.BODY, 800.0) == (run.phase, run.course.distance_m)
        assert [] == await page.evaluate(OFFERED)
    found = recorded(tmp_path)
    assert list(KINDS * 2) == [kind_of(each) for each in found.inputs if helps(each)]
    refused = [each for each in found.outputs if "from a trackside helper" in str(each)]
    assert 2 * len(KINDS) == len(refused)


@pytest.mark.parametrize(
    "rules", [Rules.TRAINING, pytest.param(Rules.ROAD, marks=pytest.mark.long)]
)
async def test_a_viewer_gives_no_order_under_any_rules(
    browser: Watched, tmp_path: Path, rules: Rules
) -> None:
    """GIVEN rules that allow help or forbid it WHEN a viewer's page is tampered with THEN orders of
    each kind, as a helper or as the runner, end at the gate; the page itself offers none.
    """
    async with raced(browser, tmp_path, rules) as (run, phones, site):
        page = await phones.open(Role.VIEWER)
        await until(page, "document.querySelector('link-banner').textContent.includes('Waiting')")
        assert 0 == await page.locator("press-view").count()
        for by in Orderer:
            await page.evaluate(FORGE, [KINDS, by])
        await came(lambda: 2 * len(KINDS) == site.counters.gate.refused)
        assert (None, Phase.WAITING) == (run.session, run.phase)
