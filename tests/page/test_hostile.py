"""Who wants to spoil a race: on the broker, in another tab, or with a viewer's code."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

from kickcue.core.events import Ack, Command, Phase, PhaseChange
from kickcue.edges.web.junk_guard import BURST, MOST_PER_S
from kickcue.edges.web.page_files import PageFile
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import WebSite, serving
from tests.browser.page import Watched
from tests.edges.mqtt.conftest import TOPICS, Mosquitto, mosquitto, until as heard
from tests.page.conftest import FELT, OpenBroker, Track, a_track_at, hasten, settled, until
from tests.patience import PATIENCE_S

__all__ = ["mosquitto"]
pytestmark = pytest.mark.chromium

ROOT: Final = Path(__file__).parents[2]
SHOWN: Final = """
[...document.querySelectorAll("main *")].filter((each) => !each.children.length)
  .map((each) => each.textContent).filter((text) => text && !text.includes("unreadable"))
"""
UNREADABLE: Final = "parseInt(/(\\d+) messages were unreadable/.exec(document.body.textContent)[1])"
FORGED: Final = """async (values) => {
    const { Link } = await import("/js/link.js");
    const link = new Link("kickcue/test", ["status"]);
    link.run();
    while (!link.up) await new Promise((done) => setTimeout(done, 20));
    return link.publish("command", values);
}"""
WIRETAP: Final = """async () => {
    const { Link } = await import("/js/link.js");
    const link = new Link("kickcue/test", ["cue"]);
    const down = new Promise((done) => link.addEventListener("down", ({ detail }) => done(detail)));
    link.run();
    return down;
}"""
THIEF: Final = b"""
const tell = (text) => { document.body.textContent += `${text}; `; };
const port = new URLSearchParams(location.search).get("victim");
const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ["mqtt"]);
socket.onopen = () => tell("socket open");
socket.onerror = () => tell("socket refused");
fetch(`http://127.0.0.1:${port}/session.json`, { credentials: "include" })
  .then(async (answer) => tell(`read ${await answer.text()}`), () => tell("nothing read"));
"""


async def flooded(track: Track, per_s: float, seconds: float) -> None:
    """Flood the broker with what is no message while a cue goes to an armed page; nothing but the
    cue, and the count, may show.
    """
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        await until(page, "document.querySelector('link-banner').hidden")
        before = await page.evaluate(SHOWN)
        began_s = time.monotonic()
        flood = await a_flood(track, per_s, seconds)
        await until(page, "document.body.textContent.includes('messages were unreadable')")
        await asyncio.sleep(seconds / 2)
        delivery.send(track.cue())
        ack = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_S)
        assert isinstance(ack, Ack)
        assert ("last_lap-1", True) == (ack.cue_id, ack.felt)
        sent, _ = await flood.communicate()
        assert int(sent) >= per_s * seconds
        await until(page, "document.querySelector('link-banner').hidden")
        # A cue is worth as long as a busy machine needs; what would hold it up does not get here.
        unreadable = await page.evaluate(UNREADABLE)
        assert unreadable <= BURST + MOST_PER_S * (time.monotonic() - began_s)
        assert [FELT] == await page.evaluate("felt")
        text = "Last lap: turnover up"
        extra = [each for each in await page.evaluate(SHOWN) if each not in before]
        assert all(text in each for each in extra), extra
        # A cue that is said again before its answer came is answered again.
        rest = [delivery.incoming.get_nowait() for _ in range(delivery.incoming.qsize())]
        assert {"last_lap-1"} >= {getattr(each, "cue_id", None) for each in rest}


async def test_a_flood_of_junk_delays_no_cue(track: Track) -> None:
    """GIVEN markup, NaN, nests, another wire and megabytes on every topic, 2,000 a second WHEN a
    cue comes among them THEN it is felt in time, once, and the page shows nothing else but a count.
    """
    await flooded(track, 2000, 1.0)


@pytest.mark.long
async def test_a_great_flood_of_junk_delays_no_cue(track: Track) -> None:
    """GIVEN 5,000 a second for five seconds THEN the same."""
    await flooded(track, 5000, 5.0)


@pytest.mark.long
@pytest.mark.mosquitto
async def test_a_flood_on_a_broker_of_ones_own(
    browser: Watched, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a Mosquitto on which everybody says what he likes, on the topics of the answers and the
    presses as well, with megabytes and with messages that it keeps THEN the same; and a press of
    the page among them is heard.
    """
    hasten(monkeypatch)
    process = mosquitto.process
    assert process is not None
    broker = OpenBroker(mosquitto.address, mosquitto.watch_address, process.pid)
    async with a_track_at(browser, broker) as track:
        page = await track.wrist()
        async with track.sender() as delivery:
            await settled(page)
            delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
            await until(page, "document.querySelector('link-banner').hidden")
            before = await page.evaluate(SHOWN)
            flood = await a_flood(track, 500, 3.0)
            await until(page, "document.body.textContent.includes('messages were unreadable')")
            delivery.send(track.cue())
            await page.click("[aria-controls=race]")
            await page.get_by_role("button", name="LAP", exact=True).click()
            heard: set[type] = set()
            while heard != {Ack, Command}:
                heard.add(type(await asyncio.wait_for(delivery.incoming.get(), PATIENCE_S)))
            await flood.communicate()
            assert [FELT] == await page.evaluate("felt.filter((each) => each.length)")
            extra = [each for each in await page.evaluate(SHOWN) if each not in before]
            ours = ("Last lap: turnover up", "LAP: ")
            assert all(any(text in each for text in ours) for each in extra), extra
            assert track.site.counters.gate.junk > 0


async def a_flood(track: Track, per_s: float, seconds: float) -> asyncio.subprocess.Process:
    """Begin a flood on the broker of a track."""
    here = track.broker.address
    told = (here.host, here.port, here.user, here.password, TOPICS.prefix, per_s, seconds)
    program = (sys.executable, "-m", "tests.page.flood", *map(str, told))
    return await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE)


async def test_a_viewer_cannot_press(track: Track) -> None:
    """GIVEN a viewer who writes code of his own into the page WHEN it presses, as the runner or as
    a helper, or listens to the cues THEN kickcue hears nothing, and the listener is thrown out.
    """
    page = await track.phone(Role.VIEWER)
    async with track.sender() as delivery:
        await settled(page)
        for by in ("runner", "trackside"):
            await page.evaluate(FORGED, {"id": "1", "kind": "start", "by": by})
        await heard(lambda: 2 == track.site.counters.gate.refused)
        assert "viewer does not hear" in await page.evaluate(WIRETAP)
        assert 0 == delivery.incoming.qsize()


async def test_a_helper_cannot_press_as_the_runner(track: Track) -> None:
    """GIVEN a helper's code of his own WHEN it presses in the runner's name THEN nobody hears it;
    in his own, kickcue does.
    """
    page = await track.phone(Role.HELPER)
    async with track.sender() as delivery:
        await settled(page)
        await page.evaluate(FORGED, {"id": "1", "kind": "abort", "by": "runner"})
        await page.evaluate(FORGED, {"id": "1", "kind": "start", "by": "trackside"})
        event = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_S)
        assert "start" == getattr(event, "kind", None)
        assert 0 == delivery.incoming.qsize()


async def test_another_page_of_the_same_machine_is_a_stranger(track: Track) -> None:
    """GIVEN a browser that is let in WHEN a page of another port, which it sends the same cookies
    for, opens the socket and asks for the session THEN both are refused.
    """
    victim = await track.phone()
    files = {
        "/": PageFile("text/html", b"<!doctype html><body><script src=/a.js></script>", '"a"'),
        "/a.js": PageFile("text/javascript", THIEF, '"b"'),
    }
    tokens = RaceTokens()
    async with serving(WebSite(files, tokens, track.site.route), "127.0.0.1", 0) as port:
        thief = await _tab_beside(victim, f"http://127.0.0.1:{port}/", tokens, track.port)
        await until(thief, "document.body.textContent.split(';').length > 2")
        told = await thief.inner_text("body")
        await thief.close()
    assert "socket refused" in told
    assert "nothing read" in told
    track.watched.trouble.clear()  # the browser says what it forbade
    await heard(lambda: 1 == track.site.counters.pages)


async def _tab_beside(page: Page, address: str, tokens: RaceTokens, victim: int) -> Page:
    await page.context.unroute_all()
    tab = await page.context.new_page()
    await tab.goto(f"{address}?t={tokens[Role.ATHLETE]}")
    await tab.goto(f"{address}?victim={victim}")
    return tab


async def test_codes_that_let_nobody_in(track: Track) -> None:
    """GIVEN no code, a guessed one and one of an earlier race THEN the page says what to do, and
    there is no script, no style and no socket.
    """
    for code in ("", "?t=guess", f"?t={RaceTokens()[Role.ATHLETE]}"):
        page = await track.watched.visit(f"{track.origin}/{code}", origin=track.origin)
        assert "Scan the QR code" in await page.inner_text("body")
        assert 0 == await page.locator("script").count()
    assert 0 == track.site.counters.pages
    await track.watched.close()  # whose last complaints may still be on their way
    track.watched.trouble.clear()  # a refusal is an error in the browser's console
