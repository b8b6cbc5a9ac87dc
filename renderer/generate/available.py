"""Whether engines with local weights can work here, told without loading anything of theirs."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

TRIPOSR_FILES = ("config.yaml", "model.ckpt")
DIFFUSERS_FILES = ("model_index.json",)
"""What a pipeline that diffusers has saved begins with."""


def triposr(folder: Path) -> tuple[bool, str]:
    """Whether it can, with the weights in `folder`, and if not, why. Never raises, like the next."""
    return _found(
        ("torch", "mcubes", "yaml"), "triposr", folder, TRIPOSR_FILES,
        "its weights are not installed (pirouette engines install triposr)",
    )  # fmt: skip


def diffusers(folder: Path) -> tuple[bool, str]:
    return _found(
        ("torch", "diffusers", "transformers"), "diffusers", folder, DIFFUSERS_FILES,
        "there is no pipeline in its folder: put one there as diffusers saves it",
    )  # fmt: skip


LOCAL: Mapping[str, Callable[[Path], tuple[bool, str]]] = {"triposr": triposr, "diffusers": diffusers}
"""By the engines' names."""


def _found(
    packages: tuple[str, ...], extra: str, folder: Path, files: tuple[str, ...], missing: str
) -> tuple[bool, str]:
    if not all(map(importlib.util.find_spec, packages)):
        return False, f"it needs packages that are not installed (pip install 'pirouette[{extra}]')"
    if not all((folder / name).is_file() for name in files):
        return False, missing
    return True, ""
