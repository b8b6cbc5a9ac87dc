"""Identifiers: twelve random characters of [A-Za-z0-9] (71 bits), the shape that dx.gl shows."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(12))
