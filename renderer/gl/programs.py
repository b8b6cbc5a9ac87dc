"""GLSL programs: source files become one text with `#define`s in front, and each text is compiled once.

A source file has no `#version` line. It may say ``#include "name.glsl"`` for another file of the same folder, and
``#include "gl/name.glsl"`` for one of ``renderer/gl/shaders``. Numbers that Python code shares with a shader stand in
the Python code alone and reach the shader as `#define`s.
"""

import functools
import re
from collections.abc import Mapping
from importlib.resources import files

import moderngl

from renderer.errors import DeviceError
from renderer.gl.context import Device
from renderer.gl.sampling import SUPERSAMPLING

_INCLUDE = re.compile(r'^#include "(?:(\w+)/)?([\w.]+)"$', re.MULTILINE)


@functools.cache
def read_shader(package: str, name: str) -> str:
    """The text of ``shaders/<name>`` in `package` (such as "renderer.passes"), with its includes in place."""
    text = files(package).joinpath("shaders", name).read_text("utf-8")

    def included(match: re.Match[str]) -> str:
        return read_shader(f"renderer.{match[1]}" if match[1] else package, match[2])

    return _INCLUDE.sub(included, text)


def define(constants: Mapping[str, object]) -> str:
    """The `#define` lines that give a shader `constants` by their names."""
    return "".join(f"#define {name} {value}\n" for name, value in constants.items())


_HEAD = "#version 440 core\n" + define({"SUPERSAMPLING": SUPERSAMPLING})


FULL_SCREEN = read_shader("renderer.gl", "full_screen.vert.glsl")
"""The vertex shader of one triangle, drawn without buffers, that covers the whole target."""


class Programs:
    """Compiles programs on a device and owns them until `release`."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._by_text: dict[tuple[str, str], moderngl.Program] = {}

    def get(self, vertex: str, fragment: str, defines: Mapping[str, object] | None = None) -> moderngl.Program:
        """The program made of two GLSL 4.40 texts; `defines` are names and values known to both, as SUPERSAMPLING
        always is.

        Raises DeviceError with the compiler's words where the driver refuses it.
        """
        head = _HEAD + define(defines or {})
        key = (head + vertex, head + fragment)
        if key not in self._by_text:
            try:
                program = self._device.ctx.program(vertex_shader=key[0], fragment_shader=key[1])
            except moderngl.Error as error:
                raise DeviceError(f"{self._device.name} refuses a shader: {error}") from error
            self._by_text[key] = program
        return self._by_text[key]

    def release(self) -> None:
        for program in self._by_text.values():
            program.release()
        self._by_text.clear()


def set_uniform(program: moderngl.Program, name: str, value: object) -> None:
    """Writes a uniform where the program has it: compilers drop those that no result depends on."""
    member = program.get(name, None)
    if isinstance(member, moderngl.Uniform):
        if isinstance(value, bytes):
            member.write(value)
        else:
            member.value = value
