"""``python -m renderer.samples out.glb``: write the sample model."""

from pathlib import Path

import click

from renderer.samples import write_sample


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def main(out: Path) -> None:
    """Write the sample record player to OUT as a binary glTF file."""
    write_sample(out)


main()
