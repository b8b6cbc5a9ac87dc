"""Shader texts: includes, defines, one compilation per text, compilers' words in errors."""

import pytest

from renderer.errors import DeviceError
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform

VERTEX = "in vec3 in_position; void main() { gl_Position = vec4(in_position, 1.0); }"
FRAGMENT = "out vec4 color; uniform float u_used; void main() { color = vec4(LEVEL + u_used); }"


def test_a_file_includes_its_neighbours() -> None:
    text = read_shader("renderer.passes", "material.frag.glsl")
    assert "vec3 tone_map(" in text
    assert "#include" not in text


def test_equal_texts_and_defines_give_one_program(device: Device) -> None:
    programs = Programs(device)
    first = programs.get(VERTEX, FRAGMENT, {"LEVEL": "0.5"})
    assert programs.get(VERTEX, FRAGMENT, {"LEVEL": "0.5"}) is first
    assert programs.get(VERTEX, FRAGMENT, {"LEVEL": "0.25"}) is not first
    programs.release()


def test_a_refused_shader_carries_the_compilers_words(device: Device) -> None:
    programs = Programs(device)
    with pytest.raises(DeviceError, match=r"refuses a shader(.|\n)*nonsense"):
        programs.get(VERTEX, "out vec4 color; void main() { color = nonsense; }")
    programs.release()


def test_uniforms_that_the_compiler_dropped_are_passed_over(device: Device) -> None:
    programs = Programs(device)
    program = programs.get(VERTEX, FRAGMENT, {"LEVEL": "0.5"})
    set_uniform(program, "u_used", 0.25)
    set_uniform(program, "u_dropped", 1.0)
    assert program["u_used"].value == 0.25  # type: ignore[union-attr]
    programs.release()
