"""An OBJ that came without a ZIP is drawn in grey, and a warning names what did not come along."""

import pytest

from renderer.errors import EmptyModel, InvalidModel
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import make_zip
from tests.renderer.load.obj.support import FACE, FILES, OBJ, SQUARE

GREY = (0.4, 0.4, 0.4, 1.0)


def test_it_has_the_shape_of_the_same_in_a_zip_and_no_materials(load: Load) -> None:
    alone, packed = load(OBJ), load(make_zip(FILES))
    assert [node.name for node in alone.nodes] == [node.name for node in packed.nodes]
    assert alone.warnings == [
        "the materials, in 'scan.mtl', did not come along: send the OBJ in a ZIP with them"
    ]
    assert {material.base_color_factor for material in alone.materials} == {GREY, (1.0, 1.0, 1.0, 1.0)}  # and colours


def test_what_names_no_materials_lacks_none(load: Load) -> None:
    scene = load((SQUARE + FACE).encode())
    assert scene.warnings == []
    assert [material.base_color_factor for material in scene.materials] == [GREY]


def test_it_is_told_by_its_first_lines(load: Load) -> None:
    assert load(b"# a long text\n" * 500 + (SQUARE + FACE).encode()).meshes
    with pytest.raises(EmptyModel, match=r"^model.obj has vertices but no faces"):
        load(SQUARE.encode())
    with pytest.raises(InvalidModel, match=r"^model.obj, line 9: '9' points at a vertex that is not there"):
        load((SQUARE + "f 1 2 9\n").encode())
