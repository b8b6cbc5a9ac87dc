"""`pirouette optimize`: a model file with fewer triangles, smaller textures or fewer bytes, without a farm."""

from pathlib import Path
from typing import get_args

import click

from renderer.cli import main as render
from renderer.spec.wanted import Compression


@click.command(name="optimize")
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The .glb to write. What became of the model goes into a .json beside it.")
@click.option("--triangles", type=int, help="Leave at most so many triangles.")
@click.option("--texture-size", type=int, metavar="PIXELS", help="Make textures at most so large.")
@click.option("--compress", type=click.Choice(get_args(Compression)), default="none", show_default=True,
              help="How vertices are compressed.")
@click.option("--quantize", is_flag=True, help="Store vertices in fewer bits.")
@click.option("--device", default="auto", show_default=True,
              help='GL device, to compare what it looks like: "auto", "software", or the number of an EGL device.')
def command(
    model: Path,
    output: Path,
    triangles: int | None,
    texture_size: int | None,
    compress: str,
    quantize: bool,
    device: str,
) -> None:
    """Writes MODEL (of any type that the farm takes) as a GLB that looks the same and is smaller.

    It works on this machine, by the extra "optimise"; a farm does the same as a flow of the template model_optimize.
    """
    if output.suffix.lower() != ".glb":
        raise click.BadParameter(f"{output.name} must end in .glb", param_hint="--output")
    options = {"--triangles": triangles, "--texture-size": texture_size, "--compress": compress, "--device": device}
    given = [text for name, value in options.items() if value is not None for text in (name, str(value))]
    flags = ["--quantize"] if quantize else []
    render.main([str(model), "-o", str(output), *given, *flags], standalone_mode=False)
