"""`pirouette`: the command line. Each command is loaded when it is called, so that `pirouette submit` doesn't wait for
a web framework to be imported, nor a web server's machine need a GL driver.
"""

import importlib
from typing import Any

import click

COMMANDS = {
    "serve": "api.processes.serve",
    "worker": "api.processes.worker",
    "sweep": "api.processes.sweep",
    "admin": "api.cli.admin",
    "submit": "api.cli.submit",
    "batch": "api.cli.batch",
}


class _Commands(click.Group):
    """Finds a command as the attribute `command` of its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main(**_: Any) -> None:
    """A self-hosted 3D render farm. Settings are PIROUETTE_* environment variables."""
