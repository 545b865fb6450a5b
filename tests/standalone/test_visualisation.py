"""The race in the mind on a phone: the session that the command makes, spoken and felt."""

import json
from typing import Any, Final

import pytest
from playwright.async_api import Page

from kickcue.cli import main
from kickcue.cli.format.output_format import bars
from kickcue.core.clock_format import clock
from kickcue.standalone.browser import BrowserRace
from tests.browser.page import PHONE, Watched, axe, overflow_px
from tests.cli.conftest import home
from tests.page.conftest import until
from tests.standalone.conftest import Hosted
from tests.standalone.played import shipped

__all__ = ["home"]

RACES: Final[list[tuple[dict[str, Any], str, str]]] = [
    ({"race": "5000m", "target_s": 930.0}, "calm", "en"),
    ({"race": "1500m", "target_s": 260.0, "indoor": True}, "fierce", "de"),
    ({"race": "10k", "target_s": 2400.0}, "short", "fr"),
    ({"race": "3000sc", "target_s": 600.0}, "calm", "fr"),
]


def asked(document: dict[str, Any], script: str, rival: str = "") -> dict[str, Any]:
    request = {"document": document, "script": script, "rival": rival}
    found: dict[str, Any] = json.loads(
        BrowserRace(shipped()).take(json.dumps({"what": "visualise", "at_ms": 0, **request}))
    )
    return found


def shown(entry: dict[str, Any]) -> str:
    felt = f"[{bars(entry['pulses'])}]  " if entry["pulses"] else ""
    return f"{clock(entry['at_s']):>5}  {felt}{entry['text']}"


@pytest.mark.parametrize(("document", "script", "language"), RACES)
@pytest.mark.usefixtures("home")
def test_the_same_session_as_the_command(
    document: dict[str, Any],
    script: str,
    language: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a race with a goal WHEN phone and command make a session of it THEN each line and each
    cue comes at the same time with the same words and pulses.
    """
    words = ["--race", document["race"], "--goal", str(document["target_s"])]
    if document.get("indoor"):
        words.append("--indoor")
    more = ["--language", language, "--script", script, "--rival", "Anna", "--no-belief", "--show"]
    assert 0 == main(["visualise", *words, *more])
    wanted = capsys.readouterr().out.splitlines()
    found = asked({**document, "language": language}, script, "Anna")
    assert wanted == [shown(entry) for entry in found["entries"]]
    assert language == found["language"]
    assert any(entry["pulses"] for entry in found["entries"])


def test_no_goal_no_session() -> None:
    """GIVEN a race without a goal, or no such script THEN the answer says what is missing."""
    assert "target_s" in asked({"race": "5000m"}, "calm")["error"]
    assert "nonsense" in asked({"race": "5000m", "target_s": 930.0}, "nonsense")["error"]


# ---- in a browser

SESSION: Final = asked({"race": "5000m", "target_s": 930.0, "language": "de"}, "short")
UNHURRIED: Final = {
    **SESSION,
    "entries": [{**entry, "lasts_s": 600.0} for entry in SESSION["entries"]],
}
"""No line is over before a busy machine has looked at it."""
SPY: Final = """
window.felt = [];
navigator.vibrate = (pattern) => { felt.push(pattern); return true; };
window.spoken = [];
window.locks = [];
Object.defineProperty(navigator, "wakeLock", { value: { async request() {
  const lock = new EventTarget();
  lock.released = false;
  lock.release = async () => { lock.released = true; };
  locks.push(lock);
  return lock;
} } });
class Words extends EventTarget { constructor(text) { super(); this.text = text; } }
window.SpeechSynthesisUtterance = Words;
const synth = new EventTarget();
Object.assign(synth, {
  speaking: false, now: null, getVoices: () => window.voices,
  speak(words) {
    if (!words.text) return;
    this.speaking = true;
    spoken.push({ text: words.text, lang: words.lang, name: words.voice.name });
    this.now = words;
    if (window.talkative) setTimeout(() => words === this.now && this.over(), 100);
  },
  over() { this.speaking = false; this.now?.dispatchEvent(new Event("end")); this.now = null; },
  cancel() { this.over(); },
});
Object.defineProperty(window, "speechSynthesis", { value: synth });
"""
VOICES: Final = [
    {"name": "far", "lang": "de-DE", "localService": False},
    {"name": "near", "lang": "de_DE", "localService": True},
    {"name": "other", "lang": "en-GB", "localService": True},
]
OPEN: Final = """
async ([session, voices, document, talkative]) => {
  window.voices = voices;
  window.talkative = talkative;
  const { VisualiseView } = await import("/js/standalone/visualise_view.js");
  const { Player } = await import("/js/player.js");
  window.asked = [];
  const link = { async ask(what, values) { asked.push([what, values]); return session; } };
  window.store = Object.assign(new EventTarget(), { running: false });
  const main = window.document.createElement("main");
  const title = window.document.createElement("h1");
  title.textContent = "Set-up";
  main.append(title, new VisualiseView(link, store, new Player(), () => document));
  window.document.documentElement.lang = "en";
  window.document.title = "kickcue";
  window.document.body.replaceChildren(main);
}
"""
WORDS: Final = "document.querySelector('.mind .words')?.textContent"
TOLD: Final = "document.querySelector('visualise-view .told').textContent"
RACE: Final = {"race": "5000m", "target_s": 930.0, "language": "de"}


async def opened(
    browser: Watched,
    quick: Hosted,
    *,
    voices: list[dict[str, Any]] | None = None,
    document: dict[str, Any] | None = None,
    talkative: bool = False,
) -> Page:
    page = await browser.visit(f"{quick.origin}/", PHONE, origin=quick.origin, before=SPY)
    known = VOICES if voices is None else voices
    session = SESSION if talkative else UNHURRIED
    await page.evaluate(OPEN, [session, known, document or RACE, talkative])
    return page


async def begun(page: Page) -> None:
    await page.get_by_role("button", name="Begin").click()
    await until(page, "document.querySelector('.mind[open]') !== null")


@pytest.mark.chromium
async def test_a_whole_session_is_heard_and_felt(browser: Watched, quick: Hosted) -> None:
    """GIVEN a voice for the language in the phone itself WHEN a session runs to its end THEN each
    line is said once, in turn, by that voice, each cue is felt as it is in the race, and the
    screen is kept on until it is over.
    """
    page = await opened(browser, quick, talkative=True)
    await page.clock.install()
    await begun(page)
    await page.clock.run_for(int(SESSION["total_s"] * 1000) + 20_000)
    await until(page, f"{TOLD} === 'Well done.'")
    assert [
        {"text": entry["say"], "lang": "de_DE", "name": "near"} for entry in SESSION["entries"]
    ] == await page.evaluate("spoken")
    cues = [entry for entry in SESSION["entries"] if entry["pulses"]]
    assert 1 + len(cues) == await page.evaluate("felt.length")  # the tap itself shakes once
    assert [True] == await page.evaluate("locks.map((lock) => lock.released)")
    wanted = {"document": RACE, "script": "calm", "rival": ""}
    assert [["visualise", wanted]] == await page.evaluate("asked")


@pytest.mark.chromium
async def test_pause_next_and_stop(browser: Watched, quick: Hosted) -> None:
    """GIVEN a session WHEN it is paused and goes on, a line is passed over, and it is stopped THEN
    the line that was cut off is said anew, then the next one, and nothing after the end; nothing
    overflows, axe finds nothing wrong, and the screen may go dark.
    """
    page = await opened(browser, quick)
    await axe(page)
    await begun(page)
    say = [entry["say"] for entry in SESSION["entries"]]
    await until(page, "spoken.length === 1")
    assert 0 >= await overflow_px(page)
    await axe(page)
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Go on").click()
    await until(page, "spoken.length === 2")
    await page.get_by_role("button", name="Next line").click()
    await until(page, "spoken.length === 3")
    assert [say[0], say[0], say[1]] == await page.evaluate("spoken.map(({ text }) => text)")
    await page.get_by_role("button", name="Stop").click()
    await until(page, "document.querySelector('.mind') === null")
    assert not await page.evaluate("speechSynthesis.speaking")
    assert await page.evaluate("locks.every((lock) => lock.released)")


@pytest.mark.chromium
async def test_without_a_voice_the_lines_are_shown(browser: Watched, quick: Hosted) -> None:
    """GIVEN no voice for the language, then one by the network alone THEN the page says each
    plainly and shows the lines; a race that begins ends the session.
    """
    page = await opened(browser, quick, voices=VOICES[2:])
    await begun(page)
    assert "no voice for this language" in await page.inner_text(".mind .warning")
    await until(page, f"{WORDS} === {json.dumps(SESSION['entries'][0]['text'])}")
    await page.evaluate("store.running = true; store.dispatchEvent(new Event('change'))")
    await until(page, "document.querySelector('.mind') === null")
    assert [] == await page.evaluate("spoken")
    await page.evaluate("store.running = false; voices.splice(0, 1)")
    await page.evaluate("(far) => voices.push(far)", VOICES[0])
    await begun(page)
    assert "needs the network" in await page.inner_text(".mind .warning")


@pytest.mark.chromium
async def test_a_race_without_a_goal(browser: Watched, quick: Hosted) -> None:
    """GIVEN a race with no target time THEN the page says what to do first."""
    page = await opened(browser, quick, document={"race": "5000m"})
    await page.get_by_role("button", name="Begin").click()
    await until(page, f"/target time/.test({TOLD})")
