"""The header that gives a download its name."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()+-]")


def attachment(name: str) -> str:
    """Content-Disposition for a download called `name`, in whatever characters (RFC 6266, and 8187 for `filename*`)."""
    plain = _UNSAFE.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
