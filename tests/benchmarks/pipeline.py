"""Times jobs of the Grok pipeline, from the prompt to picture, model and USDZ: `python -m tests.benchmarks.pipeline`.

A real embedded farm with two workers, once its examples are made. Jobs come one after the other, and the time is from
the answer to the order until the status is complete, as a client sees it who asks often.
"""

import statistics
import tempfile
import time
from pathlib import Path

import click
import httpx
from rich.console import Console

from api.domain.generations import pipeline
from tests.benchmarks.rows import Row, at_most, table
from tests.renderer.generate.prompts import PROMPTS
from tests.support.farm import Farm, running_farm
from tests.support.waiting import wait_for

WORKERS = 2
JOBS = 20
BOUND_S = 200.0
"""Within which a job ends in any case."""
BOUND_USUAL_S = 30.0
POLL_S = 0.1
COMMAND = "python -m tests.benchmarks.pipeline"
PATIENT = {"PIROUETTE_GROK": "true", "PIROUETTE_GROK_JOB_REQUESTS": "0", "PIROUETTE_CLIENT_REQUESTS": "0",
           "PIROUETTE_LEASE_SECONDS": "30", "PIROUETTE_HEARTBEAT_SECONDS": "5", "PIROUETTE_SWEEP_SECONDS": "5"}


def seconds(client: httpx.Client, prompt: str) -> float:
    start = time.perf_counter()
    job_id = client.post("/api/generate", json={"prompt": prompt}).raise_for_status().json()["job_id"]
    while (told := client.get(f"/api/status/{job_id}").json())["status"] not in ("complete", "error"):
        time.sleep(POLL_S)
    if told["status"] == "error":
        raise RuntimeError(f"{prompt}: {told['error']}")
    return time.perf_counter() - start


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cache").mkdir()
        farm = Farm(folder, workers=WORKERS, cache=folder / "cache", extra=PATIENT)
        with running_farm(farm), httpx.Client(base_url=farm.url, timeout=60) as client:
            examples = len(pipeline.EXAMPLES)
            wait_for(lambda: len(client.get("/api/examples").json()["examples"]) == examples, "the examples")
            took = sorted(seconds(client, prompt) for prompt in PROMPTS[:: len(PROMPTS) // JOBS][:JOBS])
    usual, most = statistics.median(took), took[round(0.95 * (JOBS - 1))]
    figure = f"{JOBS} prompts, {took[0]:.1f} to {took[-1]:.1f} s"
    return [
        at_most("prompt to picture, GLB and USDZ, s, p95", f"{most:.1f} s; {figure}", most, BOUND_S, COMMAND),
        at_most("prompt to picture, GLB and USDZ, s, median", f"{usual:.1f} s", usual, BOUND_USUAL_S, COMMAND),
    ]


@click.command()
def main() -> None:
    Console(emoji=False, width=150).print(table(measure()))


if __name__ == "__main__":
    main()
