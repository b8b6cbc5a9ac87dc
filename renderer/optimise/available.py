"""Whether this machine can optimise: meshoptimizer comes compiled for one kind of processor."""

import importlib.util

import numpy as np

_EXTENSIONS = {"AVX2", "X86_V3"}
"""As NumPy calls what almeshopt is compiled for; the second, of NumPy 2.4, is a level that has the first."""


def available() -> tuple[bool, str]:
    """Whether it can, and if not, why. Never raises."""
    if importlib.util.find_spec("almeshopt") is None:
        return False, "optimising needs the package almeshopt, which there is for x86-64 only"
    known = np.show_config(mode="dicts")["SIMD Extensions"]
    if not _EXTENSIONS & {*known.get("baseline", ()), *known.get("found", ())}:
        return False, "optimising needs a processor that has AVX2, and this one has not"
    return True, ""
