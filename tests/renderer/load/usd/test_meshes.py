"""The shapes of a USD: where they stand, how large they are, and which way they face."""

from pathlib import Path

import numpy as np
import pytest

from renderer.errors import EmptyModel
from renderer.scene.bounds import scene_bounds
from tests.renderer.load.plain_meshes import corners_of, normals_of, primitive_of
from tests.renderer.load.usd.stages import ST, look, scene_of, square, stage


def bounds_of(folder: Path, text: str) -> list[list[float]]:
    bounds = scene_bounds(scene_of(folder, text), None)
    return [[round(float(value), 6) for value in corner] for corner in (bounds.low, bounds.high)]


@pytest.mark.parametrize(("metadata", "expected"), [
    ('upAxis = "Y"\n metersPerUnit = 1', [[0, 0, 0], [1, 1, 0]]),
    ('upAxis = "Y"\n metersPerUnit = 0.01', [[0, 0, 0], [0.01, 0.01, 0]]),
    ('upAxis = "Z"\n metersPerUnit = 1', [[0, 0, -1], [1, 0, 0]]),
    ("", [[0, 0, 0], [0.01, 0.01, 0]]),  # USD's own defaults
])  # fmt: skip
def test_units_and_the_axis_that_points_up_are_honoured(
    tmp_path: Path, metadata: str, expected: list[list[float]]
) -> None:
    assert bounds_of(tmp_path, stage(square(), metadata)) == expected


def test_transforms_are_applied_in_their_order(tmp_path: Path) -> None:
    moves = """
        double3 xformOp:translate = (10, 0, 0)
        float xformOp:rotateZ = 90
        float3 xformOp:scale = (2, 3, 1)
        uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateZ", "xformOp:scale"]
    """
    assert bounds_of(tmp_path, stage(square(moves))) == [[7, 0, 0], [10, 2, 0]]


@pytest.mark.parametrize(("more", "front"), [
    ("", 1.0), ('uniform token orientation = "leftHanded"', -1.0),
])  # fmt: skip
def test_faces_face_as_their_mesh_says(tmp_path: Path, more: str, front: float) -> None:
    corners = corners_of(scene_of(tmp_path, stage(square(more))))
    outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert np.allclose(outward[:, 2], front)


@pytest.mark.parametrize("normals", [
    'normal3f[] normals = [(0, 1, 0)] ( interpolation = "constant" )',
    'normal3f[] normals = [(0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 1, 0)] ( interpolation = "vertex" )',
    'normal3f[] normals = [(0, 2, 0)] ( interpolation = "uniform" )',
    'normal3f[] primvars:normals = [(0, 1, 0)] ( interpolation = "faceVarying" )\n'
    "int[] primvars:normals:indices = [0, 0, 0, 0]",
])
def test_normals_of_each_interpolation_are_kept(tmp_path: Path, normals: str) -> None:
    assert np.allclose(normals_of(scene_of(tmp_path, stage(square(normals)))), (0, 1, 0))


def test_normals_that_do_not_fit_are_made_anew(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, stage(square('normal3f[] normals = [(0, 1, 0)] ( interpolation = "vertex" )')))
    assert np.allclose(normals_of(scene), (0, 0, 1))
    assert scene.warnings == ["the normals of /Root/Square don't fit its faces, and are made anew"]


def test_faces_of_different_sizes_holes_and_lines_are_read(tmp_path: Path) -> None:
    more = "int[] holeIndices = [1]"
    text = stage(square(more, counts="3, 3, 4, 2", indices="0, 1, 2, 0, 2, 3, 0, 1, 2, 3, 0, 1"))
    assert len(corners_of(scene_of(tmp_path, text))) == 3


def test_what_is_hidden_or_only_a_stand_in_is_not_drawn(tmp_path: Path) -> None:
    names = ["Hidden", "Proxy", "Guide", "Shown"]
    marks = ['token visibility = "invisible"', 'uniform token purpose = "proxy"', 'uniform token purpose = "guide"', ""]
    scene = scene_of(tmp_path, stage("".join(map(square, marks, names))))
    assert [node.name for node in scene.nodes] == ["Shown"]


def test_instances_share_their_mesh(tmp_path: Path) -> None:
    at = 'double3 xformOp:translate = ({}, 0, 0)\nuniform token[] xformOpOrder = ["xformOp:translate"]'
    body = 'def Scope "Parts" ( ) { token visibility = "invisible"\n def Xform "Leg" {' + square() + "} }" + "".join(
        f'def Xform "Leg{x}" ( instanceable = true\n prepend references = </Root/Parts/Leg> ) {{ {at.format(x)} }}\n'
        for x in (2, 5)
    )
    scene = scene_of(tmp_path, stage(body))
    assert [node.mesh for node in scene.nodes] == [0, 0]
    bounds = scene_bounds(scene, None)
    assert (bounds.low[0], bounds.high[0]) == (2, 6)


def test_instances_may_be_of_different_materials(tmp_path: Path) -> None:
    body = 'def Scope "Parts" { token visibility = "invisible"\n def Xform "Leg" {' + square() + "} }" + "".join(
        f'def Xform "In{name}" ( prepend apiSchemas = ["MaterialBindingAPI"]\n ) {{ '
        f'rel material:binding = </Root/{name}>\n'
        'def Xform "Leg" ( instanceable = true\n prepend references = </Root/Parts/Leg> ) { } }\n'
        for name in ("Look", "Other")
    )  # fmt: skip
    other = look("float inputs:metallic = 1").replace("Look", "Other")
    scene = scene_of(tmp_path, stage(body + look("") + other))
    assert [material.name for material in scene.materials] == ["Look", "Other"]


def test_a_point_instancer_places_its_prototypes(tmp_path: Path) -> None:
    body = f"""
    def PointInstancer "Many" {{
        rel prototypes = [</Root/Many/A>, </Root/Many/B>]
        int[] protoIndices = [0, 1, 0]
        point3f[] positions = [(0, 0, 0), (0, 5, 0), (3, 0, 0)]
        def Xform "A" {{ {square(name="Small")} }}
        def Xform "B" {{ {square(name="Big")} }}
    }}"""
    scene = scene_of(tmp_path, stage(body))
    assert sorted(node.name for node in scene.nodes) == ["Big", "Small", "Small"]
    bounds = scene_bounds(scene, None)
    assert np.allclose((bounds.low, bounds.high), ((0, 0, 0), (4, 6, 0)))


def test_what_moves_is_drawn_at_its_first_moment(tmp_path: Path) -> None:
    more = (
        "double3 xformOp:translate.timeSamples = { 1: (7, 0, 0), 24: (9, 0, 0) }\n"
        'uniform token[] xformOpOrder = ["xformOp:translate"]'
    )
    scene = scene_of(tmp_path, stage(square(more)))
    assert scene_bounds(scene, None).low[0] == 7
    assert scene.warnings == ["what moves is drawn at its first moment"]


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    body = square('uniform token subdivisionScheme = "catmullClark"').replace(
        'uniform token subdivisionScheme = "none"', "", 1
    )
    scene = scene_of(tmp_path, stage(body + 'def Sphere "Ball" { } def SphereLight "Lamp" { }'))
    assert scene.warnings == [
        "a subdivision surface is drawn as the mesh that controls it",
        "Sphere can't be drawn, and is left out", "SphereLight can't be drawn, and is left out",
    ]


def test_a_stage_without_meshes_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(EmptyModel, match=r"^the USD has no meshes to draw; it has Sphere$"):
        scene_of(tmp_path, stage('def Sphere "Ball" { }'))


def test_colours_of_a_mesh_without_a_material_are_shown(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, stage(square("color3f[] primvars:displayColor = [(0.25, 0.5, 1)]")))
    colors = primitive_of(scene).colors
    assert colors is not None
    assert np.allclose(colors, (0.25, 0.5, 1, 1))  # linear, as in the file
    [material] = scene.materials
    assert (material.base_color_factor, material.roughness_factor) == ((1, 1, 1, 1), 0.6)


def test_a_mesh_without_anything_is_grey(tmp_path: Path) -> None:
    [material] = scene_of(tmp_path, stage(square(ST))).materials
    assert (material.name, material.base_color_factor) == ("grey", (0.4, 0.4, 0.4, 1))
