"""`make demo`: one model the whole way, from an upload over REST to files in out/, on a farm started for it.

It is a client like any other: it starts `pirouette serve` in a child process, opens an account and a token with
`pirouette admin`, and talks to /v1 with them.
"""

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from api.client import Asset, ClientError, FarmClient, Render

EMAIL = "demo@example.com"
START_S = 60.0
STOP_S = 20.0
FILES: dict[Asset, str] = {
    "video": "video.mp4",
    "poster_full": "poster.png",
    "thumb": "thumbnail.mp4",
    "bundle": "bundle.zip",
}
SETTINGS: dict[str, object] = {"animation": "*"}
SAMPLE_SETTINGS: dict[str, object] = {"animation": "*", "animationSpeed": 0.9, "rotateY": -30}
"""The record makes exactly three turns in six seconds, so the video loops; the view suits its open lid."""

console = Console(stderr=True, highlight=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Farm:
    """A running farm of this demo's own."""

    url: str
    data_dir: Path

    def admin(self, *arguments: str) -> str:
        """Runs `pirouette admin ...` on the farm's data folder and returns what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", "admin", *arguments],
            env=_environment(self.data_dir), capture_output=True, text=True, check=False,
        )
        if done.returncode:
            raise click.ClickException(f"pirouette admin {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()


@click.command(name="demo")
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("out"), show_default=True)
@click.option("--settings", help=f"renderSettings as JSON. Default: {json.dumps(SETTINGS)}")
def main(model: Path | None, out: Path, settings: str | None) -> None:
    """Render MODEL (default: the sample model) on a farm started for it, and put the files into OUT."""
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    try:
        render_settings = json.loads(settings) if settings else SETTINGS if model else SAMPLE_SETTINGS
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--settings") from error
    if model is None:
        model = out / "record-player.glb"
        with console.status("Making the sample model"):
            subprocess.run([sys.executable, "-m", "renderer.samples", str(model)], check=True)
    data_dir = out / "farm"
    shutil.rmtree(data_dir, ignore_errors=True)
    try:
        with _farm(data_dir) as farm:
            credits = json.loads(farm.admin("create-account", EMAIL))["credits"]
            token = farm.admin("create-token", EMAIL, "--name", "demo")
            console.print(f"A farm runs on {farm.url}, and {EMAIL} has an account with {credits} credits.")
            with FarmClient(farm.url, token) as client:
                credits = _render_to(client, model, render_settings, out)
    except ClientError as error:
        raise click.ClickException(str(error)) from error
    size = {name: (out / name).stat().st_size for name in FILES.values()}
    console.print(f"\nDone in {time.monotonic() - started:.0f} s, {credits} credits left:")
    for name in FILES.values():
        console.print(f"  {out / name}  [dim]{size[name] / 1024:,.0f} KiB[/]")
    console.print(
        "\nTo go on with this account, start its farm again and use its token:\n"
        f"  PIROUETTE_DATA_DIR={data_dir} .venv/bin/pirouette serve\n"
        f"  export PIROUETTE_TOKEN={token}\n"
        "  .venv/bin/pirouette submit your-model.glb -o out/\n"
        "or start your own with `make serve`, whose portal is at http://127.0.0.1:8080/portal; README.md shows more.",
        soft_wrap=True,
    )


def _environment(data_dir: Path) -> dict[str, str]:
    """This process's environment with none of its PIROUETTE_ settings but the demo's own.

    The examples of the Grok pipeline would take the workers from the demo's render for half a minute.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIROUETTE_")}
    own = {"DATA_DIR": str(data_dir), "PORT": "0", "LOG_LEVEL": "INFO", "GROK": "false"}
    return {**kept, **{f"PIROUETTE_{name}": value for name, value in own.items()}}


@contextlib.contextmanager
def _farm(data_dir: Path) -> Iterator[Farm]:
    """An embedded farm on a free port; it and all its children are gone when the block ends, or this process."""
    data_dir.mkdir(parents=True)
    log = data_dir / "farm.log"
    held, _ = os.pipe()  # see api.processes.supervisor
    with log.open("wb") as log_file:
        server = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--supervisor-fd", str(held)], pass_fds=[held],
            env=_environment(data_dir), stdin=subprocess.DEVNULL, stdout=log_file, stderr=log_file,
        )
    try:
        with console.status("Starting a farm"):
            url = _address(server, data_dir / "server.json", log)
        yield Farm(url, data_dir)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server: "subprocess.Popen[bytes]", file: Path, log: Path) -> str:
    """The URL that the server writes once it listens."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if file.exists():
            return str(json.loads(file.read_text())["url"])
        if server.poll() is not None:
            break
        time.sleep(0.05)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise click.ClickException(f"The farm did not start. Its log ends with:\n{tail}")


def _render_to(client: FarmClient, model: Path, settings: dict[str, object], out: Path) -> int:
    """Uploads, waits and downloads. Returns the credits left."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description:<24}"), BarColumn(), TextColumn("{task.fields[detail]}"),
        console=console,
    ) as bars:
        sending = bars.add_task(f"Sending {model.name}", total=None, detail="")
        uploaded = client.models.upload(
            model, settings,
            lambda sent, total: bars.update(
                sending, completed=sent, total=total, detail=f"{sent / 2**20:.1f} of {total / 2**20:.1f} MiB"
            ),
        )
        drawing = bars.add_task("Waiting for a worker", total=None, detail="")

        def show(render: Render) -> None:
            if render.progress is not None:
                now = render.progress
                left = "" if now.seconds_left is None else f", {now.seconds_left:.0f} s left"
                bars.update(
                    drawing, description=(now.stage or render.status).capitalize(),
                    completed=now.frames_done, total=now.frames_total,
                    detail=f"{now.frames_done} of {now.frames_total} frames{left}",
                )

        client.renders.wait(uploaded.render_id, show, poll_seconds=0.25)
        bars.update(drawing, description="Rendered")
        fetching = bars.add_task("Downloading", total=len(FILES), detail="")
        for asset, name in FILES.items():
            client.renders.download(uploaded.render_id, asset, out / name)
            bars.update(fetching, advance=1, detail=name)
    return client.account().credits


if __name__ == "__main__":
    main()
