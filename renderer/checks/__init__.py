"""What is likely wrong with a picture or a video, told by numbers before its customer sees it.

    ShotRenderer.read_small, .shape -> Seen (seen.py) -> measures (pictures.py, shape.py) -> Check (verdicts.py)

A video that is drawn in parts is seen in parts: each part keeps what it has seen in a file (`seen.save`), and who joins
them judges. Nothing here draws.
"""

from renderer.checks.seen import FILE, Seen, together, watched_frames
from renderer.checks.shape import Shape, shape_of
from renderer.checks.verdicts import Check, judge

__all__ = ["FILE", "Check", "Seen", "Shape", "judge", "shape_of", "together", "watched_frames"]
