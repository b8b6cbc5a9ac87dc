"""Real models by other people, for tests on a machine that has them beside the checkout; elsewhere those tests skip."""

from pathlib import Path

import pytest

SHARED_MODELS = Path(__file__).resolve().parents[2].parent / "shared" / "models"


def shared_model(name: str) -> Path:
    """The path of one of the shared models; skips the calling test where it is absent."""
    path = SHARED_MODELS / name
    if not path.exists():
        pytest.skip(f"needs the real model {name} in a folder shared/models beside the checkout")
    return path
