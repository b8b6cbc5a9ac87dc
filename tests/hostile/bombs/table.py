"""The 200 cost bombs: what makes each, with which parameters, what is ordered, and how it may end.

Where a row says CLEAR it may be drawn, be refused as too large, or be ended as too costly, by what the machine can do:
what counts is that it harms nobody else. DRAWN and LARGE are the same on every machine.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.hostile.bombs import copies, motion, overdraw, reading, textures
from tests.hostile.cases import STILL, Case, Way
from tests.hostile.verdict import End
from tests.integration.support import box_glb

Ends = frozenset[str]
DRAWN: Ends = frozenset({End.DRAWN})
LARGE: Ends = frozenset({"model_too_large"})
INVALID: Ends = frozenset({"invalid_model"})
REFUSED: Ends = frozenset({End.REFUSED})
CLEAR: Ends = frozenset({End.DRAWN, End.REFUSED, "model_too_large", "too_costly", "stalled", "out_of_memory"})

TRANSMISSION = "KHR_materials_transmission"
GLASS = TRANSMISSION, "KHR_materials_volume", "KHR_materials_dispersion"
COATED = "KHR_materials_clearcoat", "KHR_materials_sheen", "KHR_materials_iridescence", "KHR_materials_anisotropy"
TURNING: Mapping[str, Any] = {"output": "video", "aspect": "1:1", "length": 3}
MOVING: Mapping[str, Any] = {**TURNING, "animation": "*"}
LONG: Mapping[str, Any] = {"quality": "4k", "length": 30}
LARGE_FRAMES: Mapping[str, Any] = {"quality": "4k", "length": 3}
SET: Mapping[str, Any] = {"output": "dataset", "datasetQuality": "400x2048"}
MILLION = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Bomb:
    """A row. `quick` are those of which `make test` sends the file, with an order of small pictures."""

    family: str
    make: Callable[..., bytes]
    parameters: tuple[Any, ...]
    ends: Ends
    settings: Mapping[str, Any]
    way: Way
    suffix: str
    quick: bool

    @property
    def name(self) -> str:
        said = [value.removeprefix("KHR_materials_") if isinstance(value, str) else value for value in self.parameters]
        return "-".join(map(str, (self.family, *said)))

    @property
    def case(self) -> Case:
        """Makes the file."""
        data = self.make(*self.parameters)
        return Case(self.name, self.family, self.way, f"bomb{self.suffix}", data, self.settings, self.ends)


def family(
    name: str,
    make: Callable[..., bytes],
    rows: Mapping[Any, Ends],
    quick: Sequence[Any] = (),
    *,
    settings: Mapping[str, Any] = STILL,
    way: Way = "model",
    suffix: str = ".glb",
) -> list[Bomb]:
    """A row for each of the parameters, which are a tuple where there are several."""
    return [
        Bomb(name, make, parameters if isinstance(parameters, tuple) else (parameters,), ends, settings, way, suffix,
             parameters in quick)
        for parameters, ends in rows.items()
    ]  # fmt: skip


def box(*_: str) -> bytes:
    return box_glb()


BOMBS: Sequence[Bomb] = [
    *family("overdraw", overdraw.layers, {
        30: DRAWN, 100: CLEAR, 300: CLEAR, 1000: CLEAR, 3000: CLEAR, 20_000: CLEAR, MILLION: CLEAR,
        5 * MILLION: CLEAR, (100, 10): CLEAR, (100, 100): CLEAR, (1000, 100): CLEAR, (1000, 1000): CLEAR,
        (20_000, 1000): CLEAR, (20_001, 1000): LARGE,
    }, [1000, (20_000, 1000), (20_001, 1000)]),
    *family("masked", overdraw.layers, {
        (n, 1, "MASK"): CLEAR for n in (300, 3000, 20_000, MILLION)
    }, [(20_000, 1, "MASK")]),
    *family("opaque", overdraw.layers, {
        (n, 1, "OPAQUE"): CLEAR for n in (300, 20_000, MILLION, 5 * MILLION)
    } | {(5 * MILLION + 1, 1, "OPAQUE"): LARGE}, [(20_000, 1, "OPAQUE")]),
    *family("coated", overdraw.layers, {
        (n, 1, alpha, *COATED): CLEAR for n in (100, 20_000) for alpha in ("OPAQUE", "BLEND")
    }, [(20_000, 1, "BLEND", *COATED)]),
    *family("stairs", overdraw.stairs, {
        (n, alpha): CLEAR for n in (100, 1000, 100_000) for alpha in ("OPAQUE", "BLEND")
    }, [(1000, "OPAQUE")]),
    *family("turned", overdraw.turned, {
        (300, "y"): CLEAR, (20_000, "y"): CLEAR, (MILLION, "y"): CLEAR, (20_000, "x"): CLEAR,
        (MILLION, "x", "OPAQUE"): CLEAR,
    }, [(20_000, "y")], settings=TURNING),
    *family("growing", overdraw.growing, {
        (300, "scale"): CLEAR, (20_000, "scale"): CLEAR, (300, "weights"): CLEAR, (20_000, "weights"): CLEAR,
    }, [(20_000, "scale")], settings=MOVING),
    *family("transparency", overdraw.objects, {
        50: CLEAR, 200: CLEAR, 1000: CLEAR, 5000: CLEAR, 20_000: CLEAR, (1000, "OPAQUE"): CLEAR,
    }, [1000]),
    *family("transmission", overdraw.objects, {
        (n, "OPAQUE", *layers): CLEAR for layers in ((TRANSMISSION,), GLASS) for n in (100, 1000)
    } | {
        (100, "OPAQUE", "KHR_materials_diffuse_transmission"): CLEAR, (5000, "BLEND", *GLASS): CLEAR,
    }, [(100, "OPAQUE", TRANSMISSION)]),
    *family("glass", overdraw.layers, {
        (n, 1, "OPAQUE", *GLASS): CLEAR for n in (100, 1000, 20_000, MILLION)
    }, [(20_000, 1, "OPAQUE", *GLASS)]),
    *family("dots", overdraw.dots, {
        (n, mode): CLEAR for n in (1000, 4 * MILLION) for mode in (0, 1, 3)
    }, [(1000, 0)]),
    *family("slivers", overdraw.slivers, {100_000: CLEAR, MILLION: CLEAR, 4 * MILLION: CLEAR}),
    *family("spread", overdraw.spread, {3: DRAWN, 6: DRAWN, 9: DRAWN, 11: DRAWN, 13: INVALID}, [13]),
    *family("instances", copies.instances, {
        100: DRAWN, 10_000: CLEAR, 100_000: CLEAR, MILLION: CLEAR, (1000, 1000): CLEAR,
        (100_000, 100): CLEAR, (10_000, 1, "BLEND"): CLEAR,
    }, [100]),
    *family("shared", copies.shared, {
        1000: CLEAR, 49_000: CLEAR, 50_001: LARGE, (1000, 100): CLEAR, (100, 1000): CLEAR,
        (1000, 101): LARGE,
    }),
    *family("doubling", copies.doubling, dict.fromkeys((5, 20, 40, 63, 300), DRAWN), [20, 300]),
    *family("permutations", copies.permutations, {
        16: CLEAR, 64: CLEAR, 65: CLEAR, 128: CLEAR, 768: CLEAR, 2048: CLEAR, (64, 100): CLEAR,
        (256, 100): CLEAR,
    }, [768]),
    *family("lamps", copies.lamps, {
        (16, 100): CLEAR, (17, 100): CLEAR, (16, 3000): CLEAR, (100, 30): CLEAR, (1000, 1): CLEAR, (16, 100_000): CLEAR,
    }, [(16, 3000)]),
    *family("wrappings", textures.wrappings, {
        (1024, 36): CLEAR, (4096, 9): CLEAR, (4096, 36): CLEAR, (8192, 36): CLEAR,
        (16_384, 1): CLEAR, (16_384, 4): CLEAR, (16_384, 36): CLEAR,
    }),
    *family("pictures", textures.pictures, {
        (4096, 16): CLEAR, (4096, 17): LARGE, (8192, 4): CLEAR, (8192, 5): LARGE,
        (16_384, 1): CLEAR, (16_384, 2): LARGE, (16_385, 1): LARGE, (16, 4000): CLEAR, (4096, 4, "JPEG"): CLEAR,
        (4096, 4, "WEBP"): CLEAR,
    }, [(8192, 5), (16_385, 1)]),
    *family("roles", textures.roles, {4096: CLEAR, 16_384: CLEAR}),
    *family("keyframes", motion.channels, {
        (10, 1000): DRAWN, (1000, 1000): CLEAR, (20_000, 10): CLEAR, (20_001, 10): LARGE, (100, 50_000): CLEAR,
        (100, 60_000): LARGE, (1000, 100, 100): CLEAR,
    }, [(10, 1000)], settings=MOVING),
    *family("chain", motion.chain, {
        (100, 100): DRAWN, (1000, 1000): CLEAR, (10_000, 1000): CLEAR, (49_000, 20_000): CLEAR, (60_000, 0): LARGE,
    }, [(100, 100)], settings=MOVING),
    *family("bones", motion.bones, {
        100: DRAWN, 1000: CLEAR, 49_000: CLEAR, 50_001: LARGE, (1000, 50): CLEAR, (1000, 51): LARGE,
        (256, 1, MILLION): CLEAR,
    }, [100], settings=MOVING),
    *family("morphs", motion.morphs, {
        (8, 3000): CLEAR, (1024, 3000): CLEAR, (1025, 3): LARGE, (100, 30_000): CLEAR, (1024, 30_000): CLEAR,
        (300, 300_000): CLEAR,
    }, [(1025, 3)], settings=MOVING),
    *family("zeros", reading.zeros, {
        1000: CLEAR, 100 * MILLION: LARGE, 2**31: LARGE, (1000, 3 * MILLION): CLEAR,
        (1000, 15 * MILLION): CLEAR, (1000, 2**31): LARGE,
    }, [2**31]),
    *family("repeats", reading.repeats, {
        (100, 3000): CLEAR, (1000, 30_000): CLEAR, (10_000, 30_000): LARGE, (99_000, 300): CLEAR,
    }, [(10_000, 30_000)]),
    *family("text", reading.text, {
        ("nested", 50): DRAWN, ("nested", 100): INVALID, ("nested", 100_000): INVALID, ("items", 3 * MILLION): LARGE,
        ("digits", 4000): CLEAR, ("digits", MILLION): INVALID,
        ("string", 5 * MILLION): CLEAR, ("keys", 500_000): CLEAR,
    }, [("nested", 100_000), ("digits", MILLION)]),
    *family("archive", reading.packed, {1: DRAWN, 10: LARGE, 100: LARGE, (1, 100): CLEAR}, [10], suffix=".zip"),
    *family("scan", reading.scan, {
        (100, 3): DRAWN, (100_000, 3): CLEAR, (1, 5000): CLEAR, (1, 5001): LARGE, (100, 5000): CLEAR,
        (10, 5000, "comb"): CLEAR, (41, 5000, "comb"): LARGE,
    }, [(1, 5001)], suffix=".zip"),
    *family("scan-materials", reading.materials_of_a_scan, {
        100: CLEAR, 4000: CLEAR, 4001: LARGE,
    }, [100], suffix=".zip"),
    *family("background", textures.empty_png, {4096: DRAWN, 8192: DRAWN, 8193: REFUSED, 30_000: REFUSED}, [8193],
            way="background", suffix=".png"),
    *family("panorama", textures.wide_hdr, {(4096, 2048): CLEAR, (4098, 2049): REFUSED, (32_767, 16_384): REFUSED},
            [(4098, 2049)], way="environment", suffix=".hdr"),
    *family("panorama-channels", textures.deep_exr, {3: CLEAR, 16: CLEAR, 20_000: CLEAR}, [20_000],
            way="environment", suffix=".exr"),
    *family("long", box, {"4k-30s": DRAWN}, settings=LONG),
    *family("4k-pro", box, {"3s": DRAWN}, settings={**LARGE_FRAMES, "quality": "pro", "reflector": True}),
    *family("4k-overdraw", overdraw.layers, {30: CLEAR, 300: CLEAR, 3000: CLEAR}, settings=LARGE_FRAMES),
    *family("4k-glass", overdraw.objects, {(30, "OPAQUE", *GLASS): CLEAR}, settings=LARGE_FRAMES),
    *family("4k-permutations", copies.permutations, {64: CLEAR}, settings=LARGE_FRAMES),
    *family("set", box, {"400x2048": DRAWN}, settings=SET),
    *family("set-overdraw", overdraw.layers, {100: CLEAR, 3000: CLEAR}, settings=SET),
]
