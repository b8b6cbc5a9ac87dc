"""Numbers that Python and GLSL share stand in Python alone: a shader gets them by name and has no copy of its own."""

import re
from pathlib import Path

import pytest

from renderer.dataset.planes import FAR16, NO_NORMAL
from renderer.errors import DeviceError
from renderer.gl.context import Device
from renderer.gl.programs import FULL_SCREEN, Programs, define, read_shader
from renderer.gl.sampling import SUPERSAMPLING
from renderer.lighting.ground_shadow import SHRUNK
from renderer.lighting.prefilter import SPECULAR_LEVELS, SPECULAR_SIZE
from renderer.lighting.presets import STUDIO
from renderer.lighting.samples import GROUP, GROUPS, key_grid
from renderer.passes import yuv, yuva
from renderer.scene.lights import LIGHT_ROWS

SHADERS = sorted((Path(__file__).parents[2] / "renderer").rglob("*.glsl"))

SHARED: dict[str, tuple[int, ...]] = {
    "SUPERSAMPLING": (SUPERSAMPLING,),
    "KEY_GROUPS": (GROUPS,),
    "KEY_GROUP": (GROUP, GROUP * GROUPS),
    "SHRUNK": (SHRUNK,),
    "COARSEST_SIZE": (SPECULAR_SIZE >> (SPECULAR_LEVELS - 1),),
    "SPECULAR_MAX_LOD": (SPECULAR_LEVELS - 1,),
    "LIGHT_ROWS": (LIGHT_ROWS,),
    "FAR16": (FAR16,),
    "NO_NORMAL": (NO_NORMAL,),
    "CELL_WIDTH": (yuv.CELL[0], yuva.CELL_WIDTH),
    "CELL_HEIGHT": (yuv.CELL[1],),
}
"""The names in GLSL, with the values that a shader which uses the name must not spell out."""

COPIES = {
    "a sample's place in its pixel": r"gl_FragCoord[^;]*[&%]",
    "from samples to pixels": r"(?:gl_FragCoord\.xy|u_origin)\)?\s*[*/]\s*\(?\d|\d\s*\*\s*(?:ivec2\()?gl_FragCoord",
    "the samples of a pixel, one by one": r"texelFetch\([^;]*ivec2\(1, [01]\)",
    "an array for a number of lights": r"uniform vec4 \w+\[\s*\d",
}
"""What the functions of samples.glsl and the names above are there for."""


def code(path: Path) -> str:
    """The file without its comments."""
    return re.sub(r"//.*", "", path.read_text())


@pytest.mark.parametrize("name", SHARED)
def test_shaders_use_the_name_and_do_not_define_it(name: str) -> None:
    assert any(re.search(rf"\b{name}\b", code(path)) for path in SHADERS)
    assert [path.name for path in SHADERS if re.search(rf"(?:#define|const \w+)\s+{name}\b", code(path))] == []


@pytest.mark.parametrize("name", SHARED)
def test_a_shader_that_uses_the_name_does_not_spell_out_the_number(name: str) -> None:
    """But for shaders that are written for one number, and say so to the compiler."""
    copies = {float(value) for value in SHARED[name]} | {1 / value for value in SHARED[name] if value > 2}
    for path in SHADERS:
        text = re.sub(r"\[\d+\]", "", code(path))  # without indices
        if re.search(rf"\b{name}\b", text) and not re.search(rf"#if[^\n]*\b{name} != \d", text):
            numbers = {float(number) for number in re.findall(r"(?<![\w.])\d+\.?\d*(?:e[+-]?\d+)?", text)}
            assert numbers & copies == set(), path.name


@pytest.mark.parametrize("copy", COPIES)
def test_no_shader_has_its_own_way_with_the_samples(copy: str) -> None:
    assert [path.name for path in SHADERS if path.name != "samples.glsl" and re.search(COPIES[copy], code(path))] == []


@pytest.mark.parametrize(("package", "name", "constants", "changed"), [
    ("renderer.passes", "yuv420.frag.glsl", {"TEXELS": SUPERSAMPLING, "CELL_WIDTH": 8, "CELL_HEIGHT": 2}, "CELL_WIDTH"),
    ("renderer.passes", "yuva444.frag.glsl", {"TEXELS": SUPERSAMPLING, "CELL_WIDTH": 4}, "CELL_WIDTH"),
    ("renderer.dataset", "select.frag.glsl", {"FAR16": FAR16, "NO_NORMAL": NO_NORMAL}, "SUPERSAMPLING"),
])
def test_a_shader_written_for_one_number_refuses_another(
    device: Device, package: str, name: str, constants: dict[str, int], changed: str
) -> None:
    programs = Programs(device)
    programs.get(FULL_SCREEN, read_shader(package, name), constants)
    with pytest.raises(DeviceError, match=r"is chosen here|words of"):
        programs.get(FULL_SCREEN, f"#undef {changed}\n{define({changed: 3})}{read_shader(package, name)}", constants)
    programs.release()


def test_the_key_has_a_group_of_lights_for_each_sample_of_a_pixel() -> None:
    assert GROUPS == SUPERSAMPLING**2
    assert len(key_grid(STUDIO.key).weights) == GROUPS * GROUP
