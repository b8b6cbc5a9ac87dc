"""TripoSR's files in small: random weights whose names and shapes are the real one's, for tests where torch is."""

import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

MISSING = [name for name in ("torch", "mcubes", "yaml") if importlib.util.find_spec(name) is None]
needs_packages = pytest.mark.skipif(bool(MISSING), reason=f"needs the extra triposr, of 3 GB: no {', '.join(MISSING)}")

CONFIG = """
cond_image_size: 64
tokenizer: {plane_size: 8, num_channels: 32}
backbone: {in_channels: "${tokenizer.num_channels}", num_attention_heads: 2}
renderer: {radius: 0.87, feature_reduction: concat, density_activation: exp, density_bias: -1.0}
"""
SURFACE = 1 + np.log(25)
"""What the last layer must give for a density of 25."""


def tensors() -> dict[str, Any]:
    """Two layers of each transformer, with 64 and 32 channels, and planes of 16 x 16 cells."""
    import torch

    random = torch.Generator().manual_seed(3)

    def drawn(*shape: int) -> Any:
        return torch.randn(*shape, generator=random) / 4

    def norm(name: str, size: int) -> dict[str, Any]:
        return {f"{name}.weight": torch.ones(size), f"{name}.bias": torch.zeros(size)}

    def linear(name: str, inside: int, outside: int, *, bias: bool = True) -> dict[str, Any]:
        return {f"{name}.weight": drawn(outside, inside)} | ({f"{name}.bias": drawn(outside)} if bias else {})

    vit = "image_tokenizer.model"
    made = {
        f"{vit}.embeddings.cls_token": drawn(1, 1, 64), f"{vit}.embeddings.position_embeddings": drawn(1, 5, 64),
        f"{vit}.embeddings.patch_embeddings.projection.weight": drawn(64, 3, 16, 16),
        f"{vit}.embeddings.patch_embeddings.projection.bias": drawn(64),
        "tokenizer.embeddings": drawn(3, 32, 8, 8),
        "post_processor.upsample.weight": drawn(32, 4, 2, 2), "post_processor.upsample.bias": drawn(4),
    }  # fmt: skip
    made |= norm(f"{vit}.layernorm", 64) | norm("backbone.norm", 32)
    made |= linear("backbone.proj_in", 32, 32) | linear("backbone.proj_out", 32, 32)
    for number in range(2):
        layer = f"{vit}.encoder.layer.{number}"
        made |= norm(f"{layer}.layernorm_before", 64) | norm(f"{layer}.layernorm_after", 64)
        for name in ("query", "key", "value"):
            made |= linear(f"{layer}.attention.attention.{name}", 64, 64)
        made |= linear(f"{layer}.attention.output.dense", 64, 64)
        made |= linear(f"{layer}.intermediate.dense", 64, 128) | linear(f"{layer}.output.dense", 128, 64)
        block = f"backbone.transformer_blocks.{number}"
        for index, width in ((1, 32), (2, 64)):
            made |= norm(f"{block}.norm{index}", 32) | linear(f"{block}.attn{index}.to_q", 32, 32, bias=False)
            for name in ("to_k", "to_v"):
                made |= linear(f"{block}.attn{index}.{name}", width, 32, bias=False)
            made |= linear(f"{block}.attn{index}.to_out.0", 32, 32)
        made |= norm(f"{block}.norm3", 32) | linear(f"{block}.ff.net.0.proj", 32, 256)
        made |= linear(f"{block}.ff.net.2", 128, 32)
    sizes = (12, 16, 16, 4)
    for number in range(3):
        made |= linear(f"decoder.layers.{2 * number}", sizes[number], sizes[number + 1])
    made["decoder.layers.4.bias"] = torch.tensor([SURFACE, 0.0, 0.0, 0.0])
    return made


def write_weights(folder: Path) -> None:
    import torch

    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    torch.save(tensors(), folder / "model.ckpt")


def drawn_picture() -> bytes:
    """A PNG of one thing on white."""
    image = PIL.Image.new("RGB", (96, 96), "white")
    PIL.ImageDraw.Draw(image).ellipse((20, 10, 70, 80), "firebrick")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
