"""What services answer: errors by their status, and values in their JSON.

`title` is how a service is called, at the beginning of a sentence: its host is the operator's matter.
"""

import json
import re
from typing import Any

from renderer.errors import EngineError, EngineFailed, EngineRejected, EngineUnavailable

WORDS = 300
"""Characters that are passed on of what a service says is wrong."""

_UNAVAILABLE = {
    401: "does not take the key", 402: "wants to be paid first", 403: "does not admit the key",
    404: "knows no such address or model",
}  # fmt: skip
_REJECTED = (400, 413, 415, 422)
_PASSING = (408, 425, 429)
_PLACES = ("error.message", "error", "message", "detail", "errors.0", "name")
"""Where services put what is wrong: OpenAI's and xAI's, Meshy's and Tripo3D's, FastAPI's, Stability's."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Passing(EngineFailed):
    """It may work the next time. `retry_after` is what the service said of when, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def is_passing(status: int) -> bool:
    return status in _PASSING or status >= 500


def problem_of(title: str, status: int, retry_after: float | None, body: bytes, key: str) -> EngineError:
    """The error for an answer that is no success. Its message has the service's words where they are about what was
    asked for; never the key."""
    if status in _UNAVAILABLE:
        return EngineUnavailable(f"{title} {_UNAVAILABLE[status]} (status {status})")
    told = words_of(body, key)
    if status in _REJECTED:
        return EngineRejected(f"{title} refuses: {told}" if told else f"{title} refuses it (status {status})")
    message = f"{title} answered with status {status}" + (f": {told}" if told else "")
    if is_passing(status):
        return Passing(message, retry_after)
    return EngineFailed(message)


def words_of(body: bytes, key: str) -> str:
    """What an answer says is wrong, in one line; "" if it doesn't."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found = (value_at(answer, place) for place in _PLACES)
    return printable(next((each for each in found if isinstance(each, str)), ""), key)


def printable(text: str, key: str) -> str:
    """A service's words, without its key, fit to be shown to a user."""
    if key:
        text = text.replace(key, "...")
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= WORDS else text[:WORDS] + "..."


def json_of(title: str, body: bytes) -> Any:
    """Raises EngineFailed."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise EngineFailed(f"{title} answers with what is no JSON") from None


def value_at(answer: Any, path: str) -> Any:
    """What is at a path of names, or of numbers in lists, with dots between; None where there is nothing."""
    for name in path.split("."):
        if isinstance(answer, dict):
            answer = answer.get(name)
        elif isinstance(answer, list) and name.isdecimal() and int(name) < len(answer):
            answer = answer[int(name)]
        else:
            return None
    return answer


def text_at(title: str, answer: Any, path: str) -> str:
    """Raises EngineFailed where there is no text, or number, at the path."""
    value = value_at(answer, path)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise EngineFailed(f"{title} answers without {path}")
    return str(value)
