"""A claim -> the renderer -> files in the storage -> settled rows. Whatever happens, the claim ends in one of the ways
of `run_segment`'s table, and files that don't count are deleted.
"""

import contextlib
import dataclasses
import logging
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.db.session import Database
from api.domain import removal, scheduling
from api.domain.clips import note_clips
from api.domain.renders import FileView
from api.domain.scheduling import Claim, output_prefix
from api.settings import Settings
from api.storage.base import FileMissing, Storage
from api.worker.convert import drawable_model
from api.worker.lease import Lease
from renderer.errors import Cancelled, ModelError, RendererError, SettingsError
from renderer.gl.context import Device
from renderer.render import VideoFiles, render_video

CONTENT_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".png": "image/png"}

logger = logging.getLogger(__name__)


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


def run_segment(bench: Bench, claim: Claim) -> None:
    """Works on `claim` until it is settled.

    | what happened                  | the claim                      | this attempt's files |
    |--------------------------------|--------------------------------|----------------------|
    | all files made and stored      | done                           | kept, others deleted |
    | the model or a setting is bad  | error, no other try            | deleted              |
    | any other error                | tried again, or error at last  | deleted              |
    | the process is asked to end    | released for somebody else     | deleted              |
    | the lease was lost             | not ours any more: untouched   | deleted              |

    The files of a render that its owner has deleted meanwhile are deleted in any case.
    """
    lease = Lease(bench.database, claim, bench.settings, bench.stop)
    try:
        with tempfile.TemporaryDirectory(dir=bench.work_dir) as folder, lease:
            files = _Attempt(bench, claim, lease).render(Path(folder))
        with bench.database.begin() as session:
            scheduling.settle_done(session, claim, files)
    except Cancelled as reason:
        logger.info("Stopped segment %s: %s", claim.segment_id, reason)
        if not lease.lost:
            with bench.database.begin() as session:
                scheduling.release(session, claim)
    except (ModelError, SettingsError) as error:
        _fail(bench, claim, str(error), retry=False)
    except FileMissing:
        _fail(bench, claim, "The model's file is gone from the storage; upload it again", retry=False)
    except RendererError as error:
        logger.error("Segment %s, attempt %d: %s", claim.segment_id, claim.attempt, error)
        _fail(bench, claim, str(error), retry=True)
    except Exception:
        logger.exception("Segment %s, attempt %d", claim.segment_id, claim.attempt)
        _fail(bench, claim, "The renderer failed unexpectedly", retry=True)
    finally:
        _tidy(bench, claim)


def _tidy(bench: Bench, claim: Claim) -> None:
    """Deletes the files that don't count, by what the database says: a settlement counts though its answer gets lost.

    If it doesn't answer now, all files stay, and the sweep deletes this attempt's when it finds that the lease ran out.
    """
    with bench.database.read() as session:
        kept = removal.kept(session, claim)
    for render_id in claim.variants:
        for attempt in range(1, claim.attempt) if render_id in kept else (claim.attempt,):
            bench.storage.delete_prefix(output_prefix(render_id, attempt))


def _fail(bench: Bench, claim: Claim, message: str, *, retry: bool) -> None:
    with bench.database.begin() as session:
        scheduling.settle_error(session, claim, message, retry=retry, max_attempts=bench.settings.max_attempts)


class _Attempt:
    """One try at a claim; the renderer's listener."""

    def __init__(self, bench: Bench, claim: Claim, lease: Lease) -> None:
        self._bench = bench
        self._claim = claim
        self._lease = lease
        self._files: dict[str, dict[str, FileView]] = {render_id: {} for render_id in claim.variants}
        self._posters_left = len(claim.variants)

    def render(self, folder: Path) -> dict[str, dict[str, FileView]]:
        """The stored files of each render, by the names of `api.db.tables.Render.files`."""
        bench = self._bench
        key = drawable_model(bench.database, bench.storage, self._claim, self._lease, folder)
        with contextlib.ExitStack() as fetched:
            made = render_video(
                fetched.enter_context(bench.storage.local_path(key)),
                self._claim.frames, self._claim.variants, folder,
                device=bench.device, cache_dir=bench.cache_dir, listener=self, images=self._images(fetched),
            )  # fmt: skip
        for render_id, files in made.items():
            for name, path in _videos(files):
                self._store(render_id, name, path)
                self._lease.check()
        return self._files

    def _images(self, fetched: contextlib.ExitStack) -> dict[str, Path]:
        """The background images' files, by overlay id, there until `fetched` is closed."""
        try:
            return {
                overlay_id: fetched.enter_context(self._bench.storage.local_path(key))
                for overlay_id, key in self._claim.image_storage_keys.items()
            }
        except FileMissing:
            raise SettingsError("bgImageId", "The background image's file is gone from the storage") from None

    def on_stage(self, stage: str) -> None:
        self._lease.stage(stage)

    def on_model(self, clips: Sequence[str]) -> None:
        with self._bench.database.begin() as session:
            note_clips(session, self._claim.model_id, clips)

    def on_frame(self, done: int, total: int) -> None:
        self._lease.frame(done)

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        self._store(variant, "poster", poster)
        self._store(variant, "poster_full", poster_full)
        self._posters_left -= 1
        if self._posters_left == 0:
            with self._bench.database.begin() as session:
                known = scheduling.posters_done(session, self._claim, self._files)
            if not known:
                self._lease.give_up()

    def _store(self, render_id: str, name: str, path: Path) -> None:
        stored = self._bench.storage.put_file(self._claim.output_prefix(render_id) + path.name, path)
        self._files[render_id][name] = FileView(
            key=stored.key, size=stored.size, etag=stored.etag, content_type=CONTENT_TYPES[path.suffix]
        )


def _videos(files: VideoFiles) -> Iterator[tuple[str, Path]]:
    yield "video", files.video
    yield "thumb", files.thumb
    if files.web is not None:
        yield "web", files.web
