"""Identifiers: twelve random characters of [A-Za-z0-9] (71 bits), the shape that dx.gl shows."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
LENGTH = 12


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_id(text: str) -> bool:
    """Whether `text` has an identifier's shape. What hasn't, names nothing, and isn't worth asking a database."""
    return len(text) == LENGTH and text.isascii() and text.isalnum()
