"""The renderer's layers: no part reads a shader of a part above it, and the README shows the order that is checked."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "renderer"


def layers() -> list[list[str]]:
    """The renderer's parts, row by row from the top, as the contract in pyproject.toml has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (rows,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["renderer"])
    return [re.findall(r"\w+", row) for row in rows]


def readings() -> Iterator[tuple[str, str, str]]:
    """(file, the part it belongs to, the part whose shader it reads)."""
    for path in sorted((*SOURCES.rglob("*.py"), *SOURCES.rglob("*.glsl"))):
        name = path.relative_to(SOURCES)
        for part in re.findall(r'read_shader\(\s*"renderer\.(\w+)"|^#include "(\w+)/', path.read_text(), re.MULTILINE):
            yield str(name), name.parts[0].removesuffix(".py"), "".join(part)


def test_shaders_are_read_from_the_same_part_or_from_one_below() -> None:
    row = {part: number for number, parts in enumerate(layers()) for part in parts}
    found = list(readings())
    assert {own for _, own, _ in found} >= {"gl", "lighting", "passes", "dataset"}
    assert [(name, other) for name, own, other in found if own != other and row[own] >= row[other]] == []


def test_the_readme_shows_the_contract() -> None:
    picture = (SOURCES / "README.md").read_text().split("```\n__main__\n", 1)[1].split("```", 1)[0]
    assert [["__main__"], *(line.split("#")[0].split() for line in picture.splitlines())] == layers()
