"""What a worker has found that may be wrong with renders, as it is kept and told: see renderer.checks."""

import math
from collections.abc import Mapping
from typing import Any

from api.domain.kit.texts import storable

VERDICTS = ("pass", "warn", "fail")

MOST = 30
"""Checks of a render that are kept; there are a dozen."""

_NAME_LENGTH, _MESSAGE_LENGTH = 30, 300


def told(found: object) -> dict[str, list[dict[str, Any]]]:
    """The checks by the ids of renders. Who has told of them has read a stranger's file, so what isn't as it should be
    is left out."""
    if not isinstance(found, Mapping):
        return {}
    return {
        render_id: [check for check in map(_kept, checks[:MOST]) if check is not None]
        for render_id, checks in sorted(found.items()) if isinstance(checks, list)
    }


def _kept(check: object) -> dict[str, Any] | None:
    if not isinstance(check, Mapping) or check.get("verdict") not in VERDICTS:
        return None
    numbers = {name: check.get(name) for name in ("value", "limit")}
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers.values()):
        return None
    texts = {"check": storable(str(check.get("check", "")), _NAME_LENGTH)}
    message = {"message": storable(str(check.get("message", "")), _MESSAGE_LENGTH)}
    return texts | {"verdict": check["verdict"]} | numbers | message
