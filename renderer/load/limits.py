"""What a model may cost before it is refused. Every number is checked before the memory or time is spent.

The numbers are far above what a model that people look at needs, and low enough that no hostile file takes a
worker with 6 GB down. `Budget` counts what accumulates over the whole file.
"""

import dataclasses

from renderer.errors import ModelTooLarge

MEGABYTE = 1024 * 1024

FILE_BYTES = 512 * MEGABYTE
"""A file as uploaded, and all that an archive unpacks to."""

RESOURCE_BYTES = 512 * MEGABYTE
"""Buffers and encoded images, counted as often as the file names them."""

JSON_BYTES = 192 * MEGABYTE
"""The text of a .gltf or of a GLB's JSON chunk. Generous, since .gltf files carry their buffers as data URIs."""

JSON_TOKENS = 4_000_000
"""Brackets, colons and commas outside strings: Python needs up to 100 bytes for each."""

JSON_DEPTH = 64

NODES = 50_000
SKIN_JOINTS = 50_000
"""Joints of all skins together."""

DRAWN_PRIMITIVES = 100_000
"""Primitives, counted once for each node that shows their mesh; and instances of all nodes together."""

INDICES = 15_000_000
"""Corners of all primitives together, as lists: 5 million triangles."""

DRAWN_INDICES = 60_000_000
"""The same, counted once for each node that shows the mesh."""

DECODED_BYTES = 1024 * MEGABYTE
"""Everything that accessors decode to and that is derived from them, in total."""

DRACO_BYTES = 2048 * MEGABYTE
"""Memory of the process that decodes Draco streams; two million triangles need 320 MB and 0.6 s."""

DRACO_SECONDS = 30
"""Processor time for all Draco streams of a file."""

CHANNELS = 20_000
"""Animated properties of one clip: each is sampled for every frame."""

KEYFRAMES = 5_000_000
"""Keyframes of all channels together."""

TEXTURE_SIDE = 16384
"""The largest texture that GL devices take, llvmpipe included."""

TEXTURE_BYTES = 1366 * MEGABYTE
"""Of all images in use, as they are on the device with their mip levels, which take 16/3 bytes a pixel: sixteen images
of 4096 x 4096. Each is there once, however often it is used. Decoded images take another 4 bytes a pixel meanwhile."""

DECODING_PIXELS = 64 * 1024 * 1024
"""Of images that are decoded at the same time, unless one alone has more: decoders take up to 10 bytes for each, those
of progressive JPEG the most."""

LIGHTS = 16
"""Lights of a model that are drawn: each costs time for every pixel."""

TEXCOORD_SETS = 8
JOINT_SETS = 4
MORPH_TARGETS = 1024
MORPH_WEIGHTS = 1_000_000
"""Of all nodes together: each pose has them as numbers of 8 bytes, and two dozen poses are compared."""

WARNINGS = 50
"""Warnings that are kept of a file; further ones would mostly repeat them."""

MOVED_VERTICES = 250_000_000
"""Vertices that joints and morph targets move for a frame, counted for each of a vertex's joints and targets: some
10 ns each. A figure of 100,000 vertices with 50 faces and four joints takes 5 million."""

COORDINATE = 1e12
"""Metres. Beyond it float32 products overflow, and no camera could frame the model."""

ARCHIVE_ENTRIES = 2000
ARCHIVE_DIRECTORY_BYTES = MEGABYTE
ARCHIVE_RATIO = 250
"""Unpacked over packed size of one entry above a megabyte; deflate reaches 1032 on zeros, textures and meshes stay
below 50."""


OBJ_ROWS = 10_000_000
"""Lines of an OBJ file that define a vertex; the same for texture coordinates and for normals."""

OBJ_LINE_BYTES = MEGABYTE
OBJ_STATEMENTS = 500_000
"""Lines that are neither vertices nor faces: they are looked at one by one."""

OBJ_PARTS = 4000
"""Objects and materials of an OBJ file that are kept apart, counted in pairs. Where there are more, objects are merged;
more materials are refused."""

POLYGON_CORNERS = 5000
CONCAVE_WORK = 1_000_000_000
"""The squares of the corner counts of all concave polygons, added up: ear clipping takes up to 10 ns for each."""

MTL_BYTES = 4 * MEGABYTE
"""All material files of an OBJ together."""

MTL_FILES = 100

CONVERTED_PIXELS = 64 * 1024 * 1024
"""Pixels of all images that are neither PNG nor JPEG: encoding them anew takes several copies."""


USD_BYTES = 4096 * MEGABYTE
"""Memory of the process that reads a USD. usd-core alone takes 0.9 GB of addresses; references that multiply themselves
reach the limit in 35 s of a core."""

USD_SECONDS = 120
"""Processor time for a USD: 1.3 million triangles take 5 s."""


@dataclasses.dataclass(slots=True)
class Budget:
    """Adds up what the parts of one file cost. `what` in the messages is the plural of the thing counted."""

    spent: dict[str, int] = dataclasses.field(default_factory=dict)

    def take(self, what: str, amount: int, limit: int, path: str, way_out: str = "") -> None:
        """Adds `amount` to what the file has used of `what`. Raises ModelTooLarge beyond `limit`, naming the JSON
        `path` of the part that asked for it, and the `way_out`."""
        total = self.spent.get(what, 0) + amount
        if total > limit:
            advice = f": {way_out}" if way_out else ""
            raise ModelTooLarge(f"{path} brings the model to {total:,} {what}, and {limit:,} are allowed{advice}")
        self.spent[what] = total

    def take_bytes(self, amount: int, path: str) -> None:
        self.take("bytes of decoded geometry and animation", amount, DECODED_BYTES, path)
