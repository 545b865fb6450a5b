"""A watch's own answers, out of whatever its console prints."""

import json

from hypothesis import given, strategies as st

from kickcue.core.watch.console_protocol import Console, ConsoleAnswer


def test_an_answer_comes_in_pieces() -> None:
    """GIVEN the lines of the app, split anywhere and with flow control among them WHEN taken THEN
    each answer comes once, when complete.
    """
    said = b'\x13\r\n>{"t":"act"}\r\n{"t":"kick","id":"1f/a","armed":true}\n'
    said += b'\x11{"t":"kick","id":"1f/a","felt":true,"late":12}\r\n'
    said += b'{"t":"kick","id":"1f/b","felt":false,"why":"late","late":2500}\r\n'
    said += b'{"t":"kick","id":"1f/c","felt"'
    console = Console()
    found = [told for at in range(0, len(said), 7) for told in console.take(said[at : at + 7])]
    assert [
        ConsoleAnswer("1f/a", felt=True, why=None),
        ConsoleAnswer("1f/b", felt=False, why="late"),
    ] == found
    console.clear()
    assert () == console.take(b":true}\n")


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_any_bytes_are_taken(packets: list[bytes]) -> None:
    """Whatever comes raises nothing, and an answer that follows is understood."""
    console = Console()
    for packet in packets:
        console.take(packet)
    answer = {"t": "kick", "id": "x", "felt": True}
    assert ConsoleAnswer("x", felt=True, why=None) in console.take(
        b"\n" + json.dumps(answer).encode() + b"\n"
    )
