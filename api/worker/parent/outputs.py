"""Files that the child has made: checked, and stored where the claim's attempt keeps them."""

import stat
from collections import Counter
from pathlib import Path

from api.domain.kit.failures import OUTPUT_TOO_LARGE
from api.domain.kit.files import FileView
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.storage.base import Storage
from api.worker.messages import Failed, Made
from api.worker.parent.children import ChildFailed
from api.worker.parent.orders import GivenUp
from renderer.media_types import MEDIA_TYPES

MEGABYTE = 1024 * 1024


def own_file(folder: Path, made: Made) -> Path:
    """Where the file is that the child has made in its `folder`. Raises ChildFailed for one that isn't its own."""
    path = (folder / made.path).resolve()
    own = path.is_relative_to(folder) and path.exists() and stat.S_ISREG(path.lstat().st_mode)
    if not own or path.suffix not in MEDIA_TYPES:
        raise ChildFailed("it named a file that it has not made")
    return path


class Outputs:
    """`files` are the owners', by owner and name, those of earlier attempts' posters included; `part_files` are what a
    part made for the assembly. `folder` is the child's for this claim. Each owner's may be `most_mb` together, and the
    part's; 0 means no limit."""

    def __init__(self, storage: Storage, claim: Claim, folder: Path, most_mb: int = 0) -> None:
        self.files = {owner: dict(files) for owner, files in claim.files.items()}
        self.part_files: dict[str, FileView] = {}
        self._storage = storage
        self._claim = claim
        self._folder = folder.resolve()
        self._most_mb = most_mb
        self._bytes = Counter[str | None]()

    def take(self, made: Made) -> None:
        """Stores the file. Raises ChildFailed for one that the child has no right to, GivenUp where it is too much."""
        path = own_file(self._folder, made)
        self._bytes[made.owner] += path.stat().st_size
        if self._most_mb and self._bytes[made.owner] > self._most_mb * MEGABYTE:
            message = f"Too large: its files are more than {self._most_mb:,} MB. Order fewer or smaller frames"
            raise GivenUp(Failed(code=OUTPUT_TOO_LARGE, message=message, retry=False))
        if made.owner is None:
            if self._claim.role != Role.PART:
                raise ChildFailed("it made a part of what has none")
            self.part_files[made.name] = self._put(self._claim.part_prefix, path)
        elif made.owner in self.files:
            self.files[made.owner][made.name] = self._put(self._claim.output_prefix(made.owner), path)
        else:
            raise ChildFailed("it made a file for somebody else")

    def _put(self, prefix: str, path: Path) -> FileView:
        stored = self._storage.put_file(prefix + path.name, path)
        return FileView(stored.key, stored.size, stored.etag, MEDIA_TYPES[path.suffix])
