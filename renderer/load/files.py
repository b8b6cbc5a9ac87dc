"""A model and the files that came along with it, in an archive or not at all."""

from collections.abc import Iterator
from typing import Protocol


class ModelFiles(Protocol):
    """Files by their path. `model` is the path of the one that is the model."""

    @property
    def model(self) -> str: ...

    def read(self, name: str) -> bytes: ...

    def __contains__(self, name: object) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...


class LoneFile:
    """A model that came alone."""

    def __init__(self, data: bytes, model: str) -> None:
        self.model = model
        self._data = data

    def read(self, name: str) -> bytes:
        if name != self.model:
            raise KeyError(name)
        return self._data

    def __contains__(self, name: object) -> bool:
        return name == self.model

    def __iter__(self) -> Iterator[str]:
        return iter((self.model,))
