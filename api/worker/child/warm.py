"""From one part of a shot to the next, here a worker keeps what draws it: loading and lighting are done once."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=Closable)


class OpenShot:
    """At most one at a time: a shot's parts are claimed one after the other."""

    def __init__(self) -> None:
        self._shot: tuple[str, Any] | None = None  # a shot is always opened as the same kind of renderer

    @contextlib.contextmanager
    def use(self, shot_id: str, open_shot: Callable[[], Opened]) -> Iterator[Opened]:
        """The shot as it was left, or else opened. It stays open if the block ends without an exception."""
        self.keep_only(shot_id)
        try:
            if self._shot is None:
                self._shot = shot_id, open_shot()
            yield self._shot[1]
        except BaseException:
            self.close()
            raise

    def keep_only(self, shot_id: str) -> None:
        """Another shot is closed."""
        if self._shot is not None and self._shot[0] != shot_id:
            self.close()

    def close(self) -> None:
        if self._shot is not None:
            self._shot[1].close()
            self._shot = None
