"""The renderer without a service: `python -m renderer chair.glb -o chair.mp4` (or .mov, .png, .webp, .avif, .zip,
.usdz, .glb). The model may first be made of words, `--prompt "a red chair"`, or of a picture, `chair.jpg`.

Exit codes: 0 the file is there, 1 the model, the device or ffmpeg failed, 2 the command or a setting is wrong.
"""

import contextlib
import dataclasses
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import click

from renderer.dataset.export import export_dataset
from renderer.encode.available import require_encoder
from renderer.errors import DeviceError, EngineRejected, RendererError, SettingsError
from renderer.generate.protocols import MAX_SEED, Context, MeshOptions
from renderer.gl.context import Device, open_device
from renderer.model_types import USDZ_MISSING, usd_is_installed
from renderer.optimise.available import available
from renderer.render import Listener, VideoFiles, render_video
from renderer.scene.nodes import Contents
from renderer.spec import (
    DatasetSpec,
    H264Encoder,
    RenderSettings,
    parse_settings,
    plan_dataset,
    plan_image,
    plan_video,
)
from renderer.spec.frames import Codec
from renderer.spec.settings import MAX_LENGTH_ADMIN_S
from renderer.spec.spelling import snake_case_keys
from renderer.spec.wanted import Compression, Wanted
from renderer.stills import render_images

VARIANT = "render"

CODECS: dict[str, Codec] = {".mp4": "h264", ".mov": "prores4444"}
"""The codec of a video by its file's suffix, at the size of any quality tier."""

HOLDS: dict[str, dict[str, str]] = {
    **{suffix: {"output": "video"} for suffix in CODECS},
    **{f".{kind}": {"output": "image", "image_format": kind} for kind in ("png", "webp", "avif")},
    ".zip": {"output": "dataset"},
}
"""The render settings that a file's suffix stands for."""

FORMAT_SUFFIXES = {
    "webp": ".webp", "gif": ".gif", "webm": ".webm", "hevc": ".hevc.mov", "png": ".png.zip", "exr": ".exr.zip",
    "strip_full": ".strip.zip", "spin": ".spin.zip",
}  # fmt: skip
"""What else the setting `formats` has made of a video's frames: beside it, by these suffixes."""

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
"""The suffixes of what isn't a model yet: one is made of it."""

MODEL, USDZ = ".glb", ".usdz"
"""The suffixes of what is no render but a model again."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", required=False,
                type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--prompt", metavar="TEXT", help="Make the model of these words, instead of reading one.")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), default=0, show_default=True,
              help="Of a prompt: what is left to chance. Equal prompts and seeds give equal models.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="File to write: .mp4 for a video, .mov for one with alpha (ProRes 4444), .png, .webp or "
                   ".avif for a still, .zip for a training set, .usdz for the model itself, for AR viewers, or .glb "
                   "for the model with fewer triangles or bytes.")
@click.option("--settings", "settings_json", default="{}", metavar="JSON|@FILE",
              help="Render settings, as JSON or as the name of a file after an @; also as dx.gl spells them.")
@click.option("--background", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
              help="Background image (PNG, JPEG or WebP); bg_align says how it is cropped.")
@click.option("--foreground", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
              help="Image to lay over the picture; fg_align says how it is cropped.")
@click.option("--environment", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
              help="Panorama (HDR or EXR) to light the model by, instead of the setting lighting.")
@click.option("--frames", type=click.IntRange(min=1), help="Stop a video or a training set after this many frames.")
@click.option("--triangles", type=int, help="Of a .glb: leave at most so many triangles.")
@click.option("--texture-size", type=int, metavar="PIXELS", help="Of a .glb: make its textures at most so large.")
@click.option("--compress", type=click.Choice(get_args(Compression)), default="none", show_default=True,
              help="Of a .glb: how its vertices are compressed.")
@click.option("--quantize", is_flag=True, help="Of a .glb: store its vertices in fewer bits.")
@click.option("--device", "selector", default="auto", show_default=True,
              help='GL device: "auto", "software", or the number of an EGL device.')
@click.option("--no-software", is_flag=True, help="Fail rather than draw on the CPU.")
@click.option("--h264-encoder", "encoder", type=click.Choice(get_args(H264Encoder)), default="x264", show_default=True,
              help="What makes an .mp4: the CPU, or an NVIDIA graphics card.")
def main(
    model: Path | None,
    prompt: str | None,
    seed: int,
    output: Path,
    settings_json: str,
    background: Path | None,
    foreground: Path | None,
    environment: Path | None,
    frames: int | None,
    triangles: int | None,
    texture_size: int | None,
    compress: Compression,
    quantize: bool,
    selector: str,
    no_software: bool,
    encoder: H264Encoder,
) -> None:
    """Renders MODEL (.glb, .gltf, .obj, .stl, .ply, .usdz, .usd, or .zip) to a video, a still, or a training set for
    radiance fields; or converts it to USDZ; or optimises it, and writes what became of it to a .json beside the .glb.
    With --prompt there is no MODEL: one is made of the words first. Or MODEL is a picture (.png, .jpg, .webp, .tif):
    one is made of what it shows.
    """
    if (model is None) == (prompt is None):
        raise click.UsageError("Give a MODEL or a --prompt")
    kind = output.suffix.lower()
    if kind not in (kinds := (*HOLDS, USDZ, MODEL)):
        raise click.BadParameter(f"{output.name} must end in one of {', '.join(kinds)}", param_hint="--output")
    if not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}", param_hint="--output")
    drawn = settings_json != "{}" or frames is not None or any((background, foreground, environment))
    if kind in (USDZ, MODEL) and drawn:
        name = kind[1:].upper()
        raise click.BadParameter(f"a {name} is the model itself, and no picture of it", param_hint="--output")
    optimised = triangles is not None or texture_size is not None or compress != "none" or quantize
    if kind != MODEL and optimised:
        raise click.BadParameter("only a .glb is optimised", param_hint="--output")
    if model is None or model.suffix.lower() in PICTURES:
        folder = click.get_current_context().with_resource(
            tempfile.TemporaryDirectory(dir=output.parent, prefix=".generating-")
        )
        model = _generated(model or prompt or "", seed, Path(folder))
        if kind == MODEL and not optimised:
            model.replace(output)
            click.echo(output)
            return
    if kind == USDZ:
        _usdz(model, output)
        return
    if kind == ".zip" and any((background, foreground, environment)):
        raise click.BadParameter("a training set stands on white in the studio, with nothing before it",
                                 param_hint="--background, --foreground or --environment")
    if frames is not None and HOLDS.get(kind, {}).get("output") == "image":
        raise click.BadParameter("a still has no frames", param_hint="--frames")
    try:
        if kind == MODEL:
            wanted = Wanted(triangles, texture_size, compress, quantize)
            _optimise(model, output, wanted, open_device(selector, allow_software=not no_software))
            return
        data = _read_json(settings_json)
        settings = parse_settings(
            HOLDS[kind] | snake_case_keys(data) if isinstance(data, dict) else data, max_length_s=MAX_LENGTH_ADMIN_S
        )
        for name, value in HOLDS[kind].items():
            if settings.to_json()[name] != value:
                raise SettingsError(name, f'{name} "{settings.to_json()[name]}" is not what a {kind} file holds')
        if background is not None and (settings.transparent or kind == ".mov"):
            raise click.BadParameter("a transparent picture has no background", param_hint="--background")
        images = {str(path): path for path in (background, foreground, environment) if path is not None}
        if background is not None:
            settings = dataclasses.replace(settings, bg_image_id=str(background))
        if foreground is not None:
            settings = dataclasses.replace(settings, fg_image_id=str(foreground))
        if environment is not None:
            settings = dataclasses.replace(settings, environment_id=str(environment))
        logging.basicConfig(format="%(message)s")
        if encoder != "x264":
            require_encoder(encoder)
        device = open_device(selector, allow_software=not no_software)
        # beside the output, so that the finished file moves there in one step
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=".rendering-") as folder:
            if kind == ".zip":
                made = _dataset(model, plan_dataset(settings), frames, Path(folder), device)
            elif settings.output == "image":
                made = _still(model, settings, images, Path(folder), device)
            else:
                files = _video(model, settings, images, CODECS[kind], encoder, frames, Path(folder), device)
                for format_, path in files.formats.items():
                    path.replace(output.with_suffix(FORMAT_SUFFIXES[format_]))
                made = files.video
            made.replace(output)
    except SettingsError as error:
        hints = {
            "bg_image_id": "--background", "fg_image_id": "--foreground", "environment_id": "--environment",
            "polygon_count": "--triangles", "texture_size": "--texture-size",
        }
        raise click.BadParameter(str(error), param_hint=hints.get(error.field, "--settings")) from error
    except MemoryError as error:
        raise click.ClickException("The model needs more memory than there is for rendering it") from error
    except (RendererError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(output)


def _generated(source: Path | str, seed: int, folder: Path) -> Path:
    """A model of a picture or of words; says on stderr what was made of them."""
    from renderer.generate.engines import image_to_mesh, text_to_mesh  # nobody else waits for their imports

    options, context = MeshOptions(seed), Context(folder, open_device)
    try:
        if isinstance(source, Path):
            made = image_to_mesh("procedural").mesh_of_picture(source, options, context)
        else:
            made = text_to_mesh("procedural").mesh_of_text(source, options, context)
    except EngineRejected as error:
        raise click.BadParameter(str(error), param_hint="MODEL" if isinstance(source, Path) else "--prompt") from error
    click.echo(json.dumps(made.metadata, ensure_ascii=False), err=True)
    path = folder / "generated.glb"
    path.write_bytes(made.glb)
    return path


def _optimise(model: Path, output: Path, wanted: Wanted, device: Device) -> None:
    able, why_not = available()
    if not able:
        raise DeviceError(why_not)
    from renderer.optimise.compare import compare_models  # there only where it is available
    from renderer.optimise.model import optimise_model

    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".optimising-") as folder:
        made, told = Path(folder) / output.name, Path(folder) / "report.json"
        report = optimise_model(model, made, wanted)
        difference = compare_models(model, made, device=device, cache_dir=_cache_dir())
        told.write_text(json.dumps(report.to_json() | difference.to_json(), indent=2) + "\n", encoding="utf-8")
        told.replace(output.with_suffix(".json"))
        made.replace(output)
    click.echo(output)


def _read_json(text: str) -> object:
    if text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError("settings", f"settings are not JSON: {error}") from error


def _still(
    model: Path, settings: RenderSettings, images: Mapping[str, Path], folder: Path, device: Device
) -> Path:
    plan = plan_image(settings)
    with _progress() as listener:
        files = render_images(
            model, plan.frames, {VARIANT: plan.variant}, folder,
            device=device, cache_dir=_cache_dir(), listener=listener, images=images,
        )
    return files[VARIANT].image


def _video(
    model: Path,
    settings: RenderSettings,
    images: Mapping[str, Path],
    codec: Codec,
    encoder: H264Encoder,
    limit: int | None,
    folder: Path,
    device: Device,
) -> VideoFiles:
    plan = plan_video(settings)
    # the web version isn't delivered, and takes up to a fifth of the time; but some formats are of its size
    web_size = plan.variant.web_size if plan.variant.formats else None
    variant = dataclasses.replace(plan.variant, codec=codec, web_size=web_size)
    with _progress() as listener:
        files = render_video(
            model, plan.frames, {VARIANT: variant}, folder,
            device=device, cache_dir=_cache_dir(), listener=listener, images=images, encoder=encoder,
            frame_limit=limit, strips=False,
        )
    return files[VARIANT]


def _dataset(model: Path, spec: DatasetSpec, limit: int | None, folder: Path, device: Device) -> Path:
    path = folder / "dataset.zip"
    with _progress() as listener:
        export_dataset(model, spec, path, device=device, cache_dir=_cache_dir(), listener=listener, view_limit=limit)
    return path


def _usdz(model: Path, output: Path) -> None:
    if not usd_is_installed():
        raise click.ClickException(USDZ_MISSING)
    from renderer.convert.usdz.package import convert_to_usdz  # it imports usd-core

    try:
        warnings = convert_to_usdz(model, output)
    except MemoryError as error:
        raise click.ClickException("The model needs more memory than there is for converting it") from error
    except (RendererError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(output)


@contextlib.contextmanager
def _progress() -> Iterator[Listener]:
    """A bar where stderr is a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from renderer.progress_bar import progress_bar  # nobody else waits for its import

    with progress_bar() as bar:
        yield bar


def _cache_dir() -> Path:
    """Where light and shadows are kept between runs (XDG base directory specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pirouette"


class _Lines:
    """Progress for logs: a line per stage and per tenth of the frames."""

    def on_stage(self, stage: str) -> None:
        click.echo(stage, err=True)

    def on_model(self, contents: Contents) -> None:
        for warning in contents.warnings:
            click.echo(f"Warning: {warning}", err=True)

    def on_frame(self, done: int, total: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            click.echo(f"  {done}/{total} frames", err=True)

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        """Only the video is delivered."""
