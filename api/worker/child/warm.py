"""What the child keeps from one order to the next, so that loading and lighting are done once."""

import contextlib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

from api.worker.child.memory import give_back
from renderer.gl.idle import forget_pictures
from renderer.load import load_model
from renderer.scene.nodes import Scene


class Closable(Protocol):
    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=Closable)


class Warm:
    """At most one open shot, since a task's parts are claimed one after the other; and at most one scene, that of the
    model read last."""

    def __init__(self) -> None:
        self._shot: tuple[str, Any] | None = None  # a task is always opened as the same kind of renderer
        self._scene: tuple[object, Scene] | None = None

    @contextlib.contextmanager
    def use(self, task_id: str, open_shot: Callable[[], Opened]) -> Iterator[Opened]:
        """The task's shot as it was left, or else opened. It stays open if the block ends without an exception."""
        self.keep_only(task_id)
        try:
            if self._shot is None:
                self._shot = task_id, open_shot()
            yield self._shot[1]
        except BaseException:
            self._close_shot()
            raise

    def keep_only(self, task_id: str) -> None:
        """A shot of another task is closed."""
        if self._shot is not None and self._shot[0] != task_id:
            self._close_shot()

    def keep(self, path: Path, scene: Scene) -> None:
        """Remembers the scene in the model file at `path`, with its default materials, for whoever loads it next."""
        self._scene = _identity(path, None), scene

    def load(self, path: Path, variant: str | None) -> Scene:
        """As `load_model`. A scene that was kept is handed over: once it is on the device, nobody needs it here."""
        kept, self._scene = self._scene, None
        if kept is not None and kept[0] == _identity(path, variant):
            return kept[1]
        return load_model(path, variant)

    def lend(self, path: Path, variant: str | None) -> Scene:
        """As `load`, but the scene stays kept: whoever comes next most likely wants it too."""
        scene = self.load(path, variant)
        self._scene = _identity(path, variant), scene
        return scene

    def rest(self) -> None:
        """Forgets all of it, and gives its memory back to the system."""
        self._close_shot()
        self._scene = None
        gc.collect()
        forget_pictures()
        give_back()

    def _close_shot(self) -> None:
        if self._shot is not None:
            self._shot[1].close()
            self._shot = None


def _identity(path: Path, variant: str | None) -> object:
    """Names what is in the file even when it has been moved."""
    info = path.stat()
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, variant
