"""The program that opens pictures for `picture_headers.py`, as a child of the sandbox.

    python -m renderer.picture_child FILE

It writes the width and the height in pixels, also of a picture that is too large to be opened; or what is wrong with
the file, and exits with EX_DATAERR.
"""

import os
import sys
import warnings
from pathlib import Path

from renderer.errors import reason
from renderer.pictures import PictureError, TooManyPixels, open_picture


def main() -> None:
    warnings.simplefilter("ignore")  # Pillow warns of oddities in files that it reads all the same
    try:
        with Path(sys.argv[1]).open("rb") as file:
            size = open_picture(file).size
    except TooManyPixels as error:
        size = error.size
    except PictureError as error:
        sys.stdout.write(reason(error.__cause__ or error))
        sys.exit(os.EX_DATAERR)
    sys.stdout.write(f"{size[0]} {size[1]}")


if __name__ == "__main__":
    main()
