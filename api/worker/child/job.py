"""One try at a claim, as the functions of `api.worker.kinds` see it: the model and the overlays as files, a place for
what was made of them, and the renderer's listener.
"""

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

from api.db.session import Database
from api.domain.catalog.contents import note_contents, note_warnings
from api.domain.kit.files import FileView
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.settings import Settings
from api.storage.base import FileMissing, Storage
from api.worker.convert import drawable_model
from api.worker.lease import Lease
from api.worker.open_shot import OpenShot
from api.worker.right_of_way import RightOfWay
from renderer.errors import SettingsError
from renderer.gl.context import Device
from renderer.scene.nodes import Contents

CONTENT_TYPES = {
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".zip": "application/zip",
    ".png": "image/png", ".webp": "image/webp", ".avif": "image/avif",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """What a worker process keeps open from one claim to the next. `stop` is set when the process should end."""

    worker: str
    settings: Settings
    database: Database
    storage: Storage
    device: Device
    work_dir: Path
    cache_dir: Path
    stop: threading.Event
    right_of_way: RightOfWay
    open_shot: OpenShot = dataclasses.field(default_factory=OpenShot)


class Job:
    """`folder` is empty, for this job alone, and deleted with all that is in it when the job ends.

    What is made for the claim's renders goes into `files`, by render id and the names of `api.db.tables.Render.files`;
    what a part makes for the assembly goes into `part_files`. When the function returns, they are settled.
    """

    def __init__(self, bench: Bench, claim: Claim, lease: Lease, folder: Path) -> None:
        self.bench = bench
        self.claim = claim
        self.folder = folder
        self.files = {render_id: dict(files) for render_id, files in claim.files.items()}
        self.part_files: dict[str, FileView] = {}
        self._lease = lease
        self._posters_left = len(claim.variants)

    @contextlib.contextmanager
    def model(self) -> Iterator[Path]:
        """The model's file, as the renderer takes it. Raises ModelError subclasses, FileMissing and Cancelled."""
        key = drawable_model(self.bench.database, self.bench.storage, self.claim, self._lease, self.folder)
        with self.bench.storage.local_path(key) as path:
            yield path

    @contextlib.contextmanager
    def images(self) -> Iterator[dict[str, Path]]:
        """The files of the overlays that the renders were ordered with, by id. Raises SettingsError for a lost one."""
        with contextlib.ExitStack() as fetched:
            found = {}
            for overlay_id, key in self.claim.image_storage_keys.items():
                try:
                    found[overlay_id] = fetched.enter_context(self.bench.storage.local_path(key))
                except FileMissing:
                    message = f"The file of the overlay {overlay_id} is gone from the storage"
                    raise SettingsError("renderSettings", message) from None
            yield found

    def store(self, render_id: str, name: str, path: Path) -> None:
        """Takes the file at `path` away into the storage, as one of the render's. Raises Cancelled."""
        self.files[render_id][name] = self._put(self.claim.output_prefix(render_id), path)

    def store_part(self, path: Path) -> None:
        """Takes the file at `path` away into the storage, for the assembly. Raises Cancelled."""
        self.part_files[path.name] = self._put(self.claim.part_prefix, path)

    @contextlib.contextmanager
    def parts(self) -> Iterator[list[dict[str, Path]]]:
        """What each part stored, by name, in the order of their frames. Raises FileMissing."""
        with contextlib.ExitStack() as fetched:
            yield [
                {
                    name: fetched.enter_context(self.bench.storage.local_path(file.key))
                    for name, file in part.files.items()
                }
                for part in self.claim.parts
            ]

    def _put(self, prefix: str, path: Path) -> FileView:
        self._lease.check()
        stored = self.bench.storage.put_file(prefix + path.name, path)
        return FileView(
            key=stored.key, size=stored.size, etag=stored.etag, content_type=CONTENT_TYPES[path.suffix]
        )

    def on_stage(self, stage: str) -> None:
        """Raises Cancelled when the work should stop, as all of these do."""
        self._lease.stage(stage)
        self._give_way()

    def on_model(self, contents: Contents) -> None:
        with self.bench.database.begin() as session:
            note_contents(session, self.claim.model_id, animations=contents.clips, variants=contents.variants)
            note_warnings(session, self.claim.variants, contents.warnings)

    def on_frame(self, done: int, total: int) -> None:
        self._lease.frame(done)
        self._give_way()

    def on_poster(self, render_id: str, poster: Path, poster_full: Path) -> None:
        """Stores them; when each of the claim's renders has its own, users can fetch them."""
        self.store(render_id, "poster", poster)
        self.store(render_id, "poster_full", poster_full)
        self._posters_left -= 1
        if self._posters_left == 0:
            with self.bench.database.begin() as session:
                known = scheduling.posters_done(session, self.claim, self.files)
            if not known:
                self._lease.give_up()

    def _give_way(self) -> None:
        if not self.claim.is_preview:
            self.bench.right_of_way.give(self._lease.check)
