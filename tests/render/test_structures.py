"""Every feature of meshes, nodes and animations, drawn and compared with its golden picture."""

import pytest

from tests.render.conftest import Draw
from tests.render.structures import STRUCTURES
from tests.support.goldens import Goldens


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_looks_as_it_did_when_it_was_approved(name: str, draw: Draw, golden: Goldens) -> None:
    structure = STRUCTURES[name]
    golden(f"structure-{name}", draw(structure.make(), **structure.shown))
