"""The page in Chromium, over a real broker: a watch that feels each cue once and never late, and a
remote for who may press.
"""

import asyncio
import os
import signal
from dataclasses import replace
from itertools import count
from typing import Final

import aiomqtt
import pytest
from playwright.async_api import Page

from kickcue.core.events import (
    Ack,
    Arm,
    Command,
    CommandKind,
    Estimate,
    Mark,
    MarkSource,
    Mode,
    Phase,
    PhaseChange,
)
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.messages import CueMessage, touch_message
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route
from tests.browser.page import DESKTOP, PHONE, Device, axe
from tests.edges.mqtt.conftest import TOPICS, until as heard_of
from tests.page.conftest import (
    BANNERS,
    FELT,
    SPY,
    TWICE,
    Track,
    settled,
    until,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

PATIENCE_MS: Final = 40_000
RACE: Final = {
    "kind": "race",
    "name": "800m",
    "distance_m": 800.0,
    "lap_m": 400.0,
    "marker_m": 400.0,
    "kick_m": 400.0,
    "reps": None,
    "language": "en",
}

TWICE_AND_TOLD: Final = """button => {
  button.click();
  const told = document.querySelector(".told").textContent;
  button.click();
  return told;
}"""
"""Two taps at once, and what the page said after the first one."""
LAP_AT: Final = """to_go => {
  if (document.querySelector(".toGo").textContent !== to_go) return null;
  const buttons = [...document.querySelectorAll("press-view button")];
  const { y, height } = buttons.find((each) => each.textContent === "LAP").getBoundingClientRect();
  const { scrollWidth, clientWidth } = document.documentElement;
  return [y, height, scrollWidth - clientWidth];
}"""
"""Where the button is while so much is to go, and by how much the page is too wide."""
BEATS: Final = """
window.beats = [performance.now()];
setInterval(() => beats.push(performance.now()), 50);
"""
STOOD_MS: Final = """
Math.max(...[...beats.slice(1), performance.now()].map((each, at) => each - beats[at]))
"""
"""For how long the page stood still at most since ``BEATS``: then all of its timers are late."""


async def test_the_pattern_is_felt_once(track: Track) -> None:
    """GIVEN an armed page WHEN a cue comes, and comes again until it is acknowledged THEN its
    pattern is vibrated once, and the sender knows that it was felt.
    """
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(track.cue())
        ack = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000)
        await page.wait_for_timeout(800)  # a repeat would come after 0.7 s
        assert [FELT] == await page.evaluate("felt")
        assert "Last lap: turnover up" in await page.inner_text("watch-view ul")
    assert ("last_lap-1", True) == (ack.cue_id, ack.felt)  # type: ignore[union-attr]


async def test_a_page_that_is_no_watch_answers_nothing(track: Track) -> None:
    """GIVEN a page that was not armed, beside one that is the watch WHEN a cue comes THEN all that
    kickcue hears of it is the watch's answer; a page that is armed in time feels it after all.
    """
    other, wrist = await track.phone(), await track.wrist()
    async with track.sender() as delivery:
        for page in (other, wrist):
            await settled(page)
        delivery.send(track.cue())
        await until(other, "/Last cue: Last lap/.test(document.body.textContent)")
        await until(wrist, "felt.length === 1")
        await other.get_by_role("button", name="Start", exact=True).click()
        heard = [await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000)]
        while not any(isinstance(each, Command) for each in heard):
            heard.append(await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000))
        assert not [each for each in heard if isinstance(each, Ack) and not each.felt]
        due_ns = track.clock() + NS_PER_S
        in_time = replace(track.cue("turnover-1", "Turnover up"), t_ns=due_ns, ttl_ms=30_000)
        delivery.send(Arm(track.clock(), in_time, 1000))
        await until(wrist, "felt.length === 2")
        await other.click("[aria-controls=watch]")
        await other.click("watch-view button.primary")
        await until(
            other, "document.querySelector('watch-view ul').innerText.includes('Turnover up')"
        )


async def test_a_stale_cue_is_dropped(track: Track) -> None:
    """GIVEN a page that can tell what is late WHEN a cue comes that was held up for three seconds
    THEN nothing is felt.
    """
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        await heard_of(lambda: track.clock() >= 3 * NS_PER_S)
        late = touch_message(
            CueMessage,
            track.cue("late-1"),
            "run",
            max(track.clock() // NS_PER_MS - 3000, 0),
            due_in_ms=0,
            ttl_ms=1500,
        )
        here = track.broker.address
        async with aiomqtt.Client(
            here.host,
            here.port,
            username=here.user,
            password=here.password,
            protocol=aiomqtt.ProtocolVersion.V311,
            timeout=PATIENCE_S,
        ) as client:
            await client.publish(TOPICS["cue"], late.to_json(), qos=1)
        ack = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000)
        assert [] == await page.evaluate("felt")
    assert ("late-1", False, "late") == (ack.cue_id, ack.felt, ack.why)  # type: ignore[union-attr]


@pytest.mark.parametrize("end", [signal.SIGSTOP, signal.SIGKILL])
async def test_an_armed_cue_needs_nobody(track: Track, end: signal.Signals) -> None:
    """GIVEN a cue armed for in some seconds WHEN the broker stands still, or is killed THEN the
    page's own timer fires, once, at its moment.
    """
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        await page.evaluate(BEATS)
        due_ns = await armed(track, delivery, page)
        server = track.broker.server_pid
        os.kill(server, end)
        try:
            await until(page, "felt.length > 0")
            before_ns = track.clock()
            ago_ms = await page.evaluate("performance.now() - feltAt[0]")
            late_ms = [(ns - due_ns) / NS_PER_MS - ago_ms for ns in (before_ns, track.clock())]
            stood_ms = await page.evaluate(STOOD_MS)
            await page.wait_for_timeout(500)
            assert [FELT] == await page.evaluate("felt")
        finally:
            if end is signal.SIGSTOP:
                os.kill(server, signal.SIGCONT)
    # How long the page takes to answer tells how well its clock is known here.
    assert -300 < late_ms[1]
    assert late_ms[0] < 1500 + stood_ms


async def armed(track: Track, delivery: Delivery, page: Page) -> int:
    """Arm a cue; return when it is due: in two seconds at the earliest, for a machine that is too
    busy for five of them has twenty.
    """
    for in_s in (5, 20):
        due_ns = track.clock() + in_s * NS_PER_S
        cue = track.cue(f"last_lap-{in_s}", f"Turnover in {in_s}")
        delivery.send(Arm(track.clock(), replace(cue, t_ns=due_ns), in_s * 1000))
        shown = f"document.querySelector('race-view .next').textContent.includes('{cue.text}')"
        await until(page, f"{shown} || felt.length > 0")
        if track.clock() < due_ns - 2 * NS_PER_S:
            return due_ns
        await until(page, "felt.length > 0")
        await page.evaluate("felt.length = feltAt.length = 0")
    pytest.fail("this machine is too busy to arm a cue within 18 s")


async def test_a_race_is_led_from_one_phone_and_seen_on_another(track: Track) -> None:
    """GIVEN two phones WHEN one starts, laps, undoes and finishes THEN kickcue hears the orders in
    turn, and the other shows the phases.
    """
    runner, seer = await track.phone(), await track.phone(Role.VIEWER)
    async with track.sender() as delivery:
        await settled(runner)
        delivery.send(PhaseChange(track.clock(), Phase.WAITING, Phase.WAITING))
        heard: list[CommandKind] = []
        for label, kind, phase in (
            ("Start", CommandKind.START, Phase.BODY),
            ("LAP", CommandKind.LAP, Phase.BODY),
            ("Undo", CommandKind.UNDO_LAP, Phase.BODY),
            ("Finish", CommandKind.FINISH, Phase.FINISHED),
        ):
            button = runner.get_by_role("button", name=label, exact=True)
            if kind is CommandKind.FINISH:  # far from the finish it is asked for twice
                await button.evaluate(TWICE)
            else:
                await button.click()
            event = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000)
            assert isinstance(event, Command)
            heard.append(event.kind)
            assert kind is event.kind
            delivery.send(PhaseChange(track.clock(), phase, Phase.WAITING))
            if phase is Phase.BODY:
                await runner.get_by_role("button", name="LAP", exact=True).wait_for()
        await until(seer, "document.querySelector('link-banner').textContent === 'Finished'")
        assert 0 == await seer.locator("press-view").count()


async def test_a_press_after_the_finish_begins_no_race(track: Track) -> None:
    """GIVEN a race that is over, so that the big button starts the next one WHEN it is pressed once
    more, as at the line, THEN it asks; a second press is an order.
    """
    page = await track.phone()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(PhaseChange(track.clock(), Phase.FINISHED, Phase.BODY))
        await until(page, "document.querySelector('link-banner').textContent === 'Finished'")
        button = page.get_by_role("button", name="Start", exact=True)
        told = ""
        while not told:  # while a busy machine has let kickcue fall silent, there is no button
            await button.click(trial=True)
            told = await button.evaluate(TWICE_AND_TOLD)
        assert "Tap again to confirm" == told
        event = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000)
        assert CommandKind.START is getattr(event, "kind", None)
        await asyncio.sleep(0.3)  # what the first one had ordered would come as well
        assert 0 == delivery.incoming.qsize()


@pytest.mark.parametrize("end", [signal.SIGSTOP, signal.SIGKILL])
async def test_what_is_under_the_thumb_stays_there(track: Track, end: signal.Signals) -> None:
    """GIVEN a race that is on WHEN kickcue falls silent, or is gone, and the page says so THEN LAP
    stays where it is: a press of it must never be one of Start, which would begin a new race.
    """
    page = await track.phone(before=SPY + BANNERS)
    lap = page.get_by_role("button", name="LAP", exact=True)
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        await lap.wait_for()
        await page.evaluate("banners.length = 0")
        os.kill(track.broker.server_pid, end)
        said = "silent" if end is signal.SIGSTOP else "No connection"
        try:
            await until(page, f"banners.some((each) => each.includes('{said}'))")
            assert await lap.is_visible()
            assert not await page.get_by_role("button", name="Start", exact=True).is_visible()
        finally:
            if end is signal.SIGSTOP:
                os.kill(track.broker.server_pid, signal.SIGCONT)


@pytest.mark.parametrize(("marked", "shown"), [(True, "4:56.2"), (False, "≈ 4:56")])
async def test_an_estimated_end_says_so(track: Track, *, marked: bool, shown: str) -> None:
    """GIVEN a race that is over WHEN nobody has pressed at its end THEN its time is an estimate, in
    the large and in the table; what was pressed is known to a tenth.
    """
    page = await track.phone(Role.VIEWER)
    async with track.sender() as delivery:
        await settled(page)
        lap = {"lap": 2, "race_s": 296.2, "lap_s": 70.0, "error_s": None}
        end = {"gun_ms": 0, "over_ms": 296_200, "over_marked": marked, "rate": 1.0}
        delivery.show("race", RACE | {"rules": "training"})
        delivery.show("laps", {**end, "laps": [lap]})
        delivery.send(PhaseChange(track.clock(), Phase.FINISHED, Phase.BODY))
        await until(page, f"document.querySelector('.clock').textContent === '{shown}'")
        assert shown == await page.inner_text("laps-view td:last-child")


async def test_a_thumb_finds_its_button_where_it_was(track: Track) -> None:
    """GIVEN a race WHEN its metres have fewer digits and their error more THEN the big button
    stays where it is, on the smallest phone too.
    """
    page = await track.phone()
    await page.set_viewport_size({"width": 320, "height": 640})
    lap = page.get_by_role("button", name="LAP", exact=True)
    places = set()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        await lap.wait_for()
        for to_go_m, sd_m in ((35_200.0, 108.0), (1390.0, 3.0), (713.0, 1.0), (9.0, 25.0)):
            y, height, wider_px = await lap_at(track, delivery, page, to_go_m, sd_m)
            places.add((y, height))
            assert 0 == wider_px
    assert 1 == len(places)


async def lap_at(
    track: Track, delivery: Delivery, page: Page, to_go_m: float, sd_m: float
) -> list[float]:
    """Have the page show how much is to go, and look at it then; numbers older than 3 s are none,
    so they are said until they were seen.
    """
    async with asyncio.timeout(PATIENCE_S):
        for turn in count():
            here = (100.0, sd_m, 5.0, 180.0, 150.0 + turn % 40, 1, to_go_m, None)
            delivery.send(Estimate(track.clock(), *here, Mode.POD))
            found: list[float] | None = await page.evaluate(LAP_AT, f"{to_go_m:.0f}")
            if found is not None:
                return found
            await asyncio.sleep(0.05)
    raise AssertionError


async def test_a_page_waits_for_kickcue(track: Track) -> None:
    """GIVEN a page whose broker is not there yet THEN it says that it waits; WHEN it is there THEN
    the page goes on by itself.
    """
    there = track.site.route

    def not_there() -> Route:
        raise BrokerError("no broker runs here")

    object.__setattr__(track.site, "route", not_there)
    page = await track.phone()
    await until(page, "/not running there yet/.test(document.body.textContent)")
    object.__setattr__(track.site, "route", there)
    await until(page, "document.querySelector('press-view') !== null")


@pytest.mark.parametrize(("device", "vibrates"), [(PHONE, True), (DESKTOP, False)])
async def test_a_laptop_sounds(track: Track, device: Device, *, vibrates: bool) -> None:
    """GIVEN a laptop, whose browser takes vibration and has no motor THEN its cues sound, and the
    page says so; a phone's vibrate.
    """
    page = await track.watched.visit(
        f"{track.origin}/?t={track.tokens[Role.ATHLETE]}", device, origin=track.origin, before=SPY
    )
    await page.click("[aria-controls=watch]")
    sound, voice = await page.locator("watch-view input").all()
    assert (not vibrates, True) == (await sound.is_checked(), await voice.is_checked())
    assert vibrates is ("cannot vibrate from" not in await page.inner_text("watch-view"))


async def test_a_page_of_an_earlier_race_says_so(track: Track) -> None:
    """GIVEN a page whose run has ended WHEN another one has its port, and does not let it in THEN
    it says so and is not loaded anew: what is armed goes on.
    """
    page = await track.phone()
    async with track.sender():
        await settled(page)
        await page.evaluate("window.still = true")
        object.__setattr__(track.site, "tokens", RaceTokens())  # frozen, and the port has it
        os.kill(track.broker.server_pid, signal.SIGKILL)
        await until(page, "/another race/.test(document.querySelector('link-banner').textContent)")
        assert await page.evaluate("still")
    await track.watched.close()  # it goes on asking
    track.watched.trouble.clear()  # the browser complains of each refusal


async def test_a_helper_marks_from_the_trackside(track: Track) -> None:
    """GIVEN a helper's page WHEN the big button is pressed THEN it is a mark from the trackside."""
    helper = await track.phone(Role.HELPER)
    async with track.sender() as delivery:
        await settled(helper)
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        await helper.get_by_role("button", name="LAP", exact=True).click()
        event = await asyncio.wait_for(delivery.incoming.get(), PATIENCE_MS / 1000)
    assert isinstance(event, Mark)
    assert MarkSource.TRACKSIDE is event.source


async def test_strangers_text_stays_text(track: Track) -> None:
    """GIVEN markup and controls in a cue THEN the page shows them as text, without the controls."""
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(track.cue(text="<img src=x onerror=felt.push(666)>\u202eLap"))
        await until(page, "felt.length > 0")
        shown = await page.inner_text("watch-view ul")
        assert "<img src=x onerror=felt.push(666)>Lap" in shown
        assert [FELT] == await page.evaluate("felt")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", Role)
async def test_everybody_can_use_it(track: Track, role: Role, scheme: str) -> None:
    """No part of the page, for nobody, light or dark, breaks a rule of accessibility."""
    page = await track.phone(role, scheme=scheme)
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        await axe(page)
        for tab in await page.get_by_role("tab").all():
            await tab.click()
            await axe(page)


async def test_a_reload_forgets_no_cue(track: Track) -> None:
    """GIVEN a cue that was felt WHEN the page is loaded anew THEN it asks for the tap again, and
    the cue that comes once more is not felt.
    """
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(track.cue())
        await until(page, "felt.length === 1")
        again = page.get_by_role("button", name="This phone was the watch")
        assert not await again.is_visible()
        await page.reload()
        await again.wait_for()  # wherever the runner looks
        await page.click("[aria-controls=watch]")
        arm = page.locator("watch-view button.primary")
        assert "Arm this phone as the watch" == await arm.inner_text()
        assert "Tap once" in await page.inner_text("watch-view")
        await axe(page)
        await again.click()
        await page.get_by_role("button", name="This phone is the watch").wait_for()
        await again.wait_for(state="hidden")
        await page.evaluate("felt.length = 0")
        await settled(page)
        delivery.send(track.cue())
        delivery.send(track.cue("turnover-1", "Turnover up"))
        await until(page, "felt.length > 0")
        (felt,) = (await page.inner_text("watch-view ul")).splitlines()
        assert felt.endswith("Turnover up")


@pytest.mark.long
async def test_a_link_that_is_lost_for_long_comes_back(track: Track) -> None:
    """GIVEN a broker that stands still for 20 s WHEN it goes on THEN the page has said that it was
    alone, is back by itself, and feels the next cue.
    """
    page = await track.wrist()
    async with track.sender() as delivery:
        await settled(page)
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        os.kill(track.broker.server_pid, signal.SIGSTOP)
        try:
            await until(page, "/silent/.test(document.querySelector('link-banner').textContent)")
            await page.wait_for_timeout(14_000)
            await until(
                page, "document.querySelector('link-banner').textContent.includes('No connection')"
            )
        finally:
            os.kill(track.broker.server_pid, signal.SIGCONT)
        await until(page, "document.querySelector('link-banner').hidden")
        await settled(page)
        delivery.send(track.cue())
        await until(page, "felt.length === 1")


@pytest.mark.parametrize(("rules", "allowed"), [("training", True), ("road", False)])
async def test_a_helper_learns_what_the_rules_allow(
    track: Track, rules: str, allowed: bool
) -> None:
    """GIVEN the rules of a race WHEN they allow no help THEN the helper's page says so and offers
    no press.
    """
    helper = await track.phone(Role.HELPER)
    async with track.sender() as delivery:
        await settled(helper)
        delivery.show("race", RACE | {"rules": rules})
        delivery.send(PhaseChange(track.clock(), Phase.BODY, Phase.WAITING))
        lap = helper.get_by_role("button", name="LAP", exact=True)
        said = "Press as the runner" if allowed else "allow no help"
        await until(helper, f"document.querySelector('press-view').innerText.includes('{said}')")
        await lap.wait_for(state="visible" if allowed else "hidden")
