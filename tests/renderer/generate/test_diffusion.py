"""Pictures by a diffusion pipeline on disk: a tiny one with random weights, loaded and run as real ones are."""

import importlib.util
import io
from pathlib import Path

import PIL.Image
import pytest

from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EngineUnavailable
from renderer.generate.diffusion import Diffusers
from renderer.generate.protocols import Context
from renderer.gl.context import Device

MISSING = [name for name in ("torch", "diffusers", "transformers") if importlib.util.find_spec(name) is None]
needs_packages = pytest.mark.skipif(bool(MISSING), reason=f"needs the extra diffusers: no {', '.join(MISSING)}")


def context(folder: Path) -> Context:
    def no_device() -> Device:
        raise AssertionError("it draws nothing")

    return Context(folder, no_device)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stable Diffusion's parts with a few channels each, and a vocabulary of letters."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(1)
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    text = CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=77, projection_dim=16, bos_token_id=len(words) - 2, eos_token_id=len(words) - 1,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4, cross_attention_dim=16,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(8, 8), norm_num_groups=4, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("diffusers") / "tiny"
    StableDiffusionPipeline(
        vae=vae, text_encoder=CLIPTextModel(text), unet=unet, scheduler=DDIMScheduler(), safety_checker=None,
        tokenizer=CLIPTokenizer(vocab=dict(zip(words, range(len(words)), strict=True)), merges=[], model_max_length=77),
        feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip
    return folder


@needs_packages
@pytest.mark.filterwarnings("ignore")  # the libraries warn of each other
def test_a_prompt_becomes_a_square_jpeg_that_the_seed_decides(pipeline: Path, tmp_path: Path) -> None:
    engine = Diffusers(pipeline)
    assert engine.available() == (True, "")
    result = engine.picture("a red chair", 7, 48, context(tmp_path))
    image = PIL.Image.open(io.BytesIO(result.jpeg))
    assert (image.format, image.size) == ("JPEG", (48, 48))
    assert result.metadata == {"engine": "diffusers", "model": "tiny", "seed": 7, "device": "cpu"}
    assert engine.picture("a red chair", 7, 48, context(tmp_path)).jpeg == result.jpeg
    assert engine.picture("a red chair", 8, 48, context(tmp_path)).jpeg != result.jpeg


@needs_packages
@pytest.mark.filterwarnings("ignore")
def test_it_can_be_stopped_between_two_steps(pipeline: Path, tmp_path: Path) -> None:
    passed = 0

    def count() -> None:
        nonlocal passed
        passed += 1
        if passed == 4:
            raise Cancelled

    with at_checkpoints(count), pytest.raises(Cancelled):
        Diffusers(pipeline).picture("a chair", 7, 48, context(tmp_path))


@needs_packages
@pytest.mark.filterwarnings("ignore")
def test_a_folder_that_is_no_pipeline_is_told(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "X"]}')
    with pytest.raises(EngineUnavailable, match="can't be loaded"):
        Diffusers(tmp_path).picture("a chair", 7, 48, context(tmp_path))


def test_what_is_missing_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Diffusers(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found, reason = engine.available()
    assert not found
    assert reason == "it needs packages that are not installed (pip install 'pirouette[diffusers]')"
    with pytest.raises(EngineUnavailable, match="pirouette"):
        engine.picture("a chair", 7, 48, context(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert engine.available() == (False, "there is no pipeline in its folder: put one there as diffusers saves it")
