"""`python -m api.cli` is `pirouette`, for where the script isn't on the path."""

from api.cli import main

main(prog_name="pirouette")
