"""USD written by hand, as text: a square of a metre in a stage, its materials, and the USDZ around them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from renderer.gltf.glb import write_glb
from renderer.load import load_model
from renderer.load.usd.scene import read_scene
from renderer.scene.nodes import Scene

UV_NODES = """
        def Shader "Uv" { uniform token info:id = "UsdPrimvarReader_float2"
            string inputs:varname = "st"
            float2 outputs:result }
"""


def stage(body: str, metadata: str = 'upAxis = "Y"\n metersPerUnit = 1') -> str:
    """A layer with one prim, Root; its `body` may have braces where USD wants lines of their own for them."""
    lines = body.replace("{", "{\n").replace("}", "\n}\n")
    return f'#usda 1.0\n(\n defaultPrim = "Root"\n {metadata}\n)\ndef Xform "Root"\n{{\n{lines}\n}}\n'


def square(more: str = "", name: str = "Square", *, counts: str = "4", indices: str = "0, 1, 2, 3") -> str:
    """A mesh in the xy plane, facing z; `more` are further properties or prims."""
    return f"""
    def Mesh "{name}" ( prepend apiSchemas = ["MaterialBindingAPI"] ) {{
        point3f[] points = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
        int[] faceVertexCounts = [{counts}]
        int[] faceVertexIndices = [{indices}]
        uniform token subdivisionScheme = "none"
        {more}
    }}"""


ST = 'texCoord2f[] primvars:st = [(0, 0), (1, 0), (1, 1), (0, 1)] ( interpolation = "faceVarying" )'
BOUND = f"rel material:binding = </Root/Look>\n{ST}"


def look(inputs: str, nodes: str = "", kind: str = "UsdPreviewSurface") -> str:
    """A material: `inputs` of its surface, a line each, and further shaders, which may use Uv."""
    return f"""
    def Material "Look" {{
        token outputs:surface.connect = </Root/Look/Surface.outputs:surface>
        def Shader "Surface" {{ uniform token info:id = "{kind}"
            {inputs}
            token outputs:surface }}{UV_NODES}{nodes}
    }}"""


def texture(file: str, name: str = "Map", more: str = "", st: str = "Uv") -> str:
    return f"""
        def Shader "{name}" {{ uniform token info:id = "UsdUVTexture"
            asset inputs:file = @{file}@
            float2 inputs:st.connect = </Root/Look/{st}.outputs:result>
            {more}
            float3 outputs:rgb
            float outputs:r
            float outputs:g
            float outputs:b
            float outputs:a }}"""


def usdz(text: str, others: Mapping[str, bytes] | None = None, compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr("scene.usda", text)
        for name, data in (others or {}).items():
            archive.writestr(name, data)
    return stream.getvalue()


def scene_of(folder: Path, text: str, others: Mapping[str, bytes] | None = None) -> Scene:
    """Read by this process, which is quicker than a child is: the files are ours."""
    path = folder / "model.usdz"
    path.write_bytes(usdz(text, others))
    made = read_scene(path)
    write_glb(folder / "model.glb", made.root, [made.binary])
    scene = load_model(folder / "model.glb")
    scene.warnings[:0] = made.warnings
    return scene
