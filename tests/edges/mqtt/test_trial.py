"""Trying a broker out finds what it refuses, aloud or in silence, and nobody acts on the words."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from kickcue.core.events import Ack
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt import trial as trials
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.messages import ArmMessage
from kickcue.edges.mqtt.mosquitto import access_list
from kickcue.edges.mqtt.refusals import TOO_LARGE
from kickcue.edges.mqtt.session import Session
from kickcue.edges.mqtt.topics import RULES, Side, Topics, published_by
from kickcue.edges.mqtt.trial import TRIED, try_out
from tests.edges.mqtt.conftest import TOPICS, Mosquitto, Nats, running
from tests.edges.mqtt.test_refusals import allow, restart
from tests.patience import PATIENCE_S
from tests.ports import free_port

pytestmark = pytest.mark.usefixtures("unhurried")

ALL = tuple(RULES)


@pytest.fixture
def coming_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that tells how many words must come back: those are waited for as long as a
    busy machine takes, any others as long as the product waits.
    """
    monkeypatch.setattr(trials, "ANSWER_S", PATIENCE_S)
    real, heard_s = trials._received, trials.HEARD_S

    def coming(count: int) -> None:
        async def received(session: Session, topics: Topics, nonce: str, wanted: int) -> set[str]:
            monkeypatch.setattr(trials, "HEARD_S", PATIENCE_S)
            found = await real(session, topics, nonce, count)
            monkeypatch.setattr(trials, "HEARD_S", heard_s)
            return found | await real(session, topics, nonce, wanted - len(found))

        monkeypatch.setattr(trials, "_received", received)

    return coming


def rights(lines: dict[str, str]) -> Iterable[str]:
    """Return an access list: the sender may do everything but what is said here, by topic."""
    return [
        "user daemon",
        *(f"topic {lines.get(name, 'readwrite')} {TOPICS[name]}" for name in RULES),
    ]


@pytest.mark.mosquitto
async def test_all_is_well(mosquitto: Mosquitto, coming_back: Callable[[int], None]) -> None:
    """GIVEN a broker without a list WHEN tried THEN every word comes back."""
    coming_back(len(ALL))
    trial = await try_out(mosquitto.address, mosquitto.address, TOPICS, ALL)
    assert set(ALL) == trial.came_back
    assert not trial.refused
    assert not trial.unheard
    assert (True, False) == (trial.answers, trial.shortened)


@pytest.mark.mosquitto
@pytest.mark.parametrize("name", published_by(Side.DAEMON))
async def test_a_topic_that_is_refused_is_found(
    mosquitto: Mosquitto, name: str, coming_back: Callable[[int], None]
) -> None:
    """GIVEN a list that denies the sender one of its topics, also one without acknowledgements WHEN
    tried THEN it is that one.
    """
    allow(mosquitto, rights({name: "read"}))
    coming_back(len(ALL) - 1)
    trial = await try_out(mosquitto.address, mosquitto.address, TOPICS, ALL)
    assert {name: "not authorized"} == trial.refused
    assert set(ALL) - {name} == trial.came_back


@pytest.mark.mosquitto
@pytest.mark.parametrize("name", published_by(Side.WATCH))
async def test_a_topic_that_is_not_to_be_heard_is_found(
    mosquitto: Mosquitto, name: str, coming_back: Callable[[int], None]
) -> None:
    """GIVEN a list that lets the sender say what it cannot hear WHEN tried THEN that does not come
    back, though it was taken.
    """
    allow(mosquitto, rights({name: "write"}))
    coming_back(len(ALL) - 1)
    trial = await try_out(mosquitto.address, mosquitto.address, TOPICS, ALL)
    assert set(ALL) - {name} == trial.came_back
    assert not trial.refused


@pytest.mark.mosquitto
async def test_our_own_list_is_what_the_sender_needs(
    mosquitto: Mosquitto, coming_back: Callable[[int], None]
) -> None:
    """GIVEN the list that kickcue writes WHEN the sender tries it THEN its own topics come back,
    and it may say nothing else.
    """
    allow(mosquitto, access_list(TOPICS).replace("user kickcue", "user daemon").splitlines())
    coming_back(len(published_by(Side.DAEMON)))
    trial = await try_out(mosquitto.address, mosquitto.address, TOPICS, ALL)
    assert set(published_by(Side.DAEMON)) == trial.came_back
    assert set(published_by(Side.WATCH)) == trial.refused.keys()


@pytest.mark.mosquitto
async def test_a_small_broker_is_found(
    mosquitto: Mosquitto, coming_back: Callable[[int], None]
) -> None:
    """GIVEN a broker that takes a short cue only WHEN tried THEN that is known, and the long words
    are too large.
    """
    restart(mosquitto, ["max_packet_size 390"])
    coming_back(len(ALL) - 1)
    trial = await try_out(mosquitto.address, mosquitto.address, TOPICS, ALL)
    assert trial.shortened
    assert {"state"} == trial.refused.keys()
    assert trial.refused["state"] == TOO_LARGE
    assert trial.came_back >= {"arm", "cue", "status"}


async def test_a_broker_that_refuses_in_silence(
    nats: Nats, coming_back: Callable[[int], None]
) -> None:
    """GIVEN a broker of MQTT 3.1.1 WHEN the watch says what only the sender may THEN it is known
    that this broker tells no refusals.
    """
    coming_back(0)
    trial = await try_out(nats.watch_address, nats.watch_address, TOPICS, ("cue",))
    assert not trial.came_back
    assert not trial.refused
    assert not trial.answers


async def test_both_sides_of_the_private_broker(
    nats: Nats, coming_back: Callable[[int], None]
) -> None:
    """GIVEN the private broker WHEN each side speaks to the other THEN every word comes."""
    for speaker, listener, side in (
        (nats.address, nats.watch_address, Side.DAEMON),
        (nats.watch_address, nats.address, Side.WATCH),
    ):
        coming_back(len(published_by(side)))
        trial = await try_out(speaker, listener, TOPICS, published_by(side))
        assert set(published_by(side)) == trial.came_back


async def test_nobody_acts_on_it(nats: Nats) -> None:
    """GIVEN a sender and a watch at work WHEN the broker is tried out from both sides THEN nothing
    is felt, armed, pressed or taken in.
    """
    async with running(nats) as run:
        for speaker, listener, side in (
            (nats.address, nats.watch_address, Side.DAEMON),
            (nats.watch_address, nats.address, Side.WATCH),
        ):
            await try_out(speaker, listener, TOPICS, published_by(side))
        run.delivery.send(run.cue("c1"))
        async with asyncio.timeout(PATIENCE_S):
            while not run.inputs:  # noqa: ASYNC110  what is waited for happens in another process
                await asyncio.sleep(0.01)
        assert ["c1"] == [play.touch.id for play in run.of(Play)]
        assert [] == run.of(ArmMessage)
        # A cue that is repeated is answered again.
        assert {"c1"} == {ack.cue_id for ack in run.inputs if isinstance(ack, Ack)}
        assert all(isinstance(each, Ack) for each in run.inputs)
        assert TRIED not in str(run.inputs)


async def test_where_nobody_listens() -> None:
    """GIVEN no broker WHEN tried THEN the error says so."""
    server = Mosquitto(folder=None, program=None, port=free_port())  # type: ignore[arg-type]
    nobody = server.address
    with pytest.raises(BrokerError, match="cannot connect"):
        await try_out(nobody, nobody, TOPICS, ALL)
