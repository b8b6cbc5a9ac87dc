"""Traces of a process, from its settings."""

import click

from api.observe import trace
from api.settings import Settings


def tracing(settings: Settings, role: str) -> None:
    """As `trace.configure`. Raises ClickException where the library that the settings need is missing."""
    try:
        trace.configure(settings, role)
    except trace.TracingMissing as error:
        raise click.ClickException(str(error)) from error
