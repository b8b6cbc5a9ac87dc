"""Whether this machine can optimise: the packages for it are an extra, and meshoptimizer comes compiled for one kind of
processor."""

import importlib.util

import numpy as np

_EXTENSIONS = {"AVX2", "X86_V3"}
"""As NumPy calls what almeshopt is compiled for; the second, of NumPy 2.4, is a level that has the first."""

_PACKAGES = ("almeshopt", "flip_evaluator")


def available() -> tuple[bool, str]:
    """Whether it can, and if not, why. Never raises."""
    if not all(map(importlib.util.find_spec, _PACKAGES)):
        return False, "optimising needs packages that there are for x86-64 only (pip install 'pirouette[optimise]')"
    known = np.show_config(mode="dicts")["SIMD Extensions"]
    if not _EXTENSIONS & {*known.get("baseline", ()), *known.get("found", ())}:
        return False, "optimising needs a processor that has AVX2, and this one has not"
    return True, ""
