"""The two files of TripoSR's weights: what is read of the configuration, and the tensors by their names."""

import dataclasses
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from renderer.errors import EngineUnavailable
from renderer.generate.available import TRIPOSR_FILES

CONFIG, CHECKPOINT = TRIPOSR_FILES

Tensor = Any
"""A torch.Tensor: torch isn't there where types are checked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Config:
    """What the shapes of the tensors don't tell. `picture_side`: of the picture, in pixels. `heads`: of the attention
    in the backbone. `radius`: half of the side of the cube that the model lies in. `density_bias` is added before the
    exponential."""

    picture_side: int
    heads: int
    radius: float
    density_bias: float

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises EngineUnavailable."""
        import yaml

        try:
            found = yaml.safe_load((folder / CONFIG).read_text())
            drawing = found["renderer"]
            if (drawing["density_activation"], drawing["feature_reduction"]) != ("exp", "concat"):
                raise ValueError("it is of another network")
            return cls(
                int(found["cond_image_size"]), int(found["backbone"]["num_attention_heads"]),
                float(drawing["radius"]), float(drawing["density_bias"]),
            )  # fmt: skip
        except (OSError, yaml.YAMLError, ValueError, TypeError, LookupError) as error:
            raise EngineUnavailable(f"{folder / CONFIG} is not TripoSR's: {error}") from error


class Weights:
    """The tensors of the checkpoint, or those whose names begin alike, by the rest of their names."""

    def __init__(self, tensors: Mapping[str, Tensor], prefix: str = "") -> None:
        self._tensors = tensors
        self._prefix = prefix

    @classmethod
    def read(cls, folder: Path, device: str) -> Self:
        """Reads nothing but tensors. Raises EngineUnavailable."""
        import torch

        path = folder / CHECKPOINT
        try:
            tensors = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            return cls({name: tensor.float().to(device) for name, tensor in tensors.items()})
        except (OSError, RuntimeError, ValueError, AttributeError, EOFError, LookupError) as error:
            raise EngineUnavailable(f"{path} can't be read as a checkpoint: {error}") from error
        except pickle.UnpicklingError as error:
            raise EngineUnavailable(f"{path} holds more than tensors, and is not loaded") from error

    def __getitem__(self, name: str) -> Tensor:
        try:
            return self._tensors[self._prefix + name]
        except KeyError:
            raise EngineUnavailable(f"{CHECKPOINT} is not TripoSR's: it has no {self._prefix + name}") from None

    def get(self, name: str) -> Tensor | None:
        return self._tensors.get(self._prefix + name)

    def below(self, prefix: str) -> Self:
        return type(self)(self._tensors, self._prefix + prefix)

    def layers(self, prefix: str) -> list[Self]:
        """Those at `prefix`0., `prefix`1. and so on."""
        start = len(self._prefix + prefix)
        numbers = {
            int(name[start:].partition(".")[0]) for name in self._tensors if name.startswith(self._prefix + prefix)
        }
        return [self.below(f"{prefix}{number}.") for number in sorted(numbers)]
