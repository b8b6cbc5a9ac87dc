"""Files from the storage, in a folder that the child may read; of the storage itself it sees nothing."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from api.storage.base import FileMissing, Storage


class Inputs:
    """What was fetched for one claim stays until another needs something else: parts of a task read the same model, and
    a model that was inspected is drawn next."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self._storage = storage
        self._folder = folder
        self._fetched: dict[str, tuple[Path, Path, contextlib.ExitStack]] = {}  # in the storage, in the folder

    def fetch(self, keys: Iterable[str]) -> dict[str, Path]:
        """The paths by key, good until the next call. Raises FileMissing."""
        wanted = dict.fromkeys(keys)
        for key, (stored, _, held) in list(self._fetched.items()):
            if key not in wanted or not stored.is_file():
                held.close()
                del self._fetched[key]
        for key in wanted:
            if key not in self._fetched:
                with contextlib.ExitStack() as held:
                    stored = held.enter_context(self._storage.local_path(key))
                    path = held.enter_context(self._in_folder(key, stored))
                    self._fetched[key] = stored, path, held.pop_all()
        return {key: self._fetched[key][1] for key in wanted}

    def close(self) -> None:
        self.fetch(())

    @contextlib.contextmanager
    def _in_folder(self, key: str, stored: Path) -> Iterator[Path]:
        path = self._folder / f"{secrets.token_hex(8)}{stored.suffix}"
        try:
            os.link(stored, path)
        except FileNotFoundError:
            raise FileMissing(key) from None
        except OSError:  # on another disk, or on one that has no links
            shutil.copyfile(stored, path)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
