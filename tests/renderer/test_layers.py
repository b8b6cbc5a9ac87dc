"""Shader files follow the layers of the imports: no part of the renderer reads one of a part above it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "renderer"


def rows() -> dict[str, int]:
    """The renderer's parts with the row, from the top, that the contract in pyproject.toml puts them in."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["renderer"])
    return {part: row for row, parts in enumerate(layers) for part in re.findall(r"\w+", parts)}


def readings() -> Iterator[tuple[str, str, str]]:
    """(file, the part it belongs to, the part whose shader it reads)."""
    for path in sorted((*SOURCES.rglob("*.py"), *SOURCES.rglob("*.glsl"))):
        name = path.relative_to(SOURCES)
        for part in re.findall(r'read_shader\(\s*"renderer\.(\w+)"|^#include "(\w+)/', path.read_text(), re.MULTILINE):
            yield str(name), name.parts[0].removesuffix(".py"), "".join(part)


def test_shaders_are_read_from_the_same_part_or_from_one_below() -> None:
    row = rows()
    found = list(readings())
    assert {own for _, own, _ in found} >= {"gl", "lighting", "passes", "dataset"}
    assert [(name, other) for name, own, other in found if own != other and row[own] >= row[other]] == []
