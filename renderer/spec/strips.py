"""What a strip is: frames of a video side by side in one picture. Pages that show one know these figures too."""

COLUMNS, ROWS = 6, 4
TILES = COLUMNS * ROWS
TILE_WIDTH = 160
"""Pixels of a tile, which is as high as the frames' aspect makes it."""
