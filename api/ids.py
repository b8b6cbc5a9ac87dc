"""Identifiers: twelve random characters of [A-Za-z0-9] (71 bits), the shape that dx.gl shows."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
LENGTH = 12


def new_id() -> str:
    number = secrets.randbelow(len(ALPHABET) ** LENGTH)  # one question to the system's random source, not twelve
    characters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    return "".join(characters)


def is_id(text: str) -> bool:
    """Whether `text` has an identifier's shape. What hasn't, names nothing, and isn't worth asking a database."""
    return len(text) == LENGTH and text.isascii() and text.isalnum()
