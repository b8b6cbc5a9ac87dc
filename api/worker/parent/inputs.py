"""Files from the storage, as paths for the child."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from api.storage.base import Storage


class Inputs:
    """What was fetched for one claim stays until another needs something else: parts of a task read the same model, and
    a model that was inspected is drawn next."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._fetched: dict[str, tuple[Path, contextlib.ExitStack]] = {}

    def fetch(self, keys: Iterable[str]) -> dict[str, Path]:
        """The paths by key, good until the next call. Raises FileMissing."""
        wanted = dict.fromkeys(keys)
        for key, (path, held) in list(self._fetched.items()):
            if key not in wanted or not path.is_file():
                held.close()
                del self._fetched[key]
        for key in wanted:
            if key not in self._fetched:
                held = contextlib.ExitStack()
                self._fetched[key] = held.enter_context(self._storage.local_path(key)), held
        return {key: self._fetched[key][0] for key in wanted}

    def close(self) -> None:
        self.fetch(())
