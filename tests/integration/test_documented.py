"""Programs that nobody here wrote: dx.gl's own examples work when their address and token are replaced.

The Python example runs as it is; only its pauses are shorter. The curl lines get ids that exist.

The Node.js example can't run as printed, on any server. preload.mjs makes up for the three reasons and changes nothing
else:

- It uses `require` as well as `await` outside of functions. Node takes a file as a CommonJS module, where the second is
  a syntax error, or as an ES module, where `require` isn't defined. We run it as an ES module and define `require`.
- It appends `fs.createReadStream(...)` to a FormData. Node's own FormData (as the standard wants it) makes text of what
  isn't a Blob, so that the form says "[object Object]" and has no file: the server never sees the model, and answers
  `no_file`. The npm packages form-data and formdata-node take streams, but Node's fetch doesn't take the former. We
  append a File of the stream's content under its name, which is what these packages send.
- It pauses for five seconds; we make that a fifth of one.
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration import documented
from tests.integration.support import Customer, probe
from tests.support.origin import answer, running_origin
from tests.support.waiting import HANG_S

PRELOAD = Path(__file__).with_name("preload.mjs")
WITHOUT_PAUSES = """
import runpy, time
sleep = time.sleep
time.sleep = lambda seconds: sleep(seconds / 25)
runpy.run_path("example.py")
"""

SCAN = {
    "scan.obj": "mtllib scan.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nusemtl red\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n",
    "scan.mtl": "newmtl red\nKd 0.8 0.2 0.2\n",
}


@pytest.fixture
def desk(box: Path, tmp_path: Path) -> Path:
    """A folder with a chair and a scan."""
    (tmp_path / "chair.glb").write_bytes(box.read_bytes())
    with zipfile.ZipFile(tmp_path / "artec-scan.zip", "w") as scan:
        for name, text in SCAN.items():
            scan.writestr(name, text)
    return tmp_path


def adapted(example: str, customer: Customer) -> str:
    """The example with the farm's address and the customer's token."""
    for host in ("https://api.dx.gl", "https://dx.gl"):
        example = example.replace(host, customer.farm.url)
    return example.replace("dxgl_sk_...", customer.token)


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=HANG_S,
        check=False,
    )  # fmt: skip


def test_the_python_example_runs_as_it_is(customer: Customer, desk: Path) -> None:
    (desk / "example.py").write_text(adapted(documented.PYTHON, customer))
    done = run(sys.executable, "-c", WITHOUT_PAUSES, folder=desk)
    assert done.returncode == 0, done.stderr
    assert probe(desk / "chair.mp4") == (960, 540, 180)


def test_the_node_example_runs_where_node_can_run_it(customer: Customer, desk: Path) -> None:
    (desk / "example.mjs").write_text(adapted(documented.NODE, customer))
    done = run("node", "--import", PRELOAD.as_uri(), "example.mjs", folder=desk)
    assert done.returncode == 0, done.stderr
    assert probe(desk / "chair.mp4") == (960, 540, 180)


def test_the_node_example_as_printed_sends_no_file(customer: Customer, desk: Path) -> None:
    told = "console.log(upload.status, await upload.text()); process.exit();"
    before, _, _ = adapted(documented.NODE, customer).partition("const renderId")
    (desk / "example.mjs").write_text(before + told)
    done = run("node", "--import", PRELOAD.as_uri(), "example.mjs", folder=desk, STREAMS_AS_TEXT="1")
    status, body = done.stdout.split(" ", 1)
    assert (status, json.loads(body)["error"]["code"]) == ("400", "no_file"), done.stderr


@pytest.fixture
def curl(customer: Customer, desk: Path) -> Callable[..., Any]:
    """Runs a documented line with the customer's ids instead of the documented ones; the data of its answer, if any."""
    ids = {"Ab3kF9x2qL1m": customer.upload.model_id, "Xz7pQ4w8nR2k": customer.upload.render_id}

    def curl(line: str, **replaced: str) -> Any:
        line = adapted(line, customer)
        for old, new in {**ids, **replaced}.items():
            line = line.replace(old, new)
        done = run("bash", "-c", line, folder=desk)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    return curl


@pytest.fixture
def ordered(customer: Customer) -> Iterator[list[str]]:
    """Renders to be deleted in the end, so that nobody draws them."""
    ordered: list[str] = []
    yield ordered
    for render_id in ordered:
        customer.client.renders.delete(render_id)


def test_the_curl_lines_about_models_work(curl: Callable[..., Any], customer: Customer, desk: Path, box: Path) -> None:
    patched = curl(documented.PATCH)["data"]
    assert (patched["title"], patched["sku"], patched["tags"]) == (
        "Ergonomic Chair Pro", "ECP-2001", ["furniture", "office"],
    )  # fmt: skip
    got = curl(documented.GET)["data"]
    assert [each["id"] for each in got.pop("renders")] == [each["id"] for each in patched.pop("renders")]
    assert got == patched
    listed = curl(documented.LIST)
    assert listed["meta"] == {"total": 1, "offset": 0, "limit": 10}
    in_detail = {"state", "errorCode", "errorMessage", "contents"}
    assert listed["data"] == [{name: value for name, value in patched.items() if name not in in_detail}]
    assert curl(documented.MODEL_FILE) is None
    assert (desk / "chair.glb").read_bytes() == box.read_bytes()
    assert curl(documented.ARCHIVE)["data"]["archivedAt"]
    assert curl(documented.LIST)["data"] == []
    customer.client.models.unarchive(customer.upload.model_id)


def test_the_curl_lines_that_cost_credits_work(
    curl: Callable[..., Any], customer: Customer, ordered: list[str], box: Path
) -> None:
    assert curl(documented.QUOTE)["data"]["creditsRequired"] == 48
    before = curl(documented.ACCOUNT)["data"]["credits"]
    again = curl(documented.UPLOAD)["data"]
    assert (again["modelId"], again["duplicate"]) == (customer.upload.model_id, True)
    scan = curl(documented.UPLOAD_SCAN)["data"]
    with running_origin() as origin:
        origin.answers["/model.glb"] = answer(box.read_bytes())
        ingested = curl(documented.INGEST, **{"https://example.com": origin.url})["data"]
    assert ingested["modelId"] == customer.upload.model_id
    big = curl(documented.RENDER_4K)["data"]
    assert (big["modelId"], big["status"], big["renderSettings"]["quality"]) == (
        customer.upload.model_id, "pending", "4k",
    )  # fmt: skip
    pro = curl(documented.RENDER_PRO)["data"]
    ordered += [again["renderId"], scan["renderId"], ingested["renderId"], big["id"], pro["id"]]
    assert before - curl(documented.ACCOUNT)["data"]["credits"] == 3 + 16 + 64


def test_the_curl_lines_about_a_finished_render_work(curl: Callable[..., Any], customer: Customer, desk: Path) -> None:
    customer.check_done(customer.upload.render_id, attempt=1)
    status = curl(documented.STATUS)["data"]
    assert (status["id"], status["status"], status["errorMessage"]) == (customer.upload.render_id, "done", None)
    assert curl(documented.VIDEO) is None
    assert (desk / "chair.mp4").stat().st_size == status["fileSize"]
    assert curl(documented.BUNDLE) is None
    with zipfile.ZipFile(desk / "chair.zip") as bundle:
        assert bundle.read("video.mp4") == (desk / "chair.mp4").read_bytes()
