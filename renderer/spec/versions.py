"""The version that stored specs carry, so that a worker never draws by a spec that it understands only in part."""

from collections.abc import Mapping
from typing import Any

from renderer.errors import UnknownSpecVersion

VERSION = 3
"""Of all specs. It rises when a field is added or its name or meaning changes, and `unstamped` then says what became of
it."""


def stamped(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A spec's fields with the version they are of."""
    return {"version": VERSION, **fields}


def unstamped(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a stored spec. Specs from before there were versions are of version 1. That knew no `framing`, and
    versions before 3 neither `time`, `formats` nor `transparent` of a video: what specs have without these is what they
    were drawn with then.

    Raises UnknownSpecVersion.
    """
    fields = dict(spec)
    version = fields.pop("version", 1)
    if version not in range(1, VERSION + 1):
        raise UnknownSpecVersion(f"This worker reads specs of version {VERSION}, not {version}: it needs an update")
    return fields
