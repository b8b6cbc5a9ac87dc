"""The first step of every render: a model file of unknown origin becomes a Scene, or a ModelError.

    file -> container (JSON, bytes) -> nodes -> meshes they show -> materials they use -> images those need -> Scene

What the default scene doesn't reach is checked as JSON where it is cheap, but not decoded.
"""

from pathlib import Path

import numpy as np

from renderer.errors import EmptyModel, InvalidModel, UnsupportedModel
from renderer.gltf.glb import MISSING
from renderer.load import limits
from renderer.load.accessors import Accessors
from renderer.load.container import Document, open_document
from renderer.load.draco import Draco
from renderer.load.extensions import check_extensions, used_extensions
from renderer.load.fields import Fields, printable
from renderer.load.geometry import Meshes, check_joints, moved_vertices
from renderer.load.graph import hidden_nodes, read_nodes, read_roots
from renderer.load.instancing import read_instances
from renderer.load.lights import read_lights
from renderer.load.limits import Budget
from renderer.load.materials import Materials, without_missing
from renderer.load.rigging import read_clips, read_skin
from renderer.load.textures import Textures
from renderer.scene.animation import pose_scene
from renderer.scene.hierarchy import reachable
from renderer.scene.nodes import Scene


def load_model(path: Path, variant: str | None = None, *, with_looks: bool = False) -> Scene:
    """The scene in a .glb, .gltf (data URIs only), .obj (without materials), .stl, .ply, .usd or .usdz, or in a .zip
    with a model and its files; the file's own name doesn't matter. `variant` names one of its material variants; None
    shows the default materials. `with_looks` also loads the materials of all other variants, as primitives' `looks`.

    Raises a ModelError that names what is wrong with the file, SettingsError for a variant that the model lacks, or
    OSError where `path` can't be read.
    """
    return _build_scene(open_document(path), variant, with_looks)


def _build_scene(document: Document, variant: str | None, with_looks: bool) -> Scene:
    root = document.root
    _check_version(root)
    warnings = [*document.warnings, *check_extensions(root)]
    budget = Budget()
    accessors = Accessors(document, budget)
    textures = Textures(document, accessors, budget, warnings)
    materials = Materials(root, textures, variant, with_looks)
    with Draco(accessors, warnings) as draco:
        meshes = Meshes(root, accessors, materials, draco, budget, warnings)
        nodes = read_nodes(root, len(meshes), len(root.children("skins")), warnings)
        roots = read_roots(root, nodes, warnings)
        scene = Scene(nodes, roots, meshes.used, materials.used, [], [], [], warnings, materials.variants)
        shown = set(reachable(scene)) - hidden_nodes(root, nodes)
        _load_drawn(scene, shown, root, meshes, accessors, budget)
    scene.lights = read_lights(root, shown, warnings)
    scene.cameras = [fields.name() for fields in root.children("cameras")]
    scene.extensions = used_extensions(root)
    _check_world(scene)
    images = textures.decode()
    scene.images = [image for image in images if image is not None]
    if len(scene.images) < len(images):
        scene.materials = [without_missing(material, images) for material in scene.materials]
    scene.clips, scene.broken_clips = read_clips(root, accessors, scene, materials.indices, budget)
    scene.missing = textures.missing + _missing_before(root)
    del warnings[limits.WARNINGS :]
    return scene


def _missing_before(root: Fields) -> int:
    """What of the model didn't come along, by whoever made the document of another format."""
    extras = root.required_child("asset").values.get("extras")
    count = extras.get(MISSING) if isinstance(extras, dict) else None
    return count if isinstance(count, int) and 0 <= count <= limits.DRAWN_PRIMITIVES else 0


def _check_version(root: Fields) -> None:
    asset = root.required_child("asset")
    version, least = asset.string("version"), asset.string("minVersion", "2.0")
    if version.partition(".")[0] != "2" or least != "2.0":
        wanted = version if least == "2.0" else least
        raise UnsupportedModel(f"the model is glTF {printable(wanted, 20)!r}; this renderer reads glTF 2.0")


def _load_drawn(
    scene: Scene, shown: set[int], root: Fields, meshes: Meshes, accessors: Accessors, budget: Budget
) -> None:
    """Loads the meshes and skins of the nodes `shown`, and points those nodes at them. Other nodes lose theirs.

    Raises EmptyModel where nothing is left to draw.
    """
    skins: dict[int, int] = {}
    node_fields, skin_fields = root.children("nodes"), root.children("skins")
    for index, node in enumerate(scene.nodes):
        if index not in shown or node.mesh is None:
            node.mesh = node.skin = None
            continue
        path = f"nodes[{index}]"
        node.instances = read_instances(node_fields[index], accessors, budget)
        node.mesh = meshes.use(node.mesh, 1 if node.instances is None else len(node.instances))
        mesh = scene.meshes[node.mesh]
        budget.take("morph weights of nodes", len(mesh.weights), limits.MORPH_WEIGHTS, path)
        if node.weights is not None and len(node.weights) != len(mesh.weights):
            raise InvalidModel(f"{path}.weights must have one number per morph target")
        if not any(primitive.joints is not None for primitive in mesh.primitives):
            node.skin = None
        if node.skin is not None:
            if node.skin not in skins:
                scene.skins.append(read_skin(skin_fields[node.skin], accessors, len(scene.nodes), budget))
                skins[node.skin] = len(skins)
            node.skin = skins[node.skin]
            check_joints(mesh, len(scene.skins[node.skin].joints), path)
            node.instances = None  # the joints alone place a skin
        moved = sum(moved_vertices(primitive, skinned=node.skin is not None) for primitive in mesh.primitives)
        budget.take("vertices moved by joints and morph targets", moved, limits.MOVED_VERTICES, path)
    if not any(mesh.primitives for mesh in scene.meshes):
        raise EmptyModel("the model's scene has no triangles, lines or points to draw")


@np.errstate(over="ignore", invalid="ignore")  # what overflows is refused
def _check_world(scene: Scene) -> None:
    """Refuses hierarchies whose products leave the range that a camera could frame."""
    pose = pose_scene(scene, None, 0.0)
    placed = [pose.world[i] @ node.instances for i, node in enumerate(scene.nodes) if node.instances is not None]
    for matrices in (pose.world[reachable(scene)], *placed, *pose.joints):
        if not np.abs(matrices).max() <= limits.COORDINATE:
            raise InvalidModel(f"the node transforms reach beyond {limits.COORDINATE:g} metres")
