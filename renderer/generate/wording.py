"""What is asked of engines that draw pictures: a model is to be made of what they draw, whatever it is."""

SETTING = (
    "A single object, whole and in the middle, seen from the front and a little above, on a plain white background, "
    "evenly lit"
)


def one_object(prompt: str) -> str:
    return f"{prompt.rstrip(' .,;:!?')}. {SETTING}."
