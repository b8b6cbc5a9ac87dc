"""Sixty prompts of all kinds, written before anything was made of any of them.

KEPT_ASIDE were not tried until the words and shapes were final: how well those fare is what a stranger may expect.
"""

import random
from pathlib import Path

PROMPTS = tuple(Path(__file__).with_name("prompts.txt").read_text("utf-8").splitlines())

KEPT_ASIDE = tuple(PROMPTS[index] for index in sorted(random.Random(20).sample(range(len(PROMPTS)), 20)))
TUNED = tuple(prompt for prompt in PROMPTS if prompt not in KEPT_ASIDE)
