"""Settings' names as JSON often spells them: sweepAngle for sweep_angle."""

import re
from collections.abc import Mapping
from typing import Any


def camel_case(name: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


def snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


def snake_case_keys(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `parse_settings` takes, of settings in either spelling."""
    return {snake_case(name): value for name, value in settings.items()}
