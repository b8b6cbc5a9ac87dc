"""Times the free preview of an upload: `python -m tests.benchmarks.preview`.

A real embedded farm with two workers, as `pirouette serve` starts it on a new machine: first with nothing cached, then
warm, with other uploads of the same model. Each upload orders a render too, as uploads do, which the farm begins beside
the preview. The time is from the answer to the upload until the preview is done, as a client sees it who asks often.
"""

import contextlib
import json
import statistics
import struct
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from api.client import FarmClient
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_most, table
from tests.support.farm import Farm, running_farm

WORKERS = 2
WARM_TURNS = 3
BOUND_COLD_S = 10.0
BOUND_WARM_S = 3.0
POLL_S = 0.05
COMMAND = "python -m tests.benchmarks.preview"
PATIENT = {"PIROUETTE_LEASE_SECONDS": "30", "PIROUETTE_HEARTBEAT_SECONDS": "5", "PIROUETTE_SWEEP_SECONDS": "5"}


def marked(glb: bytes, mark: int) -> bytes:
    """The same model a little larger: neither its preview nor its shadow is one that the farm knows."""
    length, _ = struct.unpack_from("<I4s", glb, 12)
    document = json.loads(glb[20 : 20 + length])
    scene = document["scenes"][document.get("scene", 0)]
    document["nodes"].append({"children": scene["nodes"], "scale": [1 + mark / 1000] * 3})
    scene["nodes"] = [len(document["nodes"]) - 1]
    chunk = json.dumps(document).encode()
    chunk += b" " * (-len(chunk) % 4)
    rest = glb[20 + length :]
    head = struct.pack("<4sII", b"glTF", 2, 20 + len(chunk) + len(rest))
    return head + struct.pack("<I4s", len(chunk), b"JSON") + chunk + rest


def seconds(client: FarmClient, glb: bytes, folder: Path, mark: int) -> float:
    """From the upload's answer to its preview; then waits until the farm is idle again."""
    file = folder / f"model-{mark}.glb"
    file.write_bytes(marked(glb, mark))
    uploaded = client.models.upload(file, {"length": 3})
    start = time.perf_counter()
    [preview] = [render for render in client.models.get(uploaded.model_id).renders if render.is_system_preview]
    client.renders.wait(preview.id, timeout=300, poll_seconds=POLL_S)
    took = time.perf_counter() - start
    client.renders.wait(uploaded.render_id, timeout=600)
    return took


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cache").mkdir()
        model = standard_model(folder)
        glb = model.read_bytes()
        farm = Farm(folder, workers=WORKERS, cache=folder / "cache", extra=PATIENT)
        with running_farm(farm), contextlib.closing(farm.client(farm.new_account())) as client:
            cold, *warm = (seconds(client, glb, folder, mark) for mark in range(1 + WARM_TURNS))
    usual = statistics.median(warm)
    return [
        at_most("preview after an upload, s, cold", f"{cold:.1f} s for {model.name}", cold, BOUND_COLD_S, COMMAND),
        at_most("preview after an upload, s, warm", f"{usual:.1f} s, {min(warm):.1f} to {max(warm):.1f}", usual,
                BOUND_WARM_S, COMMAND),
    ]  # fmt: skip


@click.command()
def main() -> None:
    Console(emoji=False, width=150).print(table(measure()))


if __name__ == "__main__":
    main()
