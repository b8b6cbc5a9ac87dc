"""Renders that are ordered -> waiting for them -> their files in a folder, and a report of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from api.cli.orders import OrderBook, Result
from api.client import Asset, FarmClient, Render


class Report:
    """What becomes of renders, on stdout: the paths of their files, or a JSON object each. Progress goes to stderr."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.console = Console(stderr=True, highlight=False)

    def bars(self) -> Progress:
        return Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"),
            console=self.console,
        )  # fmt: skip

    def say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, markup=False)

    def tell(self, name: str, render: Render, files: Sequence[Path]) -> None:
        """Of a render that is over."""
        if self.as_json:
            self.tell_as_json(name=name, files=[str(path) for path in files], **described(render))
            return
        for warning in (*render.warnings, *(check["message"] for check in render.checks if check["message"])):
            click.echo(f"{name}: {warning}", err=True)
        for path in files:
            click.echo(path)

    def tell_here(self, name: str, render_id: str, files: Sequence[Path]) -> None:
        """Of a render whose files were here before."""
        if self.as_json:
            self.tell_as_json(name=name, files=[str(path) for path in files], id=render_id, status="done")
            return
        for path in files:
            click.echo(path)

    def tell_as_json(self, **facts: object) -> None:
        click.echo(json.dumps(facts))


def described(render: Render) -> dict[str, object]:
    """A render as --json tells it."""
    return {
        "id": render.id, "modelId": render.model_id, "status": render.status, "errorCode": render.error_code,
        "error": render.error_message, "warnings": list(render.warnings), "checks": list(render.checks),
        "renderSettings": render.settings,
    }  # fmt: skip


class Fetcher:
    """Waits for renders and downloads their files to `out`, whose book says which are here already."""

    def __init__(self, farm: FarmClient, book: OrderBook, out: Path, report: Report, bars: Progress) -> None:
        self._farm = farm
        self._book = book
        self._out = out
        self._report = report
        self._bars = bars
        self._names: Mapping[str, str] = {}
        self._lines: dict[str, TaskID] = {}  # by render, of those that are being made

    def fetch(self, names: Mapping[str, str]) -> dict[str, str]:
        """`names` are what the files of each render are called. Returns, by name, what failed and why."""
        self._names = names
        failures = {}
        waiting = []
        for render_id, name in names.items():
            here = self._book.files(name, render_id)
            if here:
                self._report.tell_here(name, render_id, here)
            else:
                waiting.append(render_id)
        done = len(names) - len(waiting)
        total = self._bars.add_task("renders", total=len(names), completed=done, detail=f"{done} of {len(names)}")
        for count, render in enumerate(self._farm.renders.wait_all(waiting, self._show), done + 1):
            name = names[render.id]
            files: list[Path] = []
            if render.status == "done":
                files = list(self._download(render, name))
            else:
                failures[name] = render.error_message or "the render failed"
            self._report.tell(name, render, files)
            if render.id in self._lines:
                self._bars.remove_task(self._lines.pop(render.id))
            self._bars.update(total, completed=count, detail=f"{count} of {len(names)}")
        return failures

    def _show(self, render: Render) -> None:
        now = render.progress
        if render.is_over or now is None or not now.frames_done:
            return
        if render.id not in self._lines:
            self._lines[render.id] = self._bars.add_task("", detail="")
        left = "" if now.seconds_left is None else f", {now.seconds_left:.0f} s left"
        self._bars.update(
            self._lines[render.id], description=f"{self._names[render.id]}: {now.stage}", completed=now.frames_done,
            total=now.frames_total, detail=f"{now.frames_done}/{now.frames_total} frames{left}",
        )  # fmt: skip

    def _download(self, render: Render, name: str) -> Iterator[Path]:
        line = self._bars.add_task("", detail="")
        sizes = {}
        self._out.mkdir(parents=True, exist_ok=True)
        self._book.drop_result(name)
        for asset, suffix in _files_of(render):
            path = self._out / f"{name}{suffix}"
            self._bars.update(line, description=f"downloading {path.name}")
            self._farm.renders.download(
                render.id, asset, path,
                lambda done, total: self._bars.update(
                    line, completed=done, total=total, detail=f"{done / 1e6:.1f} MB"
                ),
            )  # fmt: skip
            sizes[path.name] = path.stat().st_size
            yield path
        self._book.put_result(name, Result(render=render.id, files=sizes))
        self._bars.remove_task(line)


def _files_of(render: Render) -> Iterator[tuple[Asset, str]]:
    """What a finished render has to download, and the suffixes of the files."""
    if "dataset" in (render.settings.get("output"), render.settings.get("effect")):
        yield "dataset", ".zip"
        return
    if render.settings.get("output") == "image":
        yield "image", f".{render.settings.get('imageFormat', 'png')}"
        return
    is_prores = render.settings.get("quality") == "pro" or render.settings.get("fileType") == "PRORES"
    yield "video", ".mov" if is_prores else ".mp4"
    if render.has_web_variant:
        yield "web", ".web.mp4"
    yield "poster_full", ".png"
    yield "thumb", ".thumb.mp4"
    for name in render.settings.get("formats", ()):
        if name in FORMAT_SUFFIXES:
            yield FORMAT_SUFFIXES[name]


FORMAT_SUFFIXES: dict[str, tuple[Asset, str]] = {
    "webp": ("webp", ".webp"), "gif": ("gif", ".gif"), "webm": ("webm", ".webm"), "hevc": ("hevc", ".hevc.mov"),
    "png": ("png", ".png.zip"), "exr": ("exr", ".exr.zip"), "strip": ("strip_full", ".strip.zip"),
    "spin": ("spin", ".spin.zip"),
}  # fmt: skip
"""What a video's format is called, and the suffix of its file."""
