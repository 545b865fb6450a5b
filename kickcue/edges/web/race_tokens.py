"""Who is let in: a token for each role, of one race, that nobody can guess."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Final

from kickcue.edges.web.roles import Role

TOKEN_BYTES: Final = 16
"""128 bits: nobody guesses that."""


class RaceTokens:
    """The tokens of one race; those of another race are wrong ones."""

    def __init__(self, tokens: Mapping[Role, str] | None = None) -> None:
        self._tokens = dict(tokens or {role: secrets.token_urlsafe(TOKEN_BYTES) for role in Role})

    def __getitem__(self, role: Role) -> str:
        """Return the token that lets somebody in as ``role``."""
        return self._tokens[role]

    def role_of(self, token: str) -> Role | None:
        """Return whose token it is, None for a wrong one.

        All are compared, each in constant time, so that the time it takes says nothing.
        """
        found = None
        given = token.encode(errors="replace")
        for role, right in self._tokens.items():
            if hmac.compare_digest(given, right.encode()):
                found = role
        return found
