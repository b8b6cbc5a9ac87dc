"""`python -m renderer`."""

import os

from renderer.cli import main

try:
    main()
except SystemExit as end:
    if end.code:
        raise
# The file is delivered, and no child or temporary folder is left: taking Python and the driver down would cost 60 ms.
os._exit(0)
