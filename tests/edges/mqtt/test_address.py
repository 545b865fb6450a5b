"""Broker URLs, topics, and where a private broker leaves word."""

import json
import os
from pathlib import Path

import pytest

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address, parse_address
from kickcue.edges.mqtt.broker_discovery import find_private_broker, runtime_folder
from kickcue.edges.mqtt.topics import Side, Topics

SECRET = "s3/cr:et@#"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://pi", Address("pi", 1883)),
        ("mqtts://pi.local", Address("pi.local", 8883, tls=True)),
        ("mqtt://[::1]:2883", Address("::1", 2883)),
        ("mqtt://maria@pi", Address("pi", 1883, "maria")),
        (
            "mqtt://maria:s3%2Fcr%3Aet%40%23@pi:99/club/maria",
            Address("pi", 99, "maria", SECRET, "club/maria"),
        ),
        ("mqtt://pi/", Address("pi", 1883)),
    ],
)
def test_a_url_is_understood(url: str, address: Address) -> None:
    """GIVEN a broker's URL WHEN parsed THEN host, port, user, password, prefix and TLS are as
    written, or the defaults.
    """
    assert parse_address(url) == address


def test_the_password_may_be_told_beside_the_url() -> None:
    """GIVEN a password WHEN the URL has none THEN it is taken; WHEN the URL has one THEN that
    holds.
    """
    assert parse_address("mqtt://maria@pi", password=SECRET).password == SECRET
    assert parse_address("mqtt://maria:other@pi", password=SECRET).password == "other"


def test_the_password_is_never_shown() -> None:
    """GIVEN an address with a password WHEN it is printed in any way THEN the password is not
    there; on request it is, and parses back.
    """
    address = Address("pi", 1883, "maria", SECRET, "kickcue/maria")
    for shown in (str(address), repr(address)):
        assert "s3" not in shown
    assert parse_address(address.with_password()) == address


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("pi:1883", "it must look like mqtt://"),
        ("http://pi", "it must look like mqtt://"),
        ("mqtt://", "no host"),
        ("mqtt://pi:0", "no usable port"),
        ("mqtt://pi:99999", "the port must be a number from 1 to 65535"),
        ("mqtt://pi:port", "the port must be a number from 1 to 65535"),
        ("mqtt://a..b", "the host cannot be read"),
        ("mqtt://[::1", "the host cannot be read"),
        ("mqtt://pi/x?qos=1", "nothing may follow the prefix"),
        ("mqtt://:secret@pi", "a password needs a user"),
    ],
)
def test_a_wrong_url_is_refused_with_what_would_be_right(url: str, says: str) -> None:
    """GIVEN a URL that cannot be meant WHEN parsed THEN UsageError says what is wrong."""
    with pytest.raises(UsageError, match=says):
        parse_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://u:hunter2@pi:port",
        "mqtt://u:hunter2@pi?x",
        "http://u:hunter2@pi",
        "mqtt://u:hun/ter2@pi",
    ],
)
def test_a_refusal_does_not_tell_the_password(url: str) -> None:
    """GIVEN a wrong URL with a password WHEN it is refused THEN the message has not got it."""
    with pytest.raises(UsageError) as caught:
        parse_address(url)
    assert "hun" not in str(caught.value)
    assert "***" in str(caught.value)


def test_a_ca_file_needs_tls() -> None:
    """GIVEN a CA file and mqtt:// WHEN parsed THEN it is refused, for it would do nothing."""
    with pytest.raises(UsageError, match="only with mqtts://"):
        parse_address("mqtt://pi", ca_file=Path("ca.crt"))


# ---- topics


def test_topics_stand_below_the_prefix() -> None:
    """GIVEN a URL's prefix, or an athlete, or neither WHEN topics are made THEN they stand below
    it, below kickcue/NAME, or below kickcue/runner.
    """
    assert Topics.of("club/maria", None)["cue"] == "club/maria/cue"
    assert Topics.of(None, "maria")["cue"] == "kickcue/maria/cue"
    assert Topics.of(None, None)["sensor"] == "kickcue/runner/sensor/+/+"


def test_a_prefix_and_an_athlete_together_are_refused() -> None:
    """GIVEN a URL with a prefix and --athlete WHEN topics are made THEN it is refused: one of them
    would be ignored.
    """
    with pytest.raises(UsageError, match="give only one of them"):
        Topics.of("club/maria", "maria")


@pytest.mark.parametrize("prefix", ["", "a//b", "/a", "a/", "a/+", "#", "a.b", "a b", "a>", "a*"])
def test_a_prefix_that_means_something_else_to_a_broker_is_refused(prefix: str) -> None:
    """GIVEN wildcards, dots or empty levels WHEN topics are made THEN they are refused: MQTT or
    NATS would read them differently.
    """
    with pytest.raises(UsageError, match="topic prefix"):
        Topics(prefix)


@pytest.mark.parametrize(
    ("topic", "place"),
    [
        ("kickcue/runner/cue", ("cue", ())),
        ("kickcue/runner/sensor/pod/2a53", ("sensor", ("pod", "2a53"))),
        ("kickcue/runner/sensor/pod", None),
        ("kickcue/runner/cue/x", None),
        ("kickcue/runner/lunch", None),
        ("kickcue/other/cue", None),
    ],
)
def test_a_topic_is_found_in_the_tree(
    topic: str, place: tuple[str, tuple[str, ...]] | None
) -> None:
    """GIVEN a topic that something came on WHEN looked up THEN it is its name and what follows, or
    None outside the tree.
    """
    assert Topics().name_of(topic) == place


def test_each_side_hears_what_the_other_says() -> None:
    """GIVEN the tree WHEN the two sides are put together THEN each topic belongs to exactly one of
    them.
    """
    daemon, watch = Topics().from_side(Side.DAEMON), Topics().from_side(Side.WATCH)
    assert [
        ("kickcue/runner/ack", 1),
        ("kickcue/runner/presence", 1),
        ("kickcue/runner/command", 1),
        ("kickcue/runner/sensor/+/+", 0),
    ] == list(watch)
    assert set(daemon).isdisjoint(watch)


# ---- where a private broker leaves word


def leave_word(name: str, *, pid: int, url: str, age_s: float = 0.0) -> None:
    record = runtime_folder() / f"broker-{name}" / "broker.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"pid": pid, "url": url}))
    moment_s = record.stat().st_mtime - age_s
    os.utime(record, (moment_s, moment_s))


def test_the_newest_living_private_broker_is_found() -> None:
    """GIVEN word of an old broker, a new one and one whose process is gone WHEN looked for THEN the
    new one is found.
    """
    leave_word("old", pid=os.getpid(), url="mqtt://old", age_s=100)
    leave_word("new", pid=os.getpid(), url="mqtt://new", age_s=50)
    leave_word("dead", pid=2**22 + 1, url="mqtt://dead")
    assert find_private_broker() == Address("new", 1883)


def test_no_word_is_no_broker() -> None:
    """GIVEN no record, or a broken one WHEN looked for THEN there is none."""
    assert find_private_broker() is None
    (runtime_folder() / "broker-x").mkdir()
    (runtime_folder() / "broker-x" / "broker.json").write_text("{")
    assert find_private_broker() is None


def test_a_link_is_no_runtime_folder(tmp_path: Path) -> None:
    """GIVEN a link where the folder is to be, made by somebody who reads what it leads to THEN it
    is refused.
    """
    there = tmp_path / "there"
    there.mkdir(mode=0o700)
    (Path(os.environ["XDG_RUNTIME_DIR"]) / "kickcue").symlink_to(there)
    with pytest.raises(UsageError, match="expected a folder, got a link"):
        runtime_folder()


def test_another_users_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a folder that somebody else has made, closed as it may be THEN it is refused."""
    runtime_folder()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(UsageError, match="expected one of yours, got another user's"):
        runtime_folder()


def test_nobody_can_take_the_runtime_folder_first(tmp_path: Path) -> None:
    """GIVEN no XDG_RUNTIME_DIR WHEN the folder is made THEN it lies in the user's own home, closed,
    and not where everybody may write.
    """
    folder = runtime_folder({"HOME": str(tmp_path)})
    assert folder.is_relative_to(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (
        runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path / "none"), "HOME": str(tmp_path)}) == folder
    )


def test_without_a_home_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a user without a home and without XDG_RUNTIME_DIR
    THEN one line says what would help.
    """
    monkeypatch.setattr("kickcue.config.paths.known_home", lambda _environ: None)
    with pytest.raises(UsageError, match="XDG_RUNTIME_DIR may name a folder of your own"):
        runtime_folder({})


def test_a_runtime_folder_that_others_can_read_is_refused() -> None:
    """GIVEN a folder open to others WHEN it is to hold the broker's passwords
    THEN it is refused.
    """
    runtime_folder().chmod(0o755)
    with pytest.raises(UsageError, match="chmod 700"):
        runtime_folder()
