"""Passwords of people: which are allowed, and the slow hashes that are kept of them.

Hashing takes some 50 ms and 64 MB on purpose, so it is done outside of transactions, and a few at a time.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.errors import InvalidRequest

SHORTEST = 10
"""Characters. NIST SP 800-63B (revision 4) asks for 15 where nothing else protects, and for 8 at least; attempts to
guess one are few here: see `people.ATTEMPTS`."""
LONGEST = 200
"""Characters: enough for every sentence, and short enough to be hashed at once."""

_HASHER = PasswordHasher()  # argon2id with the second recommendation of RFC 9106: 64 MB, 3 passes, 4 lanes
_TURNS = threading.BoundedSemaphore(2)
"""How many are hashed at a time, so that many who sign in at once take no more than 128 MB."""

UNKNOWN = ""
"""What is kept where there is no password: none matches it, and a link may set one."""


def checked(password: str) -> str:
    """The password. Raises InvalidRequest where it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest(f"password must have {SHORTEST} to {LONGEST} characters", param="password")
    return password


def hashed(password: str) -> str:
    """What is kept of it. Raises InvalidRequest as `checked`."""
    with _TURNS:
        return _HASHER.hash(checked(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the one that `kept` was made of. Where nothing is kept it takes as long to say no."""
    with _TURNS:
        if not kept:
            _HASHER.hash(password[:LONGEST])
            return False
        try:
            return _HASHER.verify(kept, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
