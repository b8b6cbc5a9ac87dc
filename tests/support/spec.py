"""dx.gl's API reference, for tests on a machine that has it beside the checkout; elsewhere those tests skip."""

import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "spec" / "dxgl-api.md"


def reference() -> str:
    """The text of the reference; skips the calling test where it is absent."""
    if not REFERENCE.exists():
        pytest.skip("needs dx.gl's API reference, shared/spec/dxgl-api.md beside the checkout")
    return REFERENCE.read_text()


def reference_errors() -> dict[str, int]:
    """Statuses by code, from the table of errors."""
    table = reference().split("\n## Errors\n", 1)[1].split("\n## ", 1)[0]
    return {code: int(status) for code, status in re.findall(r"^\| `(\w+)` \| (\d{3}) \|", table, re.MULTILINE)}


def reference_routes() -> set[tuple[str, str]]:
    """Method and path of every route: its blocks of code begin with them."""
    return set(re.findall(r"^(GET|POST|PATCH|PUT|DELETE) (/v1/[\w/:-]+)", reference(), re.MULTILINE))
