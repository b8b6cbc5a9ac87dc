"""dx.gl's and Glossi's API references, for tests on a machine that has them beside the checkout; elsewhere those tests
skip.
"""

import re
from pathlib import Path

import pytest

SPEC = Path(__file__).resolve().parents[2].parent / "shared" / "spec"


def reference(name: str = "dxgl-api.md") -> str:
    """The text of a reference; skips the calling test where it is absent."""
    path = SPEC / name
    if not path.exists():
        pytest.skip(f"needs an API reference, shared/spec/{name} beside the checkout")
    return path.read_text()


def reference_errors() -> dict[str, int]:
    """Statuses by code, from the table of errors."""
    table = reference().split("\n## Errors\n", 1)[1].split("\n## ", 1)[0]
    return {code: int(status) for code, status in re.findall(r"^\| `(\w+)` \| (\d{3}) \|", table, re.MULTILINE)}


def reference_routes() -> set[tuple[str, str]]:
    """Method and path of every route: its blocks of code begin with them."""
    return set(re.findall(r"^(GET|POST|PATCH|PUT|DELETE) (/v1/[\w/:-]+)", reference(), re.MULTILINE))


def glossi_routes() -> set[tuple[str, str]]:
    """Method and path of every route of Glossi's two documents, ids as ":id"."""
    text = reference("glossi-workflow.md") + reference("glossi-jobs.md")
    line = r"^(GET|POST|PUT) https://api\.glossi\.app(/api/v1/[\w/{}-]+?)(?:Headers)?[:\n]"
    found = re.findall(line, text, re.MULTILINE)
    return {(method, re.sub(r"\{\w+\}", ":id", path)) for method, path in found}


def generio_routes() -> set[tuple[str, str]]:
    """Method and path of every route of Generio's document, which shows them as Python calls; ids as ":id"."""
    calls = re.findall(r'requests\.(get|post)\(\s*f"\{BASE_URL\}([^"]+)"', reference("generio-flows.md"))
    return {(method.upper(), re.sub(r"\{[^}]+\}", ":id", path)) for method, path in calls}


def grok_routes() -> set[tuple[str, str]]:
    """Method and path of every route of the Grok pipeline's document, ids as ":id"."""
    lines = re.findall(r"^\*\*Endpoint:\*\* `(\w+) (/[^?`]+)", reference("grok-pipeline.md"), re.MULTILINE)
    return {(method, re.sub(r"\{\w+\}", ":id", path)) for method, path in lines}
