"""The two transformers: a picture -> tokens that describe it -> three planes of features, which `field` reads.

The first is DINO's ViT (Caron et al., 2021), the second one with cross attention to those tokens, whose own tokens are
the cells of the planes. Both run in 32 bits; one picture at a time.
"""

import math

import torch
import torch.nn.functional as F

from renderer.checkpoints import checkpoint
from renderer.generate.triposr.checkpoint import Tensor, Weights

VIT_HEAD = 64
"""Channels of an attention head in all of DINO's."""
VIT_EPSILON = 1e-12
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""How pictures are scaled: of ImageNet's, as it was trained."""

GROUPS, GROUP_EPSILON = 32, 1e-6


def picture_tokens(weights: Weights, picture: Tensor) -> Tensor:
    """Of an sRGB picture (3, side, side) from 0 to 1: (1, 1 + patches, channels)."""
    own = weights.below("image_tokenizer.model.")
    mean, deviation = (torch.tensor(each, device=picture.device).reshape(3, 1, 1) for each in (MEAN, DEVIATION))
    kernel = own["embeddings.patch_embeddings.projection.weight"]
    bias = own["embeddings.patch_embeddings.projection.bias"]
    patches = F.conv2d(((picture - mean) / deviation)[None], kernel, bias, stride=kernel.shape[-1])
    places = _places(own["embeddings.position_embeddings"], patches.shape[-1])
    tokens = torch.cat([own["embeddings.cls_token"], patches.flatten(2).transpose(1, 2)], dim=1) + places
    heads = tokens.shape[-1] // VIT_HEAD
    for layer in own.layers("encoder.layer."):
        checkpoint()
        normal = _layer_norm(tokens, layer, "layernorm_before", VIT_EPSILON)
        own_attention = layer.below("attention.attention.")
        query, key, value = (_linear(normal, own_attention, name) for name in ("query", "key", "value"))
        tokens = tokens + _linear(_attention(query, key, value, heads), layer, "attention.output.dense")
        normal = _layer_norm(tokens, layer, "layernorm_after", VIT_EPSILON)
        tokens = tokens + _linear(F.gelu(_linear(normal, layer, "intermediate.dense")), layer, "output.dense")
    return _layer_norm(tokens, own, "layernorm", VIT_EPSILON)


def _places(embeddings: Tensor, patches: int) -> Tensor:
    """The position embeddings (1, 1 + n * n, channels) for a picture of `patches` a side. The tenth is DINO's own, and
    its weights were trained with it."""
    first, rest = embeddings[:, :1], embeddings[:, 1:]
    side = math.isqrt(rest.shape[1])
    if side == patches:
        return embeddings
    grid = rest.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    factor = (patches + 0.1) / side
    scaled = F.interpolate(grid, scale_factor=(factor, factor), mode="bicubic", align_corners=False)
    return torch.cat([first, scaled.flatten(2).transpose(1, 2)], dim=1)


def planes(weights: Weights, described: Tensor, heads: int) -> Tensor:
    """The planes xy, xz and yz out of a picture's tokens: (3, channels, side, side)."""
    own = weights.below("backbone.")
    embeddings = weights["tokenizer.embeddings"]
    channels, side = embeddings.shape[1], embeddings.shape[2]
    cells = embeddings.permute(1, 0, 2, 3).reshape(1, channels, -1)
    normal = F.group_norm(cells, GROUPS, own["norm.weight"], own["norm.bias"], GROUP_EPSILON)
    tokens = _linear(normal.transpose(1, 2), own, "proj_in")
    for block in own.layers("transformer_blocks."):
        checkpoint()
        normal = _layer_norm(tokens, block, "norm1")
        tokens = tokens + _attend(normal, normal, block.below("attn1."), heads)
        tokens = tokens + _attend(_layer_norm(tokens, block, "norm2"), described, block.below("attn2."), heads)
        value, gate = _linear(_layer_norm(tokens, block, "norm3"), block, "ff.net.0.proj").chunk(2, dim=-1)
        tokens = tokens + _linear(value * F.gelu(gate), block, "ff.net.2")
    made = _linear(tokens, own, "proj_out").transpose(1, 2) + cells
    made = made.reshape(channels, 3, side, side).permute(1, 0, 2, 3)
    upsample = weights.below("post_processor.upsample.")
    return F.conv_transpose2d(made, upsample["weight"], upsample["bias"], stride=2)


def _attend(tokens: Tensor, others: Tensor, weights: Weights, heads: int) -> Tensor:
    query = _linear(tokens, weights, "to_q")
    key, value = _linear(others, weights, "to_k"), _linear(others, weights, "to_v")
    return _linear(_attention(query, key, value, heads), weights, "to_out.0")


def _attention(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """All (1, tokens, channels)."""
    split = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value))
    return F.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)


def _linear(values: Tensor, weights: Weights, name: str) -> Tensor:
    return F.linear(values, weights[f"{name}.weight"], weights.get(f"{name}.bias"))


def _layer_norm(values: Tensor, weights: Weights, name: str, epsilon: float = 1e-5) -> Tensor:
    return F.layer_norm(values, values.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], epsilon)
