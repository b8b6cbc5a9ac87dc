"""What `pirouette submit` and `pirouette batch` have in common: renders to be made, and how they are checked before
anything is sent and paid for.
"""

import collections
import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.errors import InvalidFormat
from api.ingest.incoming import HEAD_BYTES
from api.ingest.naming import model_suffix
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, parse_settings
from renderer.spec.settings import MAX_LENGTH_ADMIN_S
from renderer.spec.spelling import camel_case, snake_case_keys

SETTING_KINDS = {camel_case(row.name): row.kind for row in SETTINGS}
"""By the names that the API has for settings."""

MOST_MISTAKES = 20
"""That are told at once: more would hide the first."""


class Mistakes(ValueError):
    """What is wrong with what was asked for, a line each."""

    def __init__(self, lines: Sequence[str]) -> None:
        more = len(lines) - MOST_MISTAKES
        super().__init__("\n".join([*lines[:MOST_MISTAKES], *([f"and {more} more"] if more > 0 else [])]))


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """A render to be made of a model: a file, or the id of one that the farm has. `name` is for the results; `row` is
    where the job stands in a list, from 1.
    """

    model: Path | str
    settings: Mapping[str, Any]
    name: str | None = None
    row: int | None = None

    def __str__(self) -> str:
        """Which job it is, for people."""
        model = self.model.name if isinstance(self.model, Path) else self.model
        return model if self.row is None else f"row {self.row} ({model})"


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raises ValueError."""
    unknown = settings.keys() - SETTING_KINDS.keys()
    if unknown:
        raise ValueError(f"there is no setting {', '.join(sorted(unknown))}")
    try:
        effective(settings)
    except SettingsError as error:
        raise ValueError(str(error).replace(error.field, camel_case(error.field), 1)) from error


def effective(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the defaults of those that aren't given, to be compared. Raises SettingsError."""
    # whether the account may have as much is for the farm to say
    return parse_settings(snake_case_keys(settings), max_length_s=MAX_LENGTH_ADMIN_S).to_json()


def check_file(path: Path) -> None:
    """Raises ValueError where the file can't be read, or is no model."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            size = path.stat().st_size
        model_suffix(head, size)
    except OSError as error:
        raise ValueError(f"can't read {path}: {error.strerror or error}") from error
    except InvalidFormat as error:
        raise ValueError("the file is empty" if not head else error.message) from error


def sha256_of(path: Path) -> str:
    """Of the file's bytes, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def distinct(names: Sequence[str]) -> list[str]:
    """The names, those that come more than once with numbers."""
    counts = collections.Counter(names)
    taken = {name for name in names if counts[name] == 1}
    result = []
    for name in names:
        if counts[name] > 1:
            numbered = (f"{name}-{number}" for number in range(1, len(names) + len(taken) + 1))
            name = next(each for each in numbered if each not in taken)
            taken.add(name)
        result.append(name)
    return result
