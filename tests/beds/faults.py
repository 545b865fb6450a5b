"""What goes wrong on demand, and what was asked: the scripted faults and the call log of the fake
BlueZ.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from dbus_fast import DBusError


class Call(NamedTuple):
    """A method that a client called."""

    method: str
    path: str


class NoAnswerError(Exception):
    """This call is never answered."""


@dataclass
class _Fault:
    method: str
    error: DBusError | NoAnswerError
    left: int
    path: str | None


@dataclass
class Faults:
    """Faults that wait for their calls; each method has its own, used up in the order they were
    ordered in.
    """

    calls: list[Call] = field(default_factory=list)
    _waiting: list[_Fault] = field(default_factory=list)

    def fail(
        self, method: str, error: str, text: str = "", *, times: int = 1, path: str | None = None
    ) -> None:
        """Answer the next ``times`` calls of ``method`` (of the object at ``path`` only, if given)
        with a D-Bus error.
        """
        self._waiting.append(_Fault(method, DBusError(error, text), times, path))

    def hang(self, method: str, *, times: int = 1, path: str | None = None) -> None:
        """Never answer the next ``times`` calls of ``method``."""
        self._waiting.append(_Fault(method, NoAnswerError(), times, path))

    def calm(self) -> None:
        """Take back all faults that have not happened yet."""
        self._waiting.clear()

    def meet(self, call: Call) -> None:
        """Note the call, and raise what was ordered for it."""
        self.calls.append(call)
        for fault in self._waiting:
            if fault.left and fault.method == call.method and fault.path in (None, call.path):
                fault.left -= 1
                raise fault.error

    def count(self, method: str) -> int:
        """Return how often the method was called."""
        return sum(call.method == method for call in self.calls)
