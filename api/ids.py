"""Identifiers: twelve random characters of [A-Za-z0-9] (71 bits), the shape that dx.gl shows."""

import hashlib
import secrets
import string

ALPHABET = string.ascii_letters + string.digits
LENGTH = 12


def new_id() -> str:
    # one question to the system's random source, not twelve
    return _spelled(secrets.randbelow(len(ALPHABET) ** LENGTH))


def id_of(text: str) -> str:
    """The identifier that belongs to `text`: always the same, and no other text's."""
    return _spelled(int.from_bytes(hashlib.sha256(text.encode()).digest()))


def _spelled(number: int) -> str:
    characters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    return "".join(characters)


def is_id(text: str) -> bool:
    """Whether `text` has an identifier's shape. What hasn't, names nothing, and isn't worth asking a database."""
    return len(text) == LENGTH and text.isascii() and text.isalnum()
