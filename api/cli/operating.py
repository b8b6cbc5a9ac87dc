"""`pirouette admin`'s commands that are about the farm as a whole, and no single account: backups, workers, storage."""

from pathlib import Path

import click

from api.cli.farm import open_farm, refusals, show_row
from api.settings import Settings

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--files", type=click.Choice(["copy", "reference"]), default="copy", show_default=True,
              help="Copy the files, or only list them, where the storage has backups of its own.")
def backup(folder: Path, files: str) -> None:
    """Write the farm, which goes on meanwhile, to FOLDER. A second time, only what is new is copied.

    The exit code is 1 where the storage has lost files that the database names.
    """
    from api.processes import backup as backups  # with pydantic's models and a storage, which most commands don't need

    with refusals():
        made = backups.back_up(open_farm(), folder, with_files=files == "copy")
    show_row(**made.model_dump(mode="json"))
    if made.lost:
        raise click.ClickException(f"The storage has lost {len(made.lost)} files, such as {made.lost[0]}")


@click.command()
@click.argument("folder", type=_FOLDER)
def restore(folder: Path) -> None:
    """Make the farm of the settings, which must be empty, what the backup in FOLDER has."""
    from api.processes import backup as backups

    with refusals():
        show_row(**backups.restore(Settings(), folder).model_dump(mode="json"))


def add_to(group: click.Group) -> None:
    for command in (backup, restore):
        group.add_command(command)
