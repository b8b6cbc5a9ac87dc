"""Before the frames: the light as textures and coefficients, which every material shader reads.

    radiance of all directions -> prefilter (a second on a CPU) -> LightTables -> a file in the cache (milliseconds)
                                                                             `-> Environment: textures on the device
"""

import concurrent.futures
import dataclasses
import functools
import hashlib
import inspect
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32
from renderer.gl.context import Device
from renderer.gl.mipmaps import texture_of
from renderer.gl.programs import define, read_shader, set_uniform
from renderer.lighting import prefilter, sources
from renderer.lighting.irradiance import MAP_SIZE
from renderer.lighting.kept_files import write_whole
from renderer.lighting.prefilter import SPECULAR_LEVELS
from renderer.lighting.sources import Lighting

logger = logging.getLogger(__name__)

SOURCE_SIZE = (512, 1024)
"""Height and width of the equirectangular picture of a preset: a third of a degree per texel."""

BANDS = 16
"""Parts in which that picture is computed, on all cores: each part fits a core's cache."""


@dataclasses.dataclass(frozen=True, slots=True)
class LightTables:
    """An environment as arrays; all light is linear, RGB.

    `specular` are the mip levels of the specular map, (size, size, 4) each, as `prefilter.filter_specular` makes them;
    `irradiance_sh` (9, 3) is irradiance / pi without the key, as `prefilter.filter_irradiance` has it; `brdf`
    (BRDF_SIZE, BRDF_SIZE, 2) is the split sum of `prefilter.integrate_brdf`.

    The key: unit `key_direction` (3,) towards it, `key_irradiance` (3,) over pi that it gives to a surface facing it,
    and `key_spread`, the sine of its half angle. An environment without a key has zero irradiance there.

    `irradiance_map` (MAP_SIZE, MAP_SIZE, 3), of the normals in `irradiance.octahedral_directions`, takes the place of
    `irradiance_sh` where that is too smooth: with the key's part of shadow.glsl it is exactly the irradiance / pi.
    """

    specular: tuple[npt.NDArray[np.float16], ...]
    irradiance_sh: Float32
    brdf: npt.NDArray[np.float16]
    key_direction: Float32
    key_irradiance: Float32
    key_spread: float
    irradiance_map: npt.NDArray[np.float16] | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """Light on a device. `specular` is an octahedral RGBA16F map whose level at roughness r is r * (2 - r) of the last.

    `glsl` declares the uniforms and defines `vec3 specular_light(vec3 direction, float roughness)` (radiance),
    `vec2 split_sum(float cos_v, float roughness)`, and `vec3 irradiance(vec3 normal)`, which is irradiance / pi and
    the sum of `ambient_irradiance` and `direct_irradiance` (the key alone, for shadowing).
    """

    specular: moderngl.Texture
    brdf_lut: moderngl.Texture
    tables: LightTables
    glsl: str

    @property
    def irradiance_sh(self) -> Float32:
        return self.tables.irradiance_sh

    def bind(self, program: moderngl.Program, first_unit: int) -> int:
        """Sets the snippet's uniforms, as far as the program uses them. Returns the next free texture unit."""
        self.specular.use(first_unit)
        self.brdf_lut.use(first_unit + 1)
        values = {
            "specular_map": first_unit,
            "brdf_lut": first_unit + 1,
            "irradiance_sh": [tuple(row) for row in self.tables.irradiance_sh.tolist()],
            "key_direction": tuple(self.tables.key_direction.tolist()),
            "key_irradiance": tuple(self.tables.key_irradiance.tolist()),
            "key_spread": self.tables.key_spread,
        }
        for name, value in values.items():
            set_uniform(program, name, value)
        return first_unit + 2

    def release(self) -> None:
        self.specular.release()
        self.brdf_lut.release()


@functools.cache
def preset_environment(device: Device, lighting: Lighting, cache_dir: Path | None) -> Environment:
    """The light of a preset, once per device: all shots of a process share it, so none of them releases it."""
    return load_environment(device, lighting, cache_dir)


def load_environment(device: Device, lighting: Lighting, cache_dir: Path | None) -> Environment:
    """The light of a preset; the caller releases it. With a `cache_dir` the filtered tables are kept there; a damaged
    file is made anew.
    """

    def make() -> LightTables:
        directions, _ = prefilter.equirectangular_directions(*SOURCE_SIZE)
        bands = np.array_split(directions, BANDS)
        with concurrent.futures.ThreadPoolExecutor() as threads:
            ambient, key = (
                np.concatenate(list(threads.map(radiance, bands))).reshape(*SOURCE_SIZE, 3).astype(np.float32)
                for radiance in (lighting.ambient_radiance, lighting.key_radiance)
            )
        return filter_tables(device, ambient, key)

    name = f"{lighting.name}-{cache_key(repr(lighting), sources)}.npz"
    return upload(device, kept_tables(None if cache_dir is None else cache_dir / name, make))


def kept_tables(path: Path | None, make: Callable[[], LightTables]) -> LightTables:
    """The tables in the file `path` or, where it holds none, those that `make` gives and that are kept there then."""
    tables = None if path is None else _read_tables(path)
    if tables is None:
        tables = make()
        if path is not None:
            _write_tables(path, tables)
    return tables


def filter_tables(device: Device, ambient: Float32, key: Float32 | None = None) -> LightTables:
    """Filters an environment: `ambient` and `key`, (height, width, 3) each, equirectangular as `prefilter` says.

    The light of `key` counts as one lamp, which casts shadows; all the rest is `ambient`.
    """
    whole = ambient if key is None else ambient + key
    direction, irradiance, spread = np.array([0.0, 1.0, 0.0]), np.zeros(3), 1.0
    if key is not None and key.any():
        direction, irradiance, spread = _as_lamp(key)
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        brdf = beside.submit(prefilter.integrate_brdf)
        specular = prefilter.filter_specular(device, whole)
        diffuse = prefilter.filter_irradiance(ambient)
    return LightTables(
        specular=tuple(specular),
        irradiance_sh=diffuse,
        brdf=brdf.result(),
        key_direction=np.asarray(direction, np.float32),
        key_irradiance=np.asarray(irradiance, np.float32),
        key_spread=spread,
    )


def upload(device: Device, tables: LightTables) -> Environment:
    """Makes the textures of `tables`."""
    specular = texture_of(device, tables.specular)
    specular.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    lut = texture_of(device, [_with_map(tables.brdf, tables.irradiance_map)])
    lut.filter = (moderngl.LINEAR, moderngl.LINEAR)
    for texture in (specular, lut):
        texture.repeat_x = texture.repeat_y = False
    constants = prefilter.SPECULAR_CONSTANTS
    if tables.irradiance_map is not None:
        constants += define({"IRRADIANCE_MAP": 1, "MAP_SIZE": MAP_SIZE})
    return Environment(specular, lut, tables, constants + read_shader("renderer.lighting", "environment.glsl"))


def _with_map(brdf: npt.NDArray[np.float16], light: npt.NDArray[np.float16] | None) -> npt.NDArray[np.float16]:
    """The table, and above it the map where there is one: a texture unit more is more than every device has."""
    if light is None:
        return brdf
    both = np.zeros((2 * MAP_SIZE, MAP_SIZE, 4), np.float16)
    both[:MAP_SIZE, :, :2] = brdf
    both[MAP_SIZE:, :, :3] = light
    return both


def _as_lamp(radiance: Float32) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """(direction, irradiance / pi facing it, sine of the half angle) of the one lamp that `radiance` shows."""
    directions, solid_angles = prefilter.equirectangular_directions(*radiance.shape[:2])
    light = radiance.reshape(-1, 3) * solid_angles[:, None]
    luminance = light @ [0.2126, 0.7152, 0.0722]
    direction = luminance @ directions
    direction /= np.linalg.norm(direction)
    cosines = directions @ direction
    # A cone of half angle a that is evenly bright has its centroid at cos² (a / 2).
    mean_cosine = float(luminance @ cosines / luminance.sum())
    spread = np.sin(2 * np.arccos(np.sqrt(mean_cosine)))
    return direction, np.maximum(cosines, 0.0) @ light / np.pi, float(spread)


def cache_key(source: str, *modules: ModuleType) -> str:
    """16 hex digits that change with all that tables depend on: their `source`, the `modules` that read it, and the
    code and the shader that filter it.
    """
    code = [inspect.getsource(module) for module in (*modules, prefilter)]
    code += [inspect.getsource(function) for function in (_as_lamp, filter_tables)]
    digest = hashlib.sha256()
    for text in (source, *code, prefilter.PREFILTER, str(SOURCE_SIZE)):
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def _read_tables(path: Path) -> LightTables | None:
    """The tables of an earlier run, or None where there is no sound file."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            tables = LightTables(
                specular=tuple(file[f"specular_{level}"] for level in range(SPECULAR_LEVELS)),
                irradiance_sh=file["irradiance_sh"], brdf=file["brdf"], key_direction=file["key_direction"],
                key_irradiance=file["key_irradiance"], key_spread=float(file["key_spread"]),
                irradiance_map=file.get("irradiance_map"),
            )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("The cached light %s is damaged (%s); making it anew", path, error)
        return None
    return tables


def _write_tables(path: Path, tables: LightTables) -> None:
    arrays = {name: value for name, value in dataclasses.asdict(tables).items() if value is not None}
    arrays |= {f"specular_{level}": pixels for level, pixels in enumerate(arrays.pop("specular"))}
    write_whole(path, lambda file: np.savez(file, **arrays))
