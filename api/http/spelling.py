"""Errors name fields as the domain does. Each dialect tells them by its own names."""

import re
from collections.abc import Callable

from api.errors import FarmError


def respelled(error: FarmError, spell: Callable[[str], str]) -> FarmError:
    """The same error with every step of its field's path as `spell` has it, and the field's name where the message
    begins with it."""
    if error.param is None:
        return error
    path = re.sub(r"\w+", lambda step: spell(step[0]), error.param)
    message, field = error.message, re.split(r"\W", error.param)[-1]
    if re.match(rf"{field}\b", message):
        message = re.split(r"\W", path)[-1] + message[len(field) :]
    return type(error)(message, param=path, retry_after=error.retry_after)
