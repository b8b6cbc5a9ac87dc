"""Typed reading of untrusted JSON: every wrong type or value becomes an InvalidModel that says where it stands.

glTF's JSON is read through `Fields` alone, so a list where an object belongs, a negative count or an index past the
end ends in "materials[2].pbrMetallicRoughness.baseColorTexture.index must be an integer below 3", never in a KeyError.
(pygltflib, which decodes the same JSON into dataclasses without checking any of this, is unfit for hostile files.)
"""

import dataclasses
import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import limits

LARGEST_INTEGER = 2**53  # the largest that every JSON reader keeps exact
LARGEST_NUMBER = 3e38  # the largest that fits a float32

# possessive, and content with an open end: linear in whatever comes
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_PUNCTUATION = b"[]{}:,"
_REST = bytes(set(range(256)) - set(_PUNCTUATION))
_DEPTH_STEP = np.zeros(256, np.int8)
_DEPTH_STEP[list(b"[{")] = 1
_DEPTH_STEP[list(b"]}")] = -1


def parse_json(data: bytes, name: str) -> "Fields":
    """The root object of a glTF document. Raises InvalidModel or ModelTooLarge; `name` says what the bytes are."""
    if len(data) > limits.JSON_BYTES:
        raise ModelTooLarge(f"{name} has {len(data):,} bytes, and {limits.JSON_BYTES:,} are allowed")
    skeleton = np.frombuffer(_STRINGS.sub(b"", data).translate(None, _REST), np.uint8)
    if len(skeleton) > limits.JSON_TOKENS:
        raise ModelTooLarge(f"{name} has {len(skeleton):,} brackets and commas, and {limits.JSON_TOKENS:,} are allowed")
    if int(np.cumsum(_DEPTH_STEP[skeleton], dtype=np.int32).max(initial=0)) > limits.JSON_DEPTH:
        raise InvalidModel(f"{name} is nested more than {limits.JSON_DEPTH} levels deep")
    try:
        values = json.loads(data.decode("utf-8-sig").rstrip("\0"), parse_constant=_refuse_constant)
    except ValueError as error:
        raise InvalidModel(f"{name} is not valid JSON: {error}") from error
    if not isinstance(values, dict):
        raise InvalidModel(f"{name} must hold a JSON object")
    return Fields(values, "")


def printable(text: str, limit: int = 100) -> str:
    """Text from a file, safe for messages and databases: cut to `limit` characters, with ? for control characters."""
    return "".join(c if c.isprintable() else "?" for c in text[:limit])


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


@dataclasses.dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and its path in the document, "" for the root. A getter without a default requires its key."""

    values: dict[str, Any]
    path: str

    def name_of(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, rule: str) -> InvalidModel:
        """The error that says `key` breaks `rule`, to be raised."""
        state = "is missing; it" if key not in self.values else ""
        return InvalidModel(f"{self.name_of(key)} {state} must be {rule}".replace("  ", " "))

    def has(self, key: str) -> bool:
        return key in self.values

    # scalars

    def integer(self, key: str, default: int | None = None, *, low: int = 0, high: int = LARGEST_INTEGER) -> int:
        value = _whole(self.values.get(key, default))
        if value is None or not low <= value <= high:
            bound = f"of at least {low}, at most 2^53" if high == LARGEST_INTEGER else f"from {low} to {high}"
            raise self.wrong(key, f"an integer {bound}")
        return value

    def index(self, key: str, count: int) -> int:
        """A required index into a list of `count` entries."""
        value = _whole(self.values.get(key))
        if value is None or not 0 <= value < count:
            raise self.wrong(key, _index_rule(count))
        return value

    def optional_index(self, key: str, count: int) -> int | None:
        return self.index(key, count) if key in self.values else None

    def choice(self, key: str, choices: tuple[int, ...], default: int | None = None) -> int:
        value = _whole(self.values.get(key, default))
        if value not in choices:
            raise self.wrong(key, "one of " + ", ".join(map(str, choices)))
        return value

    def number(self, key: str, default: float, *, low: float = -math.inf, high: float = math.inf) -> float:
        value = _finite(self.values.get(key, default))
        if value is None or not low <= value <= high:
            raise self.wrong(key, "a number" if math.isinf(low) else f"a number from {low:g} to {high:g}")
        return value

    def boolean(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def string(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "a string")
        return value

    def name(self, default: str = "") -> str:
        """The object's name, fit to be shown."""
        return printable(self.string("name", default))

    # lists of scalars

    def numbers(self, key: str, count: int, default: tuple[float, ...] | None = None) -> tuple[float, ...]:
        """Exactly `count` finite numbers."""
        if default is not None and key not in self.values:
            return default
        return self._listed(key, _finite, f"a list of {count} numbers", count)

    def number_list(self, key: str) -> tuple[float, ...]:
        """A list of finite numbers of any length; empty where the key is absent."""
        return self._listed(key, _finite, "a list of numbers") if key in self.values else ()

    def indices(self, key: str, count: int) -> tuple[int, ...]:
        """Indices into a list of `count` entries; no indices where the key is absent."""
        if key not in self.values:
            return ()
        found: tuple[int, ...] = self._listed(key, _whole, f"a list of integers below {count}")
        for position, value in enumerate(found):
            if not 0 <= value < count:
                raise InvalidModel(f"{self.name_of(key)}[{position}] must be {_index_rule(count)}")
        return found

    def strings(self, key: str) -> tuple[str, ...]:
        if key not in self.values:
            return ()
        return self._listed(key, lambda v: v if isinstance(v, str) else None, "a list of strings")

    def _listed(self, key: str, read: Callable[[Any], Any], rule: str, count: int | None = None) -> tuple[Any, ...]:
        value = self.values.get(key)
        if not isinstance(value, list) or (count is not None and len(value) != count):
            raise self.wrong(key, rule)
        found = tuple(map(read, value))
        if any(v is None for v in found):
            raise self.wrong(key, rule)
        return found

    # objects

    def child(self, key: str) -> "Fields | None":
        return self.required_child(key) if key in self.values else None

    def required_child(self, key: str) -> "Fields":
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "a JSON object")
        return Fields(value, self.name_of(key))

    def children(self, key: str) -> "list[Fields]":
        """The objects of a list; an empty list where the key is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        path = self.name_of(key)
        for position, item in enumerate(value):
            if not isinstance(item, dict):
                raise InvalidModel(f"{path}[{position}] must be a JSON object")
        return [Fields(item, f"{path}[{position}]") for position, item in enumerate(value)]

    def extension(self, name: str) -> "Fields | None":
        """The object that extension `name` adds to this one; None where it adds none."""
        extensions = self.child("extensions")
        return None if extensions is None else extensions.child(name)


def clamped(fields: Fields, key: str, default: tuple[float, ...]) -> tuple[float, ...]:
    """Factors clamped to 0..1, as other viewers do: exporters write slightly larger ones."""
    return tuple(min(max(v, 0.0), 1.0) for v in fields.numbers(key, len(default), default))


def _index_rule(count: int) -> str:
    return f"an integer below {count}" if count else "an index, but there is nothing to point at"


def _whole(value: Any) -> int | None:
    """`value` as an integer; JSON's 3.0 is one too."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST_NUMBER:
        return None
    return float(value)
