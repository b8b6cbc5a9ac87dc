"""Texts that people give to things: trimmed, of limited length, storable in every database."""

import unicodedata

from api.errors import InvalidRequest

REPLACED = "\ufffd"
"""Stands for a character that no database stores."""


def checked_text(field: str, value: str | None, limit: int) -> str | None:
    """`value` without blanks around it, None if nothing is left. Raises InvalidRequest naming the field."""
    text = (value or "").strip()
    if len(text) > limit:
        raise InvalidRequest(f"{field} has up to {limit:,} characters, not {len(text):,}", param=field)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise InvalidRequest(f"{field} must be without control characters", param=field)  # no database stores them
    return text or None


def storable(text: str, limit: int) -> str:
    """Text that quotes a stranger's file, cut to `limit` characters and without what no database stores."""
    return "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs") else REPLACED
        for character in text[:limit]
    )
