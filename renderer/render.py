"""A model file and specs -> here -> finished files: videos. Stills are made by `renderer.stills`.

    load -> ShotRenderer (upload, light, shadow) -> each frame: draw once, composite and encode per variant -> check

Or in parts, on as many machines as there are: `open_shot`, then `draw_part` for runs of frames, at last `join_parts`.
Needs a device (`renderer.gl.context.open_device`), a folder to write to, and nothing else.
"""

import concurrent.futures
import contextlib
import dataclasses
import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from renderer.arrays import UInt8
from renderer.checkpoints import with_checkpoints
from renderer.checks import FILE, Check, Seen, judge, together, watched_frames
from renderer.encode.available import require_codec
from renderer.encode.browser import BrowserFile
from renderer.encode.gif import gif_size, write_gif
from renderer.encode.join import check_joints, join_videos
from renderer.encode.poster import write_posters
from renderer.encode.strip import write_strip
from renderer.errors import EncodeError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.lighting.environment import preset_environment
from renderer.lighting.presets import PRESETS
from renderer.load import load_model
from renderer.scene.nodes import Contents, Scene
from renderer.sets import NAMES, Pictures, PictureSet, finish_set, variant_sets
from renderer.spec import FrameSpec, H264Encoder, VideoVariant
from renderer.streams import Encoders, Stream, check_stream, variant_streams

log = logging.getLogger(__name__)

STAGES = ("loading", "lighting", "drawing", "encoding", "checking")

POSTER, POSTER_FULL, STRIP, GIF = "poster.png", "poster_full.png", "strip.webp", "animation.gif"


@dataclasses.dataclass(frozen=True, slots=True)
class VideoFiles:
    """One variant's files. `poster` is a quarter of `poster_full`'s width and height; `strip` has a few frames in one;
    None is what wasn't asked for. `formats` are those that the variant asks for, by their names. `checks` say what may
    be wrong with it."""

    video: Path
    thumb: Path
    strip: Path | None
    poster: Path
    poster_full: Path
    web: Path | None
    checks: tuple[Check, ...]
    formats: Mapping[str, Path] = dataclasses.field(default_factory=dict)

    def named(self) -> dict[str, Path]:
        """All that there are but the posters, by the names that `join_parts` gives them."""
        named = {"video": self.video, "thumb": self.thumb, "strip": self.strip, "web": self.web}
        return {name: path for name, path in named.items() if path is not None} | dict(self.formats)


class Listener(Protocol):
    """Is told how a render proceeds, in the thread that renders. Any method may raise Cancelled to stop it."""

    def on_stage(self, stage: str) -> None:
        """`stage`, one of STAGES, begins."""

    def on_model(self, contents: Contents) -> None:
        """The model is read; `contents` says what is in it."""

    def on_frame(self, done: int, total: int) -> None:
        """`done` of `total` frames are drawn; called after every frame."""

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        """The posters are written, long before the video. They stay where they are if the render succeeds."""


def open_shot(
    model: Path,
    frames: FrameSpec,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: Listener,
    images: Mapping[str, Path] = {},
    load: Callable[[Path, str | None], Scene] = load_model,
) -> ShotRenderer:
    """Loads the model and prepares its light and shadows; the caller closes the renderer, which is ready to draw.

    `images` are the files of the panorama and of the overlays that may be shown. `load` may give a scene that is there
    already.

    Raises ModelError, SettingsError (an unknown clip or variant, a broken image), DeviceError, and what the listener
    raises.
    """
    listener.on_stage("loading")
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        loading = beside.submit(with_checkpoints(load), model, frames.material_variant)
        if frames.environment is None:  # the preset's light is made or read meanwhile, and kept
            preset_environment(device, PRESETS[frames.lighting], cache_dir)
        scene = loading.result()
    listener.on_model(scene.contents)
    listener.on_stage("lighting")
    return ShotRenderer(device, scene, frames, cache_dir=cache_dir, images=images)


def render_video(
    model: Path,
    frames: FrameSpec,
    variants: Mapping[str, VideoVariant],
    out: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: Listener,
    images: Mapping[str, Path] = {},
    encoder: H264Encoder = "x264",
    frame_limit: int | None = None,
    strips: bool = True,
    load: Callable[[Path, str | None], Scene] = load_model,
) -> dict[str, VideoFiles]:
    """Draws the shot once and encodes it for each of `variants`, into `out`/<variant name>/ (which must not exist yet).

    `images` are the files of the overlays that `frames` and `variants` name. `frame_limit` stops after that many frames
    of the path that `frames` describes. Without `strips`, none are made. Nothing is left in `out` by a render that ends
    in an exception. Raises what `open_shot` and `draw_part` raise.
    """
    total = frames.frame_count if frame_limit is None else min(frame_limit, frames.frame_count)
    clock = _StageClock(listener)
    asked = {name: _wanted(frames, variant, encoder) for name, variant in variants.items()}
    with contextlib.ExitStack() as undo:
        with open_shot(
            model, frames, device=device, cache_dir=cache_dir, listener=clock, images=images, load=load
        ) as shot:
            for name in variants:
                (out / name).mkdir(parents=True)
                undo.callback(shutil.rmtree, out / name, ignore_errors=True)
            files: dict[Stream, Path] = {}
            archives: dict[PictureSet, Path] = {}
            for name, wanted in asked.items():
                for stream in wanted.streams.values():
                    files.setdefault(stream, out / name / stream.file.path)
                for each in wanted.sets.values():
                    archives.setdefault(each, out / name / each.unique_name)
            seen = Seen()
            _draw(shot, frames, variants, range(total), files, archives, out, clock, seen)
        parts = {each: [path] for each, path in archives.items()}
        made = _finish(frames, asked, total, files, parts, out, strips=strips)
        undo.pop_all()
    log.info("%s: %d frames of %dx%d; %s", model.name, total, frames.width, frames.height, clock.seconds())
    return {
        name: VideoFiles(
            video=paths.pop("video"), thumb=paths.pop("thumb"), strip=paths.pop("strip", None),
            web=paths.pop("web", None), poster=out / name / POSTER, poster_full=out / name / POSTER_FULL, formats=paths,
            checks=tuple(_judged(frames, variants[name], seen)),
        )
        for name, paths in made.items()
    }


@dataclasses.dataclass(frozen=True, slots=True)
class _Wanted:
    """What is made of the frames for one variant, by name. `gif`: one is made of the video, or of the web version."""

    streams: Mapping[str, Stream]
    sets: Mapping[str, PictureSet]
    gif: bool


def _wanted(frames: FrameSpec, variant: VideoVariant, encoder: H264Encoder) -> _Wanted:
    """Raises SettingsError for a format that can't be made here."""
    streams = variant_streams(frames, variant, encoder)
    for stream in streams.values():
        if isinstance(stream.file, BrowserFile):
            require_codec(stream.file)
    return _Wanted(streams, variant_sets(frames, variant), "gif" in variant.formats)


def draw_part(
    shot: ShotRenderer,
    frames: FrameSpec,
    variants: Mapping[str, VideoVariant],
    run: range,
    out: Path,
    *,
    listener: Listener,
    encoder: H264Encoder = "x264",
) -> list[Path]:
    """Draws the `run` of the shot's frames and encodes it once for each stream and set that any of `variants` asks for.

    The files are in `out`; `join_parts` knows them by their names. The part with frame 0 makes the posters too, and the
    listener is told of them. Raises DeviceError, SettingsError (a broken image), EncodeError, and what the listener
    raises.
    """
    clock = _StageClock(listener)
    asked = [_wanted(frames, variant, encoder) for variant in variants.values()]
    files = {stream: out / stream.unique_name for wanted in asked for stream in wanted.streams.values()}
    archives = {each: out / each.unique_name for wanted in asked for each in wanted.sets.values()}
    seen = Seen()
    _draw(shot, frames, variants, run, files, archives, out, clock, seen)
    log.info("Frames %d to %d of %dx%d; %s", run.start, run.stop - 1, frames.width, frames.height, clock.seconds())
    return [*files.values(), *archives.values(), seen.save(out)]


def join_parts(
    frames: FrameSpec,
    variants: Mapping[str, VideoVariant],
    parts: Sequence[tuple[int, Mapping[str, Path]]],
    out: Path,
    *,
    listener: Listener,
    encoder: H264Encoder = "x264",
) -> dict[str, dict[str, Path]]:
    """The files of each variant by name ("video", "thumb", "strip", "web", and its formats), in `out`/<variant name>/
    (which must not exist yet). Of the format "strip" it is "strip_full".

    `parts` are, for the runs in order, how many frames each has and its files of `draw_part` by their names. Raises
    EncodeError, also where another `encoder` made some of them, and what the listener raises.
    """
    asked = {name: _wanted(frames, variant, encoder) for name, variant in variants.items()}
    counts = [count for count, _ in parts]
    files: dict[Stream, Path] = {}
    for name, wanted in asked.items():
        (out / name).mkdir(parents=True)
        for stream in wanted.streams.values():
            if stream not in files:
                listener.on_stage("encoding")
                target = out / name / stream.file.path
                if not all(stream.unique_name in made for _, made in parts):
                    raise EncodeError(f"Not all parts of {target.name} were made with the same H.264 encoder as is "
                                      "used here; give all workers the same, and order the render again")
                join_videos(
                    [made[stream.unique_name] for _, made in parts], counts, frames.fps, target,
                    webm_alpha=target.suffix == ".webm" and stream.layers[0] is None,
                )  # fmt: skip
                listener.on_stage("checking")
                check_stream(stream, target, frames.fps, frames.frame_count)
                check_joints(target, frames.fps, frames.frame_count)
                files[stream] = target
    sets = dict.fromkeys(each for wanted in asked.values() for each in wanted.sets.values())
    archives = {each: [made[each.unique_name] for _, made in parts] for each in sets}
    listener.on_stage("encoding")
    return _finish(frames, asked, frames.frame_count, files, archives, out)


def _finish(
    frames: FrameSpec,
    asked: Mapping[str, _Wanted],
    frame_count: int,
    files: Mapping[Stream, Path],
    archives: Mapping[PictureSet, Sequence[Path]],
    out: Path,
    *,
    strips: bool = True,
) -> dict[str, dict[str, Path]]:
    """The files of each variant by name, in `out`/<variant name>/. The archives of whole sets are deleted."""
    sets: dict[PictureSet, Path] = {}
    finished = {}
    for name, wanted in asked.items():
        paths = _hand_out(wanted.streams, files, out / name)
        if strips:
            paths["strip"] = out / name / STRIP
            write_strip(paths["thumb"], frames.width / frames.height, frame_count, paths["strip"])
        for format_, each in wanted.sets.items():
            target = out / name / NAMES[each.format]
            if each in sets:
                shutil.copyfile(sets[each], target)
            else:
                finish_set(each, frames, archives[each], target)
                for archive in archives[each]:
                    archive.unlink()
                sets[each] = target
            paths["strip_full" if format_ == "strip" else format_] = target
        if wanted.gif:
            source = paths["video"] if paths["video"].suffix == ".mp4" else paths["web"]
            paths["gif"] = out / name / GIF
            write_gif(source, gif_size(frames.width, frames.height), frames.fps, frame_count, paths["gif"])
        finished[name] = paths
    return finished


def judge_parts(
    frames: FrameSpec, variants: Mapping[str, VideoVariant], parts: Sequence[tuple[int, Mapping[str, Path]]]
) -> dict[str, list[Check]]:
    """What may be wrong with each of the variants, by what the `parts` have seen, which are as in `join_parts`."""
    seen = together(made[FILE] for _, made in parts if FILE in made)
    return {name: _judged(frames, variant, seen) for name, variant in variants.items()}


def _judged(frames: FrameSpec, variant: VideoVariant, seen: Seen) -> list[Check]:
    return judge(frames, seen, None if variant.codec == "prores4444" else variant.backdrop)


def _draw(
    shot: ShotRenderer,
    frames: FrameSpec,
    variants: Mapping[str, VideoVariant],
    run: range,
    files: Mapping[Stream, Path],
    archives: Mapping[PictureSet, Path],
    out: Path,
    clock: "_StageClock",
    seen: Seen,
) -> None:
    """Draws the run into `files`, which are checked in the end, and pictures of it into `archives`, and posters into
    `out`/<variant name>/; fills `seen`."""
    watched = watched_frames(frames.frame_count)
    clock.on_stage("drawing")
    posters: list[tuple[str, UInt8]] = []
    drawn = None
    with Encoders(frames, files) as encoders, Pictures(frames, archives) as pictures:
        if run.start == 0:
            shot.draw(drawn := frames.poster_frame)
            for name, variant in variants.items():
                _write_posters(posters, out, clock)
                posters.append((name, shot.read_rgb(variant.backdrop, variant.foreground)))
        for done, index in enumerate(run, 1):
            if index != drawn:
                shot.draw(drawn := index)
            encoders.write(shot)
            if index in watched:
                seen.frames[index] = shot.read_small()
            if index == 0:
                seen.shape = shot.shape()
            pictures.write(shot, index)
            _write_posters(posters, out, clock)  # while the device draws
            clock.on_frame(done, len(run))
        clock.on_stage("encoding")
        encoders.finish()
        pictures.finish()
    clock.on_stage("checking")
    with concurrent.futures.ThreadPoolExecutor() as beside:  # each waits for a process of its own
        checks = [
            beside.submit(with_checkpoints(check_stream), *file, frames.fps, len(run)) for file in files.items()
        ]
        for checked in checks:
            checked.result()


def _write_posters(posters: list[tuple[str, UInt8]], out: Path, clock: "_StageClock") -> None:
    """Writes the posters of the named variants, tells the clock's listener, and empties the list."""
    while posters:
        name, pixels = posters.pop(0)
        poster, full = out / name / POSTER, out / name / POSTER_FULL
        poster.parent.mkdir(exist_ok=True)
        write_posters(pixels, poster, full)
        clock.on_poster(name, poster, full)


def _hand_out(streams: Mapping[str, Stream], files: Mapping[Stream, Path], folder: Path) -> dict[str, Path]:
    """The files of a variant by name, all in `folder`: one that was made for another variant is copied."""
    paths = {}
    for name, stream in streams.items():
        paths[name] = folder / stream.file.path
        if files[stream] != paths[name]:
            shutil.copyfile(files[stream], paths[name])
    return paths


class _StageClock:
    """Passes everything on to the listener, and records when each stage began."""

    def __init__(self, listener: Listener) -> None:
        self._began: list[tuple[str, float]] = []
        self._on_stage = listener.on_stage
        self.on_model = listener.on_model
        self.on_frame = listener.on_frame
        self.on_poster = listener.on_poster

    def on_stage(self, stage: str) -> None:
        self._began.append((stage, time.perf_counter()))
        self._on_stage(stage)

    def seconds(self) -> str:
        """The stages with their seconds, for the log; the last one up to now."""
        ends = [start for _, start in self._began[1:]] + [time.perf_counter()]
        return ", ".join(f"{stage} {end - start:.2f} s" for (stage, start), end in zip(self._began, ends, strict=True))
