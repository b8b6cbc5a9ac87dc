"""Every feature of materials, drawn and compared with its golden picture."""

import pytest

from tests.render.conftest import Draw
from tests.render.materials import MATERIALS
from tests.support.goldens import Goldens


@pytest.mark.parametrize("name", MATERIALS)
def test_a_material_looks_as_it_did_when_it_was_approved(name: str, draw: Draw, golden: Goldens) -> None:
    golden(f"material-{name}", draw(MATERIALS[name]()))
