"""Stored files as rows name them: what workers bring, and downloads send."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class FileView:
    """A stored file: its storage key, size in bytes, entity tag and media type."""

    key: str
    size: int
    etag: str
    content_type: str


def files_view(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, FileView]:
    """The inverse of `files_json`."""
    return {name: FileView(**file) for name, file in stored.items()}


def files_json(files: Mapping[str, FileView]) -> dict[str, Any]:
    return {name: dataclasses.asdict(file) for name, file in files.items()}
