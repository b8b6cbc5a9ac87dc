"""`pirouette`: the command line. Each command is loaded when it is called, so that `pirouette submit` doesn't wait for
a web framework to be imported, nor a web server's machine need a GL driver.
"""

import gc
import importlib
import os
from types import ModuleType
from typing import Any

import click
from click.shell_completion import CompletionItem

from api.cli.mistakes import explained, unknown_variables

COMMANDS = {
    "serve": ("api.processes.serve", "command"),
    "worker": ("api.processes.worker", "command"),
    "sweep": ("api.processes.sweep", "command"),
    "admin": ("api.cli.admin", "command"),
    "engines": ("api.cli.engines", "command"),
    "optimize": ("api.cli.optimize", "command"),
    "submit": ("api.cli.submit", "command"),
    "batch": ("api.cli.batch", "command"),
    "list": ("api.cli.renders", "list_renders"),
    "download": ("api.cli.renders", "download"),
    "cancel": ("api.cli.renders", "cancel"),
    "retry": ("api.cli.renders", "retry"),
}
"""The module of each, and its name there."""

LONG_RUNNING = ("serve", "worker", "sweep")
"""Those that nobody watches when they start: they refuse a setting that doesn't exist, of which the others warn."""


class _Commands(click.Group):
    """Finds the commands, and says in a line what is wrong with settings and arguments."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(_imported(module), name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Without loading the commands, as click would for their help."""
        names = [CompletionItem(name) for name in COMMANDS if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Raises ClickException where a command that runs for long would run with other settings than was meant."""
        name, command, rest = super().resolve_command(ctx, args)
        if "--supervisor-fd" not in rest:  # else whoever started this process has said it
            warnings = list(unknown_variables(os.environ))
            if warnings and name in LONG_RUNNING:
                raise click.ClickException("\n".join(warnings))
            for warning in warnings:
                click.echo(f"Warning: {warning}", err=True)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            told = explained(error)
            if told is None:
                raise
            raise click.ClickException(told) from error


def _imported(name: str) -> ModuleType:
    """The module, without a search for garbage while it is imported: nearly all that it makes stays, and is left out of
    later searches too. `serve` is imported in 1.07 instead of 1.28 s of CPU time."""
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pirouette", message="Pirouette %(version)s")
def main(**_: Any) -> None:
    """A self-hosted 3D render farm. Settings are PIROUETTE_* environment variables."""
