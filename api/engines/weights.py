"""Weights of local engines: where they come from, and their way into the folder where an engine looks for them.

Nothing is fetched unless a person says so, and nothing is put in place whose SHA-256 isn't the one known here.
"""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import httpx

CHUNK = 1 << 20
CONNECT_SECONDS = 30.0
"""Also how long a server may send nothing."""


class NotInstalled(Exception):
    """The weights could not be fetched, or are not what they should be. The message is for who asked for them."""


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    name: str
    size: int
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """`files` lie below `url`, which ends with a slash and names a revision that doesn't change."""

    engine: str
    what: str
    licence: str
    url: str
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


KNOWN = {
    "triposr": Weights(
        "triposr", "TripoSR, by Tripo AI and Stability AI", "MIT",
        "https://huggingface.co/stabilityai/TripoSR/resolve/5b521936b01fbe1890f6f9baed0254ab6351c04a/",
        (
            File("config.yaml", 987, "74ca708ce086bf68e97709ea6b3d91f14717921c04691e84043f0eb8fcc68e62"),
            File("model.ckpt", 1_677_246_742, "429e2c6b22a0923967459de24d67f05962b235f79cde6b032aa7ed2ffcd970ee"),
        ),
    ),
}  # fmt: skip


def install(weights: Weights, url: str, folder: Path, on_bytes: Callable[[int], None]) -> None:
    """Fetches the files below `url`, tells `on_bytes` how many more are there, and puts them into `folder` together.

    What was fetched by a call that broke off isn't fetched again. Raises NotInstalled.
    """
    part = folder.with_name(folder.name + ".part")
    try:
        part.mkdir(parents=True, exist_ok=True)
        once = httpx.Limits(max_keepalive_connections=0)  # a server may close one just when it is used again
        with httpx.Client(follow_redirects=True, timeout=CONNECT_SECONDS, limits=once) as client:
            for file in weights.files:
                _fetch(client, url.rstrip("/") + "/" + file.name, file, part / file.name, on_bytes)
        folder.mkdir(exist_ok=True)
        for file in weights.files:
            (part / file.name).replace(folder / file.name)
        part.rmdir()
    except httpx.HTTPError as error:
        raise NotInstalled(f"{url} could not be fetched: {error or type(error).__name__}") from error
    except OSError as error:
        raise NotInstalled(f"the files can't be put into {folder}: {error.strerror}") from error


def _fetch(client: httpx.Client, url: str, file: File, path: Path, on_bytes: Callable[[int], None]) -> None:
    """Goes on where an earlier call ended."""
    with path.open("a+b") as target:
        target.seek(0)
        digest = hashlib.sha256()
        while chunk := target.read(CHUNK):
            digest.update(chunk)
        there = target.tell()
        on_bytes(there)
        if there < file.size:
            rest = {"Range": f"bytes={there}-"} if there else {}
            with client.stream("GET", url, headers={"Accept-Encoding": "identity", **rest}) as response:
                response.raise_for_status()
                if there and response.status_code != httpx.codes.PARTIAL_CONTENT:
                    on_bytes(-there)
                    target.truncate(0)
                    digest, there = hashlib.sha256(), 0
                for chunk in response.iter_raw():
                    there += len(chunk)
                    if there > file.size:
                        break
                    target.write(chunk)
                    digest.update(chunk)
                    on_bytes(len(chunk))
        target.flush()
        os.fsync(target.fileno())
    if there != file.size or digest.hexdigest() != file.sha256:
        path.unlink()
        raise NotInstalled(f"{url} gives another file than the one that was published: its SHA-256 differs")
