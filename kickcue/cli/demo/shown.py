"""What a screen needs of a demo to show it, be it a race or a session."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from rich.console import RenderableType

from kickcue.cli.tui.watch_face import Face


class Shown(Protocol):
    """A demo as it can be shown: as a picture, or line by line."""

    is_session: bool
    """A session, not a race."""

    def title(self) -> tuple[str, str]:
        """Return what this is, and what in it is not real."""

    def story(self) -> Sequence[str]:
        """Return what to read before it starts; nothing where there is no story."""

    def header(self) -> str:
        """Return what stands above the rows."""

    def settled(self) -> Iterator[str]:
        """Yield the rows to which nothing more can happen, each once."""

    def whereabouts(self) -> str:
        """Return where the runner is, to stand behind a cue; empty where nobody knows."""

    def frame(self, face: Face, now_s: float, columns: int) -> RenderableType:
        """Return the picture for so many columns; ``now_s`` is on the face's clock."""
