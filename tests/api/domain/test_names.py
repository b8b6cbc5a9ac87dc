"""The names that the domain, the workers and the renderer have for fields are their own; a dialect spells them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BELOW_DIALECTS = "api/domain", "api/worker", "renderer"


def sources(folder: str) -> Iterator[tuple[Path, str]]:
    for path in (ROOT / folder).rglob("*.py"):
        yield path, path.read_text()


@pytest.mark.parametrize("folder", BELOW_DIALECTS)
def test_no_source_below_the_dialects_has_their_words(folder: str) -> None:
    found = [path for path, text in sources(folder) if re.search(r"renderSettings|modelId|bgImage", text)]
    assert not found


def test_fields_at_fault_are_told_by_the_names_of_attributes() -> None:
    told: list[str] = []
    for folder in BELOW_DIALECTS:
        for _, text in sources(folder):
            keywords = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.keyword)]
            constants = [
                node for keyword in keywords if keyword.arg == "param"
                for node in ast.walk(keyword.value) if isinstance(node, ast.Constant)
            ]  # fmt: skip
            told += [node.value for node in constants if isinstance(node.value, str)]
    assert "model_ids" in told
    assert not [name for name in told if re.search(r"[A-Z]", name)]
