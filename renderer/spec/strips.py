"""What strips and spins are made of: frames of a video. Pages that show a strip know these figures too."""

COLUMNS, ROWS = 6, 4
TILES = COLUMNS * ROWS
TILE_WIDTH = 160
"""Pixels of a tile, which is as high as the frames' aspect makes it."""

BIG_COLUMNS, BIG_ROWS = 6, 6
BIG_TILES = BIG_COLUMNS * BIG_ROWS
BIG_TILE_WIDTH = 480
"""The same of the strip that is one of a video's formats."""

VIEWS = 36
"""Pictures of a spin: one every ten degrees, as product pages have them."""
