"""Whether this system can confine the processes that read strangers' files."""

import logging

import click

from api.settings import Settings
from renderer import confine

logger = logging.getLogger(__name__)


def check_sandbox(settings: Settings) -> None:
    """Warns of what is missing. Raises ClickException where the settings require it."""
    for name, remedy in confine.missing().items():
        if settings.sandbox == "require":
            raise click.ClickException(f"PIROUETTE_SANDBOX is require, but this system has no {name}, so {remedy}")
        logger.warning("This system has no %s, so %s", name, remedy)
